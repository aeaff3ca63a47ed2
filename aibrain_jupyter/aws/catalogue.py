"""
The curated resources as data: reading it imports no SDK and no code of theirs.

`RESOURCES` is one table, sorted by service and name. To add a resource, write its function in
``aws/resources/<service>_<name>.py``, its columns in ``aws/columns/`` and its lines here; the
tool ``<service>_<name>``, its help and its completion follow from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from aibrain_jupyter.aws.columns import (
    Column,
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

__all__ = ["RESOURCES", "Column", "Resource", "find_resource"]


@dataclass(frozen=True, slots=True)
class Resource:
    """
    A curated resource.

    `function` is ``module:function`` called as ``f(ctx)``, `is_global` whether it is asked once
    per account, `permissions` the IAM actions in the order they are used: the first must be
    allowed, without one of the others its columns are missing and a gap says so.
    """

    service: str
    name: str
    summary: str
    function: str
    columns: tuple[Column, ...]
    permissions: tuple[str, ...]
    is_global: bool = False

    @property
    def tool_name(self) -> str:
        """The name of the tool made from it: ``iam_users``."""
        return f"{self.service}_{self.name}"


def _resource(
    service: str,
    name: str,
    summary: str,
    columns: tuple[Column, ...],
    permissions: tuple[str, ...],
    *,
    is_global: bool = False,
) -> Resource:
    full = f"{service}_{name}"
    function = f"aibrain_jupyter.aws.resources.{full}:export_{full}"
    return Resource(service, name, summary, function, columns, permissions, is_global)


RESOURCES: tuple[Resource, ...] = (
    _resource(
        "acm",
        "certificates",
        "ACM certificates of every key type: expiry, use, renewal.",
        secrets.CERTIFICATES,
        ("acm:ListCertificates", "acm:DescribeCertificate", "acm:ListTagsForCertificate"),
    ),
    _resource(
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
    ),
    _resource(
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
    _resource(
        "ec2",
        "instances",
        "EC2 instances: exposure, IMDSv2, volume encryption, Systems Manager.",
        ec2.INSTANCES,
        ("ec2:DescribeInstances", "ec2:DescribeVolumes", "ssm:DescribeInstanceInformation"),
    ),
    _resource(
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
    _resource(
        "ec2",
        "volumes",
        "EBS volumes: encryption, key, attachment, the region's default.",
        ec2.VOLUMES,
        ("ec2:DescribeVolumes", "ec2:GetEbsEncryptionByDefault"),
    ),
    _resource(
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
    ),
    _resource(
        "iam",
        "policies",
        "Customer managed IAM policies: documents, attachments, full administrators.",
        iam.POLICIES,
        ("iam:GetAccountAuthorizationDetails",),
        is_global=True,
    ),
    _resource(
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
    ),
    _resource(
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
    ),
    _resource(
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
    ),
    _resource(
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
    ),
    _resource(
        "logs",
        "groups",
        "CloudWatch log groups: retention, encryption, metric filters.",
        logging.LOG_GROUPS,
        ("logs:DescribeLogGroups", "logs:ListTagsForResource"),
    ),
    _resource(
        "rds",
        "instances",
        "RDS instances: encryption, exposure, backups, TLS.",
        data.RDS_INSTANCES,
        ("rds:DescribeDBInstances", "rds:DescribeDBParameters"),
    ),
    _resource(
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
    ),
    _resource(
        "secretsmanager",
        "secrets",
        "Secrets: rotation, age, key, policy. Never a value.",
        secrets.SECRETS,
        ("secretsmanager:ListSecrets", "secretsmanager:GetResourcePolicy"),
    ),
    _resource(
        "sns",
        "topics",
        "SNS topics: encryption, policy, subscriptions.",
        messaging.SNS_TOPICS,
        ("sns:ListTopics", "sns:GetTopicAttributes", "sns:ListTagsForResource"),
    ),
    _resource(
        "sqs",
        "queues",
        "SQS queues: encryption, policy, dead-letter queue.",
        messaging.SQS_QUEUES,
        ("sqs:ListQueues", "sqs:GetQueueAttributes", "sqs:ListQueueTags"),
    ),
)


def find_resource(service: str, name: str) -> Resource | None:
    """Return the curated resource, or None."""
    return next((r for r in RESOURCES if r.service == service and r.name == name), None)
