"""SNS topics (API reference, GetTopicAttributes, whose values are all text)."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, policy, tags, text

TOPICS: Final = declared(
    "sns",
    "topics",
    "SNS topics: encryption, policy, subscriptions.",
    (
        text("topic_name", "name of the topic", "after_colon(TopicArn)"),
        text("arn", "ARN of the topic", "TopicArn"),
        text("owner", "account that owns the topic", "GetTopicAttributes.Owner"),
        text(
            "kms_key",
            "key that encrypts messages at rest; NA: they are not encrypted",
            "none_if_empty(GetTopicAttributes.KmsMasterKeyId)",
        ),
        *policy("GetTopicAttributes.Policy", "the access policy", is_always_there=True),
        count(
            "subscriptions_confirmed",
            "confirmed subscriptions",
            "whole(GetTopicAttributes.SubscriptionsConfirmed)",
        ),
        count(
            "subscriptions_pending",
            "subscriptions not confirmed yet",
            "whole(GetTopicAttributes.SubscriptionsPending)",
        ),
        flag("is_fifo", "whether it is a FIFO topic", "GetTopicAttributes.FifoTopic=='true'"),
        tags("ListTagsForResource.Tags"),
    ),
    (
        listing("sns:ListTopics", "Topics"),
        detail("sns:GetTopicAttributes", {"TopicArn": "TopicArn"}, member="Attributes"),
        detail("sns:ListTagsForResource", {"ResourceArn": "TopicArn"}),
    ),
    label="TopicArn",
)
