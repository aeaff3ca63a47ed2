"""Blocks of the dashboard: tiles, sections beside one another, bars of calls, a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.widgets.html import DIGITS, MUTED, RULE, escape, style
from aibrain_jupyter.widgets.progress.bar import BAR, FILL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.widgets.blocks import Block

GOOD, BAD, NEUTRAL = "good", "bad", "neutral"
_EDGES: Final = {
    GOOD: RULE,
    BAD: "var(--jp-error-color1,#d32f2f)",
    NEUTRAL: RULE,
}
_FILLS: Final = {str(outcome): fill for outcome, fill in FILL.items()}
_TOGETHER: Final = 3
_TILE_PX, _LEAST_PX, _GAP_PX = 130, 92, 8
_CURVE: Final = (150, 26)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure to be seen first: its `label`, its `value`, a `note`, and whether it is bad."""

    label: str
    value: str
    note: str = ""
    level: str = NEUTRAL

    @property
    def words(self) -> str:
        """The same in a line."""
        mark = "! " if self.level == BAD else ""
        return f"{mark}{self.label} {self.value}{f' ({self.note})' if self.note else ''}"


@dataclass(frozen=True, slots=True)
class Tiles:
    """
    Figures beside one another in groups of three: all in a row where there is room, otherwise the
    groups below one another, so that none stands alone.
    """

    tiles: Sequence[Tile]

    def text(self) -> str:
        return "\n".join(f"  {tile.words}" for tile in self.tiles)

    def html(self) -> str:
        least = _TILE_PX * _TOGETHER + _GAP_PX * (_TOGETHER - 1)
        rows = f"grid-template-columns:repeat(auto-fit,minmax(min({least}px,100%),1fr))"
        # A third of the group: at least so wide that a figure fits, also where it is narrow.
        third = f"calc((100% - {_GAP_PX * (_TOGETHER - 1)}px)/{_TOGETHER} - 1px)"
        group = f"grid-template-columns:repeat(auto-fit,minmax(max({_LEAST_PX}px,{third}),1fr))"
        outer = style(f"display:grid;{rows};gap:{_GAP_PX}px;margin:8px 0")
        inner = style(f"display:grid;{group};gap:{_GAP_PX}px;min-width:0")
        groups = [
            "".join(map(self._tile, self.tiles[first : first + _TOGETHER]))
            for first in range(0, len(self.tiles), _TOGETHER)
        ]
        return f"<div{outer}>{''.join(f'<div{inner}>{tiles}</div>' for tiles in groups)}</div>"

    @staticmethod
    def _tile(tile: Tile) -> str:
        is_bad = tile.level == BAD
        box = style(
            "min-width:0;box-sizing:border-box;padding:6px 10px;border-radius:4px",
            f"border:1px solid {RULE};border-left:4px solid {_EDGES[tile.level]}",
            "background:color-mix(in srgb,var(--jp-error-color1,#d32f2f) 12%,transparent)"
            if is_bad
            else "",
        )
        mark = "! " if is_bad else ""
        return (
            f"<div{box}><div{style(MUTED, 'white-space:nowrap')}>{escape(tile.label)}</div>"
            f"<div{style('font-size:1.45em;line-height:1.25;white-space:nowrap', DIGITS)}>"
            f"<b>{mark}{escape(tile.value)}</b></div>"
            f"<div{style(MUTED, 'font-size:.92em', DIGITS)}>{escape(tile.note) or '&nbsp;'}</div>"
            "</div>"
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A title and blocks; `is_wide` takes the whole width. `note` stands beside the title."""

    title: str
    blocks: Sequence[Block]
    note: str = ""
    is_wide: bool = False

    def text(self) -> str:
        head = f"\n{self.title}{f' ({self.note})' if self.note else ''}"
        return "\n".join([head, *(block.text() for block in self.blocks)])

    def html(self) -> str:
        note = f" <span{style(MUTED)}>{escape(self.note)}</span>" if self.note else ""
        # A grid's cell is as wide as its longest word unless it is told otherwise.
        css = style("min-width:0", "grid-column:1/-1" if self.is_wide else "")
        inner = "".join(block.html() for block in self.blocks)
        return (
            f'<div role="group" aria-label="{escape(self.title)}"{css}>'
            f"<div><b>{escape(self.title)}</b>{note}</div>{inner}</div>"
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """Sections beside one another where there is room, below one another where not."""

    sections: Sequence[Section]

    def text(self) -> str:
        return "\n".join(section.text() for section in self.sections)

    def html(self) -> str:
        css = style(
            "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(430px,100%),1fr))",
            "gap:14px 28px;margin-top:10px",
        )
        return f"<div{css}>{''.join(section.html() for section in self.sections)}</div>"


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a row: what it is, a bar of how its calls ended, and words."""

    name: str
    title: str
    words: str
    counts: Mapping[str, int]
    total: int
    is_bad: bool = False

    def text(self) -> str:
        mark = "! " if self.is_bad else "  "
        return f"  {mark}{self.name} {self.title}: {self.words}"

    def html(self) -> str:
        total = max(self.total, sum(self.counts.values()), 1)
        order = [str(one) for one in Outcome]
        parts = ""
        for outcome in sorted(self.counts, key=lambda word: order.index(word)):
            width = 100 * self.counts[outcome] / total
            least = "min-width:4px" if Outcome(outcome).is_gap else ""
            fill = f"background:{_FILLS[outcome]}"
            parts += f"<span{style(f'width:{width:.2f}%;flex-shrink:0', least, fill)}></span>"
        bar = style("display:flex;margin:2px 0 3px", BAR)
        head = style("display:flex;flex-wrap:wrap;gap:0 8px;align-items:baseline")
        words = escape(f"{'! ' if self.is_bad else ''}{self.words}")
        if self.is_bad:
            words = f"<b>{words}</b>"
        return (
            f"<div{style('margin:5px 0')}><div{head}><span{style(MUTED, DIGITS)}>"
            f"{escape(self.name)}</span><span>{escape(self.title)}</span>"
            f"<span{style('margin-left:auto', DIGITS)}>{words}</span></div>"
            f'<div aria-hidden="true"{bar}>{parts}</div></div>'
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over time as a line, the newest at the right; nothing of fewer than three."""

    values: Sequence[float]
    label: str

    def text(self) -> str:
        return ""

    def html(self) -> str:
        if len(self.values) < 3 or not any(self.values):
            return ""
        width, height = _CURVE
        highest, step = max(self.values), width / (len(self.values) - 1)
        points = " ".join(
            f"{number * step:.1f},{height - 2 - (height - 4) * value / highest:.1f}"
            for number, value in enumerate(self.values)
        )
        return (
            f'<svg role="img" aria-label="{escape(self.label)}" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}"><polyline points="{points}" fill="none" '
            'stroke="var(--jp-brand-color1,#1976d2)" stroke-width="1.5"></polyline></svg>'
        )


@dataclass(frozen=True, slots=True)
class Meter:
    """A part of a whole in a row: a name, a bar (`part` 0 to 1; None: there is no whole), words."""

    name: str
    part: float | None
    words: str
    is_bad: bool = False

    def text(self) -> str:
        return f"  {'! ' if self.is_bad else ''}{self.name}  {self.words}"

    def html(self) -> str:
        fill = "var(--jp-error-color1,#d32f2f)" if self.is_bad else FILL[Outcome.OK]
        inner = ""
        if self.part is not None:
            width = f"width:{100 * min(self.part, 1.0):.1f}%;min-width:2px"
            inner = f"<span{style(width, f'background:{fill}')}></span>"
        bar = style("display:flex;width:90px;flex:none", BAR) if self.part is not None else ""
        row = style("display:flex;gap:8px;align-items:center;flex-wrap:wrap;margin:2px 0")
        shown = f'<span aria-hidden="true"{bar}>{inner}</span>' if bar else ""
        mark = "! " if self.is_bad else ""
        return (
            f"<div{row}><span{style('flex:1 1 150px;overflow-wrap:anywhere')}>{mark}"
            f"{escape(self.name)}</span>{shown}"
            f"<span{style('text-align:right;min-width:110px', DIGITS)}>{escape(self.words)}</span>"
            "</div>"
        )
