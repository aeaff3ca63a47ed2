"""Columns of the SNS and SQS resources."""

from __future__ import annotations

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

_POLICY = (
    Column(
        "policy_allows_everyone",
        FLAG,
        ALLOWS_EVERYONE,
    ),
)

SNS_TOPICS: tuple[Column, ...] = (
    Column("topic_name", TEXT, "name of the topic"),
    Column("arn", TEXT, "ARN of the topic"),
    Column("owner", TEXT, "account that owns the topic"),
    Column("kms_key", TEXT, "key that encrypts messages at rest; NA: they are not encrypted"),
    *_POLICY,
    Column("policy", NESTED, "the access policy"),
    Column("subscriptions_confirmed", COUNT, "confirmed subscriptions"),
    Column("subscriptions_pending", COUNT, "subscriptions not confirmed yet"),
    Column("is_fifo", FLAG, "whether it is a FIFO topic"),
    TAGS,
)

SQS_QUEUES: tuple[Column, ...] = (
    Column("queue_name", TEXT, "name of the queue"),
    Column("arn", TEXT, "ARN of the queue"),
    Column("url", TEXT, "URL of the queue"),
    Column("created", TIME, "when the queue was made, UTC"),
    Column("last_modified", TIME, "last change of its attributes, UTC"),
    Column("encryption", TEXT, "KMS, SQS (SQS's own key) or none"),
    Column("kms_key", TEXT, "KMS key of the messages; NA: none"),
    Column("has_policy", FLAG, "whether there is an access policy; false: only the owner"),
    *_POLICY,
    Column("policy", NESTED, "the access policy; NA: none"),
    Column("dead_letter_queue", TEXT, "ARN of the dead-letter queue; NA: none"),
    Column("retention_s", COUNT, "seconds a message is kept"),
    Column("is_fifo", FLAG, "whether it is a FIFO queue"),
    TAGS,
)
