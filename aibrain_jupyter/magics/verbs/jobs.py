"""``%aibrain jobs``, ``result`` and ``cancel``: the runs in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.calls.outcomes import count_rows
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import GrammarError, InputError, unknown_name
from aibrain_jupyter.shared.frames.stack import UTC, table_of
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.coverage_line import CoverageLine
from aibrain_jupyter.widgets.notice import Notice

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.runs.background import BackgroundRun

_ALL: Final = "all"
_COLUMNS: Final = {
    "run": "str",
    "what": "str",
    "state": "str",
    "done": "Int64",
    "calls": "Int64",
    "rows": "Int64",
    "gaps": "Int64",
    "seconds": "Float64",
    "started": UTC,
    "output": "str",
}


def _jobs(call: VerbCall) -> pd.DataFrame:
    """
    Return the background runs of this kernel, newest first.

    Returns:
        One row per run: ``run``, ``what``, ``state`` (``running``, ``cancelling``, or how it
        ended), ``done`` of ``calls`` (NA while accounts and regions are looked up), ``rows`` and
        ``gaps`` by now (Int64), ``seconds`` (Float64), ``started`` (UTC), ``output`` (the variable
        that is set).
    """
    jobs = reversed(get_session().jobs)
    return as_view(table_of([_row(job) for job in jobs], _COLUMNS), "jobs")


def _row(job: BackgroundRun) -> dict[str, Any]:
    if job.run is not None:
        summary = job.run.summary
        done, rows, gaps = summary.calls, summary.rows, len(summary.gaps)
    else:
        ended = job.outcomes
        done, gaps = len(ended), sum(outcome.outcome.is_gap for outcome in ended)
        rows = sum(count_rows(outcome.value) for outcome in ended)
    return {
        "run": job.id,
        "what": job.title,
        "state": job.state,
        "done": done,
        "calls": job.calls,
        "rows": rows,
        "gaps": gaps,
        "seconds": round(job.seconds, 1),
        "started": job.started_at,
        "output": job.request.options.output,
    }


def _result(call: VerbCall) -> Any:
    job = _find(call.word(0)) if call.word(0) else _newest()
    try:
        frame = job.result()
    finally:
        run = job.run
        if run is not None and call.after_cell is not None:
            call.after_cell.show(CoverageLine(run.summary))
    return frame


def _newest() -> BackgroundRun:
    jobs = get_session().jobs
    if not jobs:
        raise InputError(
            "No run has been started in the background in this kernel.",
            next_steps=["--bg starts one; %aibrain last --rows gives the rows of the last run."],
        )
    return jobs[-1]


def _find(run_id: str) -> BackgroundRun:
    session = get_session()
    job = session.find_job(run_id)
    if job is not None:
        return job
    if session.find(run_id) is not None:
        raise InputError(
            f"{run_id} did not run in the background, or its rows are kept no longer.",
            next_steps=["%aibrain resume " + run_id + " gives them again, from the cache."],
        )
    raise unknown_name(
        "background run",
        run_id,
        [job.id for job in session.jobs],
        next_steps=["%aibrain jobs lists them."],
    )


def _cancel(call: VerbCall) -> Notice:
    running = [job for job in get_session().jobs if job.is_running]
    word = call.word(0)
    if not word and len(running) > 1:
        raise GrammarError(
            f"{len(running)} runs go on in the background: {', '.join(j.id for j in running)}.",
            next_steps=[f"Write %aibrain cancel {running[-1].id}, or %aibrain cancel all."],
        )
    chosen = [_find(word)] if word not in ("", _ALL) else running
    if not chosen:
        return Notice("Nothing runs in the background")
    told = []
    for job in chosen:
        if job.is_running:
            job.cancel()
            told.append(f"{job.id} {job.title} is being cancelled; what it has is kept")
        else:
            told.append(f"{job.id} {job.title} has ended already: {job.state}")
    return Notice(told[0], [*told[1:], f"%aibrain result {chosen[0].id}: the rows there are"])


JOBS = Verb(
    name="jobs",
    summary="the runs in the background, a DataFrame: how far they are, how they ended",
    usage=("jobs",),
    run=_jobs,
)
RESULT = Verb(
    name="result",
    summary="wait for a run in the background and give its rows; Stop ends the wait, not the run",
    usage=("result [RUN]",),
    run=_result,
    most_words=1,
    offers=lambda before: [job.id for job in reversed(get_session().jobs)],
)
CANCEL = Verb(
    name="cancel",
    summary="end a run in the background with what it has",
    usage=("cancel [RUN]", "cancel all"),
    run=_cancel,
    most_words=1,
    offers=lambda before: [
        *(job.id for job in reversed(get_session().jobs) if job.is_running),
        _ALL,
    ],
)
