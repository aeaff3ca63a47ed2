"""
The built-in tools: names, parameters and where their code is.

One table, read top to bottom; it imports no SDK and no code of a tool. Each
curated resource of ``aws/resources/table.py`` is a tool of its own, ``iam_users``; it
is ``aws_export`` with service and resource preset and shares its cache entries.
To add an AWS resource, add it there; to add another tool, add its `ToolSpec` to
`BUILTIN`.
"""

import datetime as dt
from functools import partial
from typing import Final

from aibrain_jupyter.aws.resources.populations.table import find_population
from aibrain_jupyter.aws.resources.table import RESOURCES, Resource
from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.shared.frames.columns import FLAG
from aibrain_jupyter.tool_executors.evidence.tools import EVIDENCE_TOOLS
from aibrain_jupyter.tool_executors.healing.tools import HEALING_TOOLS
from aibrain_jupyter.tool_executors.sharepoint.declared import sharepoint_tools

_AWS: Final = "aibrain_jupyter.tool_executors.aws_executor"
_VALUES: Final = "aibrain_jupyter.tool_executors.aws.values"
_PLACES: Final = ("account_id", "region")
_AWS_TTL: Final = dt.timedelta(hours=1)
"""Long enough for an afternoon's work on one export, short enough that no account looks frozen."""

_text: Final = partial(Param, type=str, default="")
_texts: Final = partial(Param, type=str, default=(), many=True)
_REVEAL: Final = _texts(
    "reveal",
    help="variables, parameters or user data to show instead of hiding, by name: LOG_LEVEL",
)
_COLUMNS: Final = _texts(
    "columns",
    help="only these columns, in this order; details of others are not asked",
    values=f"{_VALUES}:column_values",
)
_VIEWS: Final = (
    _text(
        "where",
        help='rows to show: not is_encrypted and region == "eu-west-1", created < "90 days ago", '
        '"admins" in groups, tags.owner == "ann", name.str.contains("x"); times are UTC; rows are '
        "kept that it cannot decide because a cell is not known",
        is_view=True,
    ),
    _text(
        "period",
        help="rows of an audit period, in UTC: FY2026, 2026-Q1, 2026-01-01..2026-03-31, "
        "last-month, last-30d, 2026-01-01..; rows without a date are kept, in_period tells",
        is_view=True,
    ),
    _text("date", help="column with the time that period= looks at", is_view=True),
    _texts("tags", help="tag keys that become columns tag_<key>", is_view=True),
    _texts(
        "flatten",
        help="columns whose mappings become columns column.member and whose lists become text, "
        "or all",
        is_view=True,
    ),
)

_POPULATION: Final = (
    _text(
        "population",
        help="who was there in a period, as period= takes it: rows now and, from CloudTrail, what "
        "was made and deleted; in_period, existed_from, existed_until and population_source tell",
        is_view=True,
    ),
    _text(
        "population_trail",
        help="trail whose log files tell of what is older than CloudTrail's 90 days",
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
        _text(
            "resource",
            help="curated resource of the service, with the columns auditors ask for: users",
            values=f"{_VALUES}:resource_values",
        ),
        _text(
            "operation",
            help="any read operation instead, as the API answers it: list_users",
            values=f"{_VALUES}:operation_values",
        ),
        Param("params", dict, "inputs of the operation; or give each by its name", default=None),
        _text("rows", help="list in the operation's answer to take, when it has several"),
        _texts(
            "allow",
            help="sensitive reads that may be sent, by name: GetLogEvents",
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
    *sharepoint_tools(_VIEWS[:3]),
    *HEALING_TOOLS,
)
"""Every tool this package brings."""
