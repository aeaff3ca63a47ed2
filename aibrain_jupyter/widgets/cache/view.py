"""The cache's figures: a bar and a picture for the hit rate, tables for the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import Block, Bullets, Page, Table, line
from aibrain_jupyter.widgets.cache.hit_rate_picture import HitRatePicture
from aibrain_jupyter.widgets.html import escape, style
from aibrain_jupyter.widgets.spans import format_size, mark_command, muted, plural, strong

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from aibrain_jupyter.execution.several.warming import Warming

_RATE = "overall_hit_rate"
_WIDTH = 20
_MOST_ROWS = 10
_ALWAYS = ("memory_hits", "disk_hits", "misses")


def cache_page(stats: Mapping[str, Any]) -> Page:
    """
    Return the figures of ``get_advanced_stats()``.

    The unit of a figure is the end of its name: ``_rate`` a part of 1, ``_bytes``, ``_s``
    seconds. ``over_time`` becomes the picture, ``by_tool`` and ``by_account`` become tables of
    their busiest ten; other figures that are no numbers or texts are left out. Those
    that are 0 share a line.
    """
    found: list[Block] = []
    if _RATE in stats:
        found.append(RateBar("hit rate", float(stats[_RATE])))
    hours = stats.get("over_time")
    if isinstance(hours, list) and len(hours) > 1:
        found.append(HitRatePicture(tuple(hours)))
    rows, zeros = [], []
    for name, value in stats.items():
        if not isinstance(value, int | float | str) or name == _RATE:
            continue
        label = name.replace("_bytes", "_size").removesuffix("_s").replace("_", " ")
        # A column of zeros hides what there is to see.
        if value == 0 and not isinstance(value, bool) and name not in _ALWAYS:
            zeros.append(label)
        else:
            rows.append((label, _figure(name, value)))
    if rows:
        found.append(Table(("figure", "value"), rows, label="Cache", right=("value",)))
    if zeros:
        found.append(line(muted(f"0: {', '.join(zeros)}")))
    for label in ("tool", "account"):
        groups = stats.get(f"by_{label}")
        if isinstance(groups, list) and groups:
            found.append(_grouped(label, groups))
    return Page("Cache", found)


def _grouped(label: str, groups: list[dict[str, Any]]) -> Table:
    rows = [
        (
            str(group[label]),
            f"{group['look_ups']:,}",
            f"{100 * group['hit_rate']:.0f} %",
            format_duration(group["time_saved_s"]),
        )
        for group in groups[:_MOST_ROWS]
    ]
    right = ("look-ups", "hits", "time saved")
    return Table((label, *right), rows, label=f"Cache by {label}", right=right)


def warming_page(warming: Warming) -> Page:
    """Return how far warming is, and what could not be warmed."""
    counts = warming.counts
    done = counts.fetched + counts.known + counts.failed
    word = "Warming goes on behind" if warming.is_running else "Warming is done"
    figures = [f"{done:,} of {counts.total:,} calls", f"{counts.fetched:,} fetched"]
    figures += [f"{counts.known:,} fresh in the cache already"]
    figures += [f"{counts.failed:,} failed"] if counts.failed else []
    figures += [f"{counts.throttles:,} throttled"] if counts.throttles else []
    found: list[Block] = [line(f"{word}: {' · '.join(figures)}")]
    if warming.problems:
        found.append(Bullets(warming.problems[:_MOST_ROWS]))
    if ids := warming.run_ids:
        found.append(line(mark_command(f"%aibrain history {ids[-1]}: the calls of a cell")))
    if warming.is_running:
        found.append(line("%aibrain cache warm shows how far it is, cache warm stop ends it."))
    return Page("Warming", found)


def why_page(table: pd.DataFrame) -> Page:
    """
    Return a line for each rule that decided, those of most calls first.

    They are whole: a front end cuts long cells of a table.
    """
    counts = Counter(zip(table["verdict"], table["rule"], strict=True)).most_common()
    found = [
        line(strong(verdict), f" ({plural(count, 'call')}): {rule}")
        for (verdict, rule), count in counts[:_MOST_ROWS]
    ]
    if more := sum(count for _, count in counts[_MOST_ROWS:]):
        found.append(line(muted(f"and {plural(more, 'call')} more, in the table")))
    return Page("Why", found)


@dataclass(frozen=True, slots=True)
class RateBar:
    """A part of 1 as a bar with its percentage in words."""

    name: str
    rate: float

    def text(self) -> str:
        full = round(_WIDTH * self.rate)
        return f"{self.name} [{'█' * full}{'░' * (_WIDTH - full)}] {self._percent}"

    def html(self) -> str:
        track = style(
            "display:inline-block;width:160px;height:8px;margin:0 10px;border-radius:4px",
            "overflow:hidden;background:var(--jp-layout-color2,rgba(128,128,128,.2))",
        )
        width = f"width:{100 * self.rate:.1f}%;height:100%"
        fill = style("display:block", width, "background:var(--jp-brand-color1,#1976d2)")
        bar = f'<span aria-hidden="true"{track}><span{fill}></span></span>'
        return f"<div>{escape(self.name)} {bar} <b>{self._percent}</b></div>"

    @property
    def _percent(self) -> str:
        return f"{100 * self.rate:.0f} %"


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
