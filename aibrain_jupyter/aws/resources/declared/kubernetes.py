"""EKS: clusters and managed node groups."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    declared,
    detail,
    each,
    listing,
)
from aibrain_jupyter.shared.frames.columns import FLAG, NESTED, TEXT, TIME, Column

EKS_CLUSTERS: Final = declared(
    "eks",
    "clusters",
    "EKS clusters: endpoint, secrets encryption, control plane logs, access.",
    (
        Column("cluster_name", TEXT, "name of the cluster", "ListClusters"),
        Column("arn", TEXT, "ARN of the cluster", "DescribeCluster.cluster.arn"),
        Column(
            "connected_from",
            TEXT,
            "provider of a cluster elsewhere that is only registered; NA: an EKS cluster",
            "DescribeCluster.cluster.connectorConfig.provider",
        ),
        Column("status", TEXT, "such as ACTIVE", "DescribeCluster.cluster.status"),
        Column("created", TIME, "when it was made, UTC", "DescribeCluster.cluster.createdAt"),
        Column("version", TEXT, "Kubernetes version", "DescribeCluster.cluster.version"),
        Column(
            "platform_version",
            TEXT,
            "EKS platform version",
            "DescribeCluster.cluster.platformVersion",
        ),
        Column(
            "support",
            TEXT,
            "STANDARD or EXTENDED after standard support ends",
            "DescribeCluster.cluster.upgradePolicy.supportType",
        ),
        Column(
            "is_endpoint_public",
            FLAG,
            "whether the API server has a public endpoint",
            "DescribeCluster.cluster.resourcesVpcConfig.endpointPublicAccess",
        ),
        Column(
            "is_endpoint_private",
            FLAG,
            "whether it has a private endpoint",
            "DescribeCluster.cluster.resourcesVpcConfig.endpointPrivateAccess",
        ),
        Column(
            "public_cidrs",
            NESTED,
            "ranges the public endpoint admits",
            "all(DescribeCluster.cluster.resourcesVpcConfig.publicAccessCidrs)",
        ),
        Column(
            "is_open_to_world",
            FLAG,
            "whether the public endpoint admits 0.0.0.0/0 or ::/0",
            "DescribeCluster.cluster.resourcesVpcConfig.endpointPublicAccess && "
            "present(DescribeCluster.cluster.resourcesVpcConfig.publicAccessCidrs"
            "[?@=='0.0.0.0/0' || @=='::/0'])",
        ),
        Column(
            "encrypts_secrets",
            FLAG,
            "whether a KMS key of the account encrypts secrets",
            "present(DescribeCluster.cluster.encryptionConfig)",
        ),
        Column(
            "kms_key",
            TEXT,
            "ARN of that key; NA: none",
            "DescribeCluster.cluster.encryptionConfig[0].provider.keyArn",
        ),
        Column(
            "log_types",
            NESTED,
            "control plane logs that are on",
            "all(DescribeCluster.cluster.logging.clusterLogging[?enabled].types[])",
        ),
        Column(
            "authentication",
            TEXT,
            "API, API_AND_CONFIG_MAP or CONFIG_MAP",
            "DescribeCluster.cluster.accessConfig.authenticationMode",
        ),
        Column(
            "deletion_protection",
            FLAG,
            "whether deletion is refused; NA: not said",
            "DescribeCluster.cluster.deletionProtection",
        ),
        Column("role", TEXT, "ARN of its role", "DescribeCluster.cluster.roleArn"),
        Column("vpc_id", TEXT, "VPC", "DescribeCluster.cluster.resourcesVpcConfig.vpcId"),
        Column("nodegroups", NESTED, "names of its managed node groups", "all(ListNodegroups)"),
        Column(
            "access_entries", NESTED, "principals with an access entry", "all(ListAccessEntries)"
        ),
        Column(
            "tags", NESTED, "tags as a mapping; empty: none", "tags(DescribeCluster.cluster.tags)"
        ),
    ),
    (
        listing("eks:ListClusters", "clusters", fixed={"include": ["all"]}),
        detail("eks:DescribeCluster", {"name": "ListClusters"}),
        detail("eks:ListNodegroups", {"clusterName": "ListClusters"}, records="nodegroups"),
        detail(
            "eks:ListAccessEntries",
            {"clusterName": "ListClusters"},
            records="accessEntries",
            # A cluster that authenticates by its config map only has no access entries.
            absent=("InvalidRequestException",),
        ),
    ),
)


EKS_NODEGROUPS: Final = declared(
    "eks",
    "nodegroups",
    "EKS managed node groups: image, version, remote access.",
    (
        Column("nodegroup_name", TEXT, "name of the node group", "ListNodegroups"),
        Column("cluster_name", TEXT, "its cluster", "ListClusters"),
        Column("arn", TEXT, "ARN of the node group", "DescribeNodegroup.nodegroup.nodegroupArn"),
        Column("status", TEXT, "such as ACTIVE", "DescribeNodegroup.nodegroup.status"),
        Column("created", TIME, "when it was made, UTC", "DescribeNodegroup.nodegroup.createdAt"),
        Column("version", TEXT, "Kubernetes version", "DescribeNodegroup.nodegroup.version"),
        Column("release", TEXT, "release of its AMI", "DescribeNodegroup.nodegroup.releaseVersion"),
        Column("ami_type", TEXT, "kind of its AMI", "DescribeNodegroup.nodegroup.amiType"),
        Column(
            "ssh_key",
            TEXT,
            "key pair for SSH; NA: none",
            "DescribeNodegroup.nodegroup.remoteAccess.ec2SshKey",
        ),
        Column(
            "ssh_security_groups",
            NESTED,
            "groups that may use SSH; empty with a key: everyone",
            "all(DescribeNodegroup.nodegroup.remoteAccess.sourceSecurityGroups)",
        ),
        Column("node_role", TEXT, "ARN of the nodes' role", "DescribeNodegroup.nodegroup.nodeRole"),
        Column(
            "health_issues",
            NESTED,
            "codes of its health issues",
            "all(DescribeNodegroup.nodegroup.health.issues[].code)",
        ),
        Column(
            "tags",
            NESTED,
            "tags as a mapping; empty: none",
            "tags(DescribeNodegroup.nodegroup.tags)",
        ),
    ),
    (
        listing("eks:ListClusters", "clusters"),
        each("eks:ListNodegroups", "nodegroups", {"clusterName": "ListClusters"}),
        detail(
            "eks:DescribeNodegroup",
            {"clusterName": "ListClusters", "nodegroupName": "ListNodegroups"},
        ),
    ),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    EKS_CLUSTERS,
    EKS_NODEGROUPS,
)
