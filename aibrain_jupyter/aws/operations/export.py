"""
The generic export: any read of any service as a frame.

It gives what the API gives and judges nothing; which member of the answer becomes
the rows is the rule of ``aws/answers/records.py``. An answer with several lists gives one
of them, and a note names the others: data is never left out in silence.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.absences import means_none
from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.paging import page_size, pages
from aibrain_jupyter.aws.answers.partial_answers import gaps_of
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.operations.in_parts.reading import read_in_parts
from aibrain_jupyter.aws.operations.in_parts.which import listing_in_parts
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.shared.base_tool import LateResult, ToolResult
from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import InputError, ProviderError
from aibrain_jupyter.shared.frames.build import series_of
from aibrain_jupyter.shared.frames.columns import TEXT
from aibrain_jupyter.shared.frames.growing import GrowingFrame
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, write_reasons
from aibrain_jupyter.shared.frames.unreadable import told_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from botocore.model import OperationModel

    from aibrain_jupyter.aws.answers.records import Layout
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.frames.unreadable import Unread

_PAGE_SIZE: Final = re.compile(r"Max(Keys|Uploads|Parts|Buckets|DirectoryBuckets)")
"""Inputs of S3 that it takes a 0 for; other services refuse it themselves."""


def export_operation(
    ctx: CallContext,
    service: str,
    operation: str,
    params: Mapping[str, Any],
    *,
    rows: str = "",
) -> ToolResult:
    """
    Export the answer of one operation, all pages of it.

    Args:
        ctx: The call context.

        service: The service's name.

        operation: ``list_users`` or ``ListUsers``.

        params: The operation's inputs as the API spells them.

        rows: The member of the answer that holds the rows; empty: the rule of `layout_of`.

    Returns:
        One row per element, in the API's order. Columns are the members of an element in snake
        case, in the model's order, with the model's dtypes; bytes are base64 text. No element
        gives no row and the same columns, and so does, with a note, an error code that says that
        there is none (``aws/answers/absences.py``). Where a cell could not be read there is a last
        column ``not_known``.

    Raises:
        InputError: the answer is a stream, which is no table, or is asked to have no row.
        IncompleteAnswerError: the answer cannot be read to its end.
        ProviderError: the provider refused or failed.
    """
    model = find_operation(service, operation)
    refuse_stream(service, model)
    if service == "s3":
        _refuse_none(params)
    layout = layout_of(service, model.name, rows)
    collected_at = dt.datetime.now(dt.UTC)
    found = _Found(ctx, layout, f"{service}:{model.name}")
    table, gaps = found.table, found.gaps
    absent = ""
    member = layout.path[0] if layout.path else ""
    in_parts = listing_in_parts(ctx, service, model.name, params, member)
    try:
        with paused_collector:
            if in_parts:
                new = partial(_Found, ctx, layout, found.operation)
                for part in read_in_parts(ctx, in_parts, params, new):
                    found.add(part)
            else:
                for page in pages(ctx, service, model.name, params):
                    found.take(page)
    except ProviderError as error:
        absent = error.facts.get("code", "")
        if len(table) or not means_none(service, model.name, absent):
            raise
        ctx.count(f"{service}:{model.name}")
    notes = _notes(service, model.name, layout.path, found.left_out)
    if absent:
        notes = (f"{service}:{model.name} says that there is none ({absent}).",)
    limit = paging_of(service, model.name).limit
    most = {**page_size(service, model.name), **params}.get(limit)
    if most and len(table) >= most:
        notes = (*notes, _may_be_cut_off(service, model.name, len(table)))
    arrays, unread = table.small(), table.unread
    told: Any = {
        "operations": dict(ctx.operations),
        "collected_at": collected_at,
        "notes": notes,
    }
    if arrays is not None and not unread:
        return LateResult(arrays=arrays, gaps=tuple(gaps), **told)
    frame = table.frame()
    gaps.update(dict.fromkeys(_unread_gaps(unread, frame, f"{service}:{model.name}", ctx)))
    return ToolResult(frame=_with_reasons(frame, unread), gaps=tuple(gaps), **told)


class _Found:
    """What the pages of a listing, or of a part of it, gave."""

    def __init__(self, ctx: CallContext, layout: Layout, operation: str) -> None:
        self.operation = operation
        self.table = GrowingFrame(layout.columns)
        self.left_out: dict[str, None] = {}
        self.gaps: dict[Gap, None] = {}
        self._ctx = ctx
        self._layout = layout

    def take(self, page: Mapping[str, Any]) -> None:
        layout = self._layout
        self.table.extend(*layout.values(page, aws_call(self._ctx).revealed))
        self.left_out.update(dict.fromkeys(layout.left_out(page)))
        found = gaps_of(page, layout.failures, self.operation, self._ctx.target)
        self.gaps.update(dict.fromkeys(found))  # each page says again how its job stands

    def end(self) -> None:
        self.table.settle()

    def add(self, part: _Found) -> None:
        self.table.append(part.table)
        self.left_out.update(part.left_out)
        self.gaps.update(part.gaps)


def _with_reasons(frame: pd.DataFrame, unread: Sequence[Unread]) -> pd.DataFrame:
    """Return the frame; where a cell could not be read, with the column that says which."""
    if not unread:
        return frame
    by_row: dict[int, dict[str, str]] = {}
    for cell in unread:
        by_row.setdefault(cell.row, {})[cell.column] = str(Outcome.FAILED)
    words = [write_reasons(by_row.get(row, {})) for row in range(len(frame))]
    return frame.assign(**{NOT_KNOWN: series_of(words, TEXT)})


def _unread_gaps(
    unread: Sequence[Unread], frame: pd.DataFrame, operation: str, ctx: CallContext
) -> Iterator[Gap]:
    """Yield a gap for each cell whose value came and could not be read."""
    for number, columns, why in told_of(unread):
        item = next((v for v in frame.iloc[number] if isinstance(v, str)), "")
        yield Gap(
            Outcome.FAILED,
            why,
            ctx.target,
            operation,
            item=item,
            columns=columns,
        )


def refuse_stream(service: str, model: OperationModel) -> None:
    """
    Refuse an operation whose answer is a stream of bytes or events.

    Raises:
        InputError: it is one.
    """
    if model.has_streaming_output or model.has_event_stream_output:
        raise InputError(
            f"{service}:{model.name} answers with a stream, which is no table.",
            next_steps=["Use an operation that lists or describes."],
        )


def _refuse_none(params: Mapping[str, Any]) -> None:
    """Raise for pages of nothing: S3 gives them, and a full bucket would be an empty table."""
    for name, value in params.items():
        if value == 0 and type(value) is int and _PAGE_SIZE.fullmatch(name):
            raise InputError(
                f"{name}=0 asks for no row: the table would be empty, whatever there is.",
                next_steps=[f"Leave {name} out: every page is read anyway."],
            )


def _may_be_cut_off(service: str, name: str, rows: int) -> str:
    return (
        f"{service}:{name} gave {rows} rows, the most it was asked for, and it has no page token: "
        "there may be more."
    )


def _notes(
    service: str, name: str, path: tuple[str, ...], left_out: Mapping[str, None]
) -> tuple[str, ...]:
    if not left_out:
        return ()
    others = ", ".join(left_out)
    return (
        (
            f"{service}:{name} answered more than {path[0]}: {others}. "
            f"rows={next(iter(left_out))} gives that instead."
        ),
    )
