"""How a frame of bars is read: as lanes over time (all of it is in the frame)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.timeline.bars import COLUMNS, Bar
from aibrain_jupyter.execution.timeline.of_run import BY_OPERATION, BY_PLACE, BY_WORKER, Timeline
from aibrain_jupyter.widgets.blocks import Block, dotted
from aibrain_jupyter.widgets.spans import plural
from aibrain_jupyter.widgets.timeline.picture import timeline_blocks
from aibrain_jupyter.widgets.views.cells import rows_of

if TYPE_CHECKING:
    import pandas as pd

_FIGURES: Final = ("seconds", "waited_s", "wire_s", "parse_s")
_COUNTS: Final = ("call", "requests", "retried", "throttled")


def timeline(frame: pd.DataFrame) -> list[Block]:
    """Return the picture of a run's calls, or of those that were chosen."""
    return timeline_blocks(timeline_of(frame, BY_PLACE))


def timeline_by_operation(frame: pd.DataFrame) -> list[Block]:
    """Return the picture of a run's requests, a lane an operation."""
    return timeline_blocks(timeline_of(frame, BY_OPERATION))


def timeline_by_worker(frame: pd.DataFrame) -> list[Block]:
    """Return the picture of a run's calls, a lane a process that made them."""
    return timeline_blocks(timeline_of(frame, BY_WORKER))


def timeline_so_far(frame: pd.DataFrame) -> list[Block]:
    """Return a line: the picture is above, and changes."""
    what = ("the value, a DataFrame, has ", plural(len(frame), "call"), " by now; ask again later")
    return [dotted("".join(what))]


def timeline_of(frame: pd.DataFrame, by: str) -> Timeline:
    """Return the timeline that a frame was made of; the run ended with its last bar."""
    names = [str(name) for name in frame]
    places = names[names.index("run") + 1 : names.index("profile")]
    rows = rows_of(frame[[*names[: names.index("profile")], *COLUMNS]])
    bars = [_bar(row, places) for row in rows]
    runs = dict.fromkeys(row["run"] for row in rows)
    titles = dict.fromkeys(row["operation"] for row in rows)
    return Timeline(
        run_id=", ".join(runs),
        title=next(iter(titles), "") if len(titles) == 1 else plural(len(titles), "operation"),
        places=places,
        bars=bars,
        seconds=max((bar.end for bar in bars if bar.end is not None), default=0.0),
        calls=len(bars),
        by=by,
    )


def _bar(row: Any, places: list[str]) -> Bar:
    values = {name: row[name] for name in COLUMNS}
    for name in _FIGURES:
        values[name] = values[name] or 0.0
    for name in _COUNTS:
        values[name] = values[name] or 0
    return Bar(place={name: row[name] for name in places}, **values)
