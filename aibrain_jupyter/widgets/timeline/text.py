"""The lanes of a run in characters: a letter an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.spans import shorten
from aibrain_jupyter.widgets.timeline.fills import MARKS
from aibrain_jupyter.widgets.timeline.lanes import WAITING, waiting_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.widgets.timeline.lanes import Lane

_COLUMNS: Final = 56
_LABEL: Final = 28
_OTHER: Final = "?"


def lanes_text(lanes: Sequence[Lane], seconds: float) -> str:
    """Return a line a lane: what went wrong hides what went well, ``*`` is the critical path."""
    width = min(max((len(lane.label) for lane in lanes), default=0), _LABEL)
    head = f"  {'':{width}}   |0 s{format_duration(seconds):>{_COLUMNS - 3}}|"
    return "\n".join([head, *(_line(lane, seconds, width) for lane in lanes)])


def _line(lane: Lane, seconds: float, width: int) -> str:
    cells = [" "] * _COLUMNS
    # Bars that overlap in a line: the last one drawn stays.
    ranks = {mark: rank for rank, mark in enumerate(" ~>=-.n")}
    for bar in lane.bars:
        began, end = bar.queued_s or 0.0, bar.end or 0.0
        turn = began + waiting_part(bar) * (end - began)
        for first, last, word in ((began, turn, WAITING), (turn, end, bar.outcome)):
            if first == last == began and word == WAITING:
                continue
            mark = MARKS.get(word, _OTHER)
            for place in range(_place(first, seconds), _place(last, seconds) + 1):
                if ranks.get(mark, 9) >= ranks.get(cells[place], 9):
                    cells[place] = mark
    name = shorten(lane.label, width)
    more = f" {lane.never_began:,} never began" if lane.never_began else ""
    return f"  {name:{width}} {'*' if lane.is_critical else ' '} |{''.join(cells)}|{more}"


def _place(moment: float, seconds: float) -> int:
    return min(int(_COLUMNS * moment / seconds), _COLUMNS - 1) if seconds else 0
