"""
SNS and SQS of the demo accounts: encrypted and not, open to everyone and not.
"""

from dataclasses import dataclass
from typing import Final

from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn
from aibrain_jupyter.demo.seeds.statements import ANYONE, allow, document

_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class _Channel:
    """A topic or a queue; `key` is a key alias, or empty for a topic or queue without one."""

    name: str
    created: str
    key: str = ""
    is_open: bool = False
    subscriber: str = ""


_TOPICS: Final = {
    PROD.profile: (
        _Channel("security-alerts", "2020-02-13", "alias/data", subscriber="soc@example.com"),
        _Channel("order-events", "2021-03-17"),
        _Channel("partner-feed", "2022-03-17", is_open=True),
    ),
    DEV.profile: (_Channel("test-events", "2021-10-14", is_open=True),),
}
_QUEUES: Final = {
    PROD.profile: (
        _Channel("orders", "2021-03-17", "alias/data"),
        _Channel("invoices", "2021-12-01"),
        _Channel("partner-inbox", "2022-03-17", is_open=True),
    ),
    DEV.profile: (_Channel("load-test", "2023-01-12", is_open=True),),
}


def seed_messaging(account: Account) -> None:
    """Fill SNS and SQS of one account in its first region. KMS must be there already."""
    seed_ids(account.account_id, "messaging")
    topics = sns_backends[account.account_id][_REGION]
    for channel in _TOPICS[account.profile]:
        with at(channel.created):
            topic = topics.create_topic(channel.name, tags={"owner": "orders"})
        if channel.key:
            topic.kms_master_key_id = key_arn(account, _REGION, channel.key)
        if channel.is_open:
            topic.policy = _open_policy("sns:Subscribe", topic.arn)
        if channel.subscriber:
            topics.subscribe(topic.arn, channel.subscriber, "email")
    queues = sqs_backends[account.account_id][_REGION]
    for channel in _QUEUES[account.profile]:
        attributes = {"SqsManagedSseEnabled": "true"}
        if channel.key:
            attributes = {"KmsMasterKeyId": key_arn(account, _REGION, channel.key)}
        if channel.is_open:
            arn = f"arn:aws:sqs:{_REGION}:{account.account_id}:{channel.name}"
            policy = _open_policy("sqs:SendMessage", arn)
            attributes = {"SqsManagedSseEnabled": "false", "Policy": policy}
        with at(channel.created):
            queues.create_queue(channel.name, {"owner": "orders"}, **attributes)


def _open_policy(action: str, arn: str) -> str:
    return document(allow(action, arn, to=ANYONE, sid="Anyone"))
