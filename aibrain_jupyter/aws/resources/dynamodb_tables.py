"""DynamoDB tables: four requests a table, there is no bulk read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.data import DYNAMODB_TABLES
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.policy_documents import (
    allows_everyone,
    of_policy,
    readable_policy,
)
from aibrain_jupyter.aws.resources.values import tags_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_dynamodb_tables(ctx: CallContext) -> ToolResult:
    """
    Export the DynamoDB tables of a region.

    Returns:
        One row per table, ordered by name. DynamoDB always encrypts: a table that says nothing
        of it uses DynamoDB's own key.

    Raises:
        PermissionDeniedError: the identity lacks ``dynamodb:ListTables``.

    Source:
        DynamoDB API reference, TableDescription and ContinuousBackupsDescription.
    """
    details = Details(ctx)
    names = listed(ctx, "dynamodb", "ListTables", "TableNames")

    def row_of(name: str) -> Row:
        target = ctx.target
        arn = f"arn:{target.partition}:dynamodb:{target.region}:{target.account}:table/{name}"
        row: Row = {"table_name": name, "arn": arn}
        params = {"TableName": name}
        row |= details.read(table_columns, "dynamodb", "DescribeTable", params, item=name)
        row |= details.read(
            backup_columns, "dynamodb", "DescribeContinuousBackups", params, item=name
        )
        row |= details.read(
            policy_columns,
            "dynamodb",
            "GetResourcePolicy",
            {"ResourceArn": arn},
            item=name,
            absent=("PolicyNotFoundException",),
        )
        tags = details.ask_all(
            "dynamodb",
            "ListTagsOfResource",
            "Tags",
            {"ResourceArn": arn},
            item=name,
            columns=["tags"],
        )
        if tags is not None:
            row["tags"] = tags_of(tags)
        return row

    return details.result(ctx.map(row_of, names), DYNAMODB_TABLES)


def table_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of DescribeTable."""
    table = answer.get("Table") or {}
    encryption = table.get("SSEDescription") or {}
    has_kms_key = encryption.get("Status") not in (None, "DISABLED")
    # Both stay out of the answer of a table that never left the default.
    billing = (table.get("BillingModeSummary") or {}).get("BillingMode") or "PROVISIONED"
    table_class = (table.get("TableClassSummary") or {}).get("TableClass") or "STANDARD"
    return {
        "status": table.get("TableStatus"),
        "created": table.get("CreationDateTime"),
        "encryption_key_owner": "KMS" if has_kms_key else "AWS",
        "kms_key": encryption.get("KMSMasterKeyArn") if has_kms_key else None,
        "deletion_protection": table.get("DeletionProtectionEnabled", False),
        "billing_mode": billing,
        "table_class": table_class,
        "item_count": table.get("ItemCount"),
        "size_bytes": table.get("TableSizeBytes"),
        "stream_enabled": (table.get("StreamSpecification") or {}).get("StreamEnabled", False),
        "replica_regions": texts(r.get("RegionName") for r in table.get("Replicas") or ()),
    }


def backup_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of DescribeContinuousBackups."""
    backups = answer.get("ContinuousBackupsDescription") or {}
    recovery = backups.get("PointInTimeRecoveryDescription") or {}
    is_on = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    return {
        "pitr_enabled": is_on,
        "pitr_days": recovery.get("RecoveryPeriodInDays") if is_on else None,
        "pitr_earliest": recovery.get("EarliestRestorableDateTime") if is_on else None,
    }


def policy_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of a resource policy; ``{}``: there is none."""
    policy = readable_policy(answer.get("Policy"))
    return {
        "has_policy": policy is not None,
        "policy_allows_everyone": of_policy(allows_everyone, policy),
        "policy": policy,
    }
