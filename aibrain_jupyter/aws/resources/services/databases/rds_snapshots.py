"""RDS snapshots of instances and clusters."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.services.databases.rds_clusters import (
    ENCRYPTION_TYPE,
    is_encrypted,
)
from aibrain_jupyter.aws.resources.shapes import MAX_RECORDS, flag, nested, tags, text, time

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
        text(
            "snapshot_id",
            "identifier of the snapshot",
            "DBSnapshotIdentifier || DBClusterSnapshotIdentifier",
        ),
        text("arn", "ARN of the snapshot", "DBSnapshotArn || DBClusterSnapshotArn"),
        text(
            "source_id",
            "instance or cluster it was made of",
            "DBInstanceIdentifier || DBClusterIdentifier",
        ),
        flag(
            "is_of_cluster",
            "whether it was made of a cluster",
            "present(DBClusterSnapshotIdentifier)",
        ),
        text("kind", "automated, manual, awsbackup, …", "SnapshotType"),
        text("status", "such as available", "Status"),
        time("created", "when it was made, UTC", "SnapshotCreateTime"),
        text("engine", "engine", "Engine"),
        flag(
            "is_encrypted",
            "whether it is encrypted, by whatever key",
            is_encrypted("not_null(Encrypted, StorageEncrypted)"),
        ),
        ENCRYPTION_TYPE,
        text("kms_key", "ARN of its key; NA: none of the account", "KmsKeyId"),
        flag(
            "is_public",
            "whether every account may restore it",
            f"contains({_RESTORERS} || `[]`, 'all')",
        ),
        nested(
            "shared_with",
            "accounts that may restore it; all: every account",
            f"all({_RESTORERS})",
        ),
        tags("TagList"),
    ),
    (
        listing("rds:DescribeDBSnapshots", "DBSnapshots", fixed=MAX_RECORDS),
        detail(
            "rds:DescribeDBSnapshotAttributes",
            {"DBSnapshotIdentifier": "DBSnapshotIdentifier"},
            # Automated snapshots cannot be shared; asking about them is an error.
            when="SnapshotType=='manual'",
        ),
    ),
    (
        listing("rds:DescribeDBClusterSnapshots", "DBClusterSnapshots", fixed=MAX_RECORDS),
        detail(
            "rds:DescribeDBClusterSnapshotAttributes",
            {"DBClusterSnapshotIdentifier": "DBClusterSnapshotIdentifier"},
            when="SnapshotType=='manual'",
        ),
    ),
    traps=("Only manual snapshots can be shared: of others is_public is false without asking.",),
    key=("arn",),
)
