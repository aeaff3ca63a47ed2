"""``%aibrain history``: the runs of this kernel, newest first."""

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
    summary="the runs of this kernel, a DataFrame, newest first",
    usage=("history",),
    run=_history,
)
