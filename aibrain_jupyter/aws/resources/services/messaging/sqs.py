"""
SQS queues. No message is received.

Source: SQS API reference, GetQueueAttributes, whose values are all text.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, policy, tags, text, time

QUEUES: Final = declared(
    "sqs",
    "queues",
    "SQS queues: encryption, policy, dead-letter queue.",
    (
        text("queue_name", "name of the queue", "after_slash(ListQueues)"),
        text("arn", "ARN of the queue", "GetQueueAttributes.QueueArn"),
        text("url", "URL of the queue", "ListQueues"),
        time(
            "created",
            "when the queue was made, UTC",
            "seconds(GetQueueAttributes.CreatedTimestamp)",
        ),
        time(
            "last_modified",
            "last change of its attributes, UTC",
            "seconds(GetQueueAttributes.LastModifiedTimestamp)",
        ),
        text(
            "encryption",
            "KMS, SQS (SQS's own key) or none",
            "GetQueueAttributes.KmsMasterKeyId && 'KMS' || "
            "GetQueueAttributes.SqsManagedSseEnabled=='true' && 'SQS' || 'none'",
        ),
        text(
            "kms_key",
            "KMS key of the messages; NA: none",
            "none_if_empty(GetQueueAttributes.KmsMasterKeyId)",
        ),
        *policy(
            "GetQueueAttributes.Policy",
            "the access policy; NA: none",
            has="whether there is an access policy; false: only the owner",
        ),
        text(
            "dead_letter_queue",
            "ARN of the dead-letter queue; NA: none",
            "in_text(GetQueueAttributes.RedrivePolicy, 'deadLetterTargetArn')",
        ),
        count(
            "retention_s",
            "seconds a message is kept",
            "whole(GetQueueAttributes.MessageRetentionPeriod)",
        ),
        flag("is_fifo", "whether it is a FIFO queue", "GetQueueAttributes.FifoQueue=='true'"),
        tags("ListQueueTags.Tags"),
    ),
    (
        listing("sqs:ListQueues", "QueueUrls"),
        detail(
            "sqs:GetQueueAttributes",
            {"QueueUrl": "ListQueues"},
            fixed={"AttributeNames": ["All"]},
            member="Attributes",
        ),
        detail("sqs:ListQueueTags", {"QueueUrl": "ListQueues"}),
    ),
)
