"""
CloudTrail trails.

Every region lists the trails that cover it, also those made elsewhere ("shadows"). They are
kept and marked: without them, trails of the organization would be missing from its member
accounts, and a region would look unrecorded. What only the home region answers is asked there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.logging import CLOUDTRAIL_TRAILS
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.values import account_of, tags_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_MANAGEMENT = "Management"


def export_cloudtrail_trails(ctx: CallContext) -> ToolResult:
    """
    Export the trails that cover a region.

    Returns:
        One row per trail, ordered by name; a trail that covers several regions is in the frame
        of each of them (see ``is_shadow``). Event data stores of CloudTrail Lake are no trails.

    Raises:
        PermissionDeniedError: the identity lacks ``cloudtrail:DescribeTrails``.

    Source:
        CloudTrail API reference, Trail, GetTrailStatus, GetEventSelectors.
    """
    details = Details(ctx)
    trails = listed(ctx, "cloudtrail", "DescribeTrails", "trailList", {"includeShadowTrails": True})

    def row_of(trail: Mapping[str, Any]) -> Row:
        row = trail_columns(trail, account=ctx.target.account, region=ctx.target.region)
        arn, home = row["arn"], row["home_region"]
        row |= details.read(status_columns, "cloudtrail", "GetTrailStatus", {"Name": arn}, item=arn)
        row |= details.read(
            selector_columns,
            "cloudtrail",
            "GetEventSelectors",
            {"TrailName": arn},
            item=arn,
            region=home,
        )
        row |= details.read(
            insight_columns,
            "cloudtrail",
            "GetInsightSelectors",
            {"TrailName": arn},
            item=arn,
            region=home,
            absent=("InsightNotEnabledException",),
        )
        tagged = details.ask_all(
            "cloudtrail",
            "ListTags",
            "ResourceTagList",
            {"ResourceIdList": [arn]},
            item=arn,
            region=home,
            columns=["tags"],
        )
        if tagged is not None:
            row["tags"] = tags_of(tag for each in tagged for tag in each.get("TagsList") or ())
        return row

    return details.result(ctx.map(row_of, trails), CLOUDTRAIL_TRAILS)


def trail_columns(trail: Mapping[str, Any], *, account: str, region: str) -> Row:
    """Return the columns of a Trail, seen from an account and a region."""
    home, arn = trail.get("HomeRegion") or region, trail.get("TrailARN")
    return {
        "trail_name": trail.get("Name"),
        "arn": arn,
        "home_region": home,
        "is_shadow": home != region or (arn is not None and account_of(arn) != account),
        "is_multi_region": trail.get("IsMultiRegionTrail"),
        "is_organization_trail": trail.get("IsOrganizationTrail"),
        "includes_global_events": trail.get("IncludeGlobalServiceEvents"),
        "validates_log_files": trail.get("LogFileValidationEnabled"),
        "kms_key": trail.get("KmsKeyId"),
        "s3_bucket": trail.get("S3BucketName"),
        "s3_prefix": trail.get("S3KeyPrefix") or None,
        "sns_topic": trail.get("SnsTopicARN"),
        "log_group": trail.get("CloudWatchLogsLogGroupArn"),
    }


def status_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetTrailStatus."""
    return {
        "is_logging": answer.get("IsLogging"),
        "started_logging": answer.get("StartLoggingTime"),
        "stopped_logging": answer.get("StopLoggingTime"),
        "latest_delivery": answer.get("LatestDeliveryTime"),
        "latest_delivery_error": answer.get("LatestDeliveryError") or None,
        "latest_digest": answer.get("LatestDigestDeliveryTime"),
        "latest_log_group_delivery": answer.get("LatestCloudWatchLogsDeliveryTime"),
    }


def selector_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetEventSelectors, basic or advanced."""
    basic = answer.get("EventSelectors") or []
    advanced = answer.get("AdvancedEventSelectors") or []
    if not basic and not advanced:  # never so on AWS: a trail that was not given any has one
        return {"management_events": None, "records_data_events": None, "event_selectors": []}
    return {
        "management_events": (
            _advanced_management(advanced) if advanced else _basic_management(basic)
        ),
        "records_data_events": (
            any("Data" in _field(s, "eventCategory") for s in advanced)
            if advanced
            else any(s.get("DataResources") for s in basic)
        ),
        "event_selectors": advanced or basic,
    }


def _basic_management(selectors: Sequence[Mapping[str, Any]]) -> str | None:
    found = [s for s in selectors if s.get("IncludeManagementEvents")]
    if not found:
        return "None"
    if any(s.get("ExcludeManagementEventSources") for s in found):
        return None  # events of KMS, say, are left out
    kinds = {s.get("ReadWriteType", "All") for s in found}
    return kinds.pop() if len(kinds) == 1 else "All"


def _advanced_management(selectors: Sequence[Mapping[str, Any]]) -> str | None:
    found = [s for s in selectors if _MANAGEMENT in _field(s, "eventCategory")]
    if not found:
        return "None"
    kinds = set()
    for selector in found:
        fields = {f.get("Field") for f in selector.get("FieldSelectors") or ()}
        if fields - {"eventCategory", "readOnly"}:
            return None
        kinds.add(
            {"true": "ReadOnly", "false": "WriteOnly"}.get(
                "".join(_field(selector, "readOnly")).lower(), "All"
            )
        )
    return kinds.pop() if len(kinds) == 1 else "All"


def _field(selector: Mapping[str, Any], name: str) -> list[str]:
    return [
        value
        for field in selector.get("FieldSelectors") or ()
        if field.get("Field") == name
        for value in field.get("Equals") or ()
    ]


def insight_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetInsightSelectors; ``{}``: there are none."""
    return {
        "insight_types": texts(s.get("InsightType") for s in answer.get("InsightSelectors") or ())
    }
