"""
Find what answers a question: the curated tools that do, then the reads among all of AWS.

Words are looked for in what the tools say of themselves and in the names of operations and
services; not every word must be found. Nothing is sent, no credentials are needed, and botocore's
models are read only for a service that is named: those of all services take half a gigabyte.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from botocore import xform_name

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.clients.reads import title_of
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.aws.operations.inputs import input_params
from aibrain_jupyter.aws.operations.search.answering import answers
from aibrain_jupyter.aws.operations.search.index import index
from aibrain_jupyter.aws.operations.search.question import concepts_of
from aibrain_jupyter.aws.operations.search.ranking import (
    beyond_tools,
    rank_columns,
    rank_reads,
    rank_tools,
)
from aibrain_jupyter.aws.operations.search.spelling import corrected
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import TEXT, Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.aws.clients.reads import Operation
    from aibrain_jupyter.aws.operations.search.question import Concept
    from aibrain_jupyter.aws.operations.search.sentences import Ask

    _Row = dict[str, str | None]

_NAMES: Final = """
    tool cell answers matched about service operation needs paged access action returns
"""
_COLUMNS: Final = tuple(Column(name, TEXT, "") for name in _NAMES.split())
MOST_TOOLS: Final = 5
MOST_READS: Final = 15
_MOST_COLUMNS: Final = 4
_OF_BEST_TOOL: Final = 0.25
_OF_BEST_COLUMN: Final = 0.5
"""Tools and columns that have less of the best one's score are not shown."""


def find_operations(words: Sequence[str], service: str = "") -> pd.DataFrame:
    """
    Return the curated tools, and the reads of all of AWS, that answer a question.

    Args:
        words: What is looked for: a question, or a few words. Case, endings and words like "is" do
            not count, "2FA" and "MFA" are the same; a misspelt word is the nearest one of ours.

        service: Only this service; without words, all its reads.

    Returns:
        The best first: up to `MOST_TOOLS` curated tools, those that have a cell for this question
        before the others, then up to `MOST_READS` reads (of one
        service: all that fit). Where the question names a service or thing that no tool has, the
        reads come first. All are text:

        - ``tool``: the curated tool, or the verb; of a read, the tools that use it
        - ``cell``: a cell to copy
        - ``answers``: the question that this cell answers; NA: it gives all rows, or is a read's
        - ``matched``: the columns of the tool that the question is about; NA: the row is a read
        - ``about``: what the tool says of itself; of a read, the service in AWS's words
        - ``service``, ``operation``: as ``aws_export`` takes them; NA: the row is a tool
        - ``needs``: inputs that must be given, empty for none
        - ``paged``: ``paginator`` (botocore's), ``tokens`` (by rule), ``one page``
        - ``access``: ``read``; ``sensitive-read`` needs ``allow=``
        - ``action``: the IAM action, of a tool the first one
        - ``returns``: the member that holds the rows, and their columns

        ``needs``, ``paged`` and ``returns`` of a read are NA where no service is named: they were
        not looked up.

    Raises:
        UnknownNameError: no such service, or nothing is found, with the nearest words.
    """
    if service:
        models.service_model(service)
    text = corrected(" ".join(words))
    asked = answers(text)
    found = _answers(concepts_of(text), service, asked)
    if not found:
        found = _answers(concepts_of(text, all_words=True), service, asked)
    if not found:
        raise unknown_name("tool or read", text, _words_like(text), next_steps=["Try other words."])
    return frame_of(found, _COLUMNS)


def _answers(concepts: Sequence[Concept], service: str, asked: Mapping[str, Ask]) -> list[_Row]:
    if not asked and beyond_tools(concepts):
        return _reads(concepts, service) + _tools(concepts, service, {})
    verbs = [_verb_row(ask) for ask in asked.values() if not ask.is_tool and not service]
    return verbs + _tools(concepts, service, asked) + _reads(concepts, service)


def _verb_row(ask: Ask) -> _Row:
    return {"tool": ask.head, "cell": f"%aibrain {ask.cell}", "answers": ask.sentence}


