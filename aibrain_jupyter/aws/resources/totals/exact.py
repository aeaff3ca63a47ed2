"""
Exact totals: counters of the service, second listings, answers of the run, what is known.

From the API references and botocore's models; ``is_confirmed=False`` where neither says that both
count the same.
"""

from __future__ import annotations

from typing import Any, Final

from aibrain_jupyter.aws.resources.declaration import batch, each, listing
from aibrain_jupyter.aws.resources.services.detection.guardduty import GUARDDUTY_FINDINGS
from aibrain_jupyter.aws.resources.totals.declaration import (
    ACCOUNT,
    ONE,
    Heard,
    Parents,
    Total,
    Totals,
    chain,
    config,
    counter,
    own,
    second,
    usage,
)
from aibrain_jupyter.shared.tools.totals import Kind

_CODE: Final = "aibrain_jupyter.aws.resources.totals"
_PAGE: Final = {"MaxResults": 1000}
_GONE: Final = ("terminated", "shutting-down")


def _summary(name: str, items: str, **more: Any) -> Totals:
    """Return the totals of an entity of IAM, which counts it for the account's quotas."""
    return Totals((items,), (counter("iam:GetAccountSummary", f"SummaryMap.{name}", **more),))


def _quota(*names: str, **more: Any) -> Total:
    wanted = " || ".join(f"AccountQuotaName=='{name}'" for name in names)
    records = f"AccountQuotas[?{wanted}]"
    return counter("rds:DescribeAccountAttributes", "Used", records=records, **more)


_ENGINES: Final = ("neptune", "docdb")
_SHARED: Final = ("those shared with the account from another",)

EXACT: Final[dict[str, Totals]] = {
    "account_contacts": Totals((), (ONE,)),
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
    "autoscaling_groups": Totals(
        ("arn",),
        (
            counter(
                "autoscaling:DescribeAccountLimits",
                "NumberOfAutoScalingGroups",
                differs=("groups that are being deleted",),
            ),
            usage("AutoScaling", "NumberOfAutoScalingGroup"),
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
    "cloudtrail_events": Totals(
        ("event_id",),
        (
            Total(
                Kind.SIGNED,
                code=f"{_CODE}.digests:counted",
                permissions=("s3:ListBucket", "s3:GetObject"),
                allowed=("s3:GetObject",),
                heard=Heard("s3:ListObjectsV2", "[@]", "[Name, Contents[].Key]"),
                differs=("files of hours that have no digest yet",),
                is_settled=False,
            ),
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
    "ec2_settings": Totals((), (ONE,)),
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
    "ecs_services": Totals(
        ("arn",),
        (
            chain(
                Kind.COUNTER,
                listing("ecs:ListClusters", "clusterArns"),
                batch(
                    "ecs:DescribeClusters",
                    "clusters",
                    {"clusters": "ListClusters"},
                    key="clusterArn",
                    size=100,
                ),
                number="activeServicesCount",
                only={"status": ("ACTIVE",)},
            ),
            config("ECS::Service"),
        ),
        Parents("ecs_clusters", Heard("ecs:ListClusters", "clusterArns", "after_slash(@)")),
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
    "glue_catalog_settings": Totals((), (ONE,)),
    "glue_jobs": Totals(
        ("job_name",), (second("glue:ListJobs", "JobNames", "ListJobs"), config("Glue::Job"))
    ),
    "guardduty_detectors": Totals((), (ONE,)),
    "guardduty_findings": Totals(
        ("finding_id",),
        (
            chain(
                Kind.COUNTER,
                listing("guardduty:ListDetectors", "DetectorIds"),
                each(
                    "guardduty:GetFindingsStatistics",
                    "FindingStatistics.GroupedBySeverity",
                    {"DetectorId": "ListDetectors"},
                    fixed={
                        **GUARDDUTY_FINDINGS.calls[1].fixed,
                        "GroupBy": "SEVERITY",
                        "MaxResults": 100,
                    },
                ),
                number="TotalFindings",
                off="GuardDuty is off here: there is no detector",
            ),
        ),
    ),
    "iam_account": Totals((), (ONE,)),
    "iam_groups": _summary("Groups", "arn"),
    "iam_identity_providers": _summary("Providers", "arn"),
    "iam_policies": _summary("Policies", "arn"),
    "iam_roles": _summary(
        "Roles",
        "arn",
        maybe_without={"is_service_linked": (True,)},
        differs=("roles linked to a service",),
    ),
    "iam_server_certificates": _summary("ServerCertificates", "arn"),
    "iam_users": _summary("Users", "arn"),
    "inspector2_findings": Totals(
        ("arn",),
        (
            counter(
                "inspector2:ListFindingAggregations",
                "accountAggregation.severityCounts.all",
                records="responses",
                fixed={"aggregationType": "ACCOUNT"},
                is_confirmed=False,
                is_settled=False,
                differs=("findings that are closed or suppressed",),
                nothing="Inspector counts for no account here: it may be off",
            ),
        ),
    ),
    "inspector2_status": Totals((), (ONE,)),
    "lambda_functions": Totals(
        ("arn",),
        (
            counter(
                "lambda:GetAccountSettings",
                "AccountUsage.FunctionCount",
                differs=("replicas of Lambda@Edge",),
            ),
            config("Lambda::Function"),
        ),
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
    "logs_metric_filters": Totals(
        ("log_group", "filter_name"),
        (
            counter(
                "logs:DescribeLogGroups",
                "metricFilterCount",
                records="logGroups",
                fixed={"limit": 50},
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
    "rds_clusters": Totals(
        ("arn",),
        (_quota("DBClusters", maybe_without={"engine": _ENGINES}), config("RDS::DBCluster")),
    ),
    "rds_instances": Totals(
        ("arn",),
        (_quota("DBInstances", maybe_without={"engine": _ENGINES}), config("RDS::DBInstance")),
    ),
    "rds_snapshots": Totals(
        ("arn",),
        (
            _quota(
                "ManualSnapshots",
                "ManualClusterSnapshots",
                only={"kind": ("manual",)},
                maybe_without={"engine": _ENGINES},
            ),
        ),
    ),
    "route53_records": Totals(
        (),
        (counter("route53:ListHostedZones", "ResourceRecordSetCount", records="HostedZones"),),
        Parents(
            "route53_zones", Heard("route53:ListHostedZones", "HostedZones", "after_slash(Id)")
        ),
    ),
    "route53_zones": Totals(
        ("zone_id",), (counter("route53:GetHostedZoneCount", "HostedZoneCount"),)
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
