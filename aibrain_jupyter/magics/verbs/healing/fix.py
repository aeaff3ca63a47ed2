"""``%aibrain fix``: what went wrong, by cause, and the one next step for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.runs.session import COMPLETE, get_session
from aibrain_jupyter.magics.verbs.last import find_run
from aibrain_jupyter.magics.verbs.resume import RESUME
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbAnswer, VerbCall

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.runs.run import Run


def _fix(call: VerbCall) -> Any:
    from aibrain_jupyter.tool_executors.self_healing_executor import explain_error

    session, word = get_session(), call.word(0)
    named = call.names.get(word) if word.isidentifier() else None
    if isinstance(named, BaseException):
        return as_view(explain_error(named), "troubles")
    run = find_run(word) if word else session.last
    error = session.newest_error
    is_of_run = run is not None and error is not None and error is run.error
    if not word and error is not None and not is_of_run:
        return as_view(explain_error(error), "troubles")
    if run is None:
        raise InputError(
            "Nothing has failed in this kernel yet.",
            next_steps=["%aibrain doctor says whether all that is needed is there."],
        )
    if run.outcome_word == COMPLETE:
        return Message(f"Nothing is missing from {run.id} ({run.plan.title}).")
    found = as_view(_of_run(run), "troubles")
    if "apply" not in call.options:
        return found
    if found["may_repeat"].fillna(False).any():
        return RESUME.call(VerbCall((run.id,), names=call.names, after_cell=call.after_cell))
    said = "Nothing of it may be tried again by itself: each needs somebody."
    return VerbAnswer(found, (Message(said, is_warning=True),))


def _of_run(run: Run) -> pd.DataFrame:
    from aibrain_jupyter.tool_executors.self_healing_executor import explain_run

    failed = [
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
    return explain_run(run.request.spec, failed, others, f"%aibrain resume {run.id}")


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
