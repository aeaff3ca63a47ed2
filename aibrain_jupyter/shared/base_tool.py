"""
What a tool is (`ToolSpec`, `Param`), gets (`CallContext`) and gives (`ToolResult`).

A tool is a function ``f(ctx, **parameters)`` that returns a `ToolResult`, a
DataFrame or a JSON-like value. Its spec is data: reading it imports nothing,
`ToolSpec.load` imports the code on first use. One JSON Schema per tool drives
parsing, help and completion, so that they cannot disagree.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from importlib import import_module
from threading import Event as ThreadEvent
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from aibrain_jupyter.shared.coverage import Gap, Target
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    CallTimeoutError,
    ToolLoadError,
)
from aibrain_jupyter.shared.events import CallProgressed, Listener, ignore
from aibrain_jupyter.shared.params import REQUIRED, Param
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

_Item = TypeVar("_Item")
_Value = TypeVar("_Value")

__all__ = ["REQUIRED", "CallContext", "Clients", "Param", "ToolResult", "ToolSpec", "import_target"]

LIVE: Final = "live"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """
    The declaration of a tool.

    Args:
        name: What the user types: lower case, digits and ``_``.

        summary: One sentence for listings.

        target: ``module:function`` of the code, imported on first use.

        params: The parameters, in the order help shows them.

        positional: Names of the parameters that may be given by position on the line.

        group: The provider or domain, for listings: ``aws``, ``sharepoint``, ``evidence``.

        permissions: IAM actions (or Graph scopes) the tool needs, as the provider spells them.

        permissions_of: ``module:function`` called with the parameters; returns the permissions of
            that one request, where they depend on it. Replaces `permissions` in plans.

        ttl: How long a result may be served from the cache.

        version: Part of the cache key: raise it when the same parameters give another result.

        targets: ``module:function`` that turns a request into targets (accounts and regions);
            empty for a tool that runs once. What it returns has ``profiles``, ``notes`` and
            ``of_profile(profile, regions)``; one that also takes ``ctx`` is told by it when its run
            was cancelled.

        check: ``module:function`` called with the typed parameters before anything runs; raises
            an `InputError` for what one parameter's schema cannot see.

        more_params: ``module:function`` called with the parameters given so far; returns further
            `Param` objects (the inputs of the AWS operation that was chosen).

        asked: ``module:function`` called with the parameters; returns what the code gets of those
            that are views, for a source that can be asked for less. It is part of the cache key.

        shape: ``module:function`` called with the whole result, its target and the parameters that
            are views; returns the result as it is shown.

        extra: The extra of this package that brings what the tool imports (``sharepoint``).

        preset: Parameters that are fixed and given to the code besides the user's own
            (``iam_users`` is ``aws_export`` with service and resource preset).

        cache_as: The tool name used in cache keys, when several tools give the same results.

        examples: Cells to show in help, first line included.

        is_cacheable: Whether results are kept at all.
    """

    name: str
    summary: str
    target: str
    params: tuple[Param, ...] = ()
    positional: tuple[str, ...] = ()
    group: str = "other"
    permissions: tuple[str, ...] = ()
    permissions_of: str = ""
    ttl: dt.timedelta = dt.timedelta(hours=1)
    version: str = "1"
    targets: str = ""
    check: str = ""
    more_params: str = ""
    asked: str = ""
    shape: str = ""
    extra: str = ""
    preset: Mapping[str, Any] = field(default_factory=dict)
    cache_as: str = ""
    examples: tuple[str, ...] = ()
    is_cacheable: bool = True

    def load(self) -> Callable[..., Any]:
        """Import the code of the tool and return its function."""
        return import_target(self.target, what=f"The tool {self.name}", extra=self.extra)

    def param(self, name: str) -> Param | None:
        """Return the parameter of that name, or None."""
        return next((p for p in self.params if p.name == name), None)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the tool's parameters, an object."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "description": self.summary,
            "type": "object",
            "properties": {p.name: p.json_schema() for p in self.params},
            "required": [p.name for p in self.params if p.is_required],
            "additionalProperties": bool(self.more_params),
        }


def import_target(target: str, *, what: str, extra: str = "") -> Callable[..., Any]:
    """
    Import ``module:function`` and return the function.

    Raises:
        ToolLoadError: a module is missing (the next step then says what to install), or the
            target has a fault of its own (the next step then does not blame the user).
    """
    module_name, _, attribute = target.partition(":")
    try:
        found = getattr(import_module(module_name), attribute)
    except ModuleNotFoundError as exc:
        missing = exc.name or module_name
        package = f"aibrain_jupyter[{extra}]" if extra else missing.partition(".")[0]
        raise ToolLoadError(
            f"{what} needs the module {missing!r}, which is not installed.",
            next_steps=[f'Run %pip install "{package}" and try again.'],
        ) from exc
    except (ImportError, AttributeError) as exc:
        raise ToolLoadError(
            f"{what} cannot be loaded from {target!r}.",
            why=f"{type(exc).__name__}: {exc}",
            next_steps=["Report it to the author of the tool: its spec or its code has a fault."],
        ) from exc
    if not callable(found):
        raise ToolLoadError(
            f"{what} points at {target!r}, which is not a function.",
            next_steps=["Report it to the author of the tool."],
        )
    return found  # type: ignore[no-any-return]


class Clients(Protocol):
    """The client pool as a tool sees it (``shared/connection_pool.py`` implements it)."""

    def client(self, service: str, *, profile: str = "", region: str = "") -> Any:
        """Return the pooled SDK client of one service, profile and region."""


@dataclass(slots=True)
class CallContext:
    """
    What a tool gets besides its parameters: one per call, used by one worker thread.

    `deadline` is a `time.monotonic` reading or None. `allowed` are the sensitive reads this call
    may make, as ``ssm:GetParameter``; all others are refused. `revealed` are the names whose values
    are shown instead of hidden. `columns` are the only columns that are wanted, None for all:
    details of others need not be asked. `share` is the largest part of a provider's rate limit the
    call wants to use, 1 for all of it. `requests`, `pages` and `rows` are counted by the domain
    code, `throttled` (requests refused for rate) by the client; `operations` collects
    ``service:Operation`` names for the provenance. `map` asks for the details of many items at
    once.
    """

    target: Target = field(default_factory=Target)
    clients: Clients | None = None
    emit: Listener = ignore
    index: int = 0
    cancelled: ThreadEvent = field(default_factory=ThreadEvent)
    deadline: float | None = None
    allowed: frozenset[str] = frozenset()
    revealed: frozenset[str] = frozenset()
    requests: int = 0
    pages: int = 0
    rows: int = 0
    operations: dict[str, int] = field(default_factory=dict)
    columns: frozenset[str] | None = None
    share: float = 1.0
    throttled: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def client(self, service: str, *, region: str = "") -> Any:
        """Return the pooled client of `service` for this call's target (or another region)."""
        if self.clients is None:
            raise ToolLoadError("This call has no client pool: its tool declares no targets.")
        return self.clients.client(
            service, profile=self.target.profile, region=region or self.target.region
        )

    def count(self, operation: str, *, rows: int = 0) -> None:
        """Record one answered request (one page) of ``service:Operation`` and its rows."""
        with self._lock:
            self.requests += 1
            self.pages += 1
            self.rows += rows
            self.operations[operation] = self.operations.get(operation, 0) + 1
        self._tell_progress()

    def count_throttled(self) -> None:
        """Record one request that was refused for rate; it may be made again."""
        with self._lock:
            self.throttled += 1
        self._tell_progress()

    def map(
        self, function: Callable[[_Item], _Value], items: Iterable[_Item], *, workers: int = 8
    ) -> list[_Value]:
        """
        Return ``[function(item) for item in items]``, `workers` at a time, in the items' order.

        The first exception is raised, and items not begun by then are not begun; a function that
        must not stop the others returns its fault (a `Gap`) instead of raising it.
        """
        todo = list(items)
        if len(todo) <= 1:
            return [function(item) for item in todo]
        with DaemonThreadPool(min(workers, len(todo)), name="aibrain-detail") as pool:
            return [future.result() for future in [pool.submit(function, item) for item in todo]]

    @property
    def held_up_by(self) -> str:
        """Why the call took its time, if the provider refused requests for rate; else empty."""
        if not self.throttled:
            return ""
        times = "once" if self.throttled == 1 else f"{self.throttled} times"
        return f"It was throttled: the provider refused its requests for rate {times}."

    def _tell_progress(self) -> None:
        self.emit(CallProgressed(self.index, self.pages, self.rows, self.throttled))

    @property
    def is_over(self) -> bool:
        """Whether the call was cancelled or is past its deadline."""
        return self.cancelled.is_set() or (
            self.deadline is not None and time.monotonic() > self.deadline
        )

    def check(self) -> None:
        """Raise if the call was cancelled or is past its deadline. Call it before each request."""
        if self.cancelled.is_set():
            raise CallCancelledError(f"The call on {self.target.label} was cancelled.")
        if self.is_over:
            raise CallTimeoutError(
                f"The call on {self.target.label} took longer than its time-out.",
                why=self.held_up_by,
                next_steps=["Give it more time with --timeout, or ask for fewer regions."],
            )


@dataclass(slots=True)
class ToolResult:
    """
    What a tool gives for one call.

    `frame` holds the rows (columns documented by the tool), `gaps` what is missing inside the
    call (an item's detail that was refused), `operations` how often each ``service:Operation``
    was answered, `collected_at` when the source was asked (aware, UTC; kept through the cache),
    `source` one of ``live``, ``memory``, ``disk``, `left_out` how many rows were read and are not
    shown (``where``, ``period``).
    """

    frame: pd.DataFrame
    gaps: tuple[Gap, ...] = ()
    operations: Mapping[str, int] = field(default_factory=dict)
    collected_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    source: str = LIVE
    notes: tuple[str, ...] = ()
    left_out: int = 0
