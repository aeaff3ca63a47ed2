"""
Exact totals by another operation that lists the same, or by other answers of the run.

``is_confirmed=False`` where neither the API references nor botocore's models say that both list
the same.
"""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import each, listing
from aibrain_jupyter.aws.resources.totals.declaration import (
    ACCOUNT,
    Heard,
    Parents,
    Total,
    Totals,
    chain,
    config,
    own,
    second,
    usage,
)
from aibrain_jupyter.shared.tools.totals import Kind

_CODE: Final = "aibrain_jupyter.aws.resources.totals"
_PAGE: Final = {"MaxResults": 1000}
_GONE: Final = ("terminated", "shutting-down")
_SHARED: Final = ("those shared with the account from another",)

SECOND_LISTINGS: Final[dict[str, Totals]] = {
    "account_regions": Totals(
        ("region_name",),
        (second("ec2:DescribeRegions", "Regions", "RegionName", fixed={"AllRegions": True}),),
    ),
    "acm_certificates": Totals(
        ("arn",),
        (
            second(
                "acm:SearchCertificates",
                "Results",
                "CertificateArn",
                is_confirmed=False,
                is_settled=False,
                differs=("certificates by ACME", "certificates of other regions' roots"),
            ),
            config("ACM::Certificate"),
        ),
    ),
    "backup_protected_resources": Totals(
        ("arn",),
        (
            chain(
                Kind.SECOND_LISTING,
                listing("backup:ListBackupVaults", "BackupVaultList"),
                each(
                    "backup:ListProtectedResourcesByBackupVault",
                    "Results",
                    {"BackupVaultName": "BackupVaultName"},
                ),
                ids="ResourceArn",
            ),
        ),
    ),
    "cloudformation_stacks": Totals(
        ("arn",),
        (
            second(
                "cloudformation:ListStacks",
                "StackSummaries",
                "StackId",
                when="StackStatus!='DELETE_COMPLETE'",
            ),
            usage("CloudFormation", "Stack"),
        ),
    ),
    "cloudtrail_trails": Totals(
        ("arn",),
        (
            # All regions in one answer: it also has the trails of a region nobody asked.
            second(
                "cloudtrail:ListTrails",
                "Trails",
                "TrailARN",
                when="HomeRegion==here.region",
                only={"is_shadow": (False,)},
                differs=("trails of the organization, which only its own accounts list",),
            ),
            usage("CloudTrail", "Trail"),
        ),
    ),
    "config_conformance_packs": Totals(
        ("pack_name",),
        (
            second(
                "config:DescribeConformancePackStatus",
                "ConformancePackStatusDetails",
                "ConformancePackName",
            ),
        ),
    ),
    "config_recorders": Totals(
        ("recorder_name",),
        (
            second(
                "config:ListConfigurationRecorders",
                "ConfigurationRecorderSummaries",
                "name",
                when="!servicePrincipal",
            ),
        ),
    ),
    "config_rules": Totals(
        ("rule_name",),
        (
            own(
                "config:DescribeComplianceByConfigRule",
                "ComplianceByConfigRules",
                "ConfigRuleName",
            ),
        ),
    ),
    "ec2_instances": Totals(
        ("instance_id",),
        (
            second(
                "ec2:DescribeInstanceStatus",
                "InstanceStatuses",
                "InstanceId",
                when="!contains(['terminated', 'shutting-down'], InstanceState.Name)",
                without={"state": _GONE},
                fixed={"IncludeAllInstances": True, **_PAGE},
                differs=("instances that ended within the hour",),
            ),
            config("EC2::Instance"),
        ),
    ),
    "ec2_launch_templates": Totals(
        ("template_id",),
        (
            second(
                "ec2:DescribeLaunchTemplateVersions",
                "LaunchTemplateVersions",
                "LaunchTemplateId",
                fixed={"Versions": ["$Default"], "MaxResults": 200},
            ),
            config("EC2::LaunchTemplate"),
        ),
    ),
    "ec2_security_groups": Totals(
        ("group_id",),
        (
            chain(
                Kind.SECOND_LISTING,
                listing("ec2:DescribeVpcs", "Vpcs", fixed=_PAGE),
                each(
                    "ec2:GetSecurityGroupsForVpc",
                    "SecurityGroupForVpcs",
                    {"VpcId": "VpcId"},
                    fixed=_PAGE,
                ),
                ids="GroupId",
                when="OwnerId==here.account",
                differs=_SHARED,
            ),
            config("EC2::SecurityGroup"),
        ),
    ),
    "ec2_snapshots": Totals(
        ("snapshot_id",),
        (
            second(
                "ec2:DescribeSnapshotTierStatus",
                "SnapshotTierStatuses",
                "SnapshotId",
                when="OwnerId==here.account",
                fixed=_PAGE,
                is_confirmed=False,
                is_settled=False,
                differs=("snapshots in the recycle bin",),
            ),
        ),
    ),
    "ec2_subnets": Totals(
        ("subnet_id",),
        (
            own(
                "ec2:DescribeNetworkAcls",
                "NetworkAcls[].Associations[]",
                "SubnetId",
                fixed=_PAGE,
                differs=("subnets shared with the account, whose ACLs it may not see",),
            ),
            config("EC2::Subnet"),
        ),
    ),
    "ec2_volumes": Totals(
        ("volume_id",),
        (
            second(
                "ec2:DescribeVolumeStatus",
                "VolumeStatuses",
                "VolumeId",
                fixed=_PAGE,
                without={"state": ("deleting", "deleted")},
                differs=("volumes that are being deleted",),
            ),
            config("EC2::Volume"),
        ),
    ),
    "ec2_vpcs": Totals(
        ("vpc_id",),
        (
            own(
                "ec2:DescribeRouteTables",
                "RouteTables[?Associations[?Main]]",
                "VpcId",
                fixed={"MaxResults": 100},
                only={"owner": (ACCOUNT,)},
                differs=_SHARED,
            ),
            config("EC2::VPC"),
        ),
    ),
    "ecr_images": Totals(
        ("repository_name", "digest"),
        (
            chain(
                Kind.SECOND_LISTING,
                listing("ecr:DescribeRepositories", "repositories", fixed={"maxResults": 1000}),
                each(
                    "ecr:ListImages",
                    "imageIds",
                    {"repositoryName": "repositoryName"},
                    fixed={
                        "maxResults": 1000,
                        "filter": {"tagStatus": "ANY", "imageStatus": "ANY"},
                    },
                ),
                ids="join('/', [repositoryName, imageDigest])",
            ),
        ),
        Parents(
            "ecr_repositories", Heard("ecr:DescribeRepositories", "repositories", "repositoryName")
        ),
    ),
    "eks_nodegroups": Totals(
        ("cluster_name", "nodegroup_name"),
        (
            second(
                "autoscaling:DescribeAutoScalingGroups",
                "AutoScalingGroups",
                "join('/', [tag(Tags, 'eks:cluster-name'), tag(Tags, 'eks:nodegroup-name')])",
                when="tag(Tags, 'eks:nodegroup-name')",
                fixed={"MaxRecords": 100},
                without={"status": ("CREATE_FAILED", "CREATING", "DELETING")},
                differs=("groups whose creation failed, which have no machines",),
            ),
        ),
        Parents("eks_clusters", Heard("eks:ListClusters", "clusters", "@")),
    ),
    "elasticache_clusters": Totals(
        ("cluster_id",),
        (
            own(
                "elasticache:DescribeCacheClusters",
                "CacheClusters",
                "ReplicationGroupId || CacheClusterId",
                fixed={"MaxRecords": 100},
                without={"status": ("creating",)},
                differs=("groups that are being made", "single clusters are of the same answer"),
            ),
            usage("ElastiCache", "NodesPerRegion"),
        ),
    ),
    "glue_jobs": Totals(
        ("job_name",), (second("glue:ListJobs", "JobNames", "ListJobs"), config("Glue::Job"))
    ),
    "logs_groups": Totals(
        ("log_group_name",),
        (
            second(
                "logs:ListLogGroups",
                "logGroups",
                "logGroupName",
                differs=("log groups of linked accounts",),
            ),
        ),
    ),
    "opensearch_domains": Totals(
        ("domain_name",),
        (
            second(
                "es:ListDomainNames",
                "DomainNames",
                "DomainName",
                is_confirmed=False,
                is_settled=False,
            ),
            config("OpenSearch::Domain", "Elasticsearch::Domain"),
        ),
    ),
    "organizations_accounts": Totals(
        ("member_account",),
        (
            Total(
                Kind.SECOND_LISTING,
                code=f"{_CODE}.organization_tree:counted",
                permissions=("organizations:ListRoots", "organizations:ListChildren"),
                differs=("accounts that are being closed",),
            ),
        ),
    ),
    "securityhub_controls": Totals(
        (),
        (
            chain(
                Kind.SECOND_LISTING,
                listing("securityhub:GetEnabledStandards", "StandardsSubscriptions"),
                each(
                    "securityhub:ListSecurityControlDefinitions",
                    "SecurityControlDefinitions",
                    {"StandardsArn": "StandardsArn"},
                    fixed={"MaxResults": 100},
                ),
                off="No standard is enabled here",
                differs=("standards that are NOT_READY_FOR_UPDATES",),
            ),
        ),
    ),
    "ssm_managed_instances": Totals(
        ("instance_id",),
        (
            second(
                "ssm:DescribeInstanceProperties",
                "InstanceProperties",
                "InstanceId",
                fixed={"MaxResults": 50},
                differs=("instances that are stopped",),
            ),
        ),
    ),
    "sso_admin_assignments": Totals(
        ("assigned_account", "permission_set"),
        (
            chain(
                Kind.SECOND_LISTING,
                listing("sso-admin:ListInstances", "Instances", action="sso:ListInstances"),
                each("organizations:ListAccounts", "Accounts", {}),
                each(
                    "sso-admin:ListPermissionSetsProvisionedToAccount",
                    "PermissionSets",
                    {"InstanceArn": "InstanceArn", "AccountId": "Id"},
                    action="sso:ListPermissionSetsProvisionedToAccount",
                ),
                ids="join('/', [Id, ListPermissionSetsProvisionedToAccount])",
                off="Identity Center has no instance here",
                differs=("who the pairs of account and permission set are assigned to",),
            ),
        ),
    ),
}
