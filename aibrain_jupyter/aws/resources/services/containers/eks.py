"""EKS: clusters and managed node groups."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, each, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

EKS_CLUSTERS: Final = declared(
    "eks",
    "clusters",
    "EKS clusters: endpoint, secrets encryption, control plane logs, access.",
    (
        text("cluster_name", "name of the cluster", "ListClusters"),
        text("arn", "ARN of the cluster", "DescribeCluster.arn"),
        text(
            "connected_from",
            "provider of a cluster elsewhere that is only registered; NA: an EKS cluster",
            "DescribeCluster.connectorConfig.provider",
        ),
        text("status", "such as ACTIVE", "DescribeCluster.status"),
        time("created", "when it was made, UTC", "DescribeCluster.createdAt"),
        text("version", "Kubernetes version", "DescribeCluster.version"),
        text("platform_version", "EKS platform version", "DescribeCluster.platformVersion"),
        text(
            "support",
            "STANDARD or EXTENDED after standard support ends",
            "DescribeCluster.upgradePolicy.supportType",
        ),
        flag(
            "is_endpoint_public",
            "whether the API server has a public endpoint",
            "DescribeCluster.resourcesVpcConfig.endpointPublicAccess",
            absent="a cluster elsewhere",
        ),
        flag(
            "is_endpoint_private",
            "whether it has a private endpoint",
            "DescribeCluster.resourcesVpcConfig.endpointPrivateAccess",
            absent="a cluster elsewhere",
        ),
        nested(
            "public_cidrs",
            "ranges the public endpoint admits",
            "all(DescribeCluster.resourcesVpcConfig.publicAccessCidrs)",
        ),
        flag(
            "is_open_to_world",
            "whether the public endpoint admits every public address, by one range or several",
            "DescribeCluster.resourcesVpcConfig.endpointPublicAccess && "
            "is_internet(DescribeCluster.resourcesVpcConfig.publicAccessCidrs)",
            absent="a cluster elsewhere, or its ranges are not said",
        ),
        flag(
            "encrypts_secrets",
            "whether a KMS key of the account encrypts secrets",
            "present(DescribeCluster.encryptionConfig)",
        ),
        text(
            "kms_key",
            "ARN of that key; NA: none",
            "DescribeCluster.encryptionConfig[0].provider.keyArn",
        ),
        nested(
            "log_types",
            "control plane logs that are on",
            "all(DescribeCluster.logging.clusterLogging[?enabled].types[])",
        ),
        text(
            "authentication",
            "API, API_AND_CONFIG_MAP or CONFIG_MAP",
            "DescribeCluster.accessConfig.authenticationMode",
        ),
        flag(
            "deletion_protection",
            "whether deletion is refused; NA: not said",
            "DescribeCluster.deletionProtection",
        ),
        text("role", "ARN of its role", "DescribeCluster.roleArn"),
        text("vpc_id", "VPC", "DescribeCluster.resourcesVpcConfig.vpcId"),
        nested("nodegroups", "names of its managed node groups", "all(ListNodegroups)"),
        nested("access_entries", "principals with an access entry", "all(ListAccessEntries)"),
        tags("DescribeCluster.tags"),
    ),
    (
        listing("eks:ListClusters", "clusters", fixed={"include": ["all"]}),
        detail("eks:DescribeCluster", {"name": "ListClusters"}, member="cluster"),
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
        text("nodegroup_name", "name of the node group", "ListNodegroups"),
        text("cluster_name", "its cluster", "ListClusters"),
        text("arn", "ARN of the node group", "DescribeNodegroup.nodegroupArn"),
        text("status", "such as ACTIVE", "DescribeNodegroup.status"),
        time("created", "when it was made, UTC", "DescribeNodegroup.createdAt"),
        text("version", "Kubernetes version", "DescribeNodegroup.version"),
        text("release", "release of its AMI", "DescribeNodegroup.releaseVersion"),
        text("ami_type", "kind of its AMI", "DescribeNodegroup.amiType"),
        text("ssh_key", "key pair for SSH; NA: none", "DescribeNodegroup.remoteAccess.ec2SshKey"),
        nested(
            "ssh_security_groups",
            "groups that may use SSH; empty with a key: everyone",
            "all(DescribeNodegroup.remoteAccess.sourceSecurityGroups)",
        ),
        text("node_role", "ARN of the nodes' role", "DescribeNodegroup.nodeRole"),
        nested(
            "health_issues",
            "codes of its health issues",
            "all(DescribeNodegroup.health.issues[].code)",
        ),
        tags("DescribeNodegroup.tags"),
    ),
    (
        listing("eks:ListClusters", "clusters"),
        each("eks:ListNodegroups", "nodegroups", {"clusterName": "ListClusters"}),
        detail(
            "eks:DescribeNodegroup",
            {"clusterName": "ListClusters", "nodegroupName": "ListNodegroups"},
            member="nodegroup",
        ),
    ),
    key=("cluster_name", "nodegroup_name"),
)
