"""
DynamoDB tables: four requests a table, there is no bulk read.

Source: DynamoDB API reference, TableDescription and ContinuousBackupsDescription.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import (
    count,
    flag,
    nested,
    policy,
    tags,
    text,
    time,
    volatile,
)

_ARN: Final = "arn(here, 'dynamodb', 'table', ListTables)"
# DynamoDB always encrypts: a table that says nothing of it uses DynamoDB's own key.
_HAS_KEY: Final = "(DescribeTable.SSEDescription.Status || 'DISABLED') != 'DISABLED'"
_IS_ON: Final = "DescribeContinuousBackups.PointInTimeRecoveryStatus=='ENABLED'"
_IS_OFF: Final = "DescribeContinuousBackups.PointInTimeRecoveryStatus=='DISABLED'"


TABLES: Final = declared(
    "dynamodb",
    "tables",
    "DynamoDB tables: encryption, point-in-time recovery, deletion protection, policy.",
    (
        text("table_name", "name of the table", "ListTables"),
        text("arn", "ARN of the table", _ARN),
        text("status", "such as ACTIVE", "DescribeTable.TableStatus"),
        time("created", "when the table was made, UTC", "DescribeTable.CreationDateTime"),
        text(
            "encryption_key_owner",
            "AWS: DynamoDB's own key; KMS: the key in kms_key",
            f"{_HAS_KEY} && 'KMS' || 'AWS'",
        ),
        text(
            "kms_key",
            "ARN of the KMS key; NA: DynamoDB's own key encrypts the table",
            f"where({_HAS_KEY}, DescribeTable.SSEDescription.KMSMasterKeyArn)",
        ),
        flag("pitr_enabled", "whether point-in-time recovery is on", _IS_ON),
        count(
            "pitr_days",
            "days back it can be restored; 0: point-in-time recovery is off",
            f"not_null(where({_IS_ON}, DescribeContinuousBackups.RecoveryPeriodInDays),"
            f" where({_IS_OFF}, `0`))",
        ),
        time(
            "pitr_earliest",
            "earliest point it can be restored to, UTC; NaT: off",
            f"where({_IS_ON}, DescribeContinuousBackups.EarliestRestorableDateTime)",
        ),
        flag(
            "deletion_protection",
            "whether deletion is refused",
            "present(DescribeTable.DeletionProtectionEnabled)",
        ),
        text(
            "billing_mode",
            "PROVISIONED or PAY_PER_REQUEST",
            "DescribeTable.BillingModeSummary.BillingMode || 'PROVISIONED'",
        ),
        text(
            "table_class",
            "STANDARD or STANDARD_INFREQUENT_ACCESS",
            "DescribeTable.TableClassSummary.TableClass || 'STANDARD'",
        ),
        volatile(
            count(
                "item_count",
                "items, as counted by DynamoDB about every six hours",
                "DescribeTable.ItemCount",
            )
        ),
        count(
            "size_bytes",
            "size, bytes, as counted by DynamoDB about every six hours",
            "DescribeTable.TableSizeBytes",
        ),
        flag(
            "stream_enabled",
            "whether a stream of changes is on",
            "present(DescribeTable.StreamSpecification.StreamEnabled)",
        ),
        nested(
            "replica_regions", "regions of its replicas", "all(DescribeTable.Replicas[].RegionName)"
        ),
        *policy(
            "GetResourcePolicy.Policy",
            "the resource policy; NA: none",
            has="whether there is a resource policy",
        ),
        tags("ListTagsOfResource"),
    ),
    (
        listing("dynamodb:ListTables", "TableNames"),
        detail("dynamodb:DescribeTable", {"TableName": "ListTables"}, member="Table"),
        detail(
            "dynamodb:DescribeContinuousBackups",
            {"TableName": "ListTables"},
            member="ContinuousBackupsDescription.PointInTimeRecoveryDescription",
        ),
        detail(
            "dynamodb:GetResourcePolicy",
            {"ResourceArn": _ARN},
            absent=("PolicyNotFoundException",),
        ),
        detail("dynamodb:ListTagsOfResource", {"ResourceArn": _ARN}, records="Tags"),
    ),
)
