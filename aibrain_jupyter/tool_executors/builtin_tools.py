"""
The built-in tools: names, parameters and where their code is.

One table, read top to bottom; it imports no SDK and no code of a tool. Each
curated resource of ``aws/resources/table.py`` is a tool of its own, ``iam_users``; it
is ``aws_export`` with service and resource preset and shares its cache entries.
To add an AWS resource, add it there; to add another tool, add its `ToolSpec` to
`BUILTIN`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from aibrain_jupyter.aws.resources.populations.table import find_population
from aibrain_jupyter.aws.resources.table import RESOURCES, Resource
from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.shared.frames.columns import FLAG
from aibrain_jupyter.tool_executors.evidence.tools import EVIDENCE_TOOLS

_AWS: Final = "aibrain_jupyter.tool_executors.aws_executor"
_VALUES: Final = "aibrain_jupyter.tool_executors.aws.values"
_PLACES: Final = ("account_id", "region")
_AWS_TTL: Final = dt.timedelta(hours=1)
"""Long enough for an afternoon's work on one export, short enough that no account looks frozen."""

_REVEAL: Final = Param(
    "reveal",
    str,
    "variables, parameters or user data to show instead of hiding, by name: LOG_LEVEL",
    default=(),
    many=True,
)
_COLUMNS: Final = Param(
    "columns",
    str,
    "only these columns, in this order; details of others are not asked",
    default=(),
    many=True,
    values=f"{_VALUES}:column_values",
)
_VIEWS: Final = (
    Param(
        "where",
        str,
        'rows to show: not is_encrypted and region == "eu-west-1", created < "90 days ago", '
        '"admins" in groups, tags.owner == "ann", name.str.contains("x"); times are UTC; rows are '
        "kept that it cannot decide because a cell is not known",
        default="",
        is_view=True,
    ),
    Param(
        "period",
        str,
        "rows of an audit period, in UTC: FY2026, 2026-Q1, 2026-01-01..2026-03-31, last-month, "
        "last-30d, 2026-01-01..; rows without a date are kept, in_period tells",
        default="",
        is_view=True,
    ),
    Param("date", str, "column with the time that period= looks at", default="", is_view=True),
    Param(
        "tags",
        str,
        "tag keys that become columns tag_<key>",
        default=(),
        many=True,
        is_view=True,
    ),
    Param(
        "flatten",
        str,
        "columns whose mappings become columns column.member and whose lists become text, or all",
        default=(),
        many=True,
        is_view=True,
    ),
)

_POPULATION: Final = (
    Param(
        "population",
        str,
        "who was there in a period, as period= takes it: rows now and, from CloudTrail, what was "
        "made and deleted; in_period, existed_from, existed_until and population_source tell",
        default="",
        is_view=True,
    ),
    Param(
        "population_trail",
        str,
        "trail whose log files tell of what is older than CloudTrail's 90 days",
        default="",
        is_view=True,
    ),
)
"""Views, for their words mean another time on another day and in another zone."""

AWS_EXPORT: Final = ToolSpec(
    name="aws_export",
    summary="Any AWS resource or read operation as a table.",
    handler=f"{_AWS}:EXPORT",
    params=(
        Param(
            "service",
            str,
            "AWS service as boto3 and the AWS CLI name it: iam, s3, ec2",
            values=f"{_VALUES}:service_values",
        ),
        Param(
            "resource",
            str,
            "curated resource of the service, with the columns auditors ask for: users",
            default="",
            values=f"{_VALUES}:resource_values",
        ),
        Param(
            "operation",
            str,
            "any read operation instead, as the API answers it: list_users",
            default="",
            values=f"{_VALUES}:operation_values",
        ),
        Param("params", dict, "inputs of the operation; or give each by its name", default=None),
        Param(
            "rows", str, "list in the operation's answer to take, when it has several", default=""
        ),
        Param(
            "allow",
            str,
            "sensitive reads that may be sent, by name: GetLogEvents",
            default=(),
            many=True,
            values=f"{_VALUES}:allow_values",
        ),
        _REVEAL,
        _COLUMNS,
        *_VIEWS,
        *_POPULATION,
    ),
    positional=("service", "resource"),
    group="aws",
    ttl=_AWS_TTL,
    version="8",  # every port is 0 to 65535, never used counts from the making
    places=_PLACES,
    takes_more=True,
    examples=(
        "%aibrain aws_export iam users",
        "%aibrain aws_export service=kms operation=list_keys",
        (
            "%%aibrain aws_export --accounts prod,staging --regions all\n"
            "service: ec2\n"
            "operation: describe_instances\n"
            "Filters:\n"
            "  - {Name: instance-state-name, Values: [running]}"
        ),
    ),
)


def _resource_tool(resource: Resource) -> ToolSpec:
    is_regional = not resource.is_global
    population = _POPULATION if find_population(resource.tool_name) else ()
    return ToolSpec(
        name=resource.tool_name,
        summary=resource.summary,
        handler=AWS_EXPORT.handler,
        params=(*resource.params, _REVEAL, _COLUMNS, *_VIEWS, *population),
        group=AWS_EXPORT.group,
        permissions=resource.permissions,
        ttl=AWS_EXPORT.ttl,
        version=AWS_EXPORT.version,
        places=AWS_EXPORT.places,
        preset={"service": resource.service, "resource": resource.name},
        cache_as=AWS_EXPORT.name,
        examples=(
            f"%aibrain {resource.tool_name}",
            f"%aibrain {resource.tool_name} --accounts prod,staging"
            + (" --regions all" if is_regional else ""),
            *(
                [f"%aibrain {resource.tool_name} period=2026-Q1 where='{_where(resource)}'"]
                if resource.date and _where(resource)
                else []
            ),
            *([f"%aibrain {resource.tool_name} population=last-quarter"] if population else []),
        ),
    )


def _where(resource: Resource) -> str:
    """Return an example of ``where``: a column that is true or false."""
    return next((c.name for c in resource.columns if c.dtype == FLAG), "")


BUILTIN: Final[tuple[ToolSpec, ...]] = (
    AWS_EXPORT,
    *(_resource_tool(resource) for resource in RESOURCES),
    *EVIDENCE_TOOLS,
)
"""Every tool this package brings."""
