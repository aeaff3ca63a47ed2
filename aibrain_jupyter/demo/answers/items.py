"""Answers item by item: recovery points of the vault, evaluations of the Config rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from aibrain_jupyter.demo.clock import epoch
from aibrain_jupyter.demo.protocols import AwsRequest, Reply, json_reply
from aibrain_jupyter.demo.seeds.keys import key_arn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.demo.accounts import Account


def recovery_points(account: Account, request: AwsRequest) -> Reply:
    """``backup:ListRecoveryPointsByBackupVault``: what the jobs that worked have left."""
    vault = f"arn:aws:backup:{request.region}:{account.account_id}:backup-vault:main"
    snapshots = f"arn:aws:rds:us-east-1:{account.account_id}:snapshot"
    found = [
        {
            "RecoveryPointArn": f"{snapshots}:awsbackup-{n}",
            "BackupVaultName": "main",
            "BackupVaultArn": vault,
            "ResourceArn": f"arn:aws:rds:us-east-1:{account.account_id}:db:orders",
            "ResourceType": "RDS",
            "Status": "COMPLETED",
            "CreationDate": epoch(day),
            "CompletionDate": epoch(day) + 900,
            "BackupSizeInBytes": 21474836480,
            "CalculatedLifecycle": {"DeleteAt": epoch(day) + 35 * 86_400},
            "EncryptionKeyArn": key_arn(account, "us-east-1", "alias/data"),
            "IsEncrypted": True,
        }
        for n, day in enumerate(("2026-10-28", "2026-10-30"))
    ]
    return json_reply({"RecoveryPoints": found})


def rule_results(account: Account, request: AwsRequest) -> Reply:
    """``config:GetComplianceDetailsByConfigRule``: as the account is."""
    rule = request.params.get("ConfigRuleName", "")
    kind, items = _looked_at(account, request.region, rule)
    found = [
        {
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": rule,
                    "ResourceType": kind,
                    "ResourceId": name,
                    "EvaluationMode": "DETECTIVE",
                }
            },
            "ComplianceType": "COMPLIANT" if is_kept else "NON_COMPLIANT",
            "ResultRecordedTime": epoch("2026-10-31"),
            "ConfigRuleInvokedTime": epoch("2026-10-31") - 60,
        }
        for name, is_kept in items
    ]
    return json_reply({"EvaluationResults": found})


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
