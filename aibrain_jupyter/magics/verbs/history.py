"""``%aibrain history``: the runs of this user, newest first; they outlive the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall

if TYPE_CHECKING:
    import pandas as pd


def _history(call: VerbCall) -> pd.DataFrame:
    session, run_id = get_session(), call.word(0)
    if not run_id:
        return session.history.frame()
    calls = session.history.calls(run_id)
    if calls.empty:
        known = dict.fromkeys(session.history.frame()["run"])
        raise unknown_name("run", run_id, known, next_steps=["%aibrain history lists the runs."])
    return calls


HISTORY = Verb(
    name="history",
    summary="your runs, also those of earlier kernels, a DataFrame, newest first; one run's calls",
    usage=("history", "history RUN"),
    run=_history,
    most_words=1,
)
