"""
Services of the demo that are filled when they are first asked, so that the demo starts quickly.

Loading moto's code of a dozen more services would double the time of a start; most sessions ask
two of them. To add a service, write its function and name it in `_PARTS` by its signing name.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from moto.backends import get_backend

from aibrain_jupyter.demo.accounts import ACCOUNTS, PROD, Account
from aibrain_jupyter.demo.clock import at, epoch, moment, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn

if TYPE_CHECKING:
    from collections.abc import Callable

HOME: Final = "us-east-1"
# Rules of Config, and how many things of the account break each.
CONFIG_RULES: Final = {
    "encrypted-volumes": 3,
    "iam-user-mfa-enabled": 10,
    "s3-bucket-public-read-prohibited": 0,
}
_lock = Lock()
_done: set[str] = set()


def seed_late(service: str) -> None:
    """Fill a service in both accounts if that was not done yet. Safe to call from any thread."""
    if service not in _PARTS or service in _done:
        return
    day, part = _PARTS[service]
    with _lock:
        if service not in _done:
            for account in ACCOUNTS:
                seed_ids(account.account_id, service)
                with at(day):
                    part(account)
            _done.add(service)


def _backend(service: Any, account: Account, region: str = HOME) -> Any:
    """Return moto's backend of a service, whose code is loaded by this."""
    return get_backend(service)[account.account_id][region]


def _guardduty(account: Account) -> None:
    features = [
        {"Name": "S3_DATA_EVENTS", "Status": "ENABLED"},
        {"Name": "EKS_AUDIT_LOGS", "Status": "ENABLED"},
        {"Name": "RDS_LOGIN_EVENTS", "Status": "DISABLED"},
        {"Name": "RUNTIME_MONITORING", "Status": "DISABLED"},
    ]
    for region in account.open_regions[: 2 if account is PROD else 1]:
        guardduty = _backend("guardduty", account, region)
        id_ = guardduty.create_detector(
            account is PROD, "FIFTEEN_MINUTES", {}, {"owner": "security"}, features
        )
        guardduty.detectors[id_].created_at = moment("2022-03-01")  # moto takes the real time here


def _config(account: Account) -> None:
    config = _backend("config", account)
    is_good = account is PROD
    group: dict[str, Any] = {"allSupported": is_good, "includeGlobalResourceTypes": is_good}
    if not is_good:
        group["resourceTypes"] = ["AWS::EC2::Instance"]
    role = f"arn:aws:iam::{account.account_id}:role/config"
    config.put_configuration_recorder({"name": "default", "roleARN": role, "recordingGroup": group})
    config.put_delivery_channel({"name": "default", "s3BucketName": f"{account.alias}-config"})
    if is_good:
        config.start_configuration_recorder("default")
        for name in CONFIG_RULES:
            source = {"Owner": "AWS", "SourceIdentifier": name.upper().replace("-", "_")}
            config.put_config_rule({"ConfigRuleName": name, "Source": source}, [])


def _monitoring(account: Account) -> None:
    cloudwatch = _backend("cloudwatch", account)
    topic = f"arn:aws:sns:{HOME}:{account.account_id}:security-alerts"
    compared = ("GreaterThanOrEqualToThreshold", 1, 300, 1.0, "Sum")
    actions = [topic] if account is PROD else []
    cloudwatch.put_metric_alarm("root-sign-in", "Audit", "RootSignIn", *compared, "", [], actions)
    if account is PROD:
        cloudwatch.put_metric_alarm(
            "unauthorized-calls", "Audit", "Unauthorized", *compared, "", [], []
        )


def _ssm(account: Account) -> None:
    ssm = _backend("ssm", account)
    for name, kind in (
        ("/orders/database/host", "String"),
        ("/orders/database/password", "SecureString"),
        ("/chat-bot/api-key", "String"),
    ):
        key = key_arn(account, HOME, "alias/data") if kind == "SecureString" else ""
        ssm.put_parameter(name, "", "demo", kind, "", key, False, [], "text", "Standard", None)


def _ecr(account: Account) -> None:
    ecr = _backend("ecr", account)
    for name, scans in (("orders-api", account is PROD), ("chat-bot", False)):
        ecr.create_repository(
            name,
            None,
            {"encryptionType": "KMS" if scans else "AES256"},
            {"scanOnPush": scans},
            "IMMUTABLE" if scans else "MUTABLE",
            [{"Key": "owner", "Value": "platform"}],
        )


def _elastic_file_system(account: Account) -> None:
    efs = _backend("efs", account)
    for name, is_encrypted in (("shared-home", True), ("old-uploads", False)):
        key = key_arn(account, HOME, "alias/data") if is_encrypted else ""
        tags = [{"Key": "Name", "Value": name}]
        made = efs.create_file_system(
            name, "generalPurpose", is_encrypted, key, "bursting", 0, "", is_encrypted, tags
        )
        made.creation_time = epoch("2021-04-12")  # moto takes the real time here


def _backup(account: Account) -> None:
    backup = _backend("backup", account)
    backup.create_backup_vault("main", {}, key_arn(account, HOME, "alias/data"), "main")
    if account is PROD:
        rule = {
            "RuleName": "daily-35-days",
            "TargetBackupVaultName": "main",
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "Lifecycle": {"DeleteAfterDays": 35},
        }
        backup.create_backup_plan({"BackupPlanName": "daily", "Rules": [rule]}, {}, "daily")


def _load_balancing(account: Account) -> None:
    networks = _backend("ec2", account).describe_subnets()
    subnets = [network.id for network in networks if network.cidr_block.startswith("172.31.")][:2]
    elb = _backend("elbv2", account)
    made = elb.create_load_balancer("web", [], subnets, loadbalancer_type="application")
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    elb.create_listener(made.arn, "HTTP", "80", "", None, [action])
    if account is PROD:
        attributes = {
            "access_logs.s3.enabled": "true",
            "access_logs.s3.bucket": "example-prod-audit-trail",
            "deletion_protection.enabled": "true",
        }
        elb.modify_load_balancer_attributes(made.arn, attributes)


def _route53(account: Account) -> None:
    zone = f"{account.alias}.example.com."
    _backend("route53", account, "aws").create_hosted_zone(zone, False, comment="main zone")


# By signing name: the day on which everything of it was made, and what makes it.
_PARTS: Final[dict[str, tuple[str, Callable[[Account], None]]]] = {
    "backup": ("2021-09-02", _backup),
    "config": ("2021-01-18", _config),
    "ecr": ("2022-08-30", _ecr),
    "elasticfilesystem": ("2021-04-12", _elastic_file_system),
    "elasticloadbalancing": ("2022-02-15", _load_balancing),
    "guardduty": ("2022-03-01", _guardduty),
    "monitoring": ("2021-06-09", _monitoring),
    "route53": ("2019-03-04", _route53),
    "ssm": ("2023-05-23", _ssm),
}
