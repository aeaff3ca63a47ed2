"""
The resources whose population can be asked for, as data: reading it imports no SDK.

To add one, name its key, and the events that make and delete it with the place of that key in
them; a test compares the places with the service's model.
"""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.populations.declaration import (
    Population,
    created,
    deleted,
    renamed,
)

_IAM: Final = "iam.amazonaws.com"
_EC2: Final = "ec2.amazonaws.com"
_RDS: Final = "rds.amazonaws.com"
_USER: Final = "requestParameters.userName"
_GROUP: Final = "requestParameters.groupName"
_ROLE: Final = "requestParameters.roleName"
_INSTANCES: Final = "responseElements.instancesSet.items[].instanceId"
_DB: Final = "responseElements.dBInstanceIdentifier || requestParameters.dBInstanceIdentifier"
_CLUSTER: Final = "responseElements.dBClusterIdentifier || requestParameters.dBClusterIdentifier"
_TABLE: Final = "after_slash(requestParameters.tableName)"
_TARGET_TABLE: Final = "requestParameters.targetTableName"
_NAME: Final = "requestParameters.name"
_REPOSITORY: Final = "requestParameters.repositoryName"
_FUNCTION: Final = "after_colon(requestParameters.functionName)"
_DESCRIBED_DB: Final = {
    "arn": "responseElements.dBInstanceArn",
    "engine": "responseElements.engine",
    "instance_class": "responseElements.dBInstanceClass",
}

