"""A lost page is found by the control total: each exact one, against answers made of models."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.resources.declaration import EACH, LIST
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.resources.totals.counted import counted
from aibrain_jupyter.aws.resources.totals.table import totals_of
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.tools.totals import Kind, Verdict

MODEL_ANSWERS = yaml.safe_load(Path(__file__).with_name("model_answers.yml").read_text("utf-8"))
ACCOUNT = "123456789012"

# What the model server would not say by itself: texts of members, as in model_answers.yml.
TEXTS = {
    "ec2_security_groups": {"OwnerId": ACCOUNT},
    "ec2_vpcs": {"OwnerId": ACCOUNT},
    "ecr_images": {"repositoryName": "repository"},
    "ecs_services": {"status": "ACTIVE"},
    "eks_nodegroups": {"status": "ACTIVE"},
    "rds_snapshots": {"SnapshotType": "manual"},
    "sso_admin_assignments": {"Id|AccountId": "account-{n}"},
}


def _summary(name):
    return lambda ids: {"iam:GetAccountSummary": {"SummaryMap": {name: len(ids)}}}


def _quotas(*names):
    def answer(ids):
        used = [len(ids) // len(names)] * len(names)
        quotas = [{"AccountQuotaName": n, "Used": u} for n, u in zip(names, used, strict=True)]
        return {"rds:DescribeAccountAttributes": {"AccountQuotas": quotas}}

    return answer


# What the total is answered with, given the items there are; the others agree by the models.
COUNTS = {
    "account_regions": lambda ids: {
        "ec2:DescribeRegions": {"Regions": [{"RegionName": name} for name in ids]}
    },
    "autoscaling_groups": lambda ids: {
        "autoscaling:DescribeAccountLimits": {"NumberOfAutoScalingGroups": len(ids)}
    },
    "ec2_launch_templates": lambda ids: {
        "ec2:DescribeLaunchTemplateVersions": lambda body: {
            "LaunchTemplateVersions": [
                {"LaunchTemplateId": name, "VersionNumber": 1}
                for name in ids
                if body.get("LaunchTemplateId", name) == name
            ]
        }
    },
    "ecs_services": lambda ids: {
        "ecs:DescribeClusters": {"clusters": [{"activeServicesCount": len(ids)}]}
    },
    "eks_nodegroups": lambda ids: {
        "autoscaling:DescribeAutoScalingGroups": {
            "AutoScalingGroups": [
                {
                    "Tags": [
                        {"Key": "eks:cluster-name", "Value": name.split("/")[0]},
                        {"Key": "eks:nodegroup-name", "Value": name.split("/")[1]},
                    ]
                }
                for name in ids
            ]
        }
    },
    "elasticache_clusters": lambda ids: {
        "elasticache:DescribeCacheClusters": lambda body: {
            "CacheClusters": [
                {"ReplicationGroupId": name, "CacheClusterId": f"{name}-001"}
                for name in ids
                if "ShowCacheClustersNotInReplicationGroups" not in body
            ]
        }
    },
    "glue_jobs": lambda ids: {"glue:ListJobs": {"JobNames": ids}},
    "guardduty_findings": lambda ids: {
        "guardduty:GetFindingsStatistics": {
            # The server has two detectors with the same findings.
            "FindingStatistics": {"GroupedBySeverity": [{"TotalFindings": len(ids) / 2}]}
        }
    },
    "iam_groups": _summary("Groups"),
    "iam_identity_providers": _summary("Providers"),
    "iam_policies": _summary("Policies"),
    "iam_roles": _summary("Roles"),
    "iam_server_certificates": _summary("ServerCertificates"),
    "iam_users": _summary("Users"),
    "lambda_functions": lambda ids: {
        "lambda:GetAccountSettings": {"AccountUsage": {"FunctionCount": len(ids)}}
    },
    "logs_metric_filters": lambda ids: {
        "logs:DescribeLogGroups": {"logGroups": [{"metricFilterCount": len(ids)}]}
    },
    "rds_clusters": _quotas("DBClusters"),
    "rds_instances": _quotas("DBInstances"),
    "rds_snapshots": _quotas("ManualSnapshots", "ManualClusterSnapshots"),
    "route53_records": lambda ids: {"route53:GetHostedZoneCount": {"HostedZoneCount": 2}},
    "route53_zones": lambda ids: {"route53:GetHostedZoneCount": {"HostedZoneCount": len(ids)}},
}
# What lists the items, where the resource has code of its own.
WRITTEN = {
    "iam_roles": "iam:GetAccountAuthorizationDetails",
    "iam_users": "iam:GetAccountAuthorizationDetails",
    "lambda_functions": "lambda:ListFunctions",
}
# The last listing, where a page of it costs an item: assignments of one pair are many.
LISTS = {
    "ec2_launch_templates": ["ec2:DescribeLaunchTemplates"],
    "elasticache_clusters": ["elasticache:DescribeReplicationGroups"],
    "guardduty_findings": ["guardduty:ListFindings"],
    "sso_admin_assignments": ["sso-admin:ListAccountsForProvisionedPermissionSet"],
}


def _lists(resource):
    """Return the operations with pages that list the items of a resource."""
    if resource.tool_name in LISTS:
        return LISTS[resource.tool_name]
    if resource.tool_name in WRITTEN:
        return [WRITTEN[resource.tool_name]]
    found = [[c for c in calls if c.kind in (LIST, EACH)][-1:] for calls in resource.lists]
    operations = dict.fromkeys(call.operation for calls in found for call in calls)
    return [one for one in operations if paging_of(*one.split(":")).tokens]


EXACT = [
    (resource, operation)
    for resource in RESOURCES
    for total in totals_of(resource).totals[:1]
    if total.kind.is_exact and total.kind is not Kind.KNOWN and total.is_settled
    for operation in _lists(resource)
]
each_list = pytest.mark.parametrize(
    ("resource", "operation"), EXACT, ids=[f"{r.tool_name}-{o}" for r, o in EXACT]
)


def test_each_settled_exact_total_is_there():
    """35 resources have an exact total that is settled, and list pages."""
    assert 35 == len({resource.tool_name for resource, _ in EXACT})


@pytest.fixture
def count(export, _pool, server, refused):
    """``count(resource)`` is its result with totals; the second time the counts are the first's."""
    target = AwsTarget(account=ACCOUNT, region="us-east-1", partition="aws")

    def records_of_a_zone(shape, answer):
        for zone in answer.get("HostedZones", ()):
            zone["ResourceRecordSetCount"] = 2

    def count(resource):
        name = resource.tool_name
        texts = MODEL_ANSWERS["texts"].get(name, {})
        server.texts = {**TEXTS.get(name, {}), **MODEL_ANSWERS["everywhere"], **texts}
        server.change = records_of_a_zone if name == "route53_records" else None
        if name in COUNTS and not refused.given:
            refused.given |= COUNTS[name](_items(resource, _export(resource)))
        ctx = CallContext(target=target, clients=_pool)
        return counted(resource, ctx, lambda: export_resource(resource, ctx))

    def _export(resource):
        return export_resource(resource, CallContext(target=target, clients=_pool)).frame

    return count


