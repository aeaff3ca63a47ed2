"""Redshift clusters."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import MAX_RECORDS, count, flag, nested, tags, text, time

REDSHIFT_CLUSTERS: Final = declared(
    "redshift",
    "clusters",
    "Redshift clusters: encryption, exposure, TLS, audit log, snapshots.",
    (
        text("cluster_id", "identifier of the cluster", "ClusterIdentifier"),
        text("arn", "ARN of its namespace", "ClusterNamespaceArn"),
        text("status", "such as available", "ClusterStatus"),
        time("created", "when it was made, UTC", "ClusterCreateTime"),
        text("version", "version of the engine", "ClusterVersion"),
        text("node_type", "type of its nodes", "NodeType"),
        count("nodes", "nodes", "NumberOfNodes"),
        flag("is_encrypted", "whether its data are encrypted", "Encrypted"),
        text("kms_key", "ARN of its key; NA: none", "KmsKeyId"),
        flag("is_publicly_accessible", "whether it has a public address", "PubliclyAccessible"),
        flag("enhanced_vpc_routing", "whether its traffic stays in the VPC", "EnhancedVpcRouting"),
        count(
            "snapshot_retention_days",
            "days automatic snapshots are kept; 0: none are made",
            "AutomatedSnapshotRetentionPeriod",
        ),
        flag(
            "auto_version_upgrade",
            "whether versions are installed automatically",
            "AllowVersionUpgrade",
        ),
        flag("is_multi_az", "whether it runs in two zones", "flag(MultiAZ)"),
        flag(
            "has_audit_log",
            "whether connections are logged",
            "DescribeLoggingStatus.LoggingEnabled",
        ),
        text(
            "audit_log_bucket",
            "bucket of the audit log; NA: none, or CloudWatch",
            "DescribeLoggingStatus.BucketName",
        ),
        flag(
            "requires_tls",
            "whether its parameter group refuses connections without TLS (require_ssl)",
            "DescribeClusterParameters[?ParameterName=='require_ssl'].flag(ParameterValue) | [0]",
            absent="its parameter group has no such parameter",
        ),
        text("vpc_id", "VPC", "VpcId"),
        nested(
            "security_groups",
            "ids of its VPC security groups",
            "all(VpcSecurityGroups[].VpcSecurityGroupId)",
        ),
        tags("Tags"),
    ),
    (
        listing("redshift:DescribeClusters", "Clusters", fixed=MAX_RECORDS),
        detail("redshift:DescribeLoggingStatus", {"ClusterIdentifier": "ClusterIdentifier"}),
        detail(
            "redshift:DescribeClusterParameters",
            {"ParameterGroupName": "ClusterParameterGroups[0].ParameterGroupName"},
            records="Parameters",
            fixed=MAX_RECORDS,
            when="ClusterParameterGroups[0].ParameterGroupName",
        ),
    ),
    traps=("Redshift Serverless has other operations and is not listed.",),
)
