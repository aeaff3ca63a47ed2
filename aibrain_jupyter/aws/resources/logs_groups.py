"""CloudWatch log groups: one request a group, for its tags. No log event is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.logging import LOG_GROUPS
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.values import from_epoch, readable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_MS_PER_S = 1000


def export_logs_groups(ctx: CallContext) -> ToolResult:
    """
    Export the CloudWatch log groups of a region.

    Returns:
        One row per log group, ordered by name.

    Raises:
        PermissionDeniedError: the identity lacks ``logs:DescribeLogGroups``.

    Source:
        CloudWatch Logs API reference, LogGroup.
    """
    details = Details(ctx)
    groups = listed(ctx, "logs", "DescribeLogGroups", "logGroups", {"limit": 50})

    def row_of(group: Mapping[str, Any]) -> Row:
        row = group_columns(group)
        return row | details.read(
            tag_columns,
            "logs",
            "ListTagsForResource",
            {"resourceArn": row["arn"]},
            item=row["log_group_name"],
        )

    return details.result(ctx.map(row_of, groups), LOG_GROUPS)


def group_columns(group: Mapping[str, Any]) -> Row:
    """Return the columns of a LogGroup."""
    created_ms, arn = group.get("creationTime"), group.get("arn")
    return {
        "log_group_name": group.get("logGroupName"),
        # Two spellings of the same ARN; requests for tags take the one without the wildcard.
        "arn": group.get("logGroupArn") or (arn and arn.removesuffix(":*")),
        "created": created_ms and readable(_from_ms, created_ms, "it is not a time"),
        "retention_days": group.get("retentionInDays"),
        "kms_key": group.get("kmsKeyId"),
        "log_group_class": group.get("logGroupClass"),
        "deletion_protection": group.get("deletionProtectionEnabled"),
        "stored_bytes": group.get("storedBytes"),
        "metric_filters": group.get("metricFilterCount"),
        "data_protection": group.get("dataProtectionStatus"),
    }


def _from_ms(ms: float) -> dt.datetime | None:
    return from_epoch(ms / _MS_PER_S)


def tag_columns(answer: Mapping[str, Any]) -> Row:
    """Return the tags; CloudWatch Logs gives them as a mapping."""
    return {"tags": dict(sorted((answer.get("tags") or {}).items()))}
