"""
CloudTrail and log groups of the demo accounts.

One trail as it should be and those that record nothing; logs kept for a year and for ever.
"""

from typing import Any, Final

from moto.cloudtrail.models import cloudtrail_backends
from moto.logs.models import logs_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn
from aibrain_jupyter.demo.seeds.trail_events import seed_log_files

_ALL_EVENTS: Final = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
# Name, made, days kept (0: for ever), key alias.
_LOG_GROUPS: Final = {
    PROD.profile: (
        ("/audit/organization-trail", "2020-02-12", 400, "alias/logs"),
        ("/aws/lambda/orders-api", "2021-10-06", 90, "alias/data"),
        ("/aws/lambda/invoice-mailer", "2021-11-30", 0, ""),
        ("/aws/rds/instance/orders/postgresql", "2021-03-15", 0, ""),
    ),
    DEV.profile: (
        ("/aws/lambda/orders-api", "2021-10-12", 0, ""),
        ("/aws/lambda/chat-bot", "2023-06-28", 0, ""),
    ),
}


def seed_audit(account: Account) -> None:
    """Fill CloudTrail and CloudWatch Logs of one account. S3 and KMS must be there already."""
    seed_ids(account.account_id, "cloudtrail")
    if account is PROD:
        _add_trail(account, "organization-trail", "example-prod-audit-trail", "us-east-1", True)
        _add_trail(account, "old-eu-trail", "example-prod-audit-trail", "eu-west-1", False)
    else:
        _add_trail(account, "dev-trail", "example-dev-logs", "us-east-1", False)
    seed_log_files(account)
    logs = logs_backends[account.account_id]["us-east-1"]
    for name, created, days, key in _LOG_GROUPS[account.profile]:
        with at(created):
            group = logs.create_log_group(name, {"owner": "platform"})
        group.retention_in_days = days or None
        group.kms_key_id = key_arn(account, "us-east-1", key) if key else None
    if account is PROD:
        root = {"metricName": "RootSignIn", "metricNamespace": "Audit", "metricValue": "1"}
        metrics: Any = [root]
        pattern = '{ $.userIdentity.type = "Root" && $.eventType != "AwsServiceEvent" }'
        with at("2021-06-08"):
            logs.put_metric_filter("root-sign-in", pattern, "/audit/organization-trail", metrics)


def _add_trail(account: Account, name: str, bucket: str, region: str, is_good: bool) -> None:
    # An account leaves out what a trail does not have; moto would answer empty texts.
    absent: Any = None
    backend = cloudtrail_backends[account.account_id][region]
    with at("2020-02-12"):
        trail = backend.create_trail(
            name=name,
            bucket_name=bucket,
            s3_key_prefix=name,
            sns_topic_name=absent,
            is_global=True,
            is_multi_region=is_good,
            log_validation=is_good,
            is_org_trail=False,
            cw_log_group_arn=absent,
            cw_role_arn=absent,
            kms_key_id=key_arn(account, region, "alias/logs") if is_good else absent,
            tags_list=[],
        )
        trail.start_logging()
        trail.put_event_selectors([_ALL_EVENTS], [])
    if not is_good:
        with at("2023-08-14"):
            trail.stop_logging()
