"""SQS queues: two requests a queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.messaging import SQS_QUEUES
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.policy_documents import (
    allows_everyone,
    of_policy,
    readable_policy,
)
from aibrain_jupyter.aws.resources.values import from_epoch, readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_sqs_queues(ctx: CallContext) -> ToolResult:
    """
    Export the SQS queues of a region.

    Returns:
        One row per queue, ordered by name. No message is received.

    Raises:
        PermissionDeniedError: the identity lacks ``sqs:ListQueues``.

    Source:
        SQS API reference, ListQueues and GetQueueAttributes.
    """
    details = Details(ctx)
    urls = listed(ctx, "sqs", "ListQueues", "QueueUrls")

    def row_of(url: str) -> Row:
        name = url.rpartition("/")[2]
        row: Row = {"queue_name": name, "url": url}
        row |= details.read(
            attribute_columns,
            "sqs",
            "GetQueueAttributes",
            {"QueueUrl": url, "AttributeNames": ["All"]},
            item=name,
        )
        return row | details.read(tag_columns, "sqs", "ListQueueTags", {"QueueUrl": url}, item=name)

    return details.result(ctx.map(row_of, urls), SQS_QUEUES)


def attribute_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetQueueAttributes, whose values are all text."""
    attributes = answer.get("Attributes") or {}
    policy = readable_policy(attributes.get("Policy"))
    kms_key = attributes.get("KmsMasterKeyId") or None
    retention = attributes.get("MessageRetentionPeriod")
    own_key = "SQS" if attributes.get("SqsManagedSseEnabled") == "true" else "none"
    return {
        "arn": attributes.get("QueueArn"),
        "created": _time(attributes.get("CreatedTimestamp")),
        "last_modified": _time(attributes.get("LastModifiedTimestamp")),
        "encryption": "KMS" if kms_key else own_key,
        "kms_key": kms_key,
        "has_policy": policy is not None,
        "policy_allows_everyone": of_policy(allows_everyone, policy),
        "policy": policy,
        "dead_letter_queue": readable(
            _dead_letters, attributes.get("RedrivePolicy"), "it is no JSON"
        ),
        "retention_s": retention and readable(int, retention, "it is not a whole number"),
        "is_fifo": attributes.get("FifoQueue") == "true",
    }


def _time(seconds: str | None) -> Any:
    return readable(from_epoch, seconds, "it is not a time")


def _dead_letters(redrive: str | None) -> str | None:
    found: str | None = json.loads(redrive or "{}").get("deadLetterTargetArn")
    return found


def tag_columns(answer: Mapping[str, Any]) -> Row:
    """Return the tags; SQS gives them as a mapping."""
    return {"tags": dict(sorted((answer.get("Tags") or {}).items()))}
