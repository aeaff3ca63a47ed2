"""
What is between a call and the cache: asking the source, keeping the answer, reading it again.

Only complete results are kept. A refresh behind a stale answer that comes back
with a gap is a failed refresh: the older complete result stays.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.shared.base_tool import CallContext, ToolResult
from aibrain_jupyter.shared.error_handler import AibrainError, CacheError, NotCachedError
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheKey, Entry
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.coverage import Target

STALE: Final = "stale"
"""The source of a result that was older than wished for and is being refreshed."""

_STALE_NOTE = (
    "Results older than their TTL were served and are refreshed behind (--stale); run the cell "
    "again for the new ones."
)
_REFRESH_TIMEOUT_S = 300.0
_REFRESH_SHARE: Final = 0.5
"""Nobody waits for a refresh, so it leaves half of a rate limit to those who are waited for."""
_LOOK_UP_S: Final = 0.05
"""How often an async tool's call looks whether it is over."""


@dataclass(frozen=True, slots=True)
class SourceFetch:
    """One call, and where its answer is kept."""

    spec: ToolSpec
    params: Mapping[str, Any]
    function: Callable[..., Any]
    cache: AdvancedCacheManager
    key: CacheKey
    ttl: float
    keeps_refusals: bool = False

    def into_cache(self, ctx: CallContext) -> ToolResult:
        """Ask the source and keep the answer if it is complete."""
        ctx.check()  # it may have waited for another call until its own time was over
        # It is as old as its first page: what changed since may be missing.
        created, began = time.time(), time.monotonic()
        try:
            result = as_result(value_of(self.function, ctx, self.params), ctx)
        except AibrainError as exc:
            if self.keeps_refusals:
                self.cache.refusals.keep(self.key, exc)
            raise
        if not result.gaps:
            meta = {
                "collected_at": result.collected_at.isoformat(),
                "operations": dict(result.operations),
                "notes": list(result.notes),
                "gaps": [],
            }
            self.cache.store(
                self.key,
                result.frame,
                meta=meta,
                ttl=self.ttl,
                cost_s=time.monotonic() - began,
                tags=_tags(self.spec, self.params, ctx.target),
                created=created,
                unless_cleared_since=created,
            )
        return result

    def behind(self, ctx: CallContext) -> None:
        """
        Do the same in the background, after the run of `ctx` has gone on.

        Raises:
            CacheError: the answer has gaps, so it was not kept.
        """
        own = CallContext(
            target=ctx.target,
            clients=ctx.clients,
            deadline=time.monotonic() + _REFRESH_TIMEOUT_S,
            share=_REFRESH_SHARE,
        )
        result = self.into_cache(own)
        if result.gaps:
            raise CacheError(f"the refresh is incomplete: {result.gaps[0].label}")


def not_cached(target: Target, spec: ToolSpec) -> NotCachedError:
    """Return the error of a call that only the cache might have answered."""
    return NotCachedError(
        f"{spec.name} on {target.label} is not in the cache, or too old.",
        why="The source was not asked (--only-cached).",
        next_steps=["Accept older results with --ttl, or leave --only-cached out."],
        facts={"account": target.account, "region": target.region},
    )


def as_result(value: Any, ctx: CallContext) -> ToolResult:
    """
    Return what a tool returned as a `ToolResult`.

    A frame stays, a list of mappings becomes its rows, a mapping one row, any other value one
    row with the column ``value``, None no row.
    """
    if isinstance(value, ToolResult):
        return value
    if isinstance(value, pd.DataFrame):
        frame = value
    elif value is None:
        frame = frame_of([])
    elif isinstance(value, dict):
        frame = frame_of([value])
    elif isinstance(value, list | tuple) and all(isinstance(item, dict) for item in value):
        frame = frame_of(list(value))
    elif isinstance(value, list | tuple):
        frame = frame_of([{"value": item} for item in value])
    else:
        frame = frame_of([{"value": value}])
    return ToolResult(frame, operations=dict(ctx.operations))


def value_of(function: Callable[..., Any], ctx: CallContext, params: Mapping[str, Any]) -> Any:
    """Return what a tool returns; one that is async has run to its end."""
    value = function(ctx, **params)
    if not inspect.iscoroutine(value):
        return value
    # An async tool gets a loop of its own, in a thread of its own because one may be running
    # here (a cell that calls the tool directly): it is cached like any other and cannot hold up
    # the kernel's loop.
    with DaemonThreadPool(1, name="aibrain-loop") as pool:
        return pool.submit(asyncio.run, _heeding(value, ctx)).result()


async def _heeding(coroutine: Coroutine[Any, Any, Any], ctx: CallContext) -> Any:
    """Await a tool's coroutine, and cancel it when its call is over: nobody waits for it then."""
    task = asyncio.create_task(coroutine)
    while not (await asyncio.wait({task}, timeout=_LOOK_UP_S))[0]:
        if ctx.is_over:
            task.cancel()
    try:
        return task.result()
    except asyncio.CancelledError:
        ctx.check()
        raise


def result_of_entry(entry: Entry) -> ToolResult:
    """Return a kept result as it was, with where it lay."""
    notes = tuple(entry.meta["notes"])
    if entry.is_stale:
        notes = (*notes, _STALE_NOTE)
    return ToolResult(
        frame=entry.value,
        operations=dict(entry.meta["operations"]),
        collected_at=dt.datetime.fromisoformat(entry.meta["collected_at"]),
        source=STALE if entry.is_stale else entry.source,
        notes=notes,
    )


def _tags(spec: ToolSpec, params: Mapping[str, Any], target: Target) -> list[str]:
    """Return the words a result can be cleared by, besides tool and place."""
    found = [spec.group, str(params.get("resource") or params.get("operation") or "")]
    return [*(word for word in found if word), *(["demo"] if target.is_demo else [])]
