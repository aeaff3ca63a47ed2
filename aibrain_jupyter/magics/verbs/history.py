"""``%aibrain history``: the runs of this user, newest first; they outlive the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.execution.session import get_session
from aibrain_jupyter.magics.verbs.verb import Verb, VerbCall

if TYPE_CHECKING:
    import pandas as pd


def _history(call: VerbCall) -> pd.DataFrame:
    return get_session().history()


HISTORY = Verb(
    name="history",
    summary="your runs, also those of earlier kernels, a DataFrame, newest first",
    usage=("history",),
    run=_history,
)
