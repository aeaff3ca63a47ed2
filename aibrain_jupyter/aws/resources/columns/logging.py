"""Columns of the CloudTrail and CloudWatch Logs resources."""

from __future__ import annotations

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

CLOUDTRAIL_TRAILS: tuple[Column, ...] = (
    Column("trail_name", TEXT, "name of the trail"),
    Column("arn", TEXT, "ARN of the trail; a trail is listed in every region it covers"),
    Column("home_region", TEXT, "region the trail was made in"),
    Column(
        "is_shadow",
        FLAG,
        "whether this row is the image of a trail of another region or of the organization's "
        "account: count trails by ARN",
    ),
    Column("is_logging", FLAG, "whether the trail records now"),
    Column("is_multi_region", FLAG, "whether it records every region"),
    Column("is_organization_trail", FLAG, "whether it records every account of the organization"),
    Column("includes_global_events", FLAG, "whether it records IAM, STS and other global services"),
    Column("validates_log_files", FLAG, "whether digests prove that log files are unchanged"),
    Column("kms_key", TEXT, "ARN of the key of the log files; NA: S3's own encryption"),
    Column("s3_bucket", TEXT, "bucket that gets the log files"),
    Column("s3_prefix", TEXT, "prefix of the log files; NA: none"),
    Column("sns_topic", TEXT, "ARN of the topic told of new files; NA: none"),
    Column("log_group", TEXT, "ARN of the CloudWatch log group; NA: none"),
    Column("started_logging", TIME, "last start of recording, UTC"),
    Column("stopped_logging", TIME, "last stop of recording, UTC; NaT: never stopped"),
    Column("latest_delivery", TIME, "last log file delivered to S3, UTC; NaT: none yet"),
    Column("latest_delivery_error", TEXT, "error of the last delivery to S3; NA: none"),
    Column("latest_digest", TIME, "last digest delivered to S3, UTC; NaT: none"),
    Column("latest_log_group_delivery", TIME, "last delivery to CloudWatch Logs, UTC; NaT: none"),
    Column(
        "management_events",
        TEXT,
        "which management events it records: All, ReadOnly, WriteOnly or None; NA: no selector, or "
        "one that narrows them in another way (see event_selectors)",
    ),
    Column("records_data_events", FLAG, "whether any data events are recorded"),
    Column("event_selectors", NESTED, "event selectors, basic or advanced, as the service gives"),
    Column("insight_types", NESTED, "kinds of Insights events it records"),
    TAGS,
)

LOG_GROUPS: tuple[Column, ...] = (
    Column("log_group_name", TEXT, "name of the log group"),
    Column("arn", TEXT, "ARN of the log group, without the trailing :*"),
    Column("created", TIME, "when the log group was made, UTC"),
    Column("retention_days", COUNT, "days events are kept; NA: for ever"),
    Column("kms_key", TEXT, "ARN of the key; NA: CloudWatch's own encryption"),
    Column("log_group_class", TEXT, "STANDARD, INFREQUENT_ACCESS or DELIVERY"),
    Column("deletion_protection", FLAG, "whether deletion is refused"),
    Column("stored_bytes", COUNT, "bytes stored"),
    Column("metric_filters", COUNT, "metric filters"),
    Column("data_protection", TEXT, "state of the data protection policy; NA: none"),
    TAGS,
)
