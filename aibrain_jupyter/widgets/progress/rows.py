"""The calls that are running and the causes of failures, as HTML, a row for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.html import DIGITS, MUTED, RULE, escape, style
from aibrain_jupyter.widgets.progress.bar import FILL, KEPT
from aibrain_jupyter.widgets.progress.text import (
    MOST_ACTIVE,
    active_cells,
    cause_words,
    more_causes_text,
    more_text,
)

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress.state import Snapshot

_CUT = "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"
_RULED = f"padding-top:4px;border-top:1px solid {RULE}"
_WIDTHS = (34, 26, 13, 15, 12)
_WIDTHS_UNTITLED = (60, 0, 13, 15, 12)
"""Percentages of target, title, pages, rows, elapsed. The titles go when all are the run's own."""


def active_rows(snapshot: Snapshot, reserved_rows: int) -> str:
    """Return the oldest running calls, with empty rows below them up to `reserved_rows`."""
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
        "width:100%;border-collapse:collapse;table-layout:fixed",
        "margin:0;border:none;font-size:inherit",
    )
    # Where more calls than fit have run at a time, the line that says so keeps its place too.
    has_more = len(shown) == MOST_ACTIVE
    more = f"<div{style(MUTED)}>{escape(more_text(snapshot)) or '&nbsp;'}</div>" if has_more else ""
    return (
        f"<div{style('margin-top:8px', _RULED)}>"
        f'<table aria-label="Calls that are running"{css}><tbody>{body}</tbody></table>{more}</div>'
    )


def _cell_style(column: int, width: int) -> str:
    return style(
        f"width:{width}%",
        "border:none",
        "padding:1px 12px 1px 0" if column < 4 else "padding:1px 0",
        _CUT,
        f"text-align:{'left' if column < 2 else 'right'}",
        MUTED if column else "",
        DIGITS,
    )


def failure_rows(snapshot: Snapshot) -> str:
    """Return the newest causes of failure with their counts; nothing while all is well."""
    rows = ""
    for cause in snapshot.causes:
        mark = style("flex:none;width:9px;height:9px", f"background:{FILL[cause.outcome]}", KEPT)
        count, why = cause_words(cause)
        rows += (
            f"<div{style('display:flex', 'gap:6px', 'align-items:baseline')}>"
            f'<span aria-hidden="true"{mark}></span>'
            f"<span{style('flex:none', DIGITS)}>{escape(count)}</span> "
            f"<span{style('overflow-wrap:anywhere')}>{escape(why)}</span></div>"
        )
    if more := more_causes_text(snapshot):
        rows += f"<div{style(MUTED)}>{escape(more)}</div>"
    css = style("margin-top:6px", _RULED)
    return f'<div role="group" aria-label="Failures"{css}>{rows}</div>' if rows else ""
