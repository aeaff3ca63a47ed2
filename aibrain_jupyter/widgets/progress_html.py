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
from aibrain_jupyter.widgets.progress_pace import MOST_SPANS
from aibrain_jupyter.widgets.progress_text import (
    MOST_ACTIVE,
    active_cells,
    cause_head,
    cause_words,
    counts,
    final_words,
    head_texts,
    line_text,
    milestone_text,
    more_causes_text,
    more_text,
    pace_text,
    saved_text,
    times_text,
)

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress_state import Snapshot

_BRAND = "var(--jp-brand-color1,#1976d2)"
_WARN = "var(--jp-warn-color1,#f57c00)"
_ERROR = "var(--jp-error-color1,#d32f2f)"
_GREY = "var(--jp-content-font-color3,#999)"
_TRACK = "var(--jp-layout-color2,rgba(128,128,128,.2))"
# Pages with forced colours take backgrounds away, and a bar is nothing else.
_KEPT = "forced-color-adjust:none"
_BAR = f"height:8px;border-radius:4px;overflow:hidden;background:{_TRACK};{_KEPT}"
_CUT = "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"
_HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
_DIGITS = "font-variant-numeric:tabular-nums"


def _hatched(colour: str, degrees: int) -> str:
    return (
        f"repeating-linear-gradient({degrees}deg,{colour} 0 3px,"
        f"color-mix(in srgb,{colour} 55%,transparent) 3px 5px)"
    )


_FILL: Final = {
    Outcome.OK: _BRAND,
    Outcome.EMPTY: _hatched(_BRAND, 0),
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
    inner = (
        _head(snapshot)
        + _progress_bar(snapshot)
        + _legend(snapshot)
        + _active(snapshot, reserved_rows)
        + _failures(snapshot)
        + _foot(snapshot)
    )
    # As wide as there is room, never as its longest line: that one is cut instead.
    return root(f"<div{style('width:0', 'min-width:100%')}>{inner}</div>")


def status_html(snapshot: Snapshot) -> str:
    """
    Return what a screen reader is told by itself: nothing to see, and a text that changes rarely.

    It belongs into a widget of its own. What is replaced five times a second cannot be read out.
    """
    return f'<span role="status"{style(_HIDDEN)}>{escape(milestone_text(snapshot))}</span>'


def saved_html(snapshot: Snapshot) -> str:
    """Return what a notebook shows that was saved while the run went on."""
    return root(f"<div>{escape(saved_text(snapshot))}</div>")


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
            _KEPT,
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


def _failures(snapshot: Snapshot) -> str:
    rows = ""
    for cause in snapshot.causes:
        mark = style(
            "flex:none", "width:9px", "height:9px", f"background:{_FILL[cause.outcome]}", _KEPT
        )
        words = cause_words(cause)
        rows += (
            f"<div{style('display:flex', 'gap:6px', 'align-items:baseline')}>"
            f'<span aria-hidden="true"{mark}></span>'
            f"<span{style('flex:none', _DIGITS)}>{escape(cause_head(cause))}</span> "
            f'<span title="{escape(cause.why)}"{style(MUTED, _CUT)}>{escape(words)}</span></div>'
        )
    if more := more_causes_text(snapshot):
        rows += f"<div{style(MUTED)}>{escape(more)}</div>"
    css = style("margin-top:6px", "padding-top:4px", f"border-top:1px solid {RULE}")
    return f'<div role="group" aria-label="Failures"{css}>{rows}</div>' if rows else ""


def _foot(snapshot: Snapshot) -> str:
    css = style(
        "display:flex",
        "flex-wrap:wrap",
        "align-items:baseline",
        "gap:0 8px",
        "margin-top:6px",
        MUTED,
        _DIGITS,
    )
    return (
        f"<div{css}><span>{escape(times_text(snapshot))}</span>"
        f"<span{style('margin-left:auto')}>{_curve(snapshot)}</span>"
        f"<span>{escape(pace_text(snapshot))}</span></div>"
    )


def _curve(snapshot: Snapshot) -> str:
    """Return calls per second from the beginning until now, as one path of columns."""
    highest = max(snapshot.curve, default=0.0)
    if not highest or len(snapshot.curve) < _FEWEST_COLUMNS or snapshot.is_cancelling:
        return ""
    width = MOST_SPANS * _COLUMN
    # The newest column is beside the figure that it stands for.
    path = f"M{width - _COLUMN * len(snapshot.curve)} {_CURVE_HEIGHT}"
    for value in snapshot.curve:
        path += f"V{_CURVE_HEIGHT - max(1, round(_CURVE_HEIGHT * value / highest))}h{_COLUMN}"
    path += f"V{_CURVE_HEIGHT}Z"
    return (
        f'<svg role="img" aria-label="Calls per second, at most {highest:.1f}" width="{width}" '
        f'height="{_CURVE_HEIGHT}" viewBox="0 0 {width} {_CURVE_HEIGHT}"'
        f"{style('vertical-align:-2px')}>"
        f'<path d="{path}" fill="currentColor" opacity=".55"></path></svg>'
    )


_FEWEST_COLUMNS = 4
"""Fewer are dots, not a curve."""

_COLUMN = 3
"""Width in pixels."""

_CURVE_HEIGHT = 14
_WIDTHS = (34, 26, 13, 15, 12)
_WIDTHS_UNTITLED = (60, 0, 13, 15, 12)
"""Percentages of target, title, pages, rows, elapsed. The titles go when all are the run's own."""


def _cell_style(column: int, width: int) -> str:
    return style(
        f"width:{width}%",
        "border:none",
        "padding:1px 12px 1px 0" if column < 4 else "padding:1px 0",
        _CUT,
        f"text-align:{'left' if column < 2 else 'right'}",
        MUTED if column else "",
        _DIGITS,
    )
