"""
Many tool calls at once, from any cell or script.

`execute_tools_parallel` is the plain way in: functions and their arguments go
in, results come out in the same order. It blocks like an ordinary function and
keeps the kernel's event loop turning meanwhile (``execution/loop/bridge.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self

from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import CallOutcome, Job
from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import cancelled_with_the_call
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError, ParameterError
from aibrain_jupyter.shared.events import Listener, ignore
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.texts.shown import shown

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

__all__ = ["ToolResults", "execute_tools_parallel"]

_KEYS = ("tool_func", "kwargs", "name")
_EXAMPLE = 'Write [{"tool_func": function, "kwargs": {"name": value}}, …].'


class ToolResults(list[Any]):
    """
    The results, in the order of the tasks; where a call failed, its `AibrainError`.

    `outcomes` has one `CallOutcome` per task. Awaiting the list gives the list: notebooks are
    written in both styles, and ``await execute_tools_parallel(tasks)`` in an async cell must not
    fail on work that is already done.
    """

    def __init__(self, outcomes: Sequence[CallOutcome] = ()) -> None:
        super().__init__(o.value if o.error is None else o.error for o in outcomes)
        self.outcomes = tuple(outcomes)

    def __await__(self) -> Generator[None, None, Self]:
        yield from ()
        return self


def execute_tools_parallel(
    tasks: Sequence[Mapping[str, Any]],
    *,
    max_parallel: int | None = None,
    timeout: float | str | None = None,
    emit: Listener = ignore,
) -> ToolResults:
    """
    Call several tools at the same time and wait for all of them.

    Args:
        tasks: One mapping per call: ``tool_func`` (plain, then it runs in a thread, or async,
            then it runs on the event loop), ``kwargs`` (default: none), and ``name`` (default:
            the function's own), by which messages call it.

        max_parallel: How many run at the same time; default: the setting ``max_parallel``.

        timeout: Time-out of one call, seconds or text such as ``90s``; 0: none; default: the
            setting ``timeout``.

        emit: Told of every call's start and end.

    Returns:
        One result per task, in the order of the tasks. A call that failed, timed out or was
        cancelled (Ctrl-C, the Stop button) has its `AibrainError` there; it is never raised and
        never None, and it does not touch the other calls.

    Raises:
        ParameterError: a task or a limit is wrong; then nothing has run.
    """
    limit = _positive(max_parallel)
    if type(timeout) not in (str, int, float, type(None)):
        raise ParameterError(
            f"timeout is {shown(timeout)}, which is not a duration.",
            next_steps=["Write for example timeout=90 or timeout='15m'."],
        )
    seconds = parse_duration(
        get_settings().get("timeout") if timeout is None else timeout, name="timeout"
    )
    jobs = _jobs(tasks, seconds or None)
    with cancelled_with_the_call() as token:
        outcomes = run_blocking(
            lambda: execute_jobs(jobs, max_parallel=limit, emit=emit, token=token), token=token
        )
    return ToolResults(outcomes)


def _jobs(tasks: Any, timeout: float | None) -> list[Job]:
    """Return the tasks as jobs; whatever the caller's objects do when they are looked at."""
    try:
        is_list = isinstance(tasks, Iterable) and not isinstance(tasks, str | bytes | Mapping)
        if is_list:
            return [_job(index, task, timeout) for index, task in enumerate(tasks)]
    except AibrainError:
        raise
    except Exception as exc:
        raise ParameterError(
            f"The tasks cannot be looked at: that raised {type(exc).__name__}.",
            next_steps=[_EXAMPLE],
        ) from exc
    raise ParameterError(
        f"tasks is {type(tasks).__name__}, not a list of tasks.", next_steps=[_EXAMPLE]
    )


def _positive(max_parallel: int | None) -> int:
    limit = get_settings().get("max_parallel") if max_parallel is None else max_parallel
    if type(limit) is not int or limit < 1:
        raise ParameterError(
            f"max_parallel is {shown(limit)}; it must be a whole number of at least 1.",
            next_steps=["Leave it out to use the setting max_parallel."],
        )
    return limit


def _job(index: int, task: Any, timeout: float | None) -> Job:
    if not isinstance(task, Mapping):
        _refuse(index, f"is {type(task).__name__}, not a mapping")
    unknown = [str(key) for key in task if key not in _KEYS]
    if unknown:
        _refuse(index, f"has the unknown key {', '.join(sorted(unknown))}")
    if "tool_func" not in task:
        _refuse(index, "has no tool_func")
    function, kwargs = task["tool_func"], task.get("kwargs", {})
    if not callable(function):
        _refuse(index, f"has a tool_func that is {type(function).__name__}, not a function")
    if not isinstance(kwargs, Mapping) or not all(isinstance(key, str) for key in kwargs):
        _refuse(index, "has kwargs that are not a mapping of names to values")
    title = task.get("name")
    if title is None or title == "":
        title = getattr(function, "__name__", type(function).__name__)
    if not isinstance(title, str):
        _refuse(index, f"has a name that is {type(title).__name__}, not a text")
    return Job.calling(index, title, function, dict(kwargs), timeout=timeout)


def _refuse(index: int, what: str) -> NoReturn:
    raise ParameterError(
        f"Task {index} {what}.",
        why=f"A task has the keys {', '.join(_KEYS)}; only tool_func is required.",
        next_steps=['Write it as {"tool_func": function, "kwargs": {"name": value}}.'],
    )
