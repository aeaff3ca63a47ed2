"""
The lanes of a run as one SVG: no script, no style sheet, colours of the theme where there is one.

A bar's thin part is the time in which it was held back for the provider's pace, the dashed line
before it the time in the queue; a triangle says that requests were sent again, a line below a bar
that the run's end waited for it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.html import escape
from aibrain_jupyter.widgets.spans import plural, shorten
from aibrain_jupyter.widgets.timeline.fills import WARN, Fills
from aibrain_jupyter.widgets.timeline.lanes import BINS, WAITING, Lane, load_of, waiting_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.timeline.bars import Bar

WIDTH: Final = 740
_LABEL: Final = 168
_PLOT: Final = WIDTH - _LABEL - 14
_ROW: Final = 14
_BAR: Final = 9
_DENSE: Final = 24
_TOP: Final = 18
_GAP: Final = 5
_TICKS: Final = 6
_STEPS: Final = (1, 2, 5)
_LETTERS: Final = 25
"""Of a lane's name that fit."""


def lanes_svg(
    lanes: Sequence[Lane], seconds: float, outcomes: Sequence[str], label: str, fills: Fills
) -> str:
    """
    Return the picture: `lanes` over `seconds`, `label` its name for screen readers.

    `outcomes` are those that occur; a hover over a bar says what it was.
    """
    parts, y = [], _TOP
    for lane in lanes:
        height = _DENSE if lane.is_dense else max(len(lane.rows), 1) * _ROW
        parts.append(_name(lane, y, height))
        if lane.is_dense:
            parts.append(_dense(load_of(lane, seconds), y, fills))
        else:
            for row, bars in enumerate(lane.rows):
                parts.append(_row(bars, seconds, y + row * _ROW, fills))
        y += height + _GAP
        parts.append(
            f'<line x1="0" x2="{WIDTH}" y1="{y - 2.5}" y2="{y - 2.5}" stroke="currentColor" '
            'opacity=".08"></line>'
        )
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="{WIDTH}" height="{y}" '
        f'viewBox="0 0 {WIDTH} {y}" font-size="11" font-family="inherit" '
        f'style="max-width:100%;height:auto;display:block">{fills.definitions(list(outcomes))}'
        f"{_axis(seconds, y)}{''.join(parts)}</svg>"
    )


def _x(moment: float, seconds: float) -> float:
    return _LABEL + _PLOT * min(moment / seconds if seconds else 0.0, 1.0)


def _axis(seconds: float, height: float) -> str:
    step = _step(seconds)
    found, number = "", 0
    while number * step <= seconds * 1.0001:
        x = _x(number * step, seconds)
        found += (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{height}" stroke="currentColor" '
            f'opacity=".13"></line><text x="{x:.1f}" y="{_TOP - 7}" fill="currentColor" '
            f'opacity=".75" text-anchor="{"start" if not number else "middle"}">'
            f"{escape(_tick(number * step, step))}</text>"
        )
        number += 1
    return found


def _step(seconds: float) -> float:
    """Return a round number of seconds, so that there are about `_TICKS` of it."""
    size = 1e-3
    while True:
        for step in _STEPS:
            if step * size * _TICKS >= seconds:
                return step * size
        size *= 10


def _tick(seconds: float, step: float) -> str:
    if step >= 60:
        return f"{seconds / 60:.0f} min" if step % 60 == 0 else f"{seconds / 60:.1f} min"
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2 if step >= 0.01 else 3
    return f"{seconds:.{digits}f} s"


def _name(lane: Lane, y: float, height: float) -> str:
    weight = ' font-weight="bold"' if lane.is_critical else ""
    said = f"{lane.label}: {plural(len(lane.bars), 'bar')}"
    if lane.never_began:
        said += f", {lane.never_began:,} never began"
    name = shorten(lane.label, _LETTERS if not lane.never_began else _LETTERS - 5)
    missing = f" +{lane.never_began:,}∅" if lane.never_began else ""
    middle = y + min(height, _ROW) / 2 + 3
    return (
        f'<text x="0" y="{middle:.1f}" fill="currentColor"{weight}>'
        f"<title>{escape(said)}</title>{escape(name)}{escape(missing)}</text>"
    )


