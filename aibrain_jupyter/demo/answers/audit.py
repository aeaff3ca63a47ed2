"""Answers of audit services that moto does not know: plain data, the same at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.demo.accounts import PROD, REGIONS, Account
from aibrain_jupyter.demo.answers.items import recovery_points, rule_results
from aibrain_jupyter.demo.clock import epoch, moment
from aibrain_jupyter.demo.protocols import AwsRequest, Reply, json_reply, xml_reply
from aibrain_jupyter.demo.seeds.compute import managed_machines
from aibrain_jupyter.demo.seeds.keys import key_arn
from aibrain_jupyter.demo.seeds.trail_events import get_object, lookup_events

if TYPE_CHECKING:
    from collections.abc import Callable

_EC2: Final = "http://ec2.amazonaws.com/doc/2016-11-15/"


def contact(account: Account, _request: AwsRequest) -> Reply:
    """``account:GetContactInformation``."""
    name = {"FullName": "Ana Example", "CompanyName": "Example Corp", "CountryCode": "US"}
    return json_reply({"ContactInformation": name | {"City": "Seattle"}})


def alternate_contact(account: Account, request: AwsRequest) -> Reply:
    """``account:GetAlternateContact``: the good account has one for each kind."""
    if account is not PROD:
        return _not_found("There is no such contact.")
    found = {"EmailAddress": "security@example.com", "Name": "Security team"}
    return json_reply({"AlternateContact": found})


def account_regions(account: Account, _request: AwsRequest) -> Reply:
    """``account:ListRegions``."""
    found = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in REGIONS]
    return json_reply({"Regions": found})


def analyzers(account: Account, request: AwsRequest) -> Reply:
    """``access-analyzer:ListAnalyzers``: one, in the good account's main region."""
    if account is not PROD or request.region != "us-east-1":
        return json_reply({"analyzers": []})
    found = {
        "name": "external-access",
        "arn": _analyzer_arn(account),
        "type": "ACCOUNT",
        "status": "ACTIVE",
        "createdAt": f"{moment('2021-02-03').isoformat()}Z",
        "tags": {"owner": "security"},
    }
    return json_reply({"analyzers": [found]})


def analyzer_findings(account: Account, _request: AwsRequest) -> Reply:
    """``access-analyzer:ListFindingsV2``: the public bucket."""
    time = f"{moment('2024-07-19').isoformat()}Z"
    found = {
        "id": "0f6d3c1e-2a4b-4c5d-8e9f-0a1b2c3d4e5f",
        "resource": f"arn:aws:s3:::{account.alias}-website",
        "resourceType": "AWS::S3::Bucket",
        "resourceOwnerAccount": account.account_id,
        "findingType": "ExternalAccess",
        "status": "ACTIVE",
        "createdAt": time,
        "updatedAt": time,
        "analyzedAt": time,
    }
    return json_reply({"findings": [found]})


def backup_jobs(account: Account, request: AwsRequest) -> Reply:
    """``backup:ListBackupJobs``: a month with a failure in it."""
    if request.region != "us-east-1":
        return json_reply({"BackupJobs": []})
    days = ("2026-10-28", "2026-10-29", "2026-10-30")
    found = [
        {
            "BackupJobId": f"1B2C3D4E-0000-4000-8000-00000000000{number}",
            "State": "FAILED" if number == 1 else "COMPLETED",
            "StatusMessage": "The volume was deleted." if number == 1 else None,
            "CreationDate": epoch(day),
            "CompletionDate": epoch(day) + 900,
            "ResourceArn": f"arn:aws:rds:us-east-1:{account.account_id}:db:orders",
            "ResourceType": "RDS",
            "BackupVaultName": "main",
            "BackupSizeInBytes": 21474836480,
        }
        for number, day in enumerate(days)
    ]
    return json_reply({"BackupJobs": found})


def protected_resources(account: Account, request: AwsRequest) -> Reply:
    """``backup:ListProtectedResources``: one database."""
    if request.region != "us-east-1":
        return json_reply({"Results": []})
    found = {
        "ResourceArn": f"arn:aws:rds:us-east-1:{account.account_id}:db:orders",
        "ResourceType": "RDS",
        "LastBackupTime": epoch("2026-10-30"),
    }
    return json_reply({"Results": [found]})


def backup_selections(_account: Account, _request: AwsRequest) -> Reply:
    """``backup:ListBackupSelections``: by a tag."""
    return json_reply({"BackupSelectionsList": [{"SelectionName": "tag-backup-daily"}]})


def no_vault_policy(_account: Account, _request: AwsRequest) -> Reply:
    """``backup:GetBackupVaultAccessPolicy``: there is none."""
    return _not_found("The vault has no access policy.")


def compliance(_account: Account, _request: AwsRequest) -> Reply:
    """``config:DescribeComplianceByConfigRule``: one rule of three is kept."""
    found = [
        {"ConfigRuleName": name, "Compliance": {"ComplianceType": kind, **_contributors(count)}}
        for name, kind, count in (
            ("encrypted-volumes", "NON_COMPLIANT", 3),
            ("iam-user-mfa-enabled", "NON_COMPLIANT", 10),
            ("s3-bucket-public-read-prohibited", "COMPLIANT", 0),
        )
    ]
    return json_reply({"ComplianceByConfigRules": found})


