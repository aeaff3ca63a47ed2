"""The hit rate over time: a small static picture, in text a line of blocks."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Final

from aibrain_jupyter.widgets.html import MUTED, escape, style

_HOUR_S: Final = 3600.0
_DAY_S: Final = 86_400.0
_MOST: Final = 48
"""Bars of an hour each; a longer time is shown by days."""

_LEVELS: Final = "▁▂▃▄▅▆▇█"
_BAR: Final = 9
_GAP: Final = 2
_HEIGHT: Final = 56


@dataclass(frozen=True, slots=True)
class HitRatePicture:
    """
    Bars over time: as high as the hit rate, empty where nothing was asked.

    `hours` has (begin in seconds since 1970, look-ups, hits) of each hour that had look-ups.
    """

    hours: tuple[tuple[float, int, int], ...]

    def text(self) -> str:
        marks = "".join(
            _LEVELS[min(7, int(8 * hits / asked))] if asked else " "
            for _, asked, hits in self._bars
        )
        return f"hit rate by {self._unit}  {marks}  {self._span}"

    def html(self) -> str:
        bars = self._bars
        width = len(bars) * (_BAR + _GAP)
        busiest = max(asked for _, asked, _ in bars)
        parts = []
        for x, (begin, asked, hits) in zip(range(0, width, _BAR + _GAP), bars, strict=True):
            if not asked:
                continue
            height = max(1.0, _HEIGHT * hits / asked)
            when = f"{_moment(begin):%Y-%m-%d %H:%M} UTC"
            said = f"{when}: {hits:,} hits of {asked:,} look-ups ({100 * hits / asked:.0f} %)"
            # Few look-ups are drawn fainter: their rate says less. Fainter than this, a bar would
            # be lost on the background of the light theme (3 to 1).
            strength = 0.75 + 0.25 * asked / busiest
            parts.append(
                f'<g><title>{escape(said)}</title><rect x="{x}" y="0" width="{_BAR}" '
                f'height="{_HEIGHT}" fill="currentColor" opacity="0.07"></rect>'
                f'<rect x="{x}" y="{_HEIGHT - height:.1f}" width="{_BAR}" height="{height:.1f}" '
                f'fill="var(--jp-brand-color1,#1976d2)" opacity="{strength:.2f}"></rect></g>'
            )
        label = f"Hit rate by {self._unit}, {self._span}"
        scale = "a full bar is 100 %; the fainter, the fewer look-ups"
        svg = (
            f'<svg role="img" aria-label="{escape(label)}" width="{width}" height="{_HEIGHT}" '
            f'viewBox="0 0 {width} {_HEIGHT}" style="max-width:100%">{"".join(parts)}'
            f'<line x1="0" x2="{width}" y1="{_HEIGHT - 0.5}" y2="{_HEIGHT - 0.5}" '
            'stroke="currentColor" opacity="0.3"></line></svg>'
        )
        return f"<div>{svg}<div{style(MUTED)}>{escape(label)}; {escape(scale)}</div></div>"

    @property
    def _step(self) -> float:
        return _HOUR_S if self.hours[-1][0] - self.hours[0][0] < _MOST * _HOUR_S else _DAY_S

    @property
    def _unit(self) -> str:
        return "hour" if self._step == _HOUR_S else "day"

    @property
    def _bars(self) -> list[tuple[float, int, int]]:
        step = self._step
        asked_in: Counter[int] = Counter()
        hits_in: Counter[int] = Counter()
        for begin, asked, hits in self.hours:
            asked_in[int(begin // step)] += asked
            hits_in[int(begin // step)] += hits
        last = max(asked_in)
        numbers = range(max(min(asked_in), last - _MOST + 1), last + 1)
        return [(number * step, asked_in[number], hits_in[number]) for number in numbers]

    @property
    def _span(self) -> str:
        bars = self._bars
        form = "%Y-%m-%d %H:%M" if self._step == _HOUR_S else "%Y-%m-%d"
        return f"{_moment(bars[0][0]).strftime(form)} to {_moment(bars[-1][0]).strftime(form)} UTC"


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
