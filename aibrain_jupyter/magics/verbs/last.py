"""
``%aibrain last``: where the rows of a run came from, and how each call ended; and ``history``.

The runs of this user, newest first, outlive the kernel.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import InputError, unknown_name
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.blocks import Heading, Page, Table, line
from aibrain_jupyter.widgets.coverage_line import CoverageLine
from aibrain_jupyter.widgets.spans import strong

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.runs.run import Run


def _last(call: VerbCall) -> Any:
    run = find_run(call.word(0))
    if "coverage" in call.options:
        return as_view(run.coverage, "coverage")
    if "totals" in call.options:
        return as_view(run.totals, "totals")
    if "provenance" in call.options:
        return run.provenance
    if "requests" in call.options:
        return as_view(run.call_log, "requests")
    if "rows" in call.options:
        return rows_of(run)
    return _page_of(run)


def find_run(run_id: str) -> Run:
    """Return the ended run of that id, the last one where it is empty; refuse what is none."""
    session = get_session()
    run = session.find(run_id) if run_id else session.last
    if run is not None:
        return run
    if not run_id:
        raise InputError(
            "Nothing has been run in this kernel yet.",
            next_steps=["%aibrain tools lists what there is to run."],
        )
    raise unknown_name(
        "ended run of this kernel",
        run_id,
        [one.id for one in session.runs],
        next_steps=["%aibrain history lists the runs, %aibrain jobs those that go on."],
    )


def rows_of(run: Run) -> pd.DataFrame:
    """Return the rows of a run. Raises InputError: it has none, or they are kept no longer."""
    if run.frame is not None:
        return run.frame
    if any(outcome in run.summary.counts for outcome in (Outcome.OK, Outcome.EMPTY)):
        raise InputError(
            f"The rows of {run.id} ({run.plan.title}) are kept no longer: a newer run's are.",
            next_steps=["Run its cell again: what it collected comes from the cache."],
        )
    raise InputError(
        f"The run {run.id} ({run.plan.title}) has no rows: no call succeeded.",
        next_steps=[f"%aibrain last {run.id} --coverage shows how each call ended."],
    )


def _page_of(run: Run) -> Page:
    rows = [(name, _text(value)) for name, value in run.provenance.items()]
    return Page(
        "Last run",
        [
            line(strong(f"{run.id} · {run.plan.title} · {run.outcome_word}")),
            Table(("provenance", "value"), rows, label="Provenance"),
            Heading("Coverage"),
            *CoverageLine(run.summary).blocks,
        ],
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
    return json.dumps(value)


LAST = Verb(
    name="last",
    summary="the last run, or the one named: where its rows came from and what is missing",
    usage=(
        "last [RUN]",
        "last --coverage",
        "last --requests",
        "last --totals",
        "last --provenance",
        "last --rows",
    ),
    run=_last,
    most_words=1,
    offers=lambda before: [run.id for run in reversed(get_session().runs)],
    options=(
        switch("--coverage", "coverage", "a DataFrame: how each call ended, and its next step"),
        switch("--requests", "requests", "a DataFrame: each answered request, its id and times"),
        switch("--totals", "totals", "a DataFrame: the control totals of a run with --totals"),
        switch("--provenance", "provenance", "a dict: identity, operations, times, versions"),
        switch("--rows", "rows", "the rows again, a DataFrame; also after ; or --strict"),
    ),
)


def _history(call: VerbCall) -> pd.DataFrame:
    session, run_id = get_session(), call.word(0)
    if not run_id:
        return as_view(session.history.frame(), "history")
    calls = session.history.calls(run_id)
    if calls.empty:
        known = dict.fromkeys(session.history.frame()["run"])
        raise unknown_name("run", run_id, known, next_steps=["%aibrain history lists the runs."])
    return as_view(calls, "calls")


HISTORY = Verb(
    name="history",
    summary="your runs, also those of earlier kernels, a DataFrame, newest first; one run's calls",
    usage=("history", "history RUN"),
    run=_history,
    most_words=1,
)
