"""Answers of audit services that moto does not know: plain data, the same at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.demo.accounts import PROD, REGIONS, Account
from aibrain_jupyter.demo.answers.certificates import describe_certificate, list_certificates
from aibrain_jupyter.demo.answers.items import backup_jobs, recovery_points, rule_results
from aibrain_jupyter.demo.clock import epoch, moment
from aibrain_jupyter.demo.protocols import NOT_FOUND, AwsRequest, Reply
from aibrain_jupyter.demo.seeds.compute import managed_machines
from aibrain_jupyter.demo.seeds.keys import key_arn
from aibrain_jupyter.demo.seeds.late import CONFIG_RULES
from aibrain_jupyter.demo.seeds.trail_events import get_object, lookup_events

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[[Account, AwsRequest], dict[str, Any] | Reply]


def alternate_contact(account: Account, request: AwsRequest) -> dict[str, Any] | Reply:
    """``account:GetAlternateContact``: the good account has one for each kind."""
    if account is not PROD:
        return NOT_FOUND.reply(request, "There is no such contact.")
    return {"AlternateContact": {"EmailAddress": "security@example.com", "Name": "Security team"}}


def analyzers(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``access-analyzer:ListAnalyzers``: one, in the good account's main region."""
    found = {
        "name": "external-access",
        "arn": f"arn:aws:access-analyzer:us-east-1:{account.account_id}:analyzer/external-access",
        "type": "ACCOUNT",
        "status": "ACTIVE",
        "createdAt": epoch("2021-02-03"),
        "tags": {"owner": "security"},
    }
    return {"analyzers": [found] if _is_good_home(account, request) else []}


def analyzer_findings(account: Account, _request: AwsRequest) -> dict[str, Any]:
    """``access-analyzer:ListFindingsV2``: the public bucket."""
    found = {
        "id": "0f6d3c1e-2a4b-4c5d-8e9f-0a1b2c3d4e5f",
        "resource": f"arn:aws:s3:::{account.alias}-website",
        "resourceType": "AWS::S3::Bucket",
        "resourceOwnerAccount": account.account_id,
        "findingType": "ExternalAccess",
        "status": "ACTIVE",
        **dict.fromkeys(("createdAt", "updatedAt", "analyzedAt"), epoch("2024-07-19")),
    }
    return {"findings": [found]}


