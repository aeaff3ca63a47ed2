"""
The built-in tools: names, parameters and where their code is.

One table, read top to bottom; it imports no SDK and no code of a tool. Each
curated resource of ``aws/catalogue.py`` is a tool of its own, ``iam_users``; it
is ``aws_export`` with service and resource preset and shares its cache entries.
To add an AWS resource, add it there; to add another tool, add its `ToolSpec` to
`BUILTIN`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from aibrain_jupyter.aws.catalogue import RESOURCES, Resource
from aibrain_jupyter.shared.base_tool import Param, ToolSpec

_AWS: Final = "aibrain_jupyter.tool_executors.aws_executor"
_AWS_TARGETS: Final = "aibrain_jupyter.aws.targets:AwsTargets"
_AWS_TTL: Final = dt.timedelta(hours=1)
"""Long enough for an afternoon's work on one export, short enough that no account looks frozen."""

_REVEAL: Final = Param(
    "reveal",
    str,
    "variables, parameters or user data to show instead of hiding, by name: LOG_LEVEL",
    default=(),
    many=True,
)

AWS_EXPORT: Final = ToolSpec(
    name="aws_export",
    summary="Any AWS resource or read operation as a table.",
    target=f"{_AWS}:export",
    params=(
        Param(
            "service",
            str,
            "AWS service as boto3 and the AWS CLI name it: iam, s3, ec2",
            values=f"{_AWS}:service_values",
        ),
        Param(
            "resource",
            str,
            "curated resource of the service, with the columns auditors ask for: users",
            default="",
            values=f"{_AWS}:resource_values",
        ),
        Param(
            "operation",
            str,
            "any read operation instead, as the API answers it: list_users",
            default="",
            values=f"{_AWS}:operation_values",
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
            values=f"{_AWS}:allow_values",
        ),
        _REVEAL,
    ),
    positional=("service", "resource"),
    group="aws",
    ttl=_AWS_TTL,
    version="2",  # secrets have hashes since
    targets=_AWS_TARGETS,
    check=f"{_AWS}:check",
    permissions_of=f"{_AWS}:permissions_of",
    more_params=f"{_AWS}:more_params",
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
    return ToolSpec(
        name=resource.tool_name,
        summary=resource.summary,
        target=AWS_EXPORT.target,
        params=(_REVEAL,),
        group=AWS_EXPORT.group,
        permissions=resource.permissions,
        ttl=AWS_EXPORT.ttl,
        version=AWS_EXPORT.version,
        targets=AWS_EXPORT.targets,
        preset={"service": resource.service, "resource": resource.name},
        cache_as=AWS_EXPORT.name,
        examples=(
            f"%aibrain {resource.tool_name}",
            f"%aibrain {resource.tool_name} --accounts prod,staging"
            + (" --regions all" if is_regional else ""),
        ),
    )


BUILTIN: Final[tuple[ToolSpec, ...]] = (
    AWS_EXPORT,
    *(_resource_tool(resource) for resource in RESOURCES),
)
"""Every tool this package brings."""
