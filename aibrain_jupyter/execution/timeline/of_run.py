"""The timeline of a run, of one that has ended and of one that goes on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.runs.combine import kept_calls
from aibrain_jupyter.execution.timeline.bars import Bar, bar_of_call, bars_of_requests, frame_of
from aibrain_jupyter.execution.timeline.critical_path import with_critical_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from aibrain_jupyter.execution.runs.combine import KeptCall
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.execution.runs.under_way import RunUnderWay
    from aibrain_jupyter.shared.events import CallStarted

BY_PLACE: Final = "place"
BY_OPERATION: Final = "operation"
BY_WORKER: Final = "worker"
BY: Final = (BY_PLACE, BY_OPERATION, BY_WORKER)
"""What a lane is: where a call goes, or who made it, a call a bar; what was asked, a request a bar.
"""


@dataclass(frozen=True, slots=True)
class Timeline:
    """
    The bars of a run, in call order. `seconds` is how long it took, or has taken so far; `calls`
    how many it has, None while that is looked up.
    """

    run_id: str
    title: str
    places: Sequence[str]
    bars: Sequence[Bar]
    seconds: float
    calls: int | None
    by: str = BY_PLACE
    is_running: bool = False

    def frame(self) -> pd.DataFrame:
        """The bars as a table: see `frame_of`."""
        return frame_of(self.run_id, self.bars, self.places)


def timeline_of_run(run: Run, by: str = BY_PLACE) -> Timeline:
    """Return the timeline of a run that has ended."""
    bars = [bar for call in run.calls for bar in _bars_of(call, run.started_at, by)]
    return Timeline(
        run_id=run.id,
        title=run.plan.title,
        places=run.request.spec.places,
        bars=bars if by == BY_OPERATION else with_critical_path(bars),
        seconds=run.summary.seconds,
        calls=run.summary.calls,
        by=by,
    )


class LiveTimeline:
    """
    The timeline of a run that goes on, again and again: each ended call is looked at once.

    What its end will have waited for is not known yet: no bar is on a critical path.
    """

    def __init__(self, run: RunUnderWay, by: str = BY_PLACE) -> None:
        self.run = run
        self._by = by
        self._ended: list[Bar] = []
        self._seen = 0

    def now(self) -> Timeline:
        """Return the timeline as it is."""
        run, moment = self.run, dt.datetime.now(dt.UTC)
        active = run.active
        new = run.outcomes[self._seen :]
        self._seen += len(new)
        for call in kept_calls(new):
            self._ended += _bars_of(call, run.started_at, self._by)
        bars = sorted(self._ended, key=lambda bar: bar.call)
        if self._by != BY_OPERATION:
            going_on = [_going_on(*one, run.started_at, moment) for one in active]
            bars += going_on
        return Timeline(
            run_id=run.id,
            title=run.title,
            places=run.places,
            bars=bars,
            seconds=run.seconds,
            calls=run.calls,
            by=self._by,
            is_running=True,
        )


def _bars_of(call: KeptCall, started_at: dt.datetime, by: str) -> list[Bar]:
    if by == BY_OPERATION:
        return bars_of_requests(call, started_at)
    return [bar_of_call(call, started_at)]


def _going_on(
    event: CallStarted, began: dt.datetime, started_at: dt.datetime, now: dt.datetime
) -> Bar:
    return Bar(
        place=event.target.parts,
        profile=event.target.profile,
        operation=event.title,
        call=event.index,
        began=began,
        queued_s=round((began - started_at).total_seconds(), 3),
        seconds=round((now - began).total_seconds(), 3),
    )
