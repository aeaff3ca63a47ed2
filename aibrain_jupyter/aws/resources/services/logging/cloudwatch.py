"""CloudWatch alarms."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, joined, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, number, text, time

FED: Final = "metricTransformations[].to_string([metricNamespace, metricName])"
"""The metrics that a log filter feeds, each as one text of namespace and name."""

WATCHED: Final = (
    "[[@], Metrics[].MetricStat.Metric][] | [?MetricName].to_string([Namespace, MetricName])"
)
"""The metrics that an alarm watches, alone or in an expression, in the same form."""


ALARMS: Final = declared(
    "cloudwatch",
    "alarms",
    "CloudWatch alarms: metric, state, who is told; with the log filter behind the metric.",
    (
        text("alarm_name", "name of the alarm", "AlarmName"),
        text("arn", "ARN of the alarm", "AlarmArn"),
        text(
            "kind",
            "metric, composite (made of other alarms) or log (made of a query of logs)",
            "AlarmRule && 'composite' || ScheduledQueryConfiguration && 'log' || 'metric'",
        ),
        flag("is_composite", "whether it is made of other alarms", "present(AlarmRule)"),
        text("state", "OK, ALARM or INSUFFICIENT_DATA", "StateValue"),
        time("state_changed", "when the state last changed, UTC", "StateTransitionedTimestamp"),
        time(
            "updated",
            "when the alarm was last configured, UTC",
            "AlarmConfigurationUpdatedTimestamp",
        ),
        flag("actions_enabled", "whether it tells anybody", "ActionsEnabled"),
        nested("alarm_actions", "ARNs it tells when in alarm", "all(AlarmActions)"),
        text(
            "metric",
            "name of its metric; NA: composite, of logs, or an expression",
            "MetricName",
        ),
        text("namespace", "namespace of its metric", "Namespace"),
        number(
            "threshold",
            "threshold, in the metric's unit",
            "Threshold",
            absent="composite, of logs, or a band that CloudWatch finds",
        ),
        text("comparison", "such as GreaterThanOrEqualToThreshold", "ComparisonOperator"),
        count(
            "period_s", "period, seconds", "Period", absent="composite, of logs, or an expression"
        ),
        nested(
            "filter_patterns",
            "patterns of the log metric filters that feed its metrics, by namespace and name",
            "all(DescribeMetricFilters[].filterPattern)",
        ),
        nested(
            "log_groups",
            "log groups of these filters, or of the query of a log alarm",
            "all([DescribeMetricFilters[].logGroupName,"
            " ScheduledQueryConfiguration.LogGroupIdentifiers][])",
        ),
        count(
            "subscribers",
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
            key=FED,
            to=WATCHED,
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
