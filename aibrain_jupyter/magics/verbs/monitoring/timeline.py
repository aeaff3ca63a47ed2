"""``%aibrain timeline``: when the calls of a run went on, waited and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.execution.timeline.of_run import (
    BY,
    BY_OPERATION,
    BY_PLACE,
    BY_WORKER,
    LiveTimeline,
    Timeline,
    timeline_of_run,
)
from aibrain_jupyter.magics.verbs.last import find_run
from aibrain_jupyter.shared.error_handler import InputError, unknown_name
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.options import valued
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.progress.display import has_front_end

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.runs.under_way import RunUnderWay

_VIEWS = {
    BY_PLACE: "timeline",
    BY_OPERATION: "timeline by operation",
    BY_WORKER: "timeline by worker",
}


def _timeline(call: VerbCall) -> pd.DataFrame:
    by = call.options.get("by") or BY_PLACE
    run_id = call.word(0)
    going_on = _going_on(run_id)
    if going_on is None:
        return as_view(timeline_of_run(_ended(run_id), by).frame(), _VIEWS[by])
    frame = LiveTimeline(going_on, by).now().frame()
    if not has_front_end():
        return as_view(frame, _VIEWS[by])
    _follow(going_on, by)
    return as_view(frame, "timeline so far")


def _going_on(run_id: str) -> RunUnderWay | None:
    """Return the run of that id if it goes on; without an id the newest that does."""
    under_way = get_session().under_way
    if run_id:
        return under_way.get(run_id)
    return next(reversed(list(under_way.values())), None)


def _ended(run_id: str) -> Any:
    session = get_session()
    if run_id and session.find(run_id) is None:
        if session.history.find(run_id) is not None:
            raise InputError(
                f"{run_id} ran in another kernel, and when its calls began was not written down.",
                next_steps=[f"%aibrain history {run_id} has its calls and how long each took."],
            )
        known = [run.id for run in session.runs] + list(session.under_way)
        raise unknown_name("run", run_id, known, next_steps=["%aibrain history lists the runs."])
    return find_run(run_id)


def _follow(going_on: RunUnderWay, by: str) -> None:
    from aibrain_jupyter.widgets.timeline.live import follow_timeline

    live, session = LiveTimeline(going_on, by), get_session()

    def now() -> Timeline | None:
        return live.now() if going_on.id in session.under_way else None

    def last() -> Timeline:
        ended = session.find(going_on.id)
        # One that could not be planned has no end but what was seen of it.
        return live.now() if ended is None else timeline_of_run(ended, by)

    follow_timeline(now, last)


TIMELINE = Verb(
    name="timeline",
    summary="a run as lanes over time: waiting, retries, the critical path; live while it goes on",
    usage=("timeline [RUN]", "timeline [RUN] --by operation", "timeline [RUN] --by worker"),
    run=_timeline,
    options=(
        valued(
            "--by",
            "by",
            "LANES",
            "what a lane is: place or worker (a bar is a call), operation (a bar is a request)",
            choices=BY,
        ),
    ),
    most_words=1,
    offers=lambda before: [
        *get_session().under_way,
        *(run.id for run in reversed(get_session().runs)),
    ],
)