def _row(bars: Sequence[Bar], seconds: float, y: float, fills: Fills) -> str:
    found, free, middle = "", _x(0, seconds), y + _ROW / 2
    for bar in bars:
        x, end = _x(bar.queued_s or 0.0, seconds), _x(bar.end or 0.0, seconds)
        if x - free > 4:
            found += (
                f'<line x1="{free:.1f}" x2="{x:.1f}" y1="{middle}" y2="{middle}" '
                'stroke="currentColor" stroke-dasharray="1 3" opacity=".45"></line>'
            )
        found += _bar(bar, x, max(end - x, 2.0), y, fills)
        free = max(end, x + 2.0)
    return found


def _bar(bar: Bar, x: float, width: float, y: float, fills: Fills) -> str:
    thin = width * waiting_part(bar)
    top = y + 2
    found = f"<g><title>{escape(words_of(bar))}</title>"
    if thin >= 1:
        found += (
            f'<rect x="{x:.1f}" y="{top + 3}" width="{thin:.1f}" height="3" '
            f"{fills.of(WAITING).strip()}></rect>"
        )
    # What the cache answered has nothing to do with the provider's time: half as high.
    is_cached = bar.source not in ("", "live")
    height = _BAR / 2 if is_cached else _BAR
    found += (
        f'<rect x="{x + thin:.1f}" y="{top + (_BAR - height) / 2}" '
        f'width="{max(width - thin, 1.5):.1f}" height="{height}" rx="1"{fills.of(bar.outcome)}>'
        "</rect>"
    )
    if bar.retried or bar.throttled:
        at = x + thin
        found += (
            f'<path d="M{at - 3:.1f} {y - 1}h7l-3.5 5z" fill="{WARN}" stroke="currentColor" '
            'stroke-width=".6"></path>'
        )
    if bar.is_critical:
        found += (
            f'<rect x="{x:.1f}" y="{top + _BAR + 0.5}" width="{width:.1f}" height="1.6" '
            'fill="currentColor"></rect>'
        )
    return f"{found}</g>"


def _height_of(load: dict[str, list[float]]) -> float:
    return max((sum(column) for column in zip(*load.values(), strict=True)), default=0.0) or 1.0


def _dense(load: dict[str, list[float]], y: float, fills: Fills) -> str:
    """Return how many calls went on at a time, what went wrong at the bottom."""
    # To the lane's own scale, which stands beside it: one busy lane would make all others flat.
    highest = _height_of(load)
    order = sorted(load, key=lambda word: (word == WAITING, word == "ok", word))
    scale, width = (_DENSE - 2) / highest, _PLOT / BINS
    floor = [float(y + _DENSE)] * BINS
    found = ""
    for outcome in order:
        path = ""
        for number, value in enumerate(load[outcome]):
            if value:
                height = max(value * scale, 1.0)
                top = max(floor[number] - height, y)
                x = _LABEL + number * width
                path += f"M{x:.1f} {floor[number]:.1f}V{top:.1f}h{width:.2f}V{floor[number]:.1f}z"
                floor[number] = top
        said = f"{outcome}: at most {max(load[outcome]):.1f} at a time"
        found += f'<path d="{path}"{fills.of(outcome)}><title>{escape(said)}</title></path>'
    return found + (
        f'<text x="{_LABEL - 6}" y="{y + 10}" fill="currentColor" opacity=".75" text-anchor="end" '
        f'font-size="10">{math.ceil(highest):,}</text>'
    )


def words_of(bar: Bar) -> str:
    """Return what a bar stands for, in a line."""
    parts = [
        bar.label,
        bar.operation,
        bar.outcome,
        f"after {format_duration(bar.queued_s or 0.0)}",
        f"took {format_duration(bar.seconds)}",
        f"from {bar.source}" if bar.source not in ("", "live") else "",
        plural(bar.rows, "row") if bar.rows is not None else "",
        f"waited {format_duration(bar.waited_s)} for its turn" if bar.waited_s >= 0.05 else "",
        f"{bar.throttled:,} throttled" if bar.throttled else "",
        f"{bar.retried:,} sent again" if bar.retried else "",
        "on the critical path" if bar.is_critical else "",
    ]
    return " · ".join(part for part in parts if part)
