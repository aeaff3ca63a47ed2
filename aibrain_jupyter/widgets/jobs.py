"""What the cell of a background run says: that it goes on, then what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.widgets.blocks import Block, Callout, Page, dotted, line
from aibrain_jupyter.widgets.coverage_line import CoverageLine, receipt
from aibrain_jupyter.widgets.notice import drawn
from aibrain_jupyter.widgets.spans import Inline, code, mark_command, strong

if TYPE_CHECKING:
    from aibrain_jupyter.execution.runs.combine import RunSummary
    from aibrain_jupyter.shared.verbs.message import Message

_LABEL = "Background run"


def job_started(title: str, name: str = "", *, is_old: bool = False) -> Page:
    """
    Return ``r7 iam users · in the background · rds is set when it is done``.

    `name` is the variable that will be set, `is_old` whether it holds something already.
    """
    note: Inline = ""
    if name:
        old = ", until then it holds what it held" if is_old else ""
        note = (code(name), f" is set when it is done{old}")
    return Page(_LABEL, [dotted(strong(title), "in the background", note)])


def job_ended(
    title: str,
    *,
    name: str = "",
    columns: int = 0,
    summary: RunSummary | None = None,
    error: BaseException | None = None,
    saved: Message | None = None,
) -> Page:
    """
    Return what came of a background run: its error, then the receipt or the coverage line.

    `summary` is None for a run that could not even be planned, `columns` those of the frame,
    `saved` what is to be said of its being saved.
    """
    after = [] if saved is None else drawn(saved).blocks
    if error is None and summary is not None and name:
        return Page(_LABEL, [*receipt(name, columns, summary).blocks, *after])
    found: list[Block] = []
    # Cancelled before anything came is no failure to whoever cancelled it.
    was_cancelled = summary is not None and summary.was_cancelled
    if error is not None and not was_cancelled:
        what = getattr(error, "what", "") or words_of(error)
        steps = [mark_command(f"Next: {step}") for step in getattr(error, "next_steps", ())]
        failed = line(strong(f"! {title} failed: "), what)
        found.append(Callout([failed, *map(line, steps)], label="The run failed"))
    if summary is not None and (error is None or was_cancelled or summary.calls > 1):
        found += CoverageLine(summary, title).blocks
    if error is not None and name:
        found.append(line(code(name), " was not set"))
    return Page(_LABEL, [*found, *after])
