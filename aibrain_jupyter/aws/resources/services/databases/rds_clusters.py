"""RDS clusters, and what they and snapshots have in common."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import MAX_RECORDS, count, flag, nested, tags, text, time

ENCRYPTION_TYPE: Final = text(
    "encryption_type",
    "sse-kms (a KMS key of the account), sse-rds (a key of RDS itself) or none; NA: not said",
    "StorageEncryptionType",
)


def forces_tls(parameters: str) -> str:
    """Return the expression for what a parameter group says about connections without TLS."""
    return (
        f"{parameters}[?ParameterName=='rds.force_ssl' || "
        "ParameterName=='require_secure_transport'].flag(ParameterValue) | [0]"
    )


def is_encrypted(member: str) -> str:
    """Return the expression for a flag that RDS answers false where its own key encrypts."""
    return f"StorageEncryptionType=='sse-rds' || {member}"


RDS_CLUSTERS: Final = declared(
    "rds",
    "clusters",
    "RDS clusters: encryption, backups, deletion protection, sign-in, logs.",
    (
        text("cluster_id", "identifier of the cluster", "DBClusterIdentifier"),
        text("arn", "ARN of the cluster", "DBClusterArn"),
        text("engine", "such as aurora-postgresql; neptune and docdb are listed too", "Engine"),
        text("engine_version", "version of the engine", "EngineVersion"),
        text("engine_mode", "provisioned or serverless", "EngineMode"),
        text("status", "such as available", "Status"),
        time("created", "when it was made, UTC", "ClusterCreateTime"),
        flag(
            "is_encrypted",
            "whether its storage is encrypted, by whatever key",
            is_encrypted("StorageEncrypted"),
        ),
        ENCRYPTION_TYPE,
        text("kms_key", "ARN of the storage key; NA: none of the account", "KmsKeyId"),
        flag("is_multi_az", "whether its instances are in several zones", "MultiAZ"),
        flag(
            "is_publicly_accessible",
            "whether it has a public address; NA: its instances decide",
            "PubliclyAccessible",
        ),
        count("backup_retention_days", "days automatic backups are kept", "BackupRetentionPeriod"),
        text("backup_window", "daily window of backups, UTC", "PreferredBackupWindow"),
        time(
            "latest_restorable_time",
            "latest point it can be restored to, UTC",
            "LatestRestorableTime",
            absent="none",
        ),
        flag("deletion_protection", "whether deletion is refused", "DeletionProtection"),
        flag(
            "iam_authentication",
            "whether database users may sign in with IAM",
            "IAMDatabaseAuthenticationEnabled",
        ),
        flag(
            "auto_minor_upgrade",
            "whether minor versions are installed automatically; NA: its instances decide",
            "AutoMinorVersionUpgrade",
        ),
        text(
            "master_secret",
            "ARN of the secret RDS keeps the master password in; NA: not managed",
            "MasterUserSecret.SecretArn",
        ),
        nested("log_exports", "logs sent to CloudWatch Logs", "all(EnabledCloudwatchLogsExports)"),
        text(
            "activity_stream",
            "started or stopped: the stream of database activity",
            "ActivityStreamStatus",
        ),
        flag("copies_tags", "whether snapshots get its tags", "CopyTagsToSnapshot"),
        text("parameter_group", "cluster parameter group", "DBClusterParameterGroup"),
        flag(
            "forces_tls",
            "whether its parameter group refuses plain connections; NA: it has no such parameter",
            forces_tls("DescribeDBClusterParameters"),
        ),
        nested(
            "members",
            "identifiers of its instances",
            "all(DBClusterMembers[].DBInstanceIdentifier)",
        ),
        nested(
            "security_groups",
            "ids of its VPC security groups",
            "all(VpcSecurityGroups[].VpcSecurityGroupId)",
        ),
        tags("TagList"),
    ),
    (
        listing("rds:DescribeDBClusters", "DBClusters", fixed=MAX_RECORDS),
        detail(
            "rds:DescribeDBClusterParameters",
            {"DBClusterParameterGroupName": "DBClusterParameterGroup"},
            records="Parameters",
            fixed=MAX_RECORDS,
            when="DBClusterParameterGroup",
        ),
    ),
    traps=("The API also lists Neptune and DocumentDB clusters: look at engine.",),
)
