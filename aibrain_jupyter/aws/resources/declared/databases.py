"""Databases: RDS clusters and snapshots, Redshift."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import Resource, declared, detail, listing
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGGED, TEXT, TIME, Column

_RECORDS: Final = {"MaxRecords": 100}
_ENCRYPTION_TYPE: Final = Column(
    "encryption_type",
    TEXT,
    "sse-kms (a KMS key of the account), sse-rds (a key of RDS itself) or none; NA: not said",
    "StorageEncryptionType",
)


def _is_encrypted(flag: str) -> str:
    # RDS answers the flag false where its own key encrypts.
    return f"StorageEncryptionType=='sse-rds' || {flag}"


RDS_CLUSTERS: Final = declared(
    "rds",
    "clusters",
    "RDS clusters: encryption, backups, deletion protection, sign-in, logs.",
    (
        Column("cluster_id", TEXT, "identifier of the cluster", "DBClusterIdentifier"),
        Column("arn", TEXT, "ARN of the cluster", "DBClusterArn"),
        Column(
            "engine", TEXT, "such as aurora-postgresql; neptune and docdb are listed too", "Engine"
        ),
        Column("engine_version", TEXT, "version of the engine", "EngineVersion"),
        Column("engine_mode", TEXT, "provisioned or serverless", "EngineMode"),
        Column("status", TEXT, "such as available", "Status"),
        Column("created", TIME, "when it was made, UTC", "ClusterCreateTime"),
        Column(
            "is_encrypted",
            FLAG,
            "whether its storage is encrypted, by whatever key",
            _is_encrypted("StorageEncrypted"),
        ),
        _ENCRYPTION_TYPE,
        Column("kms_key", TEXT, "ARN of the storage key; NA: none of the account", "KmsKeyId"),
        Column("is_multi_az", FLAG, "whether its instances are in several zones", "MultiAZ"),
        Column(
            "is_publicly_accessible",
            FLAG,
            "whether it has a public address; NA: its instances decide",
            "PubliclyAccessible",
        ),
        Column(
            "backup_retention_days",
            COUNT,
            "days automatic backups are kept",
            "BackupRetentionPeriod",
        ),
        Column("backup_window", TEXT, "daily window of backups, UTC", "PreferredBackupWindow"),
        Column(
            "latest_restorable_time",
            TIME,
            "latest point it can be restored to, UTC",
            "LatestRestorableTime",
        ),
        Column("deletion_protection", FLAG, "whether deletion is refused", "DeletionProtection"),
        Column(
            "iam_authentication",
            FLAG,
            "whether database users may sign in with IAM",
            "IAMDatabaseAuthenticationEnabled",
        ),
        Column(
            "auto_minor_upgrade",
            FLAG,
            "whether minor versions are installed automatically; NA: its instances decide",
            "AutoMinorVersionUpgrade",
        ),
        Column(
            "master_secret",
            TEXT,
            "ARN of the secret RDS keeps the master password in; NA: not managed",
            "MasterUserSecret.SecretArn",
        ),
        Column(
            "log_exports",
            NESTED,
            "logs sent to CloudWatch Logs",
            "all(EnabledCloudwatchLogsExports)",
        ),
        Column(
            "activity_stream",
            TEXT,
            "started or stopped: the stream of database activity",
            "ActivityStreamStatus",
        ),
        Column("copies_tags", FLAG, "whether snapshots get its tags", "CopyTagsToSnapshot"),
        Column("parameter_group", TEXT, "cluster parameter group", "DBClusterParameterGroup"),
        Column(
            "forces_tls",
            FLAG,
            "whether its parameter group refuses plain connections; NA: it has no such parameter",
            "DescribeDBClusterParameters[?ParameterName=='rds.force_ssl' || "
            "ParameterName=='require_secure_transport'].flag(ParameterValue) | [0]",
        ),
        Column(
            "members",
            NESTED,
            "identifiers of its instances",
            "all(DBClusterMembers[].DBInstanceIdentifier)",
        ),
        Column(
            "security_groups",
            NESTED,
            "ids of its VPC security groups",
            "all(VpcSecurityGroups[].VpcSecurityGroupId)",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(TagList)"),
    ),
    (
        listing("rds:DescribeDBClusters", "DBClusters", fixed=_RECORDS),
        detail(
            "rds:DescribeDBClusterParameters",
            {"DBClusterParameterGroupName": "DBClusterParameterGroup"},
            records="Parameters",
            fixed=_RECORDS,
            when="DBClusterParameterGroup",
        ),
    ),
    traps=("The API also lists Neptune and DocumentDB clusters: look at engine.",),
)


_RESTORERS: Final = (
    "not_null(DescribeDBSnapshotAttributes.DBSnapshotAttributesResult.DBSnapshotAttributes, "
    "DescribeDBClusterSnapshotAttributes.DBClusterSnapshotAttributesResult."
    "DBClusterSnapshotAttributes)[?AttributeName=='restore'].AttributeValues[]"
)


RDS_SNAPSHOTS: Final = declared(
    "rds",
    "snapshots",
    "RDS snapshots of instances and clusters: encryption, age, sharing.",
    (
        Column(
            "snapshot_id",
            TEXT,
            "identifier of the snapshot",
            "DBSnapshotIdentifier || DBClusterSnapshotIdentifier",
        ),
        Column("arn", TEXT, "ARN of the snapshot", "DBSnapshotArn || DBClusterSnapshotArn"),
        Column(
            "source_id",
            TEXT,
            "instance or cluster it was made of",
            "DBInstanceIdentifier || DBClusterIdentifier",
        ),
        Column(
            "is_of_cluster",
            FLAG,
            "whether it was made of a cluster",
            "present(DBClusterSnapshotIdentifier)",
        ),
        Column("kind", TEXT, "automated, manual, awsbackup, …", "SnapshotType"),
        Column("status", TEXT, "such as available", "Status"),
        Column("created", TIME, "when it was made, UTC", "SnapshotCreateTime"),
        Column("engine", TEXT, "engine", "Engine"),
        Column(
            "is_encrypted",
            FLAG,
            "whether it is encrypted, by whatever key",
            _is_encrypted("not_null(Encrypted, StorageEncrypted)"),
        ),
        _ENCRYPTION_TYPE,
        Column("kms_key", TEXT, "ARN of its key; NA: none of the account", "KmsKeyId"),
        Column(
            "is_public",
            FLAG,
            "whether every account may restore it",
            f"contains({_RESTORERS} || `[]`, 'all')",
        ),
        Column(
            "shared_with",
            NESTED,
            "accounts that may restore it; all: every account",
            f"all({_RESTORERS})",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(TagList)"),
    ),
    (
        listing("rds:DescribeDBSnapshots", "DBSnapshots", fixed=_RECORDS),
        detail(
            "rds:DescribeDBSnapshotAttributes",
            {"DBSnapshotIdentifier": "DBSnapshotIdentifier"},
            # Automated snapshots cannot be shared; asking about them is an error.
            when="SnapshotType=='manual'",
        ),
    ),
    (
        listing("rds:DescribeDBClusterSnapshots", "DBClusterSnapshots", fixed=_RECORDS),
        detail(
            "rds:DescribeDBClusterSnapshotAttributes",
            {"DBClusterSnapshotIdentifier": "DBClusterSnapshotIdentifier"},
            when="SnapshotType=='manual'",
        ),
    ),
    traps=("Only manual snapshots can be shared: of others is_public is false without asking.",),
)


REDSHIFT_CLUSTERS: Final = declared(
    "redshift",
    "clusters",
    "Redshift clusters: encryption, exposure, TLS, audit log, snapshots.",
    (
        Column("cluster_id", TEXT, "identifier of the cluster", "ClusterIdentifier"),
        Column("arn", TEXT, "ARN of its namespace", "ClusterNamespaceArn"),
        Column("status", TEXT, "such as available", "ClusterStatus"),
        Column("created", TIME, "when it was made, UTC", "ClusterCreateTime"),
        Column("version", TEXT, "version of the engine", "ClusterVersion"),
        Column("node_type", TEXT, "type of its nodes", "NodeType"),
        Column("nodes", COUNT, "nodes", "NumberOfNodes"),
        Column("is_encrypted", FLAG, "whether its data are encrypted", "Encrypted"),
        Column("kms_key", TEXT, "ARN of its key; NA: none", "KmsKeyId"),
        Column(
            "is_publicly_accessible", FLAG, "whether it has a public address", "PubliclyAccessible"
        ),
        Column(
            "enhanced_vpc_routing",
            FLAG,
            "whether its traffic stays in the VPC",
            "EnhancedVpcRouting",
        ),
        Column(
            "snapshot_retention_days",
            COUNT,
            "days automatic snapshots are kept; 0: none are made",
            "AutomatedSnapshotRetentionPeriod",
        ),
        Column(
            "auto_version_upgrade",
            FLAG,
            "whether versions are installed automatically",
            "AllowVersionUpgrade",
        ),
        Column("is_multi_az", FLAG, "whether it runs in two zones", "flag(MultiAZ)"),
        Column(
            "has_audit_log",
            FLAG,
            "whether connections are logged",
            "DescribeLoggingStatus.LoggingEnabled",
        ),
        Column(
            "audit_log_bucket",
            TEXT,
            "bucket of the audit log; NA: none, or CloudWatch",
            "DescribeLoggingStatus.BucketName",
        ),
        Column(
            "requires_tls",
            FLAG,
            "whether its parameter group refuses connections without TLS (require_ssl)",
            "DescribeClusterParameters[?ParameterName=='require_ssl'].flag(ParameterValue) | [0]",
        ),
        Column("vpc_id", TEXT, "VPC", "VpcId"),
        Column(
            "security_groups",
            NESTED,
            "ids of its VPC security groups",
            "all(VpcSecurityGroups[].VpcSecurityGroupId)",
        ),
        TAGGED,
    ),
    (
        listing("redshift:DescribeClusters", "Clusters", fixed=_RECORDS),
        detail("redshift:DescribeLoggingStatus", {"ClusterIdentifier": "ClusterIdentifier"}),
        detail(
            "redshift:DescribeClusterParameters",
            {"ParameterGroupName": "ClusterParameterGroups[0].ParameterGroupName"},
            records="Parameters",
            fixed=_RECORDS,
            when="ClusterParameterGroups[0].ParameterGroupName",
        ),
    ),
    traps=("Redshift Serverless has other operations and is not listed.",),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    RDS_CLUSTERS,
    RDS_SNAPSHOTS,
    REDSHIFT_CLUSTERS,
)
