"""
What comes back of another process: letters (`letters.py`), made outcomes here.

A letter is data: reading it runs nothing, whoever wrote it. One that is not what was asked for
(damaged, of other calls, with parts missing) is a gap for each of its calls, never rows.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from aibrain_jupyter.execution.calls import outcomes
from aibrain_jupyter.execution.calls.engines.elsewhere.letters import read
from aibrain_jupyter.execution.metrics.measuring import ENDED
from aibrain_jupyter.shared import error_handler
from aibrain_jupyter.shared.base_tool import CallContext, ToolResult
from aibrain_jupyter.shared.call_log import notes_of
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import AibrainError, IncompleteAnswerError
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.shared.tools.totals import ControlTotal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter, Said
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
    from aibrain_jupyter.execution.calls.job import CallOutcome, Job, ToolCall
    from aibrain_jupyter.shared.coverage import Target

_LONGEST_S: Final = 1e9
"""No call takes thirty years."""


class StaysHere(NamedTuple):
    """The worker could not make the call, or not send its rows: `why` in words."""

    why: str


class Stopped(NamedTuple):
    """Somebody else has cancelled the call; nothing of its answer was taken."""


Read: TypeAlias = "CallOutcome | StaysHere | Stopped"


def outcomes_of(
    letter: Letter, jobs: Mapping[int, Job], run: Run, *, takes_cancelled: bool = True
) -> list[tuple[Job, Read]]:
    """
    Return how calls ended that another process made, or why one has to be made in this process.
    Whole results go to the cache.

    Args:
        letter: What came back.

        jobs: Those of its calls that are still open, by index; nothing else of it is looked at.

        run: What its parcel had in common with others.

        takes_cancelled: Whether a call that was cancelled has ended; else it is `Stopped`.
    """
    try:
        answers = {said.index: said for said in read(letter, run.id, run.key)}
    except Exception as exc:  # noqa: BLE001 - whoever wrote it may have it raise anything
        return [(job, unreadable(job, type(exc).__name__)) for job in jobs.values()]
    return [
        (job, _outcome_of(answers[index], job, takes_cancelled=takes_cancelled))
        for index, job in jobs.items()
    ]


def _outcome_of(said: Said, job: Job, *, takes_cancelled: bool) -> Read:
    facts = said.facts
    try:
        if not takes_cancelled and facts.get("outcome") == Outcome.CANCELLED:
            return Stopped()
        if cannot := facts.get("cannot"):
            return StaysHere(_error_of(cannot).what)
        if limits := facts.get("limits"):
            job.work.handler.provider.learn(dict(limits))  # type: ignore[union-attr]
        when = _when(facts)
        notes = notes_of(str(facts["requests"]))
        if error := facts.get("error"):
            failed = _error_of(error)
            _keep(failed, job, facts)
            _measure(job, notes)
            when["requests"] = str(facts["requests"])
            return _as_it_was(outcomes.outcome_of_error(job, failed, **when), facts)
        result = _result_of(facts, said.frame, job.target)
    except Exception as exc:  # noqa: BLE001 - as above: a gap of this call, and of no other
        return unreadable(job, type(exc).__name__)
    _keep(result, job, facts)
    _measure(job, notes)
    return outcomes.outcome_of_value(job, _shown(result, job), **when)


def _measure(job: Job, notes: list[list[Any]]) -> None:
    """Leave what a worker asked for the meter, as an engine of this process does."""
    if notes and get_settings().get("metrics"):
        context = CallContext(target=job.target)
        context.answered.extend(notes)
        ENDED.append((job, context))


def unreadable(job: Job, what: str) -> CallOutcome:
    """Return the gap of an answer that is not ours; `what` is the kind of trouble it was."""
    error = IncompleteAnswerError(
        f"What a worker answered for {outcomes.describe(job)} cannot be read.",
        why=f"It is no answer of ours ({what}): it was not opened.",
        next_steps=[
            "%aibrain resume asks again; --engine local asks from here.",
            "If it happens again, do not trust that cluster: who else can reach its scheduler?",
        ],
        facts={**job.target.facts, "code": "UnreadableAnswer"},
    )
    return outcomes.outcome_of_error(job, error)


def _result_of(facts: Mapping[str, Any], frame: Any, target: Target) -> ToolResult:
    import pandas as pd

    collected_at = facts["collected_at"]
    if not isinstance(frame, pd.DataFrame) or not isinstance(collected_at, dt.datetime):
        raise TypeError("no rows")
    return ToolResult(
        frame=frame,
        gaps=tuple(_gap_of(gap, target) for gap in facts["gaps"]),
        operations={
            str(name): operator.index(count) for name, count in facts["operations"].items()
        },
        collected_at=collected_at,
        notes=tuple(map(str, facts["notes"])),
        requests=str(facts["requests"]),
        totals=tuple(ControlTotal.from_dict(total) for total in facts["totals"]),
    )


def _when(facts: Mapping[str, Any]) -> dict[str, Any]:
    started, seconds = facts["started_at"], float(facts["seconds"])
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError("no seconds")
    return {
        "seconds": seconds,
        "started_at": started if isinstance(started, dt.datetime) else None,
        # Not `int`, which makes a number of a billion digits of a decimal of ten.
        "throttled": operator.index(facts["throttled"]),
    }


def _shown(result: ToolResult, job: Job) -> ToolResult:
    from aibrain_jupyter.tool_executors.cached_call import as_shown

    work: ToolCall = job.work  # type: ignore[assignment]
    params = {**work.params, ASKED_AT: work.asked_at}
    return as_shown(result, job.target, work.spec, work.handler, params)


def _keep(answer: ToolResult | AibrainError, job: Job, facts: Mapping[str, Any]) -> None:
    from aibrain_jupyter.tool_executors.cached_call import Told
    from aibrain_jupyter.tool_executors.call_elsewhere import keep_answer

    work: ToolCall = job.work  # type: ignore[assignment]
    if work.raw is not None and (raw := facts["raw"]):
        work.raw.of_call(job.index).take(
            raw["data"], operator.index(raw["pages"]), str(raw["fault"])
        )
    if facts.get("may_be_kept") and work.policy.uses_cache:
        told = Told(answer, float(facts["created"]), float(facts["cost_s"]))
        keep_answer(told, job.target, work.spec, work.handler, work.params, work.policy)


def _error_of(data: Mapping[str, Any]) -> AibrainError:
    """Return an error of our tree by the name it had there; what is none of ours is a plain one."""
    kind = getattr(error_handler, str(data["kind"]), AibrainError)
    if not (isinstance(kind, type) and issubclass(kind, AibrainError)):
        kind = AibrainError
    return kind(
        str(data["what"]),
        why=str(data["why"]),
        next_steps=[str(step) for step in data["next_steps"]],
        facts={str(name): str(value) for name, value in data["facts"].items()},
    )


def _as_it_was(outcome: CallOutcome, facts: Mapping[str, Any]) -> CallOutcome:
    """Return the outcome as the worker called it: an error of a plugin has a class of its own."""
    said = Outcome(facts["outcome"])
    is_success = said in (Outcome.OK, Outcome.EMPTY)
    return outcome if is_success else dataclasses.replace(outcome, outcome=said)


def _gap_of(data: Mapping[str, Any], target: Target) -> Gap:
    own = set(target.PARTS.values())
    where: dict[str, Any] = {n: str(value) for n, value in data["target"].items() if n in own}
    texts = ("operation", "action", "item", "cause", "who", "step")
    said: dict[str, Any] = {name: str(data[name]) for name in texts}
    return Gap(
        outcome=Outcome(data["outcome"]),
        why=str(data["why"]),
        target=dataclasses.replace(target, **where) if where else target,
        columns=tuple(map(str, data["columns"])),
        **said,
    )
