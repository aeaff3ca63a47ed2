"""
What a call's value or exception means, as a `CallOutcome`.

A fault in a tool is told apart from a refusal of the provider: the errors of
our own tree say themselves which outcome they are, anything else is a fault.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.job import CallOutcome, ToolCall
from aibrain_jupyter.shared.base_tool import LIVE, ToolResult
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import AibrainError, CallCancelledError, CallTimeoutError
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    import datetime as dt

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext


def describe(job: Job) -> str:
    """Return the words a call is named by in an error: ``iam users on 123456789012/global``."""
    label = job.target.label
    return job.title if label == "-" or label in job.title else f"{job.title} on {label}"


def outcome_of_value(
    job: Job,
    value: Any,
    seconds: float = 0.0,
    started_at: dt.datetime | None = None,
    throttled: int = 0,
) -> CallOutcome:
    """
    Return the outcome of a call that came back: ok, or empty for a frame without rows.

    `seconds`, `started_at` and `throttled` are those of the `CallOutcome`.
    """
    is_empty = rows_in(value) == 0 and not (isinstance(value, ToolResult) and value.left_out)
    outcome = Outcome.EMPTY if is_empty else Outcome.OK
    what = (job.index, job.title, job.target, outcome, value, None)
    return CallOutcome(*what, seconds, started_at, throttled)


def outcome_of_error(
    job: Job,
    error: BaseException,
    seconds: float = 0.0,
    started_at: dt.datetime | None = None,
    throttled: int = 0,
    requests: str = "",
) -> CallOutcome:
    """
    Return the outcome of a call that raised, or was stopped with `error`; the rest as above.
    `requests` are those of the `CallOutcome`, too.
    """
    ours = error if isinstance(error, AibrainError) else _fault(job, error)
    what = (job.index, job.title, job.target, ours.outcome, None, ours)
    return CallOutcome(*what, seconds, started_at, throttled, requests)


def timed_out(job: Job, context: CallContext | None) -> CallTimeoutError:
    """Return the error of a call that took longer than its time-out."""
    return CallTimeoutError(
        f"{describe(job)} took longer than its time-out of {format_duration(job.timeout or 0)}.",
        why=context.held_up_by if context else "",
        next_steps=[
            "Give it more time with --timeout (timeout= in Python), such as 10m; 0 is no limit.",
            "Ask for less at once: fewer regions, or a filter.",
        ],
        facts=job.target.facts,
    )


def run_timed_out(job: Job, seconds: float, context: CallContext | None) -> CallTimeoutError:
    """Return the error of a call that was not done when the time of its whole run was over."""
    return CallTimeoutError(
        f"{describe(job)} was not done when the run's time of {format_duration(seconds)} was over.",
        why=context.held_up_by if context else "",
        next_steps=[_resume_step(job), "Give the run more time with --run-timeout."],
        facts=job.target.facts,
    )


def no_thread(job: Job, refusal: RuntimeError) -> AibrainError:
    """Return the error of a call for which the system has no thread."""
    return AibrainError(
        f"{describe(job)} was not begun: this computer has no further thread for it.",
        why=words_of(refusal),
        next_steps=[
            "Close kernels that are not needed, or ask with a smaller --max-parallel.",
            _resume_step(job),
        ],
        facts=job.target.facts,
    )


def cancelled(job: Job, *, has_begun: bool) -> CallCancelledError:
    """Return the error of a call that was cancelled."""
    when = "before it was done" if has_begun else "before it began"
    return CallCancelledError(
        f"{describe(job)} was cancelled {when}.",
        next_steps=[_resume_step(job)],
        facts=job.target.facts,
    )


def _resume_step(job: Job) -> str:
    if isinstance(job.work, ToolCall):
        return "%aibrain resume asks for what is missing."
    # A plain function of execute_tools_parallel has no run to go on with.
    return "Run the cell again to ask for what is missing."


def count_rows(value: Any) -> int:
    """Return how many rows a tool's value has; 0 for what is no frame."""
    return rows_in(value) or 0


def source_of(value: Any) -> str:
    """Return where a tool's value came from: ``live``, ``memory`` or ``disk``."""
    return value.source if isinstance(value, ToolResult) else LIVE


def rows_in(value: Any) -> int | None:
    """Return how many rows a value has; None: it has none. Makes no frame that is not looked at."""
    if isinstance(value, ToolResult):
        return len(value.frame) if type(value) is ToolResult else value.rows
    # A value can only be a DataFrame if somebody has imported pandas; we need not.
    kind = getattr(sys.modules.get("pandas"), "DataFrame", ())
    return len(value) if isinstance(value, kind) else None


def _fault(job: Job, error: BaseException) -> AibrainError:
    ours = AibrainError(
        f"{describe(job)} failed with a fault of its own.",
        why=words_of(error),
        next_steps=[
            "%aibrain tb shows where; report it to the author of the tool if the input is right."
        ],
        facts=job.target.facts,
    )
    ours.__cause__ = error
    return ours
