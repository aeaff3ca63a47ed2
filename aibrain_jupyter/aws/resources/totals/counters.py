"""
Exact totals by a number: counters of the service, signed records, what there is once in each place.

``is_confirmed=False`` where neither the API references nor botocore's models say that both count
the same.
"""

from __future__ import annotations

from typing import Any, Final

from aibrain_jupyter.aws.resources.declaration import batch, each, listing
from aibrain_jupyter.aws.resources.services.detection.guardduty import GUARDDUTY_FINDINGS
from aibrain_jupyter.aws.resources.totals.declaration import (
    ONE,
    Heard,
    Parents,
    Total,
    Totals,
    chain,
    config,
    counter,
    usage,
)
from aibrain_jupyter.shared.tools.totals import Kind

_CODE: Final = "aibrain_jupyter.aws.resources.totals"
_ENGINES: Final = ("neptune", "docdb")


def _summary(name: str, items: str, **more: Any) -> Totals:
    """Return the totals of an entity of IAM, which counts it for the account's quotas."""
    return Totals((items,), (counter("iam:GetAccountSummary", f"SummaryMap.{name}", **more),))


def _quota(*names: str, **more: Any) -> Total:
    wanted = " || ".join(f"AccountQuotaName=='{name}'" for name in names)
    records = f"AccountQuotas[?{wanted}]"
    return counter("rds:DescribeAccountAttributes", "Used", records=records, **more)


COUNTERS: Final[dict[str, Totals]] = {
    "account_contacts": Totals((), (ONE,)),
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
    "ec2_settings": Totals((), (ONE,)),
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
    "glue_catalog_settings": Totals((), (ONE,)),
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
}
