"""
Metrics of usage: CloudWatch's newest point of what a service counts for its quotas.

Few of their names are documented: those of the table are as Service Quotas names them
(`UsageMetric`). A metric without a point in a day is not the number 0.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.shared.tools.totals import Count

if TYPE_CHECKING:
    from aibrain_jupyter.aws.resources.totals.declaration import Total
    from aibrain_jupyter.shared.base_tool import CallContext

_BACK: Final = dt.timedelta(days=1)
_PERIOD_S: Final = 300
_DIMENSIONS: Final = {"Type": "Resource", "Class": "None"}


def counted(ctx: CallContext, total: Total) -> Count:
    """Return the newest points of the metrics of a total, added up."""
    names = total.options["Resource"].split(",")
    until = dt.datetime.now(dt.UTC)
    request = {
        "MetricDataQueries": [_query(n, total, name) for n, name in enumerate(names)],
        "StartTime": until - _BACK,
        "EndTime": until,
        "ScanBy": "TimestampDescending",
    }
    answer = call(ctx, "cloudwatch", "GetMetricData", request)
    results = [found for found in answer.get("MetricDataResults") or () if found.get("Values")]
    if len(results) < len(names):
        missing = " ".join((_namespace(total), total.options.get("Service", ""), *names)).rstrip()
        return Count(why=f"CloudWatch has no point of {missing} in the last day")
    as_of = min(found["Timestamps"][0] for found in results)
    return Count(int(sum(found["Values"][0] for found in results)), as_of=as_of)


def _query(number: int, total: Total, name: str) -> dict[str, Any]:
    said = {"Service": total.options.get("Service"), "Resource": name, **_DIMENSIONS}
    dimensions = [{"Name": key, "Value": value} for key, value in said.items()] if name else []
    metric = {
        "Namespace": _namespace(total),
        "MetricName": "ResourceCount",
        "Dimensions": dimensions,
    }
    stat = {"Metric": metric, "Period": _PERIOD_S, "Stat": "Maximum"}
    return {"Id": f"m{number}", "MetricStat": stat}


def _namespace(total: Total) -> str:
    return total.options.get("Namespace", "AWS/Usage")
