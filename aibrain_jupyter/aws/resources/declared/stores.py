"""Stores: OpenSearch, EFS, ElastiCache."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    batch,
    declared,
    detail,
    joined,
    listing,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGGED, TEXT, TIME, Column

_RECORDS: Final = {"MaxRecords": 100}


OPENSEARCH_DOMAINS: Final = declared(
    "opensearch",
    "domains",
    "OpenSearch domains: encryption, TLS, exposure, fine-grained access, logs.",
    (
        Column("domain_name", TEXT, "name of the domain", "DomainName"),
        Column("arn", TEXT, "ARN of the domain", "DescribeDomains.ARN"),
        Column("engine_version", TEXT, "such as OpenSearch_2.11", "DescribeDomains.EngineVersion"),
        Column(
            "encrypted_at_rest",
            FLAG,
            "whether its data are encrypted",
            "DescribeDomains.EncryptionAtRestOptions.Enabled",
        ),
        Column(
            "kms_key",
            TEXT,
            "key at rest; NA: none",
            "DescribeDomains.EncryptionAtRestOptions.KmsKeyId",
        ),
        Column(
            "encrypted_between_nodes",
            FLAG,
            "whether traffic between nodes is encrypted",
            "DescribeDomains.NodeToNodeEncryptionOptions.Enabled",
        ),
        Column(
            "enforces_https",
            FLAG,
            "whether plain HTTP is refused",
            "DescribeDomains.DomainEndpointOptions.EnforceHTTPS",
        ),
        Column(
            "tls_policy",
            TEXT,
            "least TLS version and ciphers",
            "DescribeDomains.DomainEndpointOptions.TLSSecurityPolicy",
        ),
        Column(
            "is_in_vpc",
            FLAG,
            "whether its endpoint is inside a VPC; otherwise it is public",
            "present(DescribeDomains.VPCOptions.VPCId)",
        ),
        Column("vpc_id", TEXT, "VPC; NA: a public endpoint", "DescribeDomains.VPCOptions.VPCId"),
        Column(
            "fine_grained_access",
            FLAG,
            "whether fine-grained access control is on",
            "DescribeDomains.AdvancedSecurityOptions.Enabled",
        ),
        Column(
            "log_types",
            NESTED,
            "logs that are on",
            "enabled_keys(DescribeDomains.LogPublishingOptions)",
        ),
        Column(
            "has_audit_log",
            FLAG,
            "whether the audit log is on",
            "present(DescribeDomains.LogPublishingOptions.AUDIT_LOGS.Enabled)",
        ),
        Column(
            "policy_allows_everyone",
            FLAG,
            ALLOWS_EVERYONE,
            "everyone(DescribeDomains.AccessPolicies)",
        ),
        Column(
            "policy", NESTED, "access policy; NA: none", "policy(DescribeDomains.AccessPolicies)"
        ),
        Column(
            "update_available",
            FLAG,
            "whether a software update waits",
            "DescribeDomains.ServiceSoftwareOptions.UpdateAvailable",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(ListTags.TagList)"),
    ),
    (
        listing("opensearch:ListDomainNames", "DomainNames", action="es:ListDomainNames"),
        batch(
            "opensearch:DescribeDomains",
            "DomainStatusList",
            {"DomainNames": "DomainName"},
            key="DomainName",
            size=5,
            action="es:DescribeDomains",
        ),
        detail("opensearch:ListTags", {"ARN": "DescribeDomains.ARN"}, action="es:ListTags"),
    ),
    traps=("Domains that run Elasticsearch are listed as well: look at engine_version.",),
)


EFS_FILE_SYSTEMS: Final = declared(
    "efs",
    "file_systems",
    "EFS file systems: encryption, policy, backup, mount targets.",
    (
        Column("file_system_id", TEXT, "id of the file system", "FileSystemId"),
        Column("arn", TEXT, "ARN of the file system", "FileSystemArn"),
        Column("name", TEXT, "name; NA: none", "Name"),
        Column("state", TEXT, "such as available", "LifeCycleState"),
        Column("created", TIME, "when it was made, UTC", "CreationTime"),
        Column("is_encrypted", FLAG, "whether it is encrypted", "Encrypted"),
        Column("kms_key", TEXT, "ARN of its key; NA: not encrypted", "KmsKeyId"),
        Column(
            "backup",
            TEXT,
            "ENABLED, ENABLING, DISABLED, DISABLING",
            "DescribeBackupPolicy.BackupPolicy.Status || 'DISABLED'",
        ),
        Column(
            "has_policy",
            FLAG,
            "whether it has a policy",
            "present(DescribeFileSystemPolicy.Policy)",
        ),
        Column(
            "policy_allows_everyone",
            FLAG,
            ALLOWS_EVERYONE,
            "everyone(DescribeFileSystemPolicy.Policy)",
        ),
        Column(
            "policy",
            NESTED,
            "policy of the file system; NA: none, which lets every client in its network mount it",
            "policy(DescribeFileSystemPolicy.Policy)",
        ),
        Column(
            "mount_targets",
            NESTED,
            "ids of its mount targets",
            "all(DescribeMountTargets[].MountTargetId)",
        ),
        Column(
            "subnets",
            NESTED,
            "subnets it can be mounted in",
            "all(DescribeMountTargets[].SubnetId)",
        ),
        Column("size_bytes", COUNT, "size, bytes, as last metered", "SizeInBytes.Value"),
        TAGGED,
    ),
    (
        listing(
            "efs:DescribeFileSystems", "FileSystems", action="elasticfilesystem:DescribeFileSystems"
        ),
        detail(
            "efs:DescribeFileSystemPolicy",
            {"FileSystemId": "FileSystemId"},
            absent=("PolicyNotFound",),
            action="elasticfilesystem:DescribeFileSystemPolicy",
        ),
        detail(
            "efs:DescribeBackupPolicy",
            {"FileSystemId": "FileSystemId"},
            absent=("PolicyNotFound",),
            action="elasticfilesystem:DescribeBackupPolicy",
        ),
        detail(
            "efs:DescribeMountTargets",
            {"FileSystemId": "FileSystemId"},
            records="MountTargets",
            action="elasticfilesystem:DescribeMountTargets",
        ),
    ),
)


ELASTICACHE_CLUSTERS: Final = declared(
    "elasticache",
    "clusters",
    "ElastiCache clusters: encryption at rest and in transit, sign-in, version, backups.",
    (
        Column(
            "cluster_id",
            TEXT,
            "replication group, or cache cluster without one",
            "ReplicationGroupId || CacheClusterId",
        ),
        Column("arn", TEXT, "ARN", "ARN"),
        Column("description", TEXT, "description; NA: none", "Description"),
        Column(
            "engine",
            TEXT,
            "redis, valkey or memcached",
            "not_null(Engine, DescribeCacheClusters[0].Engine)",
        ),
        Column(
            "engine_version",
            TEXT,
            "version of the engine",
            "not_null(EngineVersion, DescribeCacheClusters[0].EngineVersion)",
        ),
        Column("status", TEXT, "such as available", "Status || CacheClusterStatus"),
        Column(
            "created",
            TIME,
            "when it was made, UTC",
            "ReplicationGroupCreateTime || CacheClusterCreateTime",
        ),
        Column("node_type", TEXT, "type of its nodes", "CacheNodeType"),
        Column(
            "encrypted_at_rest",
            FLAG,
            "whether data on disk are encrypted",
            "AtRestEncryptionEnabled",
        ),
        Column("kms_key", TEXT, "key at rest; NA: ElastiCache's own, or none", "KmsKeyId"),
        Column("encrypted_in_transit", FLAG, "whether TLS is on", "TransitEncryptionEnabled"),
        Column(
            "transit_mode", TEXT, "required or preferred; NA: TLS is off", "TransitEncryptionMode"
        ),
        Column("has_password", FLAG, "whether a password (AUTH) is needed", "AuthTokenEnabled"),
        Column("user_groups", NESTED, "user groups that may sign in", "all(UserGroupIds)"),
        Column(
            "automatic_failover",
            TEXT,
            "enabled or disabled; NA: a single cluster",
            "AutomaticFailover",
        ),
        Column("multi_az", TEXT, "enabled or disabled; NA: a single cluster", "MultiAZ"),
        Column(
            "snapshot_retention_days",
            COUNT,
            "days backups are kept; 0: none are made",
            "SnapshotRetentionLimit",
        ),
        Column(
            "auto_minor_upgrade",
            FLAG,
            "whether minor versions are installed automatically",
            "AutoMinorVersionUpgrade",
        ),
        Column(
            "tags", NESTED, "tags as a mapping; empty: none", "tags(ListTagsForResource.TagList)"
        ),
    ),
    (
        listing("elasticache:DescribeReplicationGroups", "ReplicationGroups", fixed=_RECORDS),
        joined(
            "elasticache:DescribeCacheClusters",
            "CacheClusters",
            key="ReplicationGroupId",
            to="ReplicationGroupId",
            fixed=_RECORDS,
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
)


RESOURCES: Final[tuple[Resource, ...]] = (
    EFS_FILE_SYSTEMS,
    ELASTICACHE_CLUSTERS,
    OPENSEARCH_DOMAINS,
)