def _contributors(count: int) -> dict[str, Any]:
    counted = {"CappedCount": count, "CapExceeded": False}
    return {"ComplianceContributorCount": counted} if count else {}


def evaluations(_account: Account, _request: AwsRequest) -> Reply:
    """``config:DescribeConfigRuleEvaluationStatus``: all worked on the last day."""
    names = ("encrypted-volumes", "iam-user-mfa-enabled", "s3-bucket-public-read-prohibited")
    found = [
        {"ConfigRuleName": name, "LastSuccessfulEvaluationTime": epoch("2026-10-31")}
        for name in names
    ]
    return json_reply({"ConfigRulesEvaluationStatus": found})


def finding_ids(account: Account, request: AwsRequest) -> Reply:
    """``guardduty:ListFindings``: one, in the good account's main region."""
    is_there = account is PROD and request.region == "us-east-1"
    return json_reply({"findingIds": [_FINDING] if is_there else []})


_FINDING: Final = "5ec5a0b1c2d3e4f5a6b7c8d9e0f1a2b3"


def findings(account: Account, request: AwsRequest) -> Reply:
    """``guardduty:GetFindings``: port scans of the machine that lets the world in."""
    seen = f"{moment('2026-10-20').isoformat()}Z"
    found = {
        "Id": _FINDING,
        "Arn": f"arn:aws:guardduty:{request.region}:{account.account_id}:finding/{_FINDING}",
        "AccountId": account.account_id,
        "Type": "Recon:EC2/PortProbeUnprotectedPort",
        "Severity": 2.0,
        "Title": "Unprotected port on an EC2 instance is being probed.",
        "Resource": {"ResourceType": "Instance"},
        "Service": {"Count": 41},
        "CreatedAt": seen,
        "UpdatedAt": f"{moment('2026-10-31').isoformat()}Z",
        "Region": request.region,
        "SchemaVersion": "2.0",
    }
    # REST-JSON names members by their location: all of GuardDuty's begin with a small letter.
    return json_reply({"findings": [_small(found)]})


def _small(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: _small(sub) for name, sub in value.items()}
    return value


def patch_states(account: Account, request: AwsRequest) -> Reply:
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
    return json_reply({"InstancePatchStates": found})


def _ec2(inner: Callable[[Account, AwsRequest], str]) -> Callable[[Account, AwsRequest], Reply]:
    return lambda account, request: xml_reply(request, _EC2, inner(account, request))


def _not_found(message: str) -> Reply:
    body = f'{{"message": "{message}"}}'.encode()
    kind = ("x-amzn-ErrorType", "ResourceNotFoundException")
    return Reply(404, "application/json", body, (kind,))


def _analyzer_arn(account: Account) -> str:
    return f"arn:aws:access-analyzer:us-east-1:{account.account_id}:analyzer/external-access"


AUDIT_ANSWERS: Final[dict[str, Callable[[Account, AwsRequest], Reply]]] = {
    "access-analyzer:ListAnalyzers": analyzers,
    "access-analyzer:ListFindingsV2": analyzer_findings,
    "account:GetAlternateContact": alternate_contact,
    "account:GetContactInformation": contact,
    "account:ListRegions": account_regions,
    "backup:GetBackupVaultAccessPolicy": no_vault_policy,
    "backup:ListBackupJobs": backup_jobs,
    "backup:ListBackupSelections": backup_selections,
    "backup:ListProtectedResources": protected_resources,
    "backup:ListRecoveryPointsByBackupVault": recovery_points,
    "cloudtrail:LookupEvents": lookup_events,
    "config:DescribeComplianceByConfigRule": compliance,
    "config:DescribeConfigRuleEvaluationStatus": evaluations,
    "config:DescribeConformancePacks": lambda _account, _request: json_reply(
        {"ConformancePackDetails": []}
    ),
    "config:GetComplianceDetailsByConfigRule": rule_results,
    "ec2:GetEbsDefaultKmsKeyId": _ec2(
        lambda account, request: (
            f"<kmsKeyId>{key_arn(account, request.region, 'alias/aws/ebs')}</kmsKeyId>"
        )
    ),
    "ec2:GetImageBlockPublicAccessState": _ec2(
        lambda _account, _request: (
            "<imageBlockPublicAccessState>block-new-sharing</imageBlockPublicAccessState>"
        )
    ),
    "ec2:GetSnapshotBlockPublicAccessState": _ec2(
        lambda account, _request: (
            f"<state>{'block-all-sharing' if account is PROD else 'unblocked'}</state>"
        )
    ),
    "ec2:GetInstanceMetadataDefaults": _ec2(
        lambda account, _request: (
            "<accountLevel><httpTokens>required</httpTokens></accountLevel>"
            if account is PROD
            else "<accountLevel/>"
        )
    ),
    "ec2:GetSerialConsoleAccessStatus": _ec2(
        lambda _account, _request: "<serialConsoleAccessEnabled>false</serialConsoleAccessEnabled>"
    ),
    "guardduty:GetFindings": findings,
    "guardduty:ListFindings": finding_ids,
    "s3:GetObject": get_object,
    "ssm:DescribeInstancePatchStates": patch_states,
}
