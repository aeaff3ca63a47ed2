"""SNS topics: two requests a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.messaging import SNS_TOPICS
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.policy_documents import (
    allows_everyone,
    of_policy,
    readable_policy,
)
from aibrain_jupyter.aws.resources.values import readable, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_sns_topics(ctx: CallContext) -> ToolResult:
    """
    Export the SNS topics of a region.

    Returns:
        One row per topic, ordered by name.

    Raises:
        PermissionDeniedError: the identity lacks ``sns:ListTopics``.

    Source:
        SNS API reference, GetTopicAttributes.
    """
    details = Details(ctx)
    topics = listed(ctx, "sns", "ListTopics", "Topics")

    def row_of(topic: Mapping[str, Any]) -> Row:
        arn = topic.get("TopicArn")
        row: Row = {"topic_name": arn and arn.rpartition(":")[2], "arn": arn}
        row |= details.read(
            attribute_columns, "sns", "GetTopicAttributes", {"TopicArn": arn}, item=arn
        )
        return row | details.read(
            tag_columns, "sns", "ListTagsForResource", {"ResourceArn": arn}, item=arn
        )

    return details.result(ctx.map(row_of, topics), SNS_TOPICS)


def attribute_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetTopicAttributes, whose values are all text."""
    attributes = answer.get("Attributes") or {}
    policy = readable_policy(attributes.get("Policy"))
    return {
        "owner": attributes.get("Owner"),
        "kms_key": attributes.get("KmsMasterKeyId") or None,
        "policy_allows_everyone": of_policy(allows_everyone, policy),
        "policy": policy,
        "subscriptions_confirmed": _number(attributes.get("SubscriptionsConfirmed")),
        "subscriptions_pending": _number(attributes.get("SubscriptionsPending")),
        "is_fifo": attributes.get("FifoTopic") == "true",
    }


def _number(text: str | None) -> Any:
    return readable(int, text, "it is not a whole number") if text else None


def tag_columns(answer: Mapping[str, Any]) -> Row:
    """Return the tags."""
    return {"tags": tags_of(answer.get("Tags"))}
