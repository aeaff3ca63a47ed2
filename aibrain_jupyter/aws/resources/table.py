"""
The curated resources as data: reading it imports no SDK and no code of theirs.

`RESOURCES` is one table, sorted by service and name. Most are declared, in ``aws/declared/``: to
add one, write its columns and calls there. One that needs code of its own has its function in
``aws/resources/<service>_<name>.py``, its columns in ``aws/columns/`` and its lines here. The
tool ``<service>_<name>``, its help and its completion follow from either.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from aibrain_jupyter.aws.cloudtrail.params import PARAMS as EVENT_PARAMS
from aibrain_jupyter.aws.resources.columns import (
    cloudtrail_events,
    compute,
    data,
    ec2,
    iam,
    kms,
    logging,
    messaging,
    s3,
    secrets,
)
from aibrain_jupyter.aws.resources.declaration import Resource, written
from aibrain_jupyter.aws.resources.declared import (
    apis,
    backup,
    compliance,
    config,
    containers,
    databases,
    delivery,
    detection,
    edge,
    identity,
    kubernetes,
    load_balancers,
    monitoring,
    network,
    organization,
    stores,
    systems,
)
from aibrain_jupyter.aws.resources.declared import compute as declared_compute
from aibrain_jupyter.shared.frames.columns import Column

__all__ = ["RESOURCES", "Column", "Resource", "find_resource"]

_WRITTEN: Final[tuple[Resource, ...]] = (
    written(
        "acm",
        "certificates",
        "ACM certificates of every key type: expiry, use, renewal.",
        secrets.CERTIFICATES,
        ("acm:ListCertificates", "acm:DescribeCertificate", "acm:ListTagsForCertificate"),
        traps=(
            "Every key type, origin and root is asked for: by itself the listing has RSA only.",
        ),
    ),
    written(
        "cloudtrail",
        "events",
        "CloudTrail's events of 90 days or, from a trail's files, older: who, what, when, where.",
        cloudtrail_events.CLOUDTRAIL_EVENTS,
        ("cloudtrail:LookupEvents", "cloudtrail:DescribeTrails", "s3:ListBucket", "s3:GetObject"),
        traps=(
            "LookupEvents answers two requests a second and 50 events each: give a period.",
            "A call may take an hour; what it could not read by then is a gap: --timeout 6h.",
            "What is older than 90 days is in log files, often in a bucket of another account.",
            "Log files encrypted with a KMS key also need kms:Decrypt on that key.",
            "The newest events are missing: it takes CloudTrail minutes to have them.",
            "A log file has what its trail records: see management_events of cloudtrail_trails.",
            "Files delivered more than a day after the period are not looked for.",
        ),
        params=EVENT_PARAMS,
        check="aibrain_jupyter.aws.cloudtrail.asked:check_events",
        needs="aibrain_jupyter.aws.cloudtrail.asked:permissions_of_events",
        reads_period=True,
        timeout=dt.timedelta(hours=1),
    ),
    written(
        "cloudtrail",
        "trails",
        "CloudTrail trails that cover a region: scope, validation, delivery, selectors.",
        logging.CLOUDTRAIL_TRAILS,
        (
            "cloudtrail:DescribeTrails",
            "cloudtrail:GetTrailStatus",
            "cloudtrail:GetEventSelectors",
            "cloudtrail:GetInsightSelectors",
            "cloudtrail:ListTags",
        ),
        traps=("A trail of all regions is in the frame of each region: see is_shadow.",),
    ),
    written(
        "dynamodb",
        "tables",
        "DynamoDB tables: encryption, point-in-time recovery, deletion protection, policy.",
        data.DYNAMODB_TABLES,
        (
            "dynamodb:ListTables",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:GetResourcePolicy",
            "dynamodb:ListTagsOfResource",
        ),
    ),
    written(
        "ec2",
        "instances",
        "EC2 instances: exposure, IMDSv2, volume encryption, Systems Manager.",
        ec2.INSTANCES,
        ("ec2:DescribeInstances", "ec2:DescribeVolumes", "ssm:DescribeInstanceInformation"),
        traps=("Encryption is read from the volumes: an instance's own answer does not have it.",),
    ),
    written(
        "ec2",
        "security_groups",
        "Security groups, one row per rule: ports, peers, what is open to the world.",
        ec2.SECURITY_GROUPS,
        (
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeNetworkInterfaces",
        ),
    ),
    written(
        "ec2",
        "volumes",
        "EBS volumes: encryption, key, attachment, the region's default.",
        ec2.VOLUMES,
        ("ec2:DescribeVolumes", "ec2:GetEbsEncryptionByDefault"),
    ),
    written(
        "iam",
        "account",
        "The account as IAM sees it, one row: root user, password policy, counts.",
        iam.ACCOUNT,
        (
            "iam:GetAccountSummary",
            "iam:ListAccountAliases",
            "iam:GetAccountPasswordPolicy",
            "iam:GetCredentialReport",
            "iam:GenerateCredentialReport",
        ),
        is_global=True,
        traps=("Absence of a password policy is an answer, not a gap.",),
    ),
    written(
        "iam",
        "policies",
        "Customer managed IAM policies: documents, attachments, full administrators.",
        iam.POLICIES,
        ("iam:GetAccountAuthorizationDetails",),
        is_global=True,
        traps=("A policy that is no full administrator may still lead to one.",),
    ),
    written(
        "iam",
        "roles",
        "IAM roles: who may assume them, last use, policies.",
        iam.ROLES,
        (
            "iam:GetAccountAuthorizationDetails",
            "iam:ListRoles",
            # Only where the bulk read is refused:
            "iam:GetRole",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:GetRolePolicy",
        ),
        is_global=True,
        traps=("Last use is read from the bulk answer: the listing of roles leaves it out.",),
    ),
    written(
        "iam",
        "users",
        "IAM users: console access, MFA, access keys and their age, policies.",
        iam.USERS,
        (
            "iam:GetAccountAuthorizationDetails",
            "iam:GetCredentialReport",
            "iam:GenerateCredentialReport",
            "iam:ListMFADevices",
            # Only for users the credential report does not know:
            "iam:GetUser",
            "iam:GetLoginProfile",
            "iam:ListAccessKeys",
            "iam:GetAccessKeyLastUsed",
            # Only where the bulk read is refused:
            "iam:ListUsers",
            "iam:ListGroupsForUser",
            "iam:ListAttachedUserPolicies",
            "iam:ListUserPolicies",
            "iam:GetUserPolicy",
        ),
        is_global=True,
        traps=(
            "The credential report may be up to four hours old: credentials_as_of has its time.",
        ),
    ),
    written(
        "kms",
        "keys",
        "KMS keys: state, rotation, who may use them.",
        kms.KEYS,
        (
            "kms:ListKeys",
            "kms:ListAliases",
            "kms:DescribeKey",
            "kms:GetKeyRotationStatus",
            "kms:GetKeyPolicy",
            "kms:ListResourceTags",
        ),
        traps=("Grants are not read: they give access besides the key policy.",),
    ),
    written(
        "lambda",
        "functions",
        "Lambda functions: runtime, role, network, policy, URLs; environment by name only.",
        compute.LAMBDA_FUNCTIONS,
        (
            "lambda:ListFunctions",
            "lambda:GetPolicy",
            "lambda:GetFunctionConcurrency",
            "lambda:ListFunctionUrlConfigs",
            "lambda:ListTags",
        ),
        traps=("Policies of aliases and versions are not looked at.",),
    ),
    written(
        "logs",
        "groups",
        "CloudWatch log groups: retention, encryption, metric filters.",
        logging.LOG_GROUPS,
        ("logs:DescribeLogGroups", "logs:ListTagsForResource"),
    ),
    written(
        "rds",
        "instances",
        "RDS instances: encryption, exposure, backups, TLS.",
        data.RDS_INSTANCES,
        ("rds:DescribeDBInstances", "rds:DescribeDBParameters"),
        traps=("The API also lists Neptune and DocumentDB instances: look at engine.",),
    ),
    written(
        "s3",
        "buckets",
        "S3 buckets: public access in force, encryption, TLS, versioning, logging, lock.",
        s3.BUCKETS,
        (
            "s3:ListAllMyBuckets",
            "s3:GetAccountPublicAccessBlock",
            "s3:GetBucketLocation",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketPolicy",
            "s3:GetBucketPolicyStatus",
            "s3:GetBucketAcl",
            "s3:GetBucketOwnershipControls",
            "s3:GetEncryptionConfiguration",
            "s3:GetBucketVersioning",
            "s3:GetBucketLogging",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketTagging",
        ),
        is_global=True,
        traps=(
            "Creation dates are right because they are asked in the partition's main region.",
            "is_public does not look into access points.",
            "Directory, table and vector buckets are not listed: they have APIs of their own.",
        ),
    ),
    written(
        "secretsmanager",
        "secrets",
        "Secrets: rotation, age, key, policy. Never a value.",
        secrets.SECRETS,
        ("secretsmanager:ListSecrets", "secretsmanager:GetResourcePolicy"),
    ),
    written(
        "sns",
        "topics",
        "SNS topics: encryption, policy, subscriptions.",
        messaging.SNS_TOPICS,
        ("sns:ListTopics", "sns:GetTopicAttributes", "sns:ListTagsForResource"),
    ),
    written(
        "sqs",
        "queues",
        "SQS queues: encryption, policy, dead-letter queue.",
        messaging.SQS_QUEUES,
        ("sqs:ListQueues", "sqs:GetQueueAttributes", "sqs:ListQueueTags"),
    ),
)

RESOURCES: Final[tuple[Resource, ...]] = tuple(
    sorted(
        (
            *_WRITTEN,
            *apis.RESOURCES,
            *backup.RESOURCES,
            *declared_compute.RESOURCES,
            *compliance.RESOURCES,
            *config.RESOURCES,
            *containers.RESOURCES,
            *databases.RESOURCES,
            *delivery.RESOURCES,
            *detection.RESOURCES,
            *edge.RESOURCES,
            *identity.RESOURCES,
            *kubernetes.RESOURCES,
            *load_balancers.RESOURCES,
            *monitoring.RESOURCES,
            *network.RESOURCES,
            *organization.RESOURCES,
            *stores.RESOURCES,
            *systems.RESOURCES,
        ),
        key=lambda resource: (resource.service, resource.name),
    )
)


_BY_NAME: Final = {(resource.service, resource.name): resource for resource in RESOURCES}


def find_resource(service: str, name: str) -> Resource | None:
    """Return the curated resource, or None."""
    return _BY_NAME.get((service, name))


def resource_names(service: str) -> list[str]:
    """Return the names of the curated resources of a service, sorted."""
    return [resource.name for resource in RESOURCES if resource.service == service]