def protected_resources(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``backup:ListProtectedResources``: one database."""
    found = {
        "ResourceArn": f"arn:aws:rds:us-east-1:{account.account_id}:db:orders",
        "ResourceType": "RDS",
        "LastBackupTime": epoch("2026-10-30"),
    }
    return {"Results": [found] if request.region == "us-east-1" else []}


def compliance(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``config:DescribeComplianceByConfigRule``: one rule of three is kept."""
    found = []
    for name, count in _rules(account, request).items():
        said: dict[str, Any] = {"ComplianceType": "COMPLIANT"}
        if count:
            counted = {"CappedCount": count, "CapExceeded": False}
            said = {"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": counted}
        found.append({"ConfigRuleName": name, "Compliance": said})
    return {"ComplianceByConfigRules": found}


def evaluations(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``config:DescribeConfigRuleEvaluationStatus``: all worked on the last day."""
    time = epoch("2026-10-31")
    names = _rules(account, request)
    found = [{"ConfigRuleName": name, "LastSuccessfulEvaluationTime": time} for name in names]
    return {"ConfigRulesEvaluationStatus": found}


def _rules(account: Account, request: AwsRequest) -> dict[str, int]:
    return CONFIG_RULES if _is_good_home(account, request) else {}


_FINDING: Final = "5ec5a0b1c2d3e4f5a6b7c8d9e0f1a2b3"


def finding_ids(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``guardduty:ListFindings``: one, in the good account's main region."""
    return {"FindingIds": [_FINDING] if _is_good_home(account, request) else []}


def findings(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``guardduty:GetFindings``: port scans of the machine that lets the world in."""
    found = {
        "Id": _FINDING,
        "Arn": f"arn:aws:guardduty:{request.region}:{account.account_id}:finding/{_FINDING}",
        "AccountId": account.account_id,
        "Type": "Recon:EC2/PortProbeUnprotectedPort",
        "Severity": 2.0,
        "Title": "Unprotected port on an EC2 instance is being probed.",
        "Resource": {"ResourceType": "Instance"},
        "Service": {"Count": 41},
        "CreatedAt": f"{moment('2026-10-20').isoformat()}Z",
        "UpdatedAt": f"{moment('2026-10-31').isoformat()}Z",
        "Region": request.region,
        "SchemaVersion": "2.0",
    }
    return {"Findings": [found]}


def patch_states(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``ssm:DescribeInstancePatchStates``: scanned in the last week, one machine behind."""
    found = [
        {
            "InstanceId": machine["InstanceId"],
            "PatchGroup": "production",
            "BaselineId": "pb-0123456789abcdef0",
            "OperationEndTime": epoch("2026-10-30"),
            "OperationStartTime": epoch("2026-10-30") - 300,
            "Operation": "Scan",
            "MissingCount": 7 if number == 0 else 0,
            "FailedCount": 0,
            "CriticalNonCompliantCount": 2 if number == 0 else 0,
            "SecurityNonCompliantCount": 3 if number == 0 else 0,
            "InstalledPendingRebootCount": 0,
        }
        for number, machine in enumerate(managed_machines(account, request.region))
    ]
    return {"InstancePatchStates": found}


def _is_good_home(account: Account, request: AwsRequest) -> bool:
    return account is PROD and request.region == "us-east-1"


def always(result: dict[str, Any]) -> Answer:
    """Return what answers the same to everybody."""
    return lambda _account, _request: result


_COMPANY: Final = {"CompanyName": "Example Corp", "CountryCode": "US", "City": "Seattle"}
_REGIONS: Final = [
    {"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in REGIONS
]
AUDIT_ANSWERS: Final[dict[str, Answer]] = {
    "access-analyzer:ListAnalyzers": analyzers,
    "access-analyzer:ListFindingsV2": analyzer_findings,
    "account:GetAlternateContact": alternate_contact,
    "account:GetContactInformation": always(
        {"ContactInformation": {"FullName": "Ana Example", **_COMPANY}}
    ),
    "account:ListRegions": always({"Regions": _REGIONS}),
    "acm:DescribeCertificate": describe_certificate,
    "acm:ListCertificates": list_certificates,
    "acm:ListTagsForCertificate": always({"Tags": [{"Key": "owner", "Value": "platform"}]}),
    "backup:GetBackupVaultAccessPolicy": lambda _account, request: NOT_FOUND.reply(
        request, "The vault has no access policy."
    ),
    "backup:ListBackupJobs": backup_jobs,
    "backup:ListBackupSelections": always(
        {"BackupSelectionsList": [{"SelectionName": "tag-backup-daily"}]}
    ),
    "backup:ListProtectedResources": protected_resources,
    "backup:ListRecoveryPointsByBackupVault": recovery_points,
    "cloudtrail:LookupEvents": lookup_events,
    "config:DescribeComplianceByConfigRule": compliance,
    "config:DescribeConfigRuleEvaluationStatus": evaluations,
    "config:DescribeConformancePacks": always({"ConformancePackDetails": []}),
    "config:GetComplianceDetailsByConfigRule": rule_results,
    "ec2:GetEbsDefaultKmsKeyId": lambda account, request: {
        "KmsKeyId": key_arn(account, request.region, "alias/aws/ebs")
    },
    "ec2:GetImageBlockPublicAccessState": always(
        {"ImageBlockPublicAccessState": "block-new-sharing"}
    ),
    "ec2:GetSnapshotBlockPublicAccessState": lambda account, _request: {
        "State": "block-all-sharing" if account is PROD else "unblocked"
    },
    "ec2:GetInstanceMetadataDefaults": lambda account, _request: {
        "AccountLevel": {"HttpTokens": "required"} if account is PROD else {}
    },
    "ec2:GetSerialConsoleAccessStatus": always({"SerialConsoleAccessEnabled": False}),
    "guardduty:GetFindings": findings,
    "guardduty:ListFindings": finding_ids,
    "s3:GetObject": get_object,
    "ssm:DescribeInstancePatchStates": patch_states,
}
