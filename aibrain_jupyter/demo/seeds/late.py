"""
Services of the demo that are filled when they are first asked, so that the demo starts quickly.

Loading moto's code of a dozen more services would double the time of a start; most sessions ask
two of them. To add a service, write its function and name it in `_PARTS` by its signing name.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.demo.accounts import ACCOUNTS, PROD, Account
from aibrain_jupyter.demo.clock import at, epoch, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn

if TYPE_CHECKING:
    from collections.abc import Callable

HOME: Final = "us-east-1"
_lock = Lock()
_done: set[str] = set()


def seed_late(service: str) -> None:
    """Fill a service in both accounts if that was not done yet. Safe to call from any thread."""
    part = _PARTS.get(service)
    if part is None or service in _done:
        return
    with _lock:
        if service not in _done:
            for account in ACCOUNTS:
                seed_ids(account.account_id, service)
                part(account)
            _done.add(service)


def _guardduty(account: Account) -> None:
    from moto.guardduty.models import guardduty_backends

    features = [
        {"Name": name, "Status": "ENABLED" if name in on else "DISABLED"}
        for on in (("S3_DATA_EVENTS", "EKS_AUDIT_LOGS"),)
        for name in ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RDS_LOGIN_EVENTS", "RUNTIME_MONITORING")
    ]
    for region in account.open_regions[: 2 if account is PROD else 1]:
        with at("2022-03-01"):
            guardduty_backends[account.account_id][region].create_detector(
                account is PROD, "FIFTEEN_MINUTES", {}, {"owner": "security"}, features
            )


def _config(account: Account) -> None:
    from moto.config.models import config_backends

    config: Any = config_backends[account.account_id][HOME]
    is_good = account is PROD
    group: dict[str, Any] = {"allSupported": True, "includeGlobalResourceTypes": True}
    if not is_good:
        group = {
            "allSupported": False,
            "includeGlobalResourceTypes": False,
            "resourceTypes": ["AWS::EC2::Instance"],
        }
    with at("2021-01-18"):
        role = f"arn:aws:iam::{account.account_id}:role/config"
        config.put_configuration_recorder(
            {"name": "default", "roleARN": role, "recordingGroup": group}
        )
        config.put_delivery_channel({"name": "default", "s3BucketName": f"{account.alias}-config"})
        if is_good:
            config.start_configuration_recorder("default")
            for name, check in _CONFIG_RULES:
                source = {"Owner": "AWS", "SourceIdentifier": check}
                config.put_config_rule({"ConfigRuleName": name, "Source": source}, [])


_CONFIG_RULES: Final = (
    ("encrypted-volumes", "ENCRYPTED_VOLUMES"),
    ("iam-user-mfa-enabled", "IAM_USER_MFA_ENABLED"),
    ("s3-bucket-public-read-prohibited", "S3_BUCKET_PUBLIC_READ_PROHIBITED"),
)


def _monitoring(account: Account) -> None:
    from moto.cloudwatch.models import cloudwatch_backends

    cloudwatch = cloudwatch_backends[account.account_id][HOME]
    alarms = (("root-sign-in", "RootSignIn", True), ("unauthorized-calls", "Unauthorized", False))
    for name, metric, has_action in alarms if account is PROD else alarms[:1]:
        topic = f"arn:aws:sns:{HOME}:{account.account_id}:security-alerts"
        with at("2021-06-09"):
            cloudwatch.put_metric_alarm(
                name,
                "Audit",
                metric,
                "GreaterThanOrEqualToThreshold",
                1,
                300,
                1.0,
                "Sum",
                "",
                [],
                [topic] if has_action and account is PROD else [],
            )


def _ssm(account: Account) -> None:
    from moto.ssm.models import ssm_backends

    ssm = ssm_backends[account.account_id][HOME]
    for name, kind in (
        ("/orders/database/host", "String"),
        ("/orders/database/password", "SecureString"),
        ("/chat-bot/api-key", "String"),
    ):
        key = key_arn(account, HOME, "alias/data") if kind == "SecureString" else ""
        with at("2023-05-23"):
            ssm.put_parameter(name, "", "demo", kind, "", key, False, [], "text", "Standard", None)


def _ecr(account: Account) -> None:
    from moto.ecr.models import ecr_backends

    ecr: Any = ecr_backends[account.account_id][HOME]
    is_good = account is PROD
    for name, scans in (("orders-api", is_good), ("chat-bot", False)):
        with at("2022-08-30"):
            ecr.create_repository(
                name,
                None,
                {"encryptionType": "KMS" if scans else "AES256"},
                {"scanOnPush": scans},
                "IMMUTABLE" if scans else "MUTABLE",
                [{"Key": "owner", "Value": "platform"}],
            )


def _elastic_file_system(account: Account) -> None:
    from moto.efs.models import efs_backends

    efs: Any = efs_backends[account.account_id][HOME]
    for name, is_encrypted in (("shared-home", True), ("old-uploads", False)):
        key = key_arn(account, HOME, "alias/data") if is_encrypted else ""
        tags = [{"Key": "Name", "Value": name}]
        with at("2021-04-12"):
            made = efs.create_file_system(
                name, "generalPurpose", is_encrypted, key, "bursting", 0, "", is_encrypted, tags
            )
            made.creation_time = epoch("2021-04-12")  # moto takes the real time here


def _backup(account: Account) -> None:
    from moto.backup.models import backup_backends

    backup = backup_backends[account.account_id][HOME]
    with at("2021-09-02"):
        backup.create_backup_vault("main", {}, key_arn(account, HOME, "alias/data"), "main")
        if account is PROD:
            backup.create_backup_plan(
                {
                    "BackupPlanName": "daily",
                    "Rules": [
                        {
                            "RuleName": "daily-35-days",
                            "TargetBackupVaultName": "main",
                            "ScheduleExpression": "cron(0 3 * * ? *)",
                            "Lifecycle": {"DeleteAfterDays": 35},
                        }
                    ],
                },
                {},
                "daily",
            )


def _load_balancing(account: Account) -> None:
    from moto.ec2.models import ec2_backends
    from moto.elbv2.models import elbv2_backends

    ec2 = ec2_backends[account.account_id][HOME]
    subnets = [s.id for s in ec2.describe_subnets() if s.cidr_block.startswith("172.31.")][:2]
    elb = elbv2_backends[account.account_id][HOME]
    with at("2022-02-15"):
        made = elb.create_load_balancer("web", [], subnets, loadbalancer_type="application")
        action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
        elb.create_listener(made.arn, "HTTP", "80", "", None, [action])
        if account is PROD:
            elb.modify_load_balancer_attributes(
                made.arn,
                {
                    "access_logs.s3.enabled": "true",
                    "access_logs.s3.bucket": "example-prod-audit-trail",
                    "deletion_protection.enabled": "true",
                },
            )


def _route53(account: Account) -> None:
    from moto.route53.models import route53_backends

    route53 = route53_backends[account.account_id]["aws"]
    with at("2019-03-04"):
        route53.create_hosted_zone(f"{account.alias}.example.com.", False, comment="main zone")


_PARTS: Final[dict[str, Callable[[Account], None]]] = {
    "backup": _backup,
    "config": _config,
    "ecr": _ecr,
    "elasticfilesystem": _elastic_file_system,
    "elasticloadbalancing": _load_balancing,
    "guardduty": _guardduty,
    "monitoring": _monitoring,
    "route53": _route53,
    "ssm": _ssm,
}