def _items(resource, frame):
    columns = list(totals_of(resource).items) or [frame.columns[0]]
    return list(dict.fromkeys(frame[columns].dropna().astype(str).agg("/".join, axis=1)))


def _own(resource, result):
    [total] = [total for total in result.totals if total.name == resource.tool_name]
    return total


@each_list
def test_a_lost_page_is_found(resource, operation, count, server):
    """With every page the total agrees; without the second it does not, and names what it can."""
    whole = _own(resource, count(resource))
    assert (Verdict.MATCH, whole.number) == (whole.verdict, whole.listed), whole.words
    assert whole.listed > 1

    server.cut = {operation.partition(":")[2]}
    result = count(resource)

    cut = _own(resource, result)
    assert Verdict.MISMATCH is cut.verdict, cut.words
    assert whole.listed > cut.listed
    assert whole.number == cut.number
    if whole.kind is Kind.SECOND_LISTING and resource.tool_name != "securityhub_controls":
        assert whole.listed - cut.listed == len(cut.missing)
    assert cut.name in [gap.item for gap in result.gaps]


@pytest.mark.parametrize("name", ["ec2_snapshots", "inspector2_findings"])
def test_a_total_that_nobody_has_confirmed_fails_nothing(name, count, server, refused):
    """It raises a question, and says so; it does not make an export incomplete."""
    [resource] = [found for found in RESOURCES if found.tool_name == name]
    server.cut = {_lists(resource)[0].partition(":")[2]}
    server.texts = {"OwnerId": ACCOUNT}

    result = count(resource)

    assert Verdict.TO_EXPLAIN is _own(resource, result).verdict
    assert name not in [gap.item for gap in result.gaps]


def test_a_lost_page_of_parents_is_found_though_the_children_agree(count, server):
    """Zones that get lost take their records and these' total along: their own count tells."""
    [resource] = [found for found in RESOURCES if found.tool_name == "route53_records"]
    count(resource)
    server.cut = {"ListHostedZones"}

    result = count(resource)

    verdicts = {total.name: total.verdict for total in result.totals}
    assert Verdict.MATCH is verdicts["route53_records"]
    assert Verdict.MISMATCH is verdicts["route53_zones"]
    assert "route53_zones" in [gap.item for gap in result.gaps]
