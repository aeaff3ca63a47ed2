"""Answers item by item: jobs and recovery points of the vault, evaluations of Config rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from aibrain_jupyter.demo.clock import epoch
from aibrain_jupyter.demo.seeds.keys import key_arn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.demo.accounts import Account
    from aibrain_jupyter.demo.protocols import AwsRequest


def backup_jobs(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``backup:ListBackupJobs``: some days with a failure among them."""
    if request.region != "us-east-1":
        return {"BackupJobs": []}
    found = [
        {
            "BackupJobId": f"1B2C3D4E-0000-4000-8000-00000000000{number}",
            "State": "FAILED" if number == 1 else "COMPLETED",
            "StatusMessage": "The volume was deleted." if number == 1 else None,
            **_copy_of_orders(account, day),
        }
        for number, day in enumerate(("2026-10-28", "2026-10-29", "2026-10-30"))
    ]
    return {"BackupJobs": found}


def recovery_points(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``backup:ListRecoveryPointsByBackupVault``: what the jobs that worked have left."""
    vault = f"arn:aws:backup:{request.region}:{account.account_id}:backup-vault:main"
    snapshots = f"arn:aws:rds:us-east-1:{account.account_id}:snapshot"
    found = [
        {
            "RecoveryPointArn": f"{snapshots}:awsbackup-{n}",
            "BackupVaultArn": vault,
            "Status": "COMPLETED",
            "CalculatedLifecycle": {"DeleteAt": epoch(day) + 35 * 86_400},
            "EncryptionKeyArn": key_arn(account, "us-east-1", "alias/data"),
            "IsEncrypted": True,
            **_copy_of_orders(account, day),
        }
        for n, day in enumerate(("2026-10-28", "2026-10-30"))
    ]
    return {"RecoveryPoints": found}


def _copy_of_orders(account: Account, day: str) -> dict[str, Any]:
    """Return what a job and its recovery point both say."""
    return {
        "BackupVaultName": "main",
        "ResourceArn": f"arn:aws:rds:us-east-1:{account.account_id}:db:orders",
        "ResourceType": "RDS",
        "CreationDate": epoch(day),
        "CompletionDate": epoch(day) + 900,
        "BackupSizeInBytes": 21474836480,
    }


def rule_results(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``config:GetComplianceDetailsByConfigRule``: as the account is."""
    rule = request.params.get("ConfigRuleName", "")
    kind, items = _looked_at(account, request.region, rule)
    found = []
    for name, is_kept in items:
        qualifier = {
            "ConfigRuleName": rule,
            "ResourceType": kind,
            "ResourceId": name,
            "EvaluationMode": "DETECTIVE",
        }
        result = {
            "EvaluationResultIdentifier": {"EvaluationResultQualifier": qualifier},
            "ComplianceType": "COMPLIANT" if is_kept else "NON_COMPLIANT",
            "ResultRecordedTime": epoch("2026-10-31"),
            "ConfigRuleInvokedTime": epoch("2026-10-31") - 60,
        }
        found.append(result)
    return {"EvaluationResults": found}


def _looked_at(account: Account, region: str, rule: str) -> tuple[str, Iterable[tuple[str, bool]]]:
    """Return the type of what a rule looks at, and each of it with whether the rule is kept."""
    here: Any = account.account_id
    if rule == "encrypted-volumes":
        volumes = ec2_backends[here][region].volumes.values()
        return "AWS::EC2::Volume", [(one.id, bool(one.encrypted)) for one in volumes]
    if rule == "iam-user-mfa-enabled":
        users = iam_backends[here]["aws"].users.values()
        return "AWS::IAM::User", [(one.id, bool(one.mfa_devices)) for one in users]
    if rule == "s3-bucket-public-read-prohibited":
        return "AWS::S3::Bucket", [(name, True) for name in s3_backends[here]["aws"].buckets]
    return "", []
