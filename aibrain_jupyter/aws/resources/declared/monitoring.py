"""Alarms and metric filters."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    declared,
    joined,
    listing,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NUMBER, TEXT, TIME, Column

# Metrics, each as one text of namespace and name: those that a log filter feeds, and those that
# an alarm watches, alone or in an expression.
_FED: Final = "metricTransformations[].to_string([metricNamespace, metricName])"
_WATCHED: Final = (
    "[[@], Metrics[].MetricStat.Metric][] | [?MetricName].to_string([Namespace, MetricName])"
)

ALARMS: Final = declared(
    "cloudwatch",
    "alarms",
    "CloudWatch alarms: metric, state, who is told; with the log filter behind the metric.",
    (
        Column("alarm_name", TEXT, "name of the alarm", "AlarmName"),
        Column("arn", TEXT, "ARN of the alarm", "AlarmArn"),
        Column(
            "kind",
            TEXT,
            "metric, composite (made of other alarms) or log (made of a query of logs)",
            "AlarmRule && 'composite' || ScheduledQueryConfiguration && 'log' || 'metric'",
        ),
        Column("is_composite", FLAG, "whether it is made of other alarms", "present(AlarmRule)"),
        Column("state", TEXT, "OK, ALARM or INSUFFICIENT_DATA", "StateValue"),
        Column(
            "state_changed", TIME, "when the state last changed, UTC", "StateTransitionedTimestamp"
        ),
        Column(
            "updated",
            TIME,
            "when the alarm was last configured, UTC",
            "AlarmConfigurationUpdatedTimestamp",
        ),
        Column("actions_enabled", FLAG, "whether it tells anybody", "ActionsEnabled"),
        Column("alarm_actions", NESTED, "ARNs it tells when in alarm", "all(AlarmActions)"),
        Column(
            "metric",
            TEXT,
            "name of its metric; NA: composite, of logs, or an expression",
            "MetricName",
        ),
        Column("namespace", TEXT, "namespace of its metric", "Namespace"),
        Column("threshold", NUMBER, "threshold, in the metric's unit", "Threshold"),
        Column("comparison", TEXT, "such as GreaterThanOrEqualToThreshold", "ComparisonOperator"),
        Column("period_s", COUNT, "period, seconds", "Period"),
        Column(
            "filter_patterns",
            NESTED,
            "patterns of the log metric filters that feed its metrics, by namespace and name",
            "all(DescribeMetricFilters[].filterPattern)",
        ),
        Column(
            "log_groups",
            NESTED,
            "log groups of these filters, or of the query of a log alarm",
            "all([DescribeMetricFilters[].logGroupName,"
            " ScheduledQueryConfiguration.LogGroupIdentifiers][])",
        ),
        Column(
            "subscribers",
            COUNT,
            "confirmed subscriptions of the topics it tells",
            "count(ListSubscriptions[?SubscriptionArn!='PendingConfirmation'"
            " && SubscriptionArn!='Deleted'])",
        ),
    ),
    (
        listing(
            "cloudwatch:DescribeAlarms",
            "MetricAlarms",
            fixed={"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100},
        ),
        joined(
            "logs:DescribeMetricFilters",
            "metricFilters",
            key=_FED,
            to=_WATCHED,
            fixed={"limit": 50},
        ),
        joined("sns:ListSubscriptions", "Subscriptions", key="TopicArn", to="AlarmActions"),
    ),
    (
        listing(
            "cloudwatch:DescribeAlarms",
            "CompositeAlarms",
            fixed={"AlarmTypes": ["CompositeAlarm"], "MaxRecords": 100},
            name="CompositeAlarms",
        ),
        joined("sns:ListSubscriptions", "Subscriptions", key="TopicArn", to="AlarmActions"),
    ),
    (
        listing(
            "cloudwatch:DescribeAlarms",
            "LogAlarms",
            fixed={"AlarmTypes": ["LogAlarm"], "MaxRecords": 100},
            name="LogAlarms",
        ),
        joined("sns:ListSubscriptions", "Subscriptions", key="TopicArn", to="AlarmActions"),
    ),
    traps=("Filters are matched by namespace and name of the metric, not by its dimensions.",),
)


METRIC_FILTERS: Final = declared(
    "logs",
    "metric_filters",
    "Metric filters of log groups and the alarms on their metrics.",
    (
        Column("filter_name", TEXT, "name of the filter", "filterName"),
        Column("log_group", TEXT, "log group it reads", "logGroupName"),
        Column("pattern", TEXT, "what it counts", "filterPattern"),
        Column("created", TIME, "when it was made, UTC", "ms(creationTime)"),
        Column(
            "metrics", NESTED, "names of its metrics", "all(metricTransformations[].metricName)"
        ),
        Column(
            "namespaces",
            NESTED,
            "namespaces of its metrics",
            "all(metricTransformations[].metricNamespace)",
        ),
        Column(
            "alarms",
            NESTED,
            "names of the alarms on its metrics, by namespace and name",
            "all(DescribeAlarms[].AlarmName)",
        ),
    ),
    (
        listing("logs:DescribeMetricFilters", "metricFilters", fixed={"limit": 50}),
        joined(
            "cloudwatch:DescribeAlarms",
            "MetricAlarms",
            key=_WATCHED,
            to=_FED,
            fixed={"MaxRecords": 100},
        ),
    ),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    ALARMS,
    METRIC_FILTERS,
)
