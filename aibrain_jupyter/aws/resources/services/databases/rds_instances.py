"""
Database instances: RDS, Aurora, and what else the API lists.

Source: RDS API reference, DBInstance and DescribeDBParameters.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, grouped, listing
from aibrain_jupyter.aws.resources.services.databases.rds_clusters import (
    ENCRYPTION_TYPE,
    forces_tls,
    is_encrypted,
)
from aibrain_jupyter.aws.resources.shapes import MAX_RECORDS, count, flag, nested, tags, text, time

_ITS_GROUP: Final = "where(!(DBParameterGroups[1]), DBParameterGroups[0].DBParameterGroupName)"
"""Aurora MySQL sets TLS in the cluster's group, and then this one has no such parameter."""


INSTANCES: Final = declared(
    "rds",
    "instances",
    "RDS instances: encryption, exposure, backups, TLS.",
    (
        text("db_instance_id", "identifier of the instance", "DBInstanceIdentifier"),
        text("arn", "ARN of the instance", "DBInstanceArn"),
        text("engine", "such as postgres; the API lists Neptune and DocumentDB too", "Engine"),
        text("engine_version", "version of the engine", "EngineVersion"),
        text("status", "such as available", "DBInstanceStatus"),
        text("instance_class", "such as db.t3.micro", "DBInstanceClass"),
        time("created", "when the instance was made, UTC", "InstanceCreateTime"),
        text("cluster_id", "cluster it belongs to; NA: none", "DBClusterIdentifier"),
        flag(
            "is_encrypted",
            "whether its storage is encrypted, by whatever key",
            is_encrypted("StorageEncrypted"),
        ),
        ENCRYPTION_TYPE,
        text("kms_key", "ARN of the storage key; NA: none of the account", "KmsKeyId"),
        flag("is_multi_az", "whether it has a standby in another zone", "MultiAZ"),
        flag("is_publicly_accessible", "whether it has a public address", "PubliclyAccessible"),
        count(
            "backup_retention_days",
            "days automatic backups are kept; 0: none are made",
            "BackupRetentionPeriod",
        ),
        time(
            "latest_restorable_time",
            "latest point it can be restored to, UTC; NaT: none",
            "LatestRestorableTime",
        ),
        flag("deletion_protection", "whether deletion is refused", "DeletionProtection"),
        flag(
            "iam_authentication",
            "whether database users may sign in with IAM",
            "IAMDatabaseAuthenticationEnabled",
        ),
        flag(
            "auto_minor_upgrade",
            "whether minor versions are installed automatically",
            "AutoMinorVersionUpgrade",
        ),
        nested("log_exports", "logs sent to CloudWatch Logs", "all(EnabledCloudwatchLogsExports)"),
        text(
            "ca_certificate",
            "certificate authority of its server certificate",
            "CACertificateIdentifier || CertificateDetails.CAIdentifier",
        ),
        time(
            "certificate_valid_until",
            "expiry of its server certificate, UTC",
            "CertificateDetails.ValidTill",
            absent="no certificate is said",
        ),
        nested(
            "parameter_groups",
            "names of its DB parameter groups",
            "DBParameterGroups[].DBParameterGroupName || `[]`",
        ),
        flag(
            "forces_tls",
            "whether its parameter group refuses connections without TLS (rds.force_ssl or "
            "require_secure_transport); NA: the group has no such parameter, or unknown",
            forces_tls("DescribeDBParameters"),
        ),
        text("vpc_id", "VPC", "DBSubnetGroup.VpcId"),
        nested(
            "security_groups",
            "ids of its VPC security groups",
            "VpcSecurityGroups[].VpcSecurityGroupId || `[]`",
        ),
        count("port", "TCP port", "Endpoint.Port || DbInstancePort"),
        tags("TagList"),
    ),
    (
        listing("rds:DescribeDBInstances", "DBInstances", fixed=MAX_RECORDS),
        grouped(
            "rds:DescribeDBParameters",
            "Parameters",
            {"DBParameterGroupName": _ITS_GROUP},
            fixed=MAX_RECORDS,
        ),
    ),
    traps=("The API also lists Neptune and DocumentDB instances: look at engine.",),
)
