"""
``%aibrain resume``: ask for what a run is missing, also after the kernel was restarted.

The same request is planned again, and whatever the run had collected is taken
from the cache, however old it is by now: only gaps, cancelled calls and calls
that never began reach the provider. A run of another kernel is read from its
cell as the history has it, with the variables of today.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines.choosing import AUTO
from aibrain_jupyter.execution.calls.engines.report import DASK
from aibrain_jupyter.execution.runs.plan import call_title
from aibrain_jupyter.execution.runs.session import COMPLETE, get_session
from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.magics.runner import run_and_show
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import InputError, unknown_name
from aibrain_jupyter.shared.texts.addresses import without_secrets
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.notice import Notice

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.execution.runs.history.kept_run import KeptRun
    from aibrain_jupyter.execution.runs.request import Request


def _resume(call: VerbCall) -> Any:
    run_id, request, accepts_from, remarks = _find(call.word(0), call.names)
    assert call.after_cell is not None
    engine, is_waited_for = _engine(run_id, request, remarks)
    options = dataclasses.replace(
        request.options,
        fresh=False,
        accepts_from=accepts_from,
        resumes=run_id,
        engine=engine,
        background=request.options.background or "background" in call.options,
    )
    if request.options.no_cache or not request.spec.is_cacheable:
        every = "every other call" if is_waited_for else "every call"
        remarks.append(f"Nothing of it was kept in the cache, so {every} is made again.")
    what = request.text.partition("\n")[0] or call_title(request)
    show(Notice(f"Resuming {run_id}: {what}", remarks))
    return run_and_show(dataclasses.replace(request, options=options), call.after_cell)


def _engine(run_id: str, request: Request, remarks: list[str]) -> tuple[str, bool]:
    """
    Return who makes the calls, and whether that is the cluster which may still have some.

    It is that one unless another is said or configured.
    """
    from aibrain_jupyter.execution.calls.engines.cluster.address import is_at, read_address
    from aibrain_jupyter.execution.calls.engines.elsewhere.journal import fault_of, left_of

    said, settings = request.options.engine, get_settings()
    if fault := fault_of(run_id):
        remarks.append(
            f"{fault}; what it says had been sent to a cluster is asked again, so look who changed "
            "it, and remove it"
        )
    if (left := left_of(run_id)) is None:
        return said, False
    engine = said or settings.get("engine")
    if engine == AUTO and not settings.get("engine_address"):
        engine = said = DASK
    address = without_secrets(left.address)
    is_there = engine in (AUTO, DASK)
    configured = settings.get("engine_address")
    is_waited_for = is_there and (not configured or is_at(left.address, read_address(configured)))
    if not is_there:
        remarks.append(f"What it had under way at {address} is not waited for: it is asked again")
    elif not is_waited_for:
        remarks.append(
            f"It was at {address}, which is not the engine_address of this kernel: what it had "
            "under way there is asked again"
        )
    else:
        remarks.append(f"What {address} still has of it is waited for, and not asked again")
    return said, is_waited_for


def _as_now(request: Request) -> Request:
    """
    Return the request with its tool as it is in force: a patch came, or was taken back.

    The cache keeps what both gave apart, so no rows of the one are mixed with the other's.
    """
    registry = get_tool_registry()
    if request.spec.name not in registry:
        return request
    spec = registry.spec(request.spec.name)
    return request if spec.patch == request.spec.patch else dataclasses.replace(request, spec=spec)


def _find(run_id: str, names: Mapping[str, Any]) -> tuple[str, Request, dt.datetime, list[str]]:
    """Return the id of a run, its request, since when it accepts rows, and what to remark."""
    session = get_session()
    for ending in session.jobs:
        if ending.is_cancelling:
            ending.wait()
    job = session.find_job(run_id)
    if job is not None and job.is_running:
        raise InputError(
            f"{run_id} is still running.",
            next_steps=[f"%aibrain result {run_id} waits, %aibrain cancel {run_id} ends it."],
        )
    run = session.find(run_id) if run_id else session.last_incomplete()
    if run is not None:
        _refuse_complete(run.id, run.outcome_word)
        return run.id, _as_now(run.request), run.accepts_from, []
    kept = session.history.find(run_id)
    if kept is None or kept.outcome == "running":
        raise _nothing_to_resume(run_id)
    _refuse_complete(kept.id, kept.outcome)
    if not kept.is_as_written:
        raise InputError(
            f"The cell of {kept.id} held something that looks like a secret, which is not kept.",
            next_steps=["Run the cell again: what it collected comes from the cache."],
        )
    return kept.id, _read_again(kept, names), kept.accepts_from, [_when(kept)]


def _read_again(kept: KeptRun, names: Mapping[str, Any]) -> Request:
    try:
        return request_of_text(kept.cell, names)
    except InputError as exc:
        exc.next_steps = (
            *exc.next_steps,
            f"{kept.id} is resumed with the variables of this kernel: run the cells that set them.",
        )
        raise


def _when(kept: KeptRun) -> str:
    return f"It began {kept.started:%Y-%m-%d %H:%M} UTC in another kernel: {kept.outcome}"


def _refuse_complete(run_id: str, outcome: str) -> None:
    if outcome == COMPLETE:
        raise InputError(
            f"{run_id} is complete: nothing is missing.",
            next_steps=["Run its cell again to ask anew, with --fresh if the cache is too old."],
        )


def _nothing_to_resume(run_id: str) -> InputError:
    if run_id:
        known = [run.id for run in get_session().runs]
        return unknown_name("run", run_id, known, next_steps=["%aibrain history lists the runs."])
    return InputError(
        "No run has anything left to ask for.", next_steps=["%aibrain history lists the runs."]
    )


RESUME = Verb(
    name="resume",
    summary="ask for what a run is missing, after a restart too; what it has is not asked again",
    usage=("resume", "resume RUN", "resume [RUN] --bg"),
    run=_resume,
    options=(switch("--bg", "background", "in the background"),),
    most_words=1,
    offers=lambda before: [
        run.id for run in reversed(get_session().runs) if run.outcome_word != COMPLETE
    ],
)
