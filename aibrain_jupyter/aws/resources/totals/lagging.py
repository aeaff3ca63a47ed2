"""
Totals that are kept elsewhere and later, one-sided ones, and what has none.

Config leaves out what it does not record; a metric of usage is minutes old (S3: not documented).
"""

from __future__ import annotations

from typing import Any, Final

from aibrain_jupyter.aws.resources.declaration import each, listing
from aibrain_jupyter.aws.resources.totals.declaration import (
    Heard,
    Parents,
    Total,
    Totals,
    chain,
    config,
    explorer,
    none,
    usage,
)
from aibrain_jupyter.shared.tools.totals import Kind

_VAULTS: Final = Parents(
    "backup_vaults", Heard("backup:ListBackupVaults", "BackupVaultList", "BackupVaultName")
)


def _by_config(items: str, *types: str, **more: Any) -> Totals:
    return Totals((items,), (config(*types, **more),))


LAGGING: Final[dict[str, Totals]] = {
    "accessanalyzer_analyzers": _by_config("arn", "AccessAnalyzer::Analyzer"),
    "accessanalyzer_findings": Totals(
        ("finding_id",),
        (
            chain(
                Kind.LAGGING,
                listing("accessanalyzer:ListAnalyzers", "analyzers"),
                each(
                    "accessanalyzer:GetFindingsStatistics",
                    "[@]",
                    {"analyzerArn": "arn"},
                    action="access-analyzer:GetFindingsStatistics",
                ),
                number="sum(findingsStatistics[].*.totalActiveFindings[])",
                as_of="lastUpdatedAt",
                off="Access Analyzer is off here: there is no analyzer",
            ),
        ),
        Parents(
            "accessanalyzer_analyzers", Heard("accessanalyzer:ListAnalyzers", "analyzers", "arn")
        ),
    ),
    "apigateway_rest_apis": _by_config("api_id", "ApiGateway::RestApi"),
    "apigatewayv2_apis": _by_config("api_id", "ApiGatewayV2::Api"),
    "backup_jobs": Totals(
        ("job_id",),
        (
            chain(
                Kind.LAGGING,
                listing(
                    "backup:ListBackupJobSummaries",
                    "BackupJobSummaries",
                    fixed={"AggregationPeriod": "ONE_DAY"},
                ),
                number="Count",
                as_of="EndTime",
                window=("created", "StartTime", "EndTime"),
                nothing="AWS Backup has no summary of days here",
                differs=("jobs of the day that goes on",),
            ),
        ),
    ),
    "backup_plans": _by_config("plan_id", "Backup::BackupPlan"),
    "backup_recovery_points": Totals(
        ("arn",),
        (
            chain(
                Kind.ONE_SIDED,
                listing("backup:ListBackupVaults", "BackupVaultList"),
                number="NumberOfRecoveryPoints",
                differs=("AWS calls the number approximate",),
            ),
            config("Backup::RecoveryPoint"),
        ),
        _VAULTS,
    ),
    "backup_vaults": _by_config("arn", "Backup::BackupVault", differs=("the default vault",)),
    "cloudfront_distributions": _by_config("arn", "CloudFront::Distribution", is_at_home=True),
    "cloudwatch_alarms": _by_config("alarm_name", "CloudWatch::Alarm", only={"kind": ("metric",)}),
    "codebuild_projects": _by_config("arn", "CodeBuild::Project"),
    "codepipeline_pipelines": _by_config("pipeline_name", "CodePipeline::Pipeline"),
    "config_compliance": Totals(
        ("rule_name", "resource_type", "resource_id"),
        (
            chain(
                Kind.ONE_SIDED,
                listing("config:DescribeComplianceByConfigRule", "ComplianceByConfigRules"),
                number="Compliance.ComplianceContributorCount.CappedCount || `0`",
                only={"compliance": ("NON_COMPLIANT",)},
                differs=("AWS counts no more than 25 of a rule",),
            ),
        ),
        Parents(
            "config_rules", Heard("config:DescribeConfigRules", "ConfigRules", "ConfigRuleName")
        ),
    ),
    "dynamodb_tables": Totals(
        ("arn",),
        (
            usage("DynamoDB", "TableCount", differs=("tables that are being deleted",)),
            config("DynamoDB::Table"),
        ),
    ),
    "ec2_addresses": _by_config(
        "allocation_id", "EC2::EIP", differs=("addresses that services manage",)
    ),
    "ec2_flow_logs": _by_config("flow_log_id", "EC2::FlowLog"),
    "ec2_images": Totals(("image_id",), (explorer("ec2:image"),)),
    "ec2_key_pairs": Totals(("key_pair_id",), (explorer("ec2:key-pair"),)),
    "ec2_network_acls": _by_config("network_acl_id", "EC2::NetworkAcl"),
    "ec2_route_tables": _by_config("route_table_id", "EC2::RouteTable"),
    "ec2_vpc_endpoints": _by_config(
        "endpoint_id", "EC2::VPCEndpoint", differs=("endpoints that were deleted",)
    ),
    "ec2_vpc_peerings": _by_config(
        "peering_id", "EC2::VPCPeeringConnection", differs=("deleted ones stay listed for hours",)
    ),
    "ecr_repositories": _by_config("arn", "ECR::Repository"),
    "ecs_clusters": _by_config("arn", "ECS::Cluster", differs=("INACTIVE clusters",)),
    "ecs_task_definitions": _by_config("task_definition", "ECS::TaskDefinition"),
    "efs_file_systems": _by_config("file_system_id", "EFS::FileSystem"),
    "eks_clusters": _by_config("cluster_name", "EKS::Cluster", differs=("connected clusters",)),
    "elb_load_balancers": Totals(
        ("load_balancer_name",),
        (
            usage("ELB", "ClassicLoadBalancersPerRegion"),
            config("ElasticLoadBalancing::LoadBalancer"),
        ),
    ),
    "elbv2_load_balancers": Totals(
        ("arn",),
        (
            usage(
                "ELB",
                "ApplicationLoadBalancersPerRegion,NetworkLoadBalancersPerRegion",
                only={"kind": ("application", "network")},
                differs=("gateway load balancers",),
            ),
            config("ElasticLoadBalancingV2::LoadBalancer"),
        ),
    ),
    "glue_security_configurations": Totals(
        ("configuration_name",), (none("no other operation of Glue counts or lists them"),)
    ),
    "iam_administrators": Totals(
        ("arn",), (none("who is one is worked out from policies, which nobody else does"),)
    ),
    "iam_access_keys": Totals(
        ("access_key_id",),
        (
            Total(
                Kind.LAGGING,
                code=f"{__package__}.access_keys:counted",
                permissions=("iam:GetCredentialReport",),
                differs=("IAM makes its report at most every four hours",),
            ),
        ),
        Parents("iam_users", Heard("iam:ListUsers", "Users", "Arn")),
    ),
    "kms_keys": Totals(
        ("arn",),
        (
            usage("KMS", "KeysPerAccount", only={"key_manager": ("CUSTOMER",)}),
            config("KMS::Key", only={"key_manager": ("CUSTOMER",)}),
        ),
    ),
    "organizations_scps": Totals(
        ("policy_id",), (none("policies that are set on nothing are in no other answer"),)
    ),
    "redshift_clusters": _by_config("cluster_id", "Redshift::Cluster"),
    "resourcegroupstaggingapi_resources": Totals(
        ("arn",), (none("what was once tagged is known to this service alone"),)
    ),
    "s3_buckets": Totals(
        ("bucket_name",),
        # Everywhere the number of the whole account.
        (usage("S3", "GeneralPurposeBuckets", is_at_home=True),),
    ),
    "secretsmanager_secrets": Totals(
        ("arn",),
        (
            Total(
                Kind.LAGGING,
                code=f"{__package__}.usage_metrics:counted",
                options={"Namespace": "AWS/SecretsManager", "Resource": ""},
                permissions=("cloudwatch:GetMetricData",),
                differs=("it is counted once an hour, deleted secrets as well",),
            ),
            config("SecretsManager::Secret"),
        ),
    ),
    "securityhub_findings": Totals(
        ("finding_id",), (none("Security Hub counts another population of findings (V2)"),)
    ),
    "securityhub_standards": _by_config("standard", "SecurityHub::Standard"),
    "sns_topics": Totals(
        ("arn",), (usage("SNS", "ApproximateNumberOfTopics"), config("SNS::Topic"))
    ),
    "sqs_queues": _by_config(
        "arn", "SQS::Queue", differs=("queues deleted within the last minute",)
    ),
    "ssm_parameters": Totals(
        ("arn",),
        (usage("SSM", "StandardParameterCount", only={"tier": ("Standard",)}),),
    ),
    "ssm_patch_baselines": Totals(
        ("baseline_id",), (none("baselines of AWS and own ones come from one answer alone"),)
    ),
    "transfer_servers": Totals(
        ("arn",), (none("no other operation of Transfer Family counts or lists them"),)
    ),
    "wafv2_cloudfront_web_acls": Totals(
        ("arn",),
        (
            usage("AWS WAF", "WebAclsPerAccountCloudFront", is_at_home=True),
            config("WAFv2::WebACL", is_at_home=True),
        ),
    ),
    "wafv2_web_acls": Totals(
        ("arn",),
        (config("WAFv2::WebACL"), usage("AWS WAF", "WebAclsPerAccountRegional")),
    ),
}
