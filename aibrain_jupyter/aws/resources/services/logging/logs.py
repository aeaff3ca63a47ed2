"""CloudWatch Logs: log groups (LogGroup) and metric filters. No log event is read."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, joined, listing
from aibrain_jupyter.aws.resources.services.logging.cloudwatch import FED, WATCHED
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, tags, text, time, volatile

# Two spellings of the same ARN; requests for tags take the one without the wildcard.
_ARN: Final = "logGroupArn || without_end(arn, ':*')"


LOG_GROUPS: Final = declared(
    "logs",
    "groups",
    "CloudWatch log groups: retention, encryption, metric filters.",
    (
        text("log_group_name", "name of the log group", "logGroupName"),
        text("arn", "ARN of the log group, without the trailing :*", _ARN),
        time("created", "when the log group was made, UTC", "ms(creationTime)"),
        count("retention_days", "days events are kept; NA: for ever", "retentionInDays"),
        text("kms_key", "ARN of the key; NA: CloudWatch's own encryption", "kmsKeyId"),
        text("log_group_class", "STANDARD, INFREQUENT_ACCESS or DELIVERY", "logGroupClass"),
        flag(
            "deletion_protection",
            "whether deletion is refused",
            "deletionProtectionEnabled",
            absent="not said",
        ),
        volatile(count("stored_bytes", "bytes stored", "storedBytes")),
        count("metric_filters", "metric filters", "metricFilterCount"),
        text(
            "data_protection",
            "state of the data protection policy; NA: none",
            "dataProtectionStatus",
            absent="none",
        ),
        tags("ListTagsForResource.tags"),
    ),
    (
        listing("logs:DescribeLogGroups", "logGroups", fixed={"limit": 50}),
        detail("logs:ListTagsForResource", {"resourceArn": _ARN}),
    ),
)


METRIC_FILTERS: Final = declared(
    "logs",
    "metric_filters",
    "Metric filters of log groups and the alarms on their metrics.",
    (
        text("filter_name", "name of the filter", "filterName"),
        text("log_group", "log group it reads", "logGroupName"),
        text("pattern", "what it counts", "filterPattern"),
        time("created", "when it was made, UTC", "ms(creationTime)"),
        nested("metrics", "names of its metrics", "all(metricTransformations[].metricName)"),
        nested(
            "namespaces",
            "namespaces of its metrics",
            "all(metricTransformations[].metricNamespace)",
        ),
        nested(
            "alarms",
            "names of the alarms on its metrics, by namespace and name",
            "all(DescribeAlarms[].AlarmName)",
        ),
    ),
    (
        listing("logs:DescribeMetricFilters", "metricFilters", fixed={"limit": 50}),
        joined(
            "cloudwatch:DescribeAlarms",
            "MetricAlarms",
            key=WATCHED,
            to=FED,
            fixed={"MaxRecords": 100},
        ),
    ),
    key=("log_group", "filter_name"),
)
