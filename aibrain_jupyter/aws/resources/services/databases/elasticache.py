"""ElastiCache clusters."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, joined, listing
from aibrain_jupyter.aws.resources.shapes import MAX_RECORDS, count, flag, nested, tags, text, time

ELASTICACHE_CLUSTERS: Final = declared(
    "elasticache",
    "clusters",
    "ElastiCache clusters: encryption at rest and in transit, sign-in, version, backups.",
    (
        text(
            "cluster_id",
            "replication group, or cache cluster without one",
            "ReplicationGroupId || CacheClusterId",
        ),
        text("arn", "ARN", "ARN"),
        text("description", "description; NA: none", "Description"),
        text(
            "engine",
            "redis, valkey or memcached",
            "not_null(Engine, DescribeCacheClusters[0].Engine)",
        ),
        text(
            "engine_version",
            "version of the engine",
            "not_null(EngineVersion, DescribeCacheClusters[0].EngineVersion)",
        ),
        text("status", "such as available", "Status || CacheClusterStatus"),
        time(
            "created",
            "when it was made, UTC",
            "ReplicationGroupCreateTime || CacheClusterCreateTime",
            absent="not said",
        ),
        text("node_type", "type of its nodes", "CacheNodeType"),
        flag(
            "encrypted_at_rest",
            "whether data on disk are encrypted",
            "AtRestEncryptionEnabled",
            absent="not said",
        ),
        text("kms_key", "key at rest; NA: ElastiCache's own, or none", "KmsKeyId"),
        flag(
            "encrypted_in_transit",
            "whether TLS is on",
            "TransitEncryptionEnabled",
            absent="not said",
        ),
        text(
            "transit_mode",
            "required or preferred; NA: TLS is off",
            "TransitEncryptionMode",
            absent="TLS is off",
        ),
        flag(
            "has_password",
            "whether a password (AUTH) is needed",
            "AuthTokenEnabled",
            absent="not said",
        ),
        nested("user_groups", "user groups that may sign in", "all(UserGroupIds)"),
        text(
            "automatic_failover",
            "enabled or disabled; NA: a single cluster",
            "AutomaticFailover",
            absent="a single cluster",
        ),
        text(
            "multi_az",
            "enabled or disabled; NA: a single cluster",
            "MultiAZ",
            absent="a single cluster",
        ),
        count(
            "snapshot_retention_days",
            "days backups are kept; 0: none are made",
            "SnapshotRetentionLimit",
            absent="no backups of this engine",
        ),
        flag(
            "auto_minor_upgrade",
            "whether minor versions are installed automatically",
            "AutoMinorVersionUpgrade",
        ),
        tags("ListTagsForResource.TagList"),
    ),
    (
        listing("elasticache:DescribeReplicationGroups", "ReplicationGroups", fixed=MAX_RECORDS),
        joined(
            "elasticache:DescribeCacheClusters",
            "CacheClusters",
            key="ReplicationGroupId",
            to="ReplicationGroupId",
            fixed=MAX_RECORDS,
        ),
        detail("elasticache:ListTagsForResource", {"ResourceName": "ARN"}),
    ),
    (
        listing(
            "elasticache:DescribeCacheClusters",
            "CacheClusters",
            fixed={"MaxRecords": 100, "ShowCacheClustersNotInReplicationGroups": True},
            name="DescribeOtherCacheClusters",
        ),
        detail(
            "elasticache:ListTagsForResource", {"ResourceName": "ARN"}, name="ListTagsForResource"
        ),
    ),
    traps=("Serverless caches have other operations and are not listed.",),
    key=("arn",),
)
