"""
CloudTrail trails. Event data stores of CloudTrail Lake are none.

Every region lists the trails that cover it, also those made elsewhere ("shadows"). They are
kept and marked: without them, trails of the organization would be missing from its member
accounts, and a region would look unrecorded. What only the home region answers is asked there.

Source: CloudTrail API reference, Trail, GetTrailStatus, GetEventSelectors.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

_HOME: Final = "HomeRegion || here.region"


TRAILS: Final = declared(
    "cloudtrail",
    "trails",
    "CloudTrail trails that cover a region: scope, validation, delivery, selectors.",
    (
        text("trail_name", "name of the trail", "Name"),
        text("arn", "ARN of the trail; a trail is listed in every region it covers", "TrailARN"),
        text("home_region", "region the trail was made in", _HOME),
        flag(
            "is_shadow",
            "whether this row is the image of a trail of another region or of the organization's "
            "account: count trails by ARN",
            f"({_HOME}) != here.region || account_of(TrailARN) != here.account",
        ),
        flag("is_logging", "whether the trail records now", "GetTrailStatus.IsLogging"),
        flag("is_multi_region", "whether it records every region", "IsMultiRegionTrail"),
        flag(
            "is_organization_trail",
            "whether it records every account of the organization",
            "IsOrganizationTrail",
        ),
        flag(
            "includes_global_events",
            "whether it records IAM, STS and other global services",
            "IncludeGlobalServiceEvents",
        ),
        flag(
            "validates_log_files",
            "whether digests prove that log files are unchanged",
            "LogFileValidationEnabled",
        ),
        text("kms_key", "ARN of the key of the log files; NA: S3's own encryption", "KmsKeyId"),
        text("s3_bucket", "bucket that gets the log files", "S3BucketName"),
        text("s3_prefix", "prefix of the log files; NA: none", "none_if_empty(S3KeyPrefix)"),
        text("sns_topic", "ARN of the topic told of new files; NA: none", "SnsTopicARN"),
        text("log_group", "ARN of the CloudWatch log group; NA: none", "CloudWatchLogsLogGroupArn"),
        time(
            "started_logging",
            "last start of recording, UTC",
            "GetTrailStatus.StartLoggingTime",
            absent="never started",
        ),
        time(
            "stopped_logging",
            "last stop of recording, UTC; NaT: never stopped",
            "GetTrailStatus.StopLoggingTime",
        ),
        time(
            "latest_delivery",
            "last log file delivered to S3, UTC; NaT: none yet",
            "GetTrailStatus.LatestDeliveryTime",
        ),
        text(
            "latest_delivery_error",
            "error of the last delivery to S3; NA: none",
            "none_if_empty(GetTrailStatus.LatestDeliveryError)",
        ),
        time(
            "latest_digest",
            "last digest delivered to S3, UTC; NaT: none",
            "GetTrailStatus.LatestDigestDeliveryTime",
        ),
        time(
            "latest_log_group_delivery",
            "last delivery to CloudWatch Logs, UTC; NaT: none",
            "GetTrailStatus.LatestCloudWatchLogsDeliveryTime",
        ),
        text(
            "management_events",
            "which management events it records: All, ReadOnly, WriteOnly or None; NA: no "
            "selector, or one that narrows them in another way (see event_selectors)",
            "management_events(GetEventSelectors)",
            absent="no selector, or one that narrows them in another way",
        ),
        flag(
            "records_data_events",
            "whether any data events are recorded",
            "records_data_events(GetEventSelectors)",
        ),
        nested(
            "event_selectors",
            "event selectors, basic or advanced, as the service gives",
            "GetEventSelectors.AdvancedEventSelectors || GetEventSelectors.EventSelectors || `[]`",
        ),
        nested(
            "insight_types",
            "kinds of Insights events it records",
            "all(GetInsightSelectors.InsightSelectors[].InsightType)",
        ),
        tags("ListTags[].TagsList[]"),
    ),
    (
        listing("cloudtrail:DescribeTrails", "trailList", fixed={"includeShadowTrails": True}),
        detail("cloudtrail:GetTrailStatus", {"Name": "TrailARN"}),
        detail("cloudtrail:GetEventSelectors", {"TrailName": "TrailARN"}, region=_HOME),
        detail(
            "cloudtrail:GetInsightSelectors",
            {"TrailName": "TrailARN"},
            region=_HOME,
            absent=("InsightNotEnabledException",),
        ),
        detail(
            "cloudtrail:ListTags",
            {"ResourceIdList": "[TrailARN]"},
            records="ResourceTagList",
            region=_HOME,
        ),
    ),
    traps=("A trail of all regions is in the frame of each region: see is_shadow.",),
    label="TrailARN",
    key=("arn",),
)
