"""A job is one call ready to run; a `CallOutcome` is how it ended. One outcome per job, always."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.coverage import Outcome, Target

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Hashable, Mapping

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.error_handler import AibrainError


@dataclass(frozen=True, slots=True)
class Job:
    """
    One function call. `function` may be plain (it then runs in a worker thread) or async (it
    runs on the loop). With a `context` it is called as ``function(context, **kwargs)``.

    `limit_key` names what it shares with others, (account, region, service) for AWS; `timeout`
    is in seconds, None for no limit. `born_failed` is set when planning already knows the end
    (an account whose credentials have expired): the function is then never called.
    """

    index: int
    title: str
    function: Callable[..., Any]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    target: Target = field(default_factory=Target)
    context: CallContext | None = None
    limit_key: Hashable = None
    timeout: float | None = None
    born_failed: AibrainError | None = None


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """
    How one job ended. `value` is what the function returned (None unless `outcome` is ok or
    empty), `error` why it did not; `seconds` is wall time from its start, 0 if it never
    began; `throttled` counts its requests that were refused for rate, repeated or not.
    """

    index: int
    title: str
    target: Target
    outcome: Outcome
    value: Any = None
    error: AibrainError | None = None
    seconds: float = 0.0
    started_at: dt.datetime | None = None
    throttled: int = 0
