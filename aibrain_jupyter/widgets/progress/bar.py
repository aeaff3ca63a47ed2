"""
The bar of a run and the legend that explains it, as HTML.

The segments differ in pattern as well as in colour, and the words of the legend
say the same, so nothing is told by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.widgets.html import DIGITS, escape, style
from aibrain_jupyter.widgets.progress.text import counts, line_text

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress.state import Snapshot

_BRAND = "var(--jp-brand-color1,#1976d2)"
_WARN = "var(--jp-warn-color1,#f57c00)"
_ERROR = "var(--jp-error-color1,#d32f2f)"
_GREY = "var(--jp-content-font-color3,#999)"
_TRACK = "var(--jp-layout-color2,rgba(128,128,128,.2))"
# Pages with forced colours take backgrounds away, and a bar is nothing else.
KEPT = "forced-color-adjust:none"
BAR = f"height:8px;border-radius:4px;overflow:hidden;background:{_TRACK};{KEPT}"


def _hatched(colour: str, degrees: int) -> str:
    return (
        f"repeating-linear-gradient({degrees}deg,{colour} 0 3px,"
        f"color-mix(in srgb,{colour} 55%,transparent) 3px 5px)"
    )


FILL: Final = {
    Outcome.OK: _BRAND,
    Outcome.EMPTY: _hatched(_BRAND, 0),
    Outcome.NOT_OFFERED: _GREY,
    Outcome.DENIED: _hatched(_WARN, 45),
    Outcome.THROTTLED: _hatched(_WARN, 90),
    Outcome.TIMED_OUT: _hatched(_WARN, 135),
    Outcome.FAILED: _hatched(_ERROR, 135),
    Outcome.CANCELLED: _hatched(_GREY, 45),
}


def progress_bar(snapshot: Snapshot) -> str:
    """Return the bar with its figures for screen readers."""
    figures = f'aria-valuemin="0" aria-valuemax="{snapshot.total}" aria-valuenow="{snapshot.done}" '
    if snapshot.is_planning:
        figures = ""  # a bar without a value: screen readers call it busy
    return (
        f'<div role="progressbar" aria-label="{escape(snapshot.title)}" {figures}'
        f'aria-valuetext="{escape(line_text(snapshot))}"'
        f"{style('display:flex', 'margin:5px 0 7px', BAR)}>{segments(snapshot)}</div>"
    )


def segments(snapshot: Snapshot) -> str:
    """Return what is inside a bar: one piece for each outcome that occurred."""
    total = max(snapshot.total, 1)
    found = ""
    for outcome, count in snapshot.counts.items():
        css = style(
            f"width:{100 * count / total:.2f}%",
            # One failed call among thousands must still be seen.
            "flex-shrink:0;min-width:4px" if outcome.is_gap else "",
            f"background:{FILL[outcome]}",
        )
        found += f"<span{css}></span>"
    return found


def legend(snapshot: Snapshot) -> str:
    """Return how many calls ended in which way, are running and are waiting."""
    hollow = "box-sizing:border-box;border:1px solid "
    fills = {str(outcome): f"background:{fill}" for outcome, fill in FILL.items()}
    fills |= {"running": hollow + _BRAND, "stopping": hollow + _BRAND}
    entries = []
    square = "display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:6px"
    for word, count in counts(snapshot):
        swatch = style(square, fills.get(word, f"background:{_TRACK}"), KEPT)
        entries.append(
            f"<span{style('white-space:nowrap', DIGITS)}>"
            f'<span aria-hidden="true"{swatch}></span>{count:,} {escape(word)}</span>'
        )
    return f"<div{style('display:flex;flex-wrap:wrap;column-gap:16px')}>{' '.join(entries)}</div>"
