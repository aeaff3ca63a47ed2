"""The timeline of a run as blocks of a page: what it is, lanes, legend, critical path."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.timeline.of_run import BY_OPERATION, Timeline
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import Block, Heading, Page, Table, dotted
from aibrain_jupyter.widgets.html import DIGITS, MUTED, escape, style
from aibrain_jupyter.widgets.spans import Inline, muted, plural, strong
from aibrain_jupyter.widgets.timeline.fills import MARKS, Fills
from aibrain_jupyter.widgets.timeline.lanes import WAITING, Lane, counted, lanes_of, waiting_part
from aibrain_jupyter.widgets.timeline.svg import lanes_svg
from aibrain_jupyter.widgets.timeline.text import lanes_text

if TYPE_CHECKING:
    from aibrain_jupyter.execution.timeline.bars import Bar

_MOST_ON_PATH: Final = 6
_WORTH_SAYING_S: Final = 0.05


@dataclass(frozen=True)
class LanesPicture:
    """The lanes and what their fills mean."""

    timeline: Timeline

    @cached_property
    def lanes(self) -> list[Lane]:
        """The lanes, laid out once for both forms."""
        return lanes_of(self.timeline.bars, by=self.timeline.by)

    def text(self) -> str:
        lines = lanes_text(self.lanes, self.timeline.seconds)
        words = [f"{MARKS.get(word, '?')} {word}" for word in self._outcomes]
        path = ["* critical path"] if any(lane.is_critical for lane in self.lanes) else []
        return f"{lines}\n  {' · '.join([*words, *path])}"

    def html(self) -> str:
        seconds = self.timeline.seconds
        fills = Fills()
        label = f"Timeline of {self.timeline.title}, {format_duration(seconds)}"
        svg = lanes_svg(self.lanes, seconds, self._outcomes, label, fills)
        counts = counted(self.timeline.bars)
        entries = [
            f"<span{style('white-space:nowrap', DIGITS)}>{fills.swatch(word)}"
            f"{f'{counts[word]:,} ' if counts[word] else ''}{escape(word)}</span>"
            for word in self._outcomes
        ]
        notes = "; ".join(self._notes())
        legend = style("display:flex;flex-wrap:wrap;column-gap:16px;margin-top:2px")
        return (
            f"<div{style('margin:6px 0')}>{svg}<div{legend}>{' '.join(entries)}</div>"
            f"<div{style(MUTED)}>{escape(notes)}</div></div>"
        )

    @cached_property
    def _outcomes(self) -> list[str]:
        found = counted(self.timeline.bars)
        known = [word for word in MARKS if word in found]
        waits = any(waiting_part(bar) >= 0.01 for bar in self.timeline.bars)
        return [*known, *(word for word in found if word not in MARKS), *([WAITING] * waits)]

    def _notes(self) -> list[str]:
        bars, found = self.timeline.bars, []
        has_bars = not all(lane.is_dense for lane in self.lanes)
        if any(lane.is_dense for lane in self.lanes):
            found.append("height: how many went on at a time, at most the number beside the name")
        if any(bar.is_critical for lane in self.lanes if not lane.is_dense for bar in lane.bars):
            found.append("underlined: the critical path, what the end waited for")
        if has_bars and any(bar.retried or bar.throttled for bar in bars):
            found.append("▼ requests were sent again")
        if has_bars and any(bar.source not in ("", "live") for bar in bars):
            found.append("half as high: from the cache")
        if any(lane.never_began for lane in self.lanes):
            found.append("∅ never began")
        return found


def timeline_blocks(timeline: Timeline) -> list[Block]:
    """Return everything there is to see of a run's timeline."""
    if not timeline.bars:
        return [_head(timeline), dotted(muted("No call has begun yet."))]
    blocks: list[Block] = [_head(timeline), LanesPicture(timeline)]
    if path := [bar for bar in timeline.bars if bar.is_critical]:
        blocks += _path_blocks(path, timeline)
    return blocks


def timeline_page(timeline: Timeline) -> Page:
    """Return the timeline as a page."""
    return Page("Timeline", timeline_blocks(timeline))


def _head(timeline: Timeline) -> Block:
    bars = timeline.bars
    noun = "request" if timeline.by == BY_OPERATION else "call"
    ended = sum(bar.outcome != "running" for bar in bars)
    count = f"{ended:,} of {'?' if timeline.calls is None else format(timeline.calls, ',')} calls"
    waited = sum(bar.waited_s for bar in bars)
    again = sum(bar.retried for bar in bars)
    throttled = sum(bar.throttled for bar in bars)
    return dotted(
        strong(f"{timeline.run_id} · {timeline.title}"),
        count if timeline.is_running and noun == "call" else plural(len(bars), noun),
        f"{'by now ' if timeline.is_running else ''}{format_duration(timeline.seconds)}",
        f"waited {format_duration(waited)} for the provider's pace"
        if waited >= _WORTH_SAYING_S
        else "",
        f"{plural(throttled, 'request')} throttled" if throttled else "",
        f"{again:,} sent again" if again else "",
    )


def _path_blocks(path: list[Bar], timeline: Timeline) -> list[Block]:
    """Return the longest calls of the critical path, in the order they went on."""
    longest = sorted(path, key=lambda bar: -bar.seconds)[:_MOST_ON_PATH]
    longest.sort(key=lambda bar: bar.queued_s or 0.0)
    busy = sum(bar.seconds for bar in path)
    part = f"{100 * min(busy / timeline.seconds, 1.0):.0f} % of the run" if timeline.seconds else ""
    title = f"Critical path: {plural(len(path), 'call')}, {part}"
    rows: list[list[Inline]] = [
        [
            bar.label,
            bar.operation,
            f"{format_duration(bar.queued_s or 0.0)}",
            format_duration(bar.seconds),
            format_duration(bar.waited_s) if bar.waited_s >= _WORTH_SAYING_S else "",
            f"{bar.throttled:,}" if bar.throttled else "",
            bar.outcome,
        ]
        for bar in longest
    ]
    headers = ("where", "call", "began after", "took", "waited", "throttled", "outcome")
    table = Table(headers, rows, label="Critical path", right=headers[2:6])
    more = len(path) - len(longest)
    cut = [dotted(muted(f"and {more:,} shorter ones; is_critical in the value"))] if more else []
    return [Heading(title), table, *cut]
