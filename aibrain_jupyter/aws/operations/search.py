"""
Find the read that has what one is looking for, among all of AWS.

The words are looked for in the names of operations and services, in AWS's names
of the services and in what the curated resources say of themselves. Nothing is
sent and no credentials are needed. Only the services that are found are read
from botocore's models.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from botocore import xform_name

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.clients.reads import Access, operations, services, title_of
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.aws.operations.inputs import input_params
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.error_handler import InputError, unknown_name
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import TEXT, Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from aibrain_jupyter.aws.clients.reads import Operation
    from aibrain_jupyter.aws.resources.table import Resource

_COLUMNS: Final = tuple(
    Column(name, TEXT, "")
    for name in (
        "service",
        "operation",
        "tool",
        "needs",
        "paged",
        "access",
        "action",
        "returns",
    )
)
MOST_ROWS: Final = 1_000
"""Reading the models of all services takes half a minute and half a gigabyte."""
_READABLE: Final = (Access.READ, Access.SENSITIVE_READ)
_WORD: Final = re.compile(r"[a-z0-9]+")


def find_operations(words: Sequence[str], service: str = "") -> pd.DataFrame:
    """
    Return the reads in which every word is found.

    Args:
        words: What is looked for; case and a plural's ``s`` do not count.

        service: Only this service.

    Returns:
        One row per operation, those first that have all words in their own name, then those that
        need no input: ``service``, ``operation`` (as ``aws_export`` takes them), ``tool`` (curated
        tools that use it), ``needs`` (inputs that must be given, empty for none), ``paged``
        (``paginator``: botocore's; ``tokens``: by rule; ``one page``), ``access`` (``read``;
        ``sensitive-read``: needs ``allow=``), ``action`` (the IAM action), ``returns`` (the member
        that holds the rows, and their columns). All are text.

    Raises:
        UnknownNameError: no such service, or nothing is found, with the nearest words.
        InputError: it is found in more than `MOST_ROWS` reads of several services.
    """
    if service:
        models.service_model(service)
    wanted = [_stem(word) for text in words for word in _WORD.findall(text.lower())]
    found = [
        (rank, name, operation)
        for name in ([service] if service else services())
        for rank, operation in _matches(name, wanted)
    ]
    text = " ".join(words)
    if not found:
        fewer = _with_one_word_less(text.split(), service)
        steps = [f"%aibrain aws_find {fewer} finds some."] if fewer else ["Try other words."]
        raise unknown_name("read", text, sorted(_vocabulary()), next_steps=steps)
    if len(found) > MOST_ROWS and not service:
        n_services = len({name for _, name, _ in found})
        raise InputError(
            f"{text!r} is found in {len(found):,} reads of {n_services} services.",
            next_steps=["Add a word, or service=NAME."],
        )
    rows = [
        {"rank": rank, **_row(name, operation)}
        for rank, name, operation in found
        if models.has_operation(name, operation.name)
    ]
    rows.sort(key=lambda row: (row["rank"], bool(row["needs"]), row["service"], row["operation"]))
    return frame_of(rows, _COLUMNS)


def _with_one_word_less(words: Sequence[str], service: str) -> str:
    """Return the words without the one that nothing is found with, or nothing."""
    if len(words) < 2:
        return ""
    for left_out in range(len(words)):
        rest = [word for n, word in enumerate(words) if n != left_out]
        wanted = [_stem(word) for text in rest for word in _WORD.findall(text.lower())]
        names = [service] if service else services()
        if any(True for name in names for _ in _matches(name, wanted)):
            return " ".join(rest)
    return ""


def _matches(service: str, wanted: Sequence[str]) -> Iterator[tuple[int, Operation]]:
    """Yield the reads of a service that match: rank 0 by their own name, 1 by what is around."""
    around = f"{service} {title_of(service)}".lower()
    for operation in operations(service).values():
        if operation.access not in _READABLE:
            continue
        own = xform_name(operation.name).replace("_", " ")
        if all(word in own for word in wanted):
            yield 0, operation
        else:
            text = f"{own} {around} {_said_by_tools(operation.action)}"
            if all(word in text for word in wanted):
                yield 1, operation


def _row(service: str, operation: Operation) -> dict[str, str]:
    layout = layout_of(service, operation.name)
    columns = ", ".join(column.name for column in layout.columns)
    return {
        "service": service,
        "operation": xform_name(operation.name),
        "access": operation.access.value,
        "returns": f"{'.'.join(layout.path)}: {columns}" if layout.path else columns,
        "needs": ", ".join(
            param.name for param in input_params(service, operation.name) if param.is_required
        ),
        "paged": _paged(service, operation.name),
        "action": operation.action,
        "tool": ", ".join(resource.tool_name for resource in _users_of(operation.action)),
    }


def _paged(service: str, name: str) -> str:
    if not paging_of(service, name).tokens:
        return "one page"
    return "paginator" if models.paginator(service, name) else "tokens"


@cache
def _tools_by_action() -> dict[str, tuple[Resource, ...]]:
    found: dict[str, tuple[Resource, ...]] = {}
    for resource in RESOURCES:
        for action in resource.permissions:
            found[action] = (*found.get(action, ()), resource)
    return found


def _users_of(action: str) -> tuple[Resource, ...]:
    """Return the curated resources that use an IAM action."""
    return _tools_by_action().get(action, ())


def _said_by_tools(action: str) -> str:
    """Return what the tools whose main action it is say of themselves."""
    return " ".join(
        f"{resource.tool_name.replace('_', ' ')} {resource.summary.lower()}"
        for resource in _users_of(action)
        if action == resource.permissions[0]
    )


def _stem(word: str) -> str:
    # "policies" and "policy", "keys" and "key", but "access" and "status" stay.
    if word.endswith("ies"):
        return word.removesuffix("ies")
    return word if word.endswith(("ss", "us", "is")) else word.removesuffix("s")


def _vocabulary() -> set[str]:
    names = (xform_name(o.name) for service in services() for o in operations(service).values())
    return {word for name in names for word in name.split("_")}
