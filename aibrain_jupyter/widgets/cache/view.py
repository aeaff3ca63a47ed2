"""The cache's figures: a bar and a picture for the hit rate, tables for the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import (
    Block,
    Bullets,
    Page,
    Table,
    line,
    mark_command,
    muted,
    plural,
    strong,
)
from aibrain_jupyter.widgets.bundle import escape, style
from aibrain_jupyter.widgets.cache.hit_rate_picture import HitRatePicture
from aibrain_jupyter.widgets.sizes import format_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from aibrain_jupyter.execution.runs.warming import Warming

_RATE = "overall_hit_rate"
_WIDTH = 20
_MOST_ROWS = 10
_ALWAYS = ("memory_hits", "disk_hits", "misses")


class CacheStatsView(Page):
    """
    The figures of ``get_advanced_stats()``.

    The unit of a figure is the end of its name: ``_rate`` a part of 1, ``_bytes``, ``_s``
    seconds. ``over_time`` becomes the picture, ``by_tool`` and ``by_account`` become tables of
    their busiest ten; other figures that are no numbers or texts are left out. Those
    that are 0 share a line.
    """

    label = "Cache"

    def __init__(self, stats: Mapping[str, Any]) -> None:
        self._stats = stats

    def blocks(self) -> list[Block]:
        """Return the bar, the picture and the tables."""
        found: list[Block] = []
        if _RATE in self._stats:
            found.append(RateBar("hit rate", float(self._stats[_RATE])))
        hours = self._stats.get("over_time")
        if isinstance(hours, list) and len(hours) > 1:
            found.append(HitRatePicture(tuple(hours)))
        figures = {
            name: value
            for name, value in self._stats.items()
            if isinstance(value, int | float | str) and name != _RATE
        }
        # A column of zeros hides what there is to see.
        zeros = [name for name, value in figures.items() if _is_zero(value) and name not in _ALWAYS]
        rows = tuple(
            (_label(name), _figure(name, value))
            for name, value in figures.items()
            if name not in zeros
        )
        if rows:
            found.append(Table(("figure", "value"), rows, label="Cache", right=("value",)))
        if zeros:
            found.append(line(muted(f"0: {', '.join(map(_label, zeros))}")))
        for label in ("tool", "account"):
            groups = self._stats.get(f"by_{label}")
            if isinstance(groups, list) and groups:
                found.append(_grouped(label, groups))
        return found


def _grouped(label: str, groups: list[dict[str, Any]]) -> Table:
    rows = tuple(
        (
            str(group[label]),
            f"{group['look_ups']:,}",
            f"{100 * group['hit_rate']:.0f} %",
            format_duration(group["time_saved_s"]),
        )
        for group in groups[:_MOST_ROWS]
    )
    right = ("look-ups", "hits", "time saved")
    return Table((label, *right), rows, label=f"Cache by {label}", right=right)


class WarmingView(Page):
    """How far warming is."""

    label = "Warming"

    def __init__(self, warming: Warming) -> None:
        self._warming = warming

    def blocks(self) -> list[Block]:
        """Return a line of figures, and what could not be warmed."""
        counts = self._warming.counts
        done = counts.fetched + counts.known + counts.failed
        word = "Warming goes on behind" if self._warming.is_running else "Warming is done"
        figures = [f"{done:,} of {counts.total:,} calls", f"{counts.fetched:,} fetched"]
        figures += [f"{counts.known:,} fresh in the cache already"]
        figures += [f"{counts.failed:,} failed"] if counts.failed else []
        figures += [f"{counts.throttles:,} throttled"] if counts.throttles else []
        found: list[Block] = [line(f"{word}: {' · '.join(figures)}")]
        if self._warming.problems:
            found.append(Bullets(tuple(self._warming.problems[:_MOST_ROWS])))
        if ids := self._warming.run_ids:
            found.append(line(mark_command(f"%aibrain history {ids[-1]}: the calls of a cell")))
        if self._warming.is_running:
            found.append(line("%aibrain cache warm shows how far it is, cache warm stop ends it."))
        return found


class WhyView(Page):
    """The rules that decide, whole: a front end cuts long cells of a table."""

    label = "Why"

    def __init__(self, table: pd.DataFrame) -> None:
        pairs = zip(table["verdict"], table["rule"], strict=True)
        self._counts = Counter(pairs).most_common()

    def blocks(self) -> list[Block]:
        """Return a line for each rule, those of most calls first."""
        found: list[Block] = [
            line(strong(verdict), f" ({plural(count, 'call')}): {rule}")
            for (verdict, rule), count in self._counts[:_MOST_ROWS]
        ]
        more = sum(count for _, count in self._counts[_MOST_ROWS:])
        if more:
            found.append(line(muted(f"and {plural(more, 'call')} more, in the table")))
        return found


@dataclass(frozen=True, slots=True)
class RateBar:
    """A part of 1 as a bar with its percentage in words."""

    name: str
    rate: float

    def text(self) -> str:
        """Return the bar in block characters."""
        full = round(_WIDTH * self.rate)
        return f"{self.name} [{'█' * full}{'░' * (_WIDTH - full)}] {self._percent}"

    def html(self) -> str:
        """Return an inline bar between the name and the percentage."""
        track = style(
            "display:inline-block",
            "width:160px",
            "height:8px",
            "margin:0 10px",
            "border-radius:4px",
            "overflow:hidden",
            "background:var(--jp-layout-color2,rgba(128,128,128,.2))",
        )
        fill = style(
            "display:block",
            f"width:{100 * self.rate:.1f}%",
            "height:100%",
            "background:var(--jp-brand-color1,#1976d2)",
        )
        bar = f'<span aria-hidden="true"{track}><span{fill}></span></span>'
        return f"<div>{escape(self.name)} {bar} <b>{self._percent}</b></div>"

    @property
    def _percent(self) -> str:
        return f"{100 * self.rate:.0f} %"


def _label(name: str) -> str:
    return name.replace("_bytes", "_size").removesuffix("_s").replace("_", " ")


def _is_zero(value: float | str) -> bool:
    return value == 0 and not isinstance(value, bool)


def _figure(name: str, value: float | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if name.endswith("_rate"):
        return f"{100 * value:.0f} %"
    if name.endswith("_bytes"):
        return format_size(value)
    if name.endswith("_s"):
        return format_duration(value)
    return f"{value:,}"
