"""
A `Snapshot` as HTML: the live panel, and the line that stays.

The bar's segments differ in pattern as well as in colour, and the words beside
it say the same, so nothing is told by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.durations import format_duration
from aibrain_jupyter.widgets.bundle import MUTED, RULE, escape, root, style
from aibrain_jupyter.widgets.progress_text import (
    MOST_ACTIVE,
    active_cells,
    counts,
    final_words,
    head_texts,
    line_text,
    more_text,
    times_text,
)

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress_state import Snapshot

_BRAND = "var(--jp-brand-color1,#1976d2)"
_PALE = "var(--jp-brand-color2,#64b5f6)"
_WARN = "var(--jp-warn-color1,#f57c00)"
_ERROR = "var(--jp-error-color1,#d32f2f)"
_GREY = "var(--jp-content-font-color3,#999)"
_TRACK = "var(--jp-layout-color2,rgba(128,128,128,.2))"
_BAR = f"height:8px;border-radius:4px;overflow:hidden;background:{_TRACK}"
_DIGITS = "font-variant-numeric:tabular-nums"


def _hatched(colour: str, degrees: int) -> str:
    return (
        f"repeating-linear-gradient({degrees}deg,{colour} 0 3px,"
        f"color-mix(in srgb,{colour} 55%,transparent) 3px 5px)"
    )


_FILL: Final = {
    Outcome.OK: _BRAND,
    Outcome.EMPTY: _PALE,
    Outcome.NOT_OFFERED: _GREY,
    Outcome.DENIED: _hatched(_WARN, 45),
    Outcome.THROTTLED: _hatched(_WARN, 90),
    Outcome.TIMED_OUT: _hatched(_WARN, 135),
    Outcome.FAILED: _hatched(_ERROR, 135),
    Outcome.CANCELLED: _hatched(_GREY, 45),
}


def panel_html(snapshot: Snapshot, *, reserved_rows: int = 0) -> str:
    """
    Return the panel of a running run.

    `reserved_rows` running calls keep their height when there are fewer, so that what is below
    does not jump.
    """
    return root(
        _head(snapshot)
        + _progress_bar(snapshot)
        + _legend(snapshot)
        + _active(snapshot, reserved_rows)
        + f"<div{style(MUTED, _DIGITS, 'margin-top:4px')}>{escape(times_text(snapshot))}</div>"
    )


def final_html(snapshot: Snapshot) -> str:
    """Return what stays when the run is over. Reads well with its styles taken away."""
    css = style(
        "display:inline-flex", "width:120px", "margin:0 6px 0 10px", "vertical-align:1px", _BAR
    )
    bar = f'<span aria-hidden="true"{css}>{_segments(snapshot)}</span>'
    return root(
        f"<div><b>{escape(snapshot.title)}</b> <span{style(MUTED)}>{escape(snapshot.run_id)}</span>"
        f"{bar} {escape(final_words(snapshot))}"
        f"<span{style(MUTED)}> · {escape(format_duration(snapshot.seconds))}</span></div>"
    )


def _head(snapshot: Snapshot) -> str:
    done, part = head_texts(snapshot)
    return (
        f"<div{style('display:flex', 'gap:8px', 'align-items:baseline')}>"
        f"<b>{escape(snapshot.title)}</b> <span{style(MUTED)}>{escape(snapshot.run_id)}</span> "
        f"<span{style('margin-left:auto', _DIGITS)}>"
        f"{escape(done)}"
        f"<span{style(MUTED)}>{f' · {part}' if part else ''}</span></span></div>"
    )


def _progress_bar(snapshot: Snapshot) -> str:
    figures = f'aria-valuemin="0" aria-valuemax="{snapshot.total}" aria-valuenow="{snapshot.done}" '
    if snapshot.is_planning:
        figures = ""  # a bar without a value: screen readers call it busy
    return (
        f'<div role="progressbar" aria-label="{escape(snapshot.title)}" {figures}'
        f'aria-valuetext="{escape(line_text(snapshot))}"'
        f"{style('display:flex', 'margin:5px 0 7px', _BAR)}>{_segments(snapshot)}</div>"
    )


def _segments(snapshot: Snapshot) -> str:
    total = max(snapshot.total, 1)
    found = ""
    for outcome, count in snapshot.counts.items():
        css = style(
            f"width:{100 * count / total:.2f}%",
            # One failed call among thousands must still be seen.
            "flex-shrink:0;min-width:4px" if outcome.is_gap else "",
            f"background:{_FILL[outcome]}",
        )
        found += f"<span{css}></span>"
    return found


def _legend(snapshot: Snapshot) -> str:
    hollow = "box-sizing:border-box;border:1px solid "
    fills = {str(outcome): f"background:{fill}" for outcome, fill in _FILL.items()}
    fills |= {"running": hollow + _BRAND, "stopping": hollow + _BRAND}
    entries = []
    for word, count in counts(snapshot):
        swatch = style(
            "display:inline-block",
            "width:9px",
            "height:9px",
            "border-radius:2px",
            "margin-right:6px",
            fills.get(word, f"background:{_TRACK}"),
        )
        entries.append(
            f"<span{style('white-space:nowrap', _DIGITS)}>"
            f'<span aria-hidden="true"{swatch}></span>{count:,} {escape(word)}</span>'
        )
    css = style("display:flex", "flex-wrap:wrap", "column-gap:16px")
    return f"<div{css}>{' '.join(entries)}</div>"


def _active(snapshot: Snapshot, reserved_rows: int) -> str:
    shown = [active_cells(call, snapshot) for call in snapshot.active[:MOST_ACTIVE]]
    shown += [("",) * 5] * (reserved_rows - len(shown))
    if not shown:
        return ""
    widths = _WIDTHS if any(cells[1] for cells in shown) else _WIDTHS_UNTITLED
    body = ""
    for cells in shown:
        columns = "".join(
            f"<td{_cell_style(k, widths[k])}>{escape(cell) or '&nbsp;'}</td>"
            for k, cell in enumerate(cells)
            if widths[k]
        )
        body += f"<tr{style('background:none')}>{columns}</tr>"
    css = style(
        "width:100%",
        "border-collapse:collapse",
        "table-layout:fixed",
        "margin:0",
        "border:none",
        "font-size:inherit",
    )
    # Where more calls than fit have run at a time, the line that says so keeps its place too.
    has_more = len(shown) == MOST_ACTIVE
    more = f"<div{style(MUTED)}>{escape(more_text(snapshot)) or '&nbsp;'}</div>" if has_more else ""
    return (
        f"<div{style('margin-top:8px', 'padding-top:4px', f'border-top:1px solid {RULE}')}>"
        f'<table aria-label="Calls that are running"{css}><tbody>{body}</tbody></table>{more}</div>'
    )


_WIDTHS = (34, 26, 13, 15, 12)
_WIDTHS_UNTITLED = (60, 0, 13, 15, 12)
"""Percentages of target, title, pages, rows, elapsed. The titles go when all are the run's own."""


def _cell_style(column: int, width: int) -> str:
    return style(
        f"width:{width}%",
        "border:none",
        "padding:1px 12px 1px 0" if column < 4 else "padding:1px 0",
        "overflow:hidden;text-overflow:ellipsis;white-space:nowrap",
        f"text-align:{'left' if column < 2 else 'right'}",
        MUTED if column else "",
        _DIGITS,
    )