POPULATIONS: Final = (
    Population(
        "iam_users",
        _IAM,
        "user_name",
        (
            *created(_USER, "CreateUser"),
            *deleted(_USER, "DeleteUser"),
            *renamed("UpdateUser", _USER, "requestParameters.newUserName"),
        ),
        created="created",
        told={
            "arn": "responseElements.user.arn",
            "user_id": "responseElements.user.userId",
            "path": "responseElements.user.path",
        },
        ignores_case=True,
        config_type="AWS::IAM::User",
    ),
    Population(
        "iam_roles",
        _IAM,
        "role_name",
        (
            *created(_ROLE, "CreateRole"),
            *created("responseElements.role.roleName", "CreateServiceLinkedRole"),
            *deleted(_ROLE, "DeleteRole", "DeleteServiceLinkedRole"),
        ),
        created="created",
        told={
            "arn": "responseElements.role.arn",
            "role_id": "responseElements.role.roleId",
            "path": "responseElements.role.path",
        },
        ignores_case=True,
        config_type="AWS::IAM::Role",
    ),
    Population(
        "iam_groups",
        _IAM,
        "group_name",
        (
            *created(_GROUP, "CreateGroup"),
            *deleted(_GROUP, "DeleteGroup"),
            *renamed("UpdateGroup", _GROUP, "requestParameters.newGroupName"),
        ),
        created="created",
        told={
            "arn": "responseElements.group.arn",
            "group_id": "responseElements.group.groupId",
            "path": "responseElements.group.path",
        },
        ignores_case=True,
        config_type="AWS::IAM::Group",
    ),
    Population(
        "iam_policies",
        _IAM,
        "arn",
        (
            *created("responseElements.policy.arn", "CreatePolicy"),
            *deleted("requestParameters.policyArn", "DeletePolicy"),
        ),
        created="created",
        told={
            "policy_name": "after_slash(responseElements.policy.arn || requestParameters.policyArn)"
        },
    ),
    Population(
        "iam_access_keys",
        _IAM,
        "access_key_id",
        (
            *created("responseElements.accessKey.accessKeyId", "CreateAccessKey"),
            *deleted("requestParameters.accessKeyId", "DeleteAccessKey"),
        ),
        created="created",
        told={"user_name": "responseElements.accessKey.userName || requestParameters.userName"},
        is_unique=True,
    ),
    Population(
        "ec2_instances",
        _EC2,
        "instance_id",
        (
            *created(_INSTANCES, "RunInstances"),
            *deleted(_INSTANCES, "TerminateInstances"),
            *deleted("serviceEventDetails.instanceIdSet", "BidEvictedEvent"),
        ),
        seen_by="launched",
        told={
            "instance_type": "requestParameters.instanceType",
            "image_id": "requestParameters.instancesSet.items[0].imageId",
        },
        is_unique=True,
        unseen="`true`",
        traps=("An instance that shuts itself down for good has no event of its end.",),
        config_type="AWS::EC2::Instance",
        config_key="resourceId",
    ),
    Population(
        "ec2_security_groups",
        _EC2,
        "group_id",
        (
            *created("responseElements.groupId", "CreateSecurityGroup"),
            *deleted("requestParameters.groupId", "DeleteSecurityGroup"),
        ),
        told={"group_name": _GROUP, "vpc_id": "requestParameters.vpcId"},
        is_unique=True,
        unseen="group_name=='default'",
        traps=("Groups named default come and go with their VPC, without events of their own.",),
        config_type="AWS::EC2::SecurityGroup",
        config_key="resourceId",
    ),
    Population(
        "ec2_vpcs",
        _EC2,
        "vpc_id",
        (
            *created("responseElements.vpc.vpcId", "CreateVpc", "CreateDefaultVpc"),
            *deleted("requestParameters.vpcId", "DeleteVpc"),
        ),
        told={"cidr": "responseElements.vpc.cidrBlock"},
        is_unique=True,
        config_type="AWS::EC2::VPC",
        config_key="resourceId",
    ),
    Population(
        "s3_buckets",
        "s3.amazonaws.com",
        "bucket_name",
        (
            *created("requestParameters.bucketName", "CreateBucket"),
            *deleted("requestParameters.bucketName", "DeleteBucket"),
        ),
        created="created",
        told={"region": "awsRegion"},
        in_every_region=True,
        config_type="AWS::S3::Bucket",
    ),
    Population(
        "rds_instances",
        _RDS,
        "db_instance_id",
        (
            *created(
                _DB,
                "CreateDBInstance",
                "CreateDBInstanceReadReplica",
                "RestoreDBInstanceFromDBSnapshot",
                "RestoreDBInstanceFromS3",
            ),
            *created(
                "responseElements.dBInstanceIdentifier || "
                "requestParameters.targetDBInstanceIdentifier",
                "RestoreDBInstanceToPointInTime",
            ),
            *deleted(_DB, "DeleteDBInstance"),
            *renamed("ModifyDBInstance", _DB, "requestParameters.newDBInstanceIdentifier"),
        ),
        created="created",
        told=_DESCRIBED_DB,
        ignores_case=True,
        config_type="AWS::RDS::DBInstance",
    ),
    Population(
        "rds_clusters",
        _RDS,
        "cluster_id",
        (
            *created(
                _CLUSTER,
                "CreateDBCluster",
                "RestoreDBClusterFromSnapshot",
                "RestoreDBClusterFromS3",
                "RestoreDBClusterToPointInTime",
            ),
            *deleted(_CLUSTER, "DeleteDBCluster"),
            *renamed("ModifyDBCluster", _CLUSTER, "requestParameters.newDBClusterIdentifier"),
        ),
        created="created",
        told={"arn": "responseElements.dBClusterArn", "engine": "responseElements.engine"},
        ignores_case=True,
        config_type="AWS::RDS::DBCluster",
    ),
    Population(
        "kms_keys",
        "kms.amazonaws.com",
        "key_id",
        (
            *created("responseElements.keyMetadata.keyId", "CreateKey"),
            *deleted("after_slash(resources[0].ARN || responseElements.keyId)", "DeleteKey"),
        ),
        created="created",
        told={"arn": "responseElements.keyMetadata.arn || resources[0].ARN"},
        is_unique=True,
        traps=("A key that waits for its deletion is still there: see state.",),
        config_type="AWS::KMS::Key",
        config_key="resourceId",
    ),
    Population(
        "lambda_functions",
        "lambda.amazonaws.com",
        "function_name",
        (
            *created(_FUNCTION, "CreateFunction20150331"),
            *deleted(
                _FUNCTION, "DeleteFunction20150331", when="!not_null(requestParameters.qualifier)"
            ),
        ),
        seen_by="last_modified",
        told={
            "arn": "responseElements.functionArn",
            "runtime": "requestParameters.runtime",
            "role": "requestParameters.role",
        },
        config_type="AWS::Lambda::Function",
    ),
    Population(
        "dynamodb_tables",
        "dynamodb.amazonaws.com",
        "table_name",
        (
            *created(_TABLE, "CreateTable"),
            *created(_TARGET_TABLE, "RestoreTableFromBackup", "RestoreTableToPointInTime"),
            *created("requestParameters.tableCreationParameters.tableName", "ImportTable"),
            *deleted(_TABLE, "DeleteTable"),
        ),
        created="created",
        told={"arn": "responseElements.tableDescription.tableArn"},
        config_type="AWS::DynamoDB::Table",
        config_key="resourceId",
    ),
    Population(
        "eks_clusters",
        "eks.amazonaws.com",
        "cluster_name",
        (
            *created(_NAME, "CreateCluster", "RegisterCluster"),
            *deleted(_NAME, "DeleteCluster", "DeregisterCluster"),
        ),
        created="created",
        told={"arn": "responseElements.cluster.arn"},
    ),
    Population(
        "efs_file_systems",
        "elasticfilesystem.amazonaws.com",
        "file_system_id",
        (
            *created("responseElements.fileSystemId", "CreateFileSystem"),
            *deleted("requestParameters.fileSystemId", "DeleteFileSystem"),
        ),
        created="created",
        told={"arn": "responseElements.fileSystemArn"},
        is_unique=True,
        config_type="AWS::EFS::FileSystem",
        config_key="resourceId",
    ),
    Population(
        "ecr_repositories",
        "ecr.amazonaws.com",
        "repository_name",
        (
            *created(_REPOSITORY, "CreateRepository"),
            *deleted(_REPOSITORY, "DeleteRepository"),
        ),
        created="created",
        told={"arn": "responseElements.repository.repositoryArn"},
        config_type="AWS::ECR::Repository",
        config_key="resourceId",
    ),
)
"""By tool, as `find_population` finds them."""

_BY_TOOL: Final = {population.tool: population for population in POPULATIONS}


def find_population(tool: str) -> Population | None:
    """Return how the things of a tool's resource come and go; None: nobody wrote it down."""
    return _BY_TOOL.get(tool)
