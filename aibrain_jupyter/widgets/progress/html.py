"""A `Snapshot` as HTML: the live panel, what is saved meanwhile, and the line that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.html import DIGITS, MUTED, escape, root, stand_in, style
from aibrain_jupyter.widgets.progress.bar import BAR, legend, progress_bar, segments
from aibrain_jupyter.widgets.progress.pace import MOST_SPANS
from aibrain_jupyter.widgets.progress.rows import active_rows, failure_rows
from aibrain_jupyter.widgets.progress.text import (
    final_text,
    final_words,
    head_texts,
    milestone_text,
    pace_text,
    saved_text,
    times_text,
)

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress.state import Snapshot

_HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
_FEWEST_COLUMNS = 4
"""Fewer are dots, not a curve."""
_COLUMN = 3
"""Width in pixels."""
_CURVE_HEIGHT = 14


def panel_html(snapshot: Snapshot, *, reserved_rows: int = 0) -> str:
    """
    Return the panel of a running run.

    `reserved_rows` running calls keep their height when there are fewer, so that what is below
    does not jump.
    """
    bar = f"{_head(snapshot)}{progress_bar(snapshot)}{legend(snapshot)}"
    rows = f"{active_rows(snapshot, reserved_rows)}{failure_rows(snapshot)}"
    # As wide as there is room, never as its longest line: that one is cut instead.
    return root(f"<div{style('width:0', 'min-width:100%')}>{bar}{rows}{_foot(snapshot)}</div>")


def status_html(snapshot: Snapshot) -> str:
    """
    Return what a screen reader is told by itself: nothing to see, and a text that changes rarely.

    It belongs into a widget of its own. What is replaced five times a second cannot be read out.
    """
    return f'<span role="status"{style(_HIDDEN)}>{escape(milestone_text(snapshot))}</span>'


def saved_html(snapshot: Snapshot) -> str:
    """Return what a notebook shows that was saved while the run went on."""
    lines = "".join(f"<div>{escape(one)}</div>" for one in saved_text(snapshot).splitlines())
    return stand_in(root(lines))


def saved_forms(snapshot: Snapshot) -> dict[str, str]:
    """Return the MIME bundle of what is saved meanwhile."""
    return {"text/html": saved_html(snapshot), "text/plain": saved_text(snapshot)}


def final_forms(snapshot: Snapshot) -> dict[str, str]:
    """Return the MIME bundle of what stays when the run is over."""
    return {"text/html": final_html(snapshot), "text/plain": final_text(snapshot)}


def final_html(snapshot: Snapshot) -> str:
    """Return what stays when the run is over. Reads well with its styles taken away."""
    css = style("display:inline-flex;width:120px;margin:0 6px 0 10px;vertical-align:1px", BAR)
    bar = f'<span aria-hidden="true"{css}>{segments(snapshot)}</span>'
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
        f"<span{style('margin-left:auto', DIGITS)}>"
        f"{escape(done)}"
        f"<span{style(MUTED)}>{f' · {part}' if part else ''}</span></span></div>"
    )


def _foot(snapshot: Snapshot) -> str:
    line = "display:flex;flex-wrap:wrap;align-items:baseline;gap:0 8px;margin-top:6px"
    return (
        f"<div{style(line, MUTED, DIGITS)}><span>{escape(times_text(snapshot))}</span>"
        f"<span{style('margin-left:auto', 'white-space:nowrap')}>"
        f"{_curve(snapshot)} {escape(pace_text(snapshot))}</span></div>"
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
        f"{style('vertical-align:-2px', 'margin-right:4px')}>"
        f'<path d="{path}" fill="currentColor" opacity=".55"></path></svg>'
    )
