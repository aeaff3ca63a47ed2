"""
The coverage line: what was asked, what came back, and what is missing.

It is part of the stored output of a notebook and compared by nbval, so it holds
no times of day and no durations; an age is shown only for what came from the
cache, rounded to minutes at least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import Block, Callout, Page, dotted, line
from aibrain_jupyter.widgets.gaps import Missing, missing_blocks
from aibrain_jupyter.widgets.spans import badge, code, muted, plural, strong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.execution.runs.combine import RunSummary
    from aibrain_jupyter.widgets.spans import Inline

MOST_GAPS = 10
"""Gaps listed one by one under a table; ``%aibrain last --coverage`` has them all."""


class CoverageLine(Page):
    """
    The line under a frame, and the gaps below it if there are any.

    `title` says which run it is about, where that is not plain.
    """

    def __init__(self, summary: RunSummary, title: str = "") -> None:
        rows = strong(plural(summary.rows, "row"))
        first = dotted(title, _demo(summary), _figures(summary), rows, *_origin(summary))
        super().__init__("Coverage", [first, *_after_line(summary)])
        self._summary = summary

    def with_its_run(self) -> CoverageLine:
        """Return the same with the run's id and tool at its beginning."""
        return CoverageLine(self._summary, f"{self._summary.run_id} {self._summary.tool}")


def receipt(name: str, columns: int, summary: RunSummary) -> Page:
    """
    Return the line that stands instead of the table when a result went into a variable.

    ``users = 41 rows × 12 columns · 2 accounts, 2 calls, 0 failed``, and the gaps if any.
    `columns` are those of the frame that was assigned to `name`.
    """
    shape = f"{plural(summary.rows, 'row')} × {plural(columns, 'column')}"
    parts = [_demo(summary), _figures(summary), *_origin(summary)]
    first = dotted((code(name), " = ", strong(shape)), *parts)
    return Page("Receipt", [first, *_after_line(summary)])


def _after_line(summary: RunSummary) -> list[Block]:
    """Return what stands below a coverage line: cancelled, gaps, notes."""
    found: list[Block] = []
    if summary.was_cancelled:
        unfinished = f"{summary.counts.get(Outcome.CANCELLED, 0):,}"
        words = f"{unfinished} of {plural(summary.calls, 'call')} did not finish"
        found.append(line(strong("! cancelled: "), words))
    if summary.gaps:
        found.append(_gaps(summary.gaps, summary.not_known))
        fix, resume = f"%aibrain fix {summary.run_id}", f"%aibrain resume {summary.run_id}"
        then = muted(" asks for what is missing, once its cause is gone")
        found.append(line(code(fix), muted(" says what to do · "), code(resume), then))
    found += [line(muted(f"note: {note}")) for note in summary.notes]
    if summary.totals:
        from aibrain_jupyter.widgets.control_totals import total_lines

        found += total_lines(summary.totals)
    return found


def _demo(summary: RunSummary) -> Inline:
    return badge("demo data") if summary.is_demo else ""


def _origin(summary: RunSummary) -> list[str]:
    found = []
    if summary.left_out:
        found.append(f"{summary.left_out:,} more read, not shown")
    if summary.from_cache:
        age = _age(summary.oldest_age_s)
        words = f"age {age}" if summary.from_cache == 1 else f"oldest {age}"
        found.append(f"from cache {summary.from_cache:,} of {summary.calls:,} ({words})")
    return found


def _figures(summary: RunSummary) -> str:
    parts = [
        plural(count, name)
        for number, (name, count) in enumerate(summary.places.items())
        if count > bool(number)  # one region goes without saying
    ]
    parts.append(plural(summary.calls, "call"))
    parts.append(_failed(summary.counts))
    if cancelled := summary.counts.get(Outcome.CANCELLED, 0):
        parts.append(f"{cancelled:,} cancelled")
    if not_offered := summary.counts.get(Outcome.NOT_OFFERED, 0):
        parts.append(f"{not_offered:,} not offered in region")
    return ", ".join(parts)


def _failed(counts: Mapping[Outcome, int]) -> str:
    """Return ``0 failed``, ``1 failed (denied)``, ``3 failed (2 denied, 1 timed out)``."""
    kinds = {o: n for o, n in counts.items() if n and o.is_gap and o is not Outcome.CANCELLED}
    total = sum(kinds.values())
    if not set(kinds) - {Outcome.FAILED}:
        return f"{total:,} failed"
    if len(kinds) == 1:
        return f"{total:,} failed ({next(iter(kinds))})"
    names = {outcome: str(outcome) for outcome in Outcome} | {Outcome.FAILED: "with an error"}
    named = ", ".join(f"{kinds[o]:,} {name}" for o, name in names.items() if o in kinds)
    return f"{total:,} failed ({named})"


def _age(seconds: float) -> str:
    if seconds < 60:
        return "under 1 min"
    return f"{seconds // 60:.0f} min" if seconds < 7200 else format_duration(seconds)


def _gaps(gaps: tuple[Gap, ...], not_known: int) -> Callout:
    # What went wrong comes before what the user stopped.
    ordered = sorted(gaps, key=lambda gap: gap.outcome is Outcome.CANCELLED)
    blocks: list[Block] = [
        line(strong(f"! {plural(len(gaps), 'gap')}: "), _what_is_missing(gaps, not_known)),
        *missing_blocks(map(Missing.of, ordered[:MOST_GAPS])),
    ]
    if len(gaps) > MOST_GAPS:
        more = f"and {len(gaps) - MOST_GAPS:,} more: "
        blocks.append(line(more, code("%aibrain last --coverage")))
    return Callout(blocks, label="Coverage gaps")


def _what_is_missing(gaps: tuple[Gap, ...], not_known: int) -> str:
    details = sum(bool(gap.columns) for gap in gaps)
    items = sum(bool(gap.item and not gap.columns) for gap in gaps)
    calls = len(gaps) - details - items
    missing = ((calls, "call"), (items, "item"))
    parts = [f"the rows of {plural(count, what)} are missing" for count, what in missing if count]
    if details:
        parts.append(f"{plural(details, 'detail')} {'is' if details == 1 else 'are'} unknown")
    if not_known:
        parts.append(f"{plural(not_known, 'cell')} not known")
    return ", ".join(parts)