def _tools(concepts: Sequence[Concept], service: str, asked: Mapping[str, Ask]) -> list[_Row]:
    scores = rank_tools(concepts)
    least = _OF_BEST_TOOL * next(iter(scores.values()), 0.0)
    fitting = [
        *(_numbers()[name] for name, ask in asked.items() if ask.is_tool),
        *(tool for tool, score in scores.items() if score >= least),
    ]
    offered = [t for t in dict.fromkeys(fitting) if service in ("", RESOURCES[t].service)]
    columns = rank_columns(concepts)
    return [
        _tool_row(tool, columns.get(tool, {}), asked.get(RESOURCES[tool].tool_name))
        for tool in offered[:MOST_TOOLS]
    ]


def _tool_row(tool: int, columns: Mapping[str, float], ask: Ask | None) -> _Row:
    resource = RESOURCES[tool]
    least = _OF_BEST_COLUMN * next(iter(columns.values()), 0.0)
    matched = [name for name, score in columns.items() if score >= least]
    return {
        "tool": resource.tool_name,
        "cell": f"%aibrain {ask.cell if ask else resource.tool_name}",
        "answers": ask.sentence if ask else None,
        "matched": ", ".join(matched[:_MOST_COLUMNS]),
        "about": resource.summary,
        "service": resource.service,
        "needs": ", ".join(param.name for param in resource.params if param.is_required),
        "access": "read",
        "action": resource.permissions[0],
        "returns": ", ".join(column.name for column in resource.columns),
    }


def _reads(concepts: Sequence[Concept], service: str) -> list[_Row]:
    reads = index().reads
    scores = rank_reads(concepts)
    if not service:
        offered = set(models.services())
        known = [reads[row] for row in scores if reads[row][0] in offered]
        return [_read_row(*read) for read in known[:MOST_READS]]
    of_service = [
        (scores.get(row, 0.0), operation)
        for row, (of, operation) in enumerate(reads)
        if of == service and (row in scores or not concepts)
    ]
    rows = [
        (score, _read_row(service, operation) | _looked_up(service, operation))
        for score, operation in of_service
        if models.has_operation(service, operation.name)
    ]
    return [row for _, row in sorted(rows, key=lambda pair: (-pair[0], bool(pair[1]["needs"])))]


def _read_row(service: str, operation: Operation) -> _Row:
    name = xform_name(operation.name)
    return {
        "tool": ", ".join(_tools_by_action().get(operation.action, ())),
        "service": service,
        "operation": name,
        "about": title_of(service),
        "cell": f"%aibrain aws_export service={service} operation={name}",
        "access": operation.access.value,
        "action": operation.action,
    }


def _looked_up(service: str, operation: Operation) -> _Row:
    """Return what botocore's model of the service says of a read."""
    layout = layout_of(service, operation.name)
    columns = ", ".join(column.name for column in layout.columns)
    needs = [param.name for param in input_params(service, operation.name) if param.is_required]
    cell = f"%aibrain aws_export service={service} operation={xform_name(operation.name)}"
    return {
        "needs": ", ".join(needs),
        "cell": " ".join((cell, *(f"{name}=…" for name in needs))),
        "paged": _paged(service, operation.name),
        "returns": f"{'.'.join(layout.path)}: {columns}" if layout.path else columns,
    }


def _paged(service: str, name: str) -> str:
    if not paging_of(service, name).tokens:
        return "one page"
    return "paginator" if models.paginator(service, name) else "tokens"


@cache
def _numbers() -> Mapping[str, int]:
    return {resource.tool_name: number for number, resource in enumerate(RESOURCES)}


@cache
def _tools_by_action() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for resource in RESOURCES:
        for action in resource.permissions:
            found[action] = (*found.get(action, ()), resource.tool_name)
    return found


def _words_like(text: str) -> list[str]:
    """Return the words that can be meant: comparing with all of them takes 40 ms."""
    return sorted(word for word in index().words_of_reads if word[:1] == text[:1].lower())
