"""``%aibrain fix``: what went wrong, by cause, and the one next step for each."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.runs.session import COMPLETE, get_session
from aibrain_jupyter.magics.verbs.last import find_run
from aibrain_jupyter.magics.verbs.resume import RESUME
from aibrain_jupyter.shared.error_handler import HistoryError, InputError
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbAnswer, VerbCall

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.execution.runs.session import Session, Together
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.tool_executors.self_healing_executor import Missing


def _fix(call: VerbCall) -> Any:
    session, word = get_session(), call.word(0)
    if word.isidentifier() and word in call.names and not session.find(word):
        named = call.names[word]
        if not isinstance(named, BaseException):
            raise InputError(
                f"{word} is {type(named).__name__}, no exception.",
                next_steps=["Name an exception that was caught, or a run: %aibrain history."],
            )
        return _of_error(named, call)
    if not word and (error := _newest_error(session)) is not None:
        return _of_error(error, call)
    if (together := session.find_together(word)) is not None:
        return _of_several(together, call)
    run = _run_named(word) if word else session.last
    if run is None:
        raise _nothing_failed(session)
    if run.outcome_word == COMPLETE:
        return Message(f"Nothing is missing from {run.id} ({run.plan.title}).")
    from aibrain_jupyter.tool_executors.self_healing_executor import explain_run

    found = as_view(explain_run(*missing_of(run), f"%aibrain resume {run.id}"), "troubles")
    if "apply" not in call.options:
        return found
    if found["may_repeat"].fillna(False).any():
        return RESUME.call(VerbCall((run.id,), names=call.names, after_cell=call.after_cell))
    return _needs_somebody(
        found, "Nothing of it may be tried again by itself: each needs somebody."
    )


def _newest_error(session: Session) -> BaseException | None:
    """Return the error of the last cell, unless it only says that a run has gaps."""
    error, run, together = session.newest_error, session.last, session.find_together()
    if error is None or (run is not None and error is run.error):
        return None
    is_of_several = together is not None and getattr(error, "facts", {}).get("run") == together.id
    return None if is_of_several else error


def _of_error(error: BaseException, call: VerbCall) -> Any:
    from aibrain_jupyter.tool_executors.self_healing_executor import explain_error

    found = as_view(explain_error(error), "troubles")
    if "apply" not in call.options:
        return found
    said = "There is nothing to try again: an exception is no run. Run its cell again yourself."
    return _needs_somebody(found, said)


def _of_several(together: Together, call: VerbCall) -> Any:
    """Return what is wrong with runs that were carried out as one."""
    from aibrain_jupyter.tool_executors.self_healing_executor import explain_runs

    runs = [run for run in map(get_session().find, together.runs) if run is not None]
    parts = [missing_of(run) for run in runs if run.outcome_word != COMPLETE]
    parts += [(spec, [(None, error)], []) for spec, error in together.problems]
    if not parts:
        return Message(f"Nothing is missing from {together.id} ({together.title}).")
    found = as_view(explain_runs(parts, together.cell), "troubles")
    if "apply" not in call.options:
        return found
    # What is collected is saved for its row of the plan, which only that cell does.
    return _needs_somebody(
        found, f"Run {together.cell}: what is saved and whole is not asked again."
    )


def _needs_somebody(found: pd.DataFrame, said: str) -> VerbAnswer:
    return VerbAnswer(found, (Message(said, is_warning=True),))


def _run_named(word: str) -> Run:
    """Return the ended run of that id; refuse one that goes on, or that another kernel had."""
    session = get_session()
    if (run := session.find(word)) is not None:
        return run
    job = session.find_job(word)
    if (job is not None and job.is_running) or word in session.under_way:
        raise InputError(
            f"{word} is still running.",
            next_steps=[f"%aibrain result {word} waits for it, %aibrain cancel {word} ends it."],
        )
    kept = session.history.find(word)
    if kept is None or kept.is_here:
        return find_run(word)
    raise InputError(
        f"{word} was run by another kernel; there it is {kept.outcome}.",
        why="Of its calls only the words are kept, not what they failed by.",
        next_steps=[
            f"%aibrain history {word} shows how each call ended.",
            f"%aibrain resume {word} asks for what is missing; what fails again is explained here.",
        ],
    )


def _nothing_failed(session: Session) -> InputError:
    kept = None
    with contextlib.suppress(HistoryError):  # what is to be said here is true without it
        kept = session.history.find()
    steps = ["%aibrain doctor says whether all that is needed is there."]
    if kept is not None and not kept.is_here:
        steps.insert(0, f"%aibrain resume {kept.id}: what is missing of that run of another kernel")
    return InputError("Nothing has failed in this kernel yet.", next_steps=steps)


def missing_of(run: Run) -> Missing:
    """Return what is missing of a run, and what it failed by."""
    failed: list[tuple[Target | None, AibrainError]] = [
        (call.target, call.error)
        for call in run.calls
        if call.error is not None and call.outcome.is_gap
    ]
    said = {(target, error.outcome) for target, error in failed}
    # A call that failed is a gap too: its error says more.
    others = [
        gap
        for gap in run.summary.gaps
        if gap.item or gap.columns or (gap.target, gap.outcome) not in said
    ]
    return run.request.spec, failed, others


FIX = Verb(
    name="fix",
    summary="what went wrong in a run, by cause: what to do, the policy to ask for, what is safe",
    usage=("fix", "fix RUN", "fix EXCEPTION", "fix [RUN] --apply"),
    run=_fix,
    most_words=1,
    options=(switch("--apply", "apply", "try again what may be tried again: as resume does"),),
    offers=lambda before: [
        run.id for run in reversed(get_session().runs) if run.outcome_word != COMPLETE
    ],
)
