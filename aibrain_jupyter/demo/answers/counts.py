"""
Answers that count: the independent totals of what moto holds, for operations it does not know.

Each looks into moto's own data, not at what the listing answers: a total must not repeat a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.awslambda.models import lambda_backends
from moto.config.models import config_backends
from moto.ec2.models import ec2_backends
from moto.logs.models import logs_backends
from moto.rds.models import rds_backends

from aibrain_jupyter.demo.answers.audit import AUDIT_ANSWERS, always
from aibrain_jupyter.demo.answers.certificates import list_certificates
from aibrain_jupyter.demo.seeds.compute import managed_machines
from aibrain_jupyter.demo.seeds.late import seed_late

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.demo.accounts import Account
    from aibrain_jupyter.demo.protocols import AwsRequest, Reply


def _backend(backends: Any, account: Account, request: AwsRequest) -> Any:
    seed_late(request.service)
    return backends[account.account_id][request.region]


def account_status(account: Account, _request: AwsRequest) -> dict[str, Any]:
    """``inspector2:BatchGetAccountStatus``: off, where moto names nobody if nobody is asked for."""
    kinds = ("ec2", "ecr", "lambda", "lambdaCode")
    found = {
        "accountId": account.account_id,
        "state": _inspector("DISABLED"),
        "resourceState": {kind: _inspector("DISABLED") for kind in kinds},
    }
    return {"accounts": [found], "failedAccounts": []}


def _inspector(status: str) -> dict[str, str]:
    return {"status": status, "errorCode": "ALREADY_ENABLED", "errorMessage": ""}


def analyzer_statistics(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``access-analyzer:GetFindingsStatistics``: what its listing has."""
    found = AUDIT_ANSWERS["access-analyzer:ListFindingsV2"](account, request)
    active = len(found["findings"])  # type: ignore[index]  # never a refusal
    statistics = {"externalAccessFindingsStatistics": {"totalActiveFindings": active}}
    return {"findingsStatistics": [statistics]}


def finding_statistics(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``guardduty:GetFindingsStatistics``."""
    found = AUDIT_ANSWERS["guardduty:ListFindings"](account, request)
    number = len(found["FindingIds"])  # type: ignore[index]  # never a refusal
    groups = [{"Severity": 2.0, "TotalFindings": number}] if number else []
    return {"FindingStatistics": {"GroupedBySeverity": groups}}


def functions(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``lambda:GetAccountSettings``."""
    found = list(_backend(lambda_backends, account, request).list_functions())
    size = sum(function.code_size for function in found)
    return {"AccountUsage": {"FunctionCount": len(found), "TotalCodeSize": size}}


def log_groups(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``logs:DescribeLogGroups``: as moto, which counts no filters."""
    backend = _backend(logs_backends, account, request)
    filters = [found["logGroupName"] for found in backend.filters.metric_filters]
    prefix = request.params.get("logGroupNamePrefix", "")
    counted = [
        {**group.to_describe_dict(), "metricFilterCount": filters.count(name)}
        for name, group in sorted(backend.groups.items())
        if name.startswith(prefix)
    ]
    return {"logGroups": counted}


def log_group_names(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``logs:ListLogGroups``."""
    found = _backend(logs_backends, account, request).groups.values()
    return {
        "logGroups": [{"logGroupName": group.name, "logGroupArn": group.arn} for group in found]
    }


def database_quotas(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``rds:DescribeAccountAttributes``."""
    backend = _backend(rds_backends, account, request)
    used = {
        "DBInstances": len(backend.databases),
        "DBClusters": len(backend.clusters),
        "ManualSnapshots": _manual(backend.database_snapshots),
        "ManualClusterSnapshots": _manual(backend.cluster_snapshots),
    }
    quotas = [{"AccountQuotaName": name, "Used": n, "Max": 100} for name, n in used.items()]
    return {"AccountQuotas": quotas}


def _manual(snapshots: Any) -> int:
    return sum(snapshot.snapshot_type == "manual" for snapshot in snapshots.values())


def recorders(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``config:ListConfigurationRecorders``."""
    names = _backend(config_backends, account, request).recorders
    return {"ConfigurationRecorderSummaries": [{"name": name} for name in names]}


def security_groups(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``ec2:GetSecurityGroupsForVpc``."""
    groups = _backend(ec2_backends, account, request).groups[request.params["VpcId"]]
    owner = account.account_id
    return {"SecurityGroupForVpcs": [{"GroupId": one, "OwnerId": owner} for one in groups]}


def volumes(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``ec2:DescribeVolumeStatus``."""
    found = _backend(ec2_backends, account, request).volumes
    return {"VolumeStatuses": [{"VolumeId": volume} for volume in found]}


def managed(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``ssm:DescribeInstanceProperties``."""
    machines = managed_machines(account, request.region)
    return {"InstanceProperties": [{"InstanceId": one["InstanceId"]} for one in machines]}


def certificates(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``acm:SearchCertificates``."""
    return {"Results": list_certificates(account, request)["CertificateSummaryList"]}


COUNTS: Final[dict[str, Callable[[Account, AwsRequest], dict[str, Any] | Reply]]] = {
    "access-analyzer:GetFindingsStatistics": analyzer_statistics,
    "acm:SearchCertificates": certificates,
    "autoscaling:DescribeAccountLimits": always({"NumberOfAutoScalingGroups": 0}),
    "backup:ListProtectedResourcesByBackupVault": AUDIT_ANSWERS["backup:ListProtectedResources"],
    "config:DescribeConformancePackStatus": always({"ConformancePackStatusDetails": []}),
    "config:ListConfigurationRecorders": recorders,
    "ec2:DescribeVolumeStatus": volumes,
    "ec2:GetSecurityGroupsForVpc": security_groups,
    "guardduty:GetFindingsStatistics": finding_statistics,
    "inspector2:BatchGetAccountStatus": account_status,
    "inspector2:ListFindingAggregations": always({"aggregationType": "ACCOUNT", "responses": []}),
    "lambda:GetAccountSettings": functions,
    "logs:DescribeLogGroups": log_groups,
    "logs:ListLogGroups": log_group_names,
    "rds:DescribeAccountAttributes": database_quotas,
    "ssm:DescribeInstanceProperties": managed,
}
