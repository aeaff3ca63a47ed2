"""
What each AWS operation does: the reviewed table beside this file, read on first use.

A verb is not enough. Of 8,570 operations with a reading verb some hand out credentials or
presigned links, some give what people wrote or logged rather than how something is configured, a
few change something; and AWS's own access levels call most of these "Read". The table has one
line for each of them, and what it does not have is a write.

``tests/tools/operations_table.py`` makes the table from botocore's models, AWS's published access
levels and reviewed lists. To allow or refuse a single operation, change those lists.
"""

import enum
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple


class Access(enum.Enum):
    """What may be done with an operation."""

    READ = "read"
    """Sent."""
    SENSITIVE_READ = "sensitive-read"
    """Gives contents rather than configuration: sent only when it is allowed by name."""
    NEVER = "never"
    """Hands out secret values, passwords, tokens or links that carry access: not sent."""
    WRITE = "write"
    """Changes something, or nobody has looked at it yet: not sent."""


class Operation(NamedTuple):
    """
    A line of the table.

    `action` is the IAM action it needs (``s3:ListAllMyBuckets``), `is_published` whether AWS
    publishes an access level for that action.
    """

    name: str
    access: Access
    action: str
    is_published: bool


_MARKS: Final = {
    "s": Access.SENSITIVE_READ,
    "n": Access.NEVER,
    "w": Access.WRITE,
}


_REPORT: Final = "IAM was asked to prepare a report: a read with an effect, which changes nothing."
_REMARKS: Final = {
    # By service, or by operation where it is about that one.
    "ce": "AWS charges for each request to Cost Explorer (0.01 USD a page).",
    "cloudwatch:GetInsightRuleReport": "AWS charges for the metrics that are asked for.",
    "cloudwatch:GetMetricData": "AWS charges for the metrics that are asked for.",
    "cloudwatch:GetMetricStatistics": "AWS charges for requests beyond the free ones of a month.",
    "cloudwatch:GetMetricWidgetImage": "AWS charges for the metrics that are asked for.",
    "iam:GenerateCredentialReport": _REPORT,
    "iam:GenerateOrganizationsAccessReport": _REPORT,
    "iam:GenerateServiceLastAccessedDetails": _REPORT,
    "resource-explorer-2:Search": (
        "The first search of a region may create an index, a view and a role there."
    ),
    "pi": "AWS charges for requests to Performance Insights beyond the free ones of a month.",
}


@lru_cache(4096)
def access_of(service: str, operation: str) -> Access:
    """
    Tell what may be done with an operation.

    Args:
        service: The service as botocore names it.

        operation: ``ListUsers`` or ``list_users``.

    Source:
        botocore's models; AWS's Service Authorization Reference; our reading of the API
        reference where these are not enough.
    """
    found = reviewed(service, operation)
    return found.access if found else Access.WRITE


def is_read(service: str, operation: str) -> bool:
    """Tell whether an operation is sent without being asked for by name."""
    return access_of(service, operation) is Access.READ


def remark_on(service: str, operation: str) -> str:
    """
    Return what a read costs, or does beside reading; empty for most.

    Source:
        AWS's price lists of Cost Explorer, CloudWatch and Performance Insights (2026); IAM API
        reference, GenerateCredentialReport and others.
    """
    found = reviewed(service, operation)
    name = found.name if found else operation
    return _REMARKS.get(f"{service}:{name}") or _REMARKS.get(service, "")


def reviewed(service: str, operation: str) -> Operation | None:
    """Return the line of an operation; None for one that is not in the table: a write."""
    return operations(service).get(operation.lower().replace("-", "").replace("_", ""))


@cache
def operations(service: str) -> dict[str, Operation]:
    """Return the lines of a service, by the operation's name in lower case."""
    _, prefix, lines = _sections().get(service, _NOTHING)
    found = (_operation(line, prefix) for line in lines.splitlines())
    return {operation.name.lower(): operation for operation in found}


def services() -> list[str]:
    """Return the services that have a line, sorted."""
    return sorted(_sections())


@lru_cache(256)
def services_with(operation: str) -> tuple[str, ...]:
    """Return the services that have a line for an operation, as the API spells it."""
    line = re.compile(rf"^{re.escape(operation)}(?: |$)", re.MULTILINE)
    return tuple(name for name, one in _sections().items() if line.search(one.lines))


def title_of(service: str) -> str:
    """Return the name AWS gives a service, ``Amazon EventBridge``; empty when it is unknown."""
    return _sections().get(service, _NOTHING).title


class _Section(NamedTuple):
    title: str
    prefix: str
    lines: str


_NOTHING: Final = _Section("", "", "")


@cache
def _sections() -> dict[str, _Section]:
    text = (
        files("aibrain_jupyter.aws.clients").joinpath("operations.txt").read_text(encoding="utf-8")
    )
    found: dict[str, _Section] = {}
    for section in text.split("\n[")[1:]:
        head, _, lines = section.partition("\n")
        names, _, title = head.partition("] ")
        service, prefix = names.split()
        found[service] = _Section(title, prefix, lines)
    return found


def _operation(line: str, prefix: str) -> Operation:
    name, *marks = line.split()
    access, action, is_published = Access.READ, name, True
    for mark in marks:
        if mark == "?":
            is_published = False
        elif mark.startswith("="):
            action = mark[1:]
        else:
            access = _MARKS.get(mark, Access.WRITE)  # a mark nobody knows allows nothing
    return Operation(name, access, action if ":" in action else f"{prefix}:{action}", is_published)
