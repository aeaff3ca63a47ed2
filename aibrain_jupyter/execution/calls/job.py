"""
A job is one call ready to run; a `CallOutcome` is how it ended. One outcome per job, always.

A job is data. What it does is a `ToolCall`, names and typed values that can go to another process,
from which an engine makes function and context; or a `FunctionCall`, a function of this process.
"""

from __future__ import annotations

import datetime as dt
import inspect
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from aibrain_jupyter.shared.coverage import NOWHERE, Outcome, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolHandler, ToolSpec
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.raw_answers import RawFolder
    from aibrain_jupyter.shared.tools.call_policy import CallPolicy


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function with its arguments. `takes_context` gives it the call's context first."""

    function: Callable[..., Any]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    takes_context: bool = False

    @property
    def is_async(self) -> bool:
        """Whether it runs on the loop: a coroutine function, or an object called like one."""
        if isinstance(self.function, types.FunctionType):
            return inspect.iscoroutinefunction(self.function)
        own = getattr(self.function, "__call__", None)  # noqa: B004 - an async __call__
        return any(map(inspect.iscoroutinefunction, (self.function, own)))

    def call(self, context: CallContext | None) -> Any:
        """Return the function's value, or an awaitable of it."""
        arguments = () if context is None else (context,)
        return self.function(*arguments, **self.kwargs)

    def context(self, **common: Any) -> CallContext | None:
        """Return a context of what all calls have; None for a function that takes none."""
        from aibrain_jupyter.shared.base_tool import CallContext

        return CallContext(**common) if self.takes_context else None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """
    One tool with typed parameters (its preset included), and what the cache may do.

    `share` is the part of a provider's rate limit it wants, `sign_in_wait` for how many seconds it
    waits for a new session, `asked_at` the start of its run (aware, UTC): one moment for all calls;
    `raw` keeps the provider's answers, None: they are not kept.
    """

    spec: ToolSpec
    params: Mapping[str, Any]
    policy: CallPolicy
    share: float = 1.0
    sign_in_wait: float = 0.0
    asked_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    raw: RawFolder | None = None

    is_async: ClassVar[bool] = False
    """Tools run in threads; one that is async gets a loop there."""

    def call(self, context: CallContext | None) -> Any:
        """Return the tool's `ToolResult`, from the cache if it may be."""
        from aibrain_jupyter.tool_executors.cached_call import call_tool

        assert context is not None  # `context` makes one
        return call_tool(context, self.spec, self.handler, self.params, self.policy)

    def context(self, **common: Any) -> CallContext:
        """Return a context with the clients of the tool's provider."""
        from aibrain_jupyter.shared.base_tool import CallContext

        return CallContext(
            **common,
            clients=self.handler.provider.clients(),
            share=self.share,
            sign_in_wait=self.sign_in_wait,
            asked_at=self.asked_at,
            raw=None if self.raw is None else self.raw.of_call(common["index"]),
        )

    @property
    def handler(self) -> ToolHandler:
        """What runs the tool; imported on first use."""
        from aibrain_jupyter.tool_registry import get_tool_registry

        return get_tool_registry().handler_of(self.spec)


@dataclass(frozen=True, slots=True)
class Job:
    """
    One call: `work` on a `target`.

    `limit_key` names what it shares with others, (account, region, service) for AWS; `timeout`
    is in seconds, None for no limit. `born_failed` is set when planning already knows the end
    (an account whose credentials have expired): nothing is then called.
    """

    index: int
    title: str
    work: FunctionCall | ToolCall
    target: Target = NOWHERE
    limit_key: Hashable = None
    timeout: float | None = None
    born_failed: AibrainError | None = None

    @classmethod
    def calling(
        cls,
        index: int,
        title: str,
        function: Callable[..., Any],
        kwargs: Mapping[str, Any] | None = None,
        *,
        takes_context: bool = False,
        **more: Any,
    ) -> Job:
        """Return the job of a function of this process; `more` are fields by name."""
        return cls(index, title, FunctionCall(function, kwargs or {}, takes_context), **more)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """
    How one job ended. `value` is what its work returned (None unless `outcome` is ok or
    empty), `error` why it did not; `seconds` is wall time from its start, 0 if it never
    began; `throttled` counts its requests that were refused for rate, repeated or not; `requests`
    are the answered ones of a call that failed, packed (of one that did not, they are its value's);
    `worker` is the process that made it, empty for this one, `begun` how often it began elsewhere:
    more than once where a worker was lost, None where one was that may have begun it; `sent_by` the
    earlier run (``r7``) that had sent it, whose kernel did not see its end.
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
    requests: str = ""
    worker: str = ""
    begun: int | None = 0
    sent_by: str = ""
