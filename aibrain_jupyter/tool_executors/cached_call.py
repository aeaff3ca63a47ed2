"""
One call of a tool: the cache asked first, then the source, and whatever comes back made a result.

Only complete results are kept: a result with a gap is worth showing, not worth serving again; nor
is one kept whose call noticed that its key is no longer right (`CallContext.may_be_kept`). A
call whose identity is unknown is not cached at all, so that two identities never share an entry. A
refresh behind a stale answer that comes back with a gap is a failed refresh: the older complete
result stays.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter._version import __version__
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.base_tool import REQUIRED, CallContext, LateResult, ToolResult
from aibrain_jupyter.shared.call_log import packed
from aibrain_jupyter.shared.error_handler import AibrainError, CacheError, ListingLostError
from aibrain_jupyter.shared.metrics.meter import measure_call
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors.not_cached import not_cached
from aibrain_jupyter.tool_executors.returned_values import as_result, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager, Entry
    from aibrain_jupyter.shared.base_tool import ToolHandler, ToolSpec
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.tools.call_policy import CallPolicy
    from aibrain_jupyter.shared.tools.totals import ControlTotal

STALE: Final = "stale"
"""The source of a result that was older than wished for and is being refreshed."""

_STALE_NOTE = (
    "Results older than their TTL were served and are refreshed behind (--stale); run the cell "
    "again for the new ones."
)
_DAMAGED: Final = "A kept result was damaged: it was set aside, and the source asked again."
_REFRESH_TIMEOUT_S = 300.0
_REFRESH_SHARE: Final = 0.5
"""Nobody waits for a refresh, so it leaves half of a rate limit to those who are waited for."""


def call_tool(
    ctx: CallContext,
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
    policy: CallPolicy,
    *,
    cache: AdvancedCacheManager | None = None,
) -> ToolResult:
    """
    Return the result of one call, from the cache if it may be.

    Args:
        ctx: The call context.

        spec: The tool.

        handler: What runs it.

        params: The typed parameters, the spec's preset included.

        policy: What the cache may do.

        cache: Where results are kept; None: the cache of this process.

    Raises:
        NotCachedError: the source was not to be asked, and no kept result is young enough.
        AibrainError: the call failed.
    """
    at_run = {**params, ASKED_AT: ctx.asked_at}
    ctx.wants_totals = policy.wants_totals
    asked = _asked(spec, handler, at_run)
    if cache is None and spec.is_cacheable:  # to find it costs more than a quick call
        cache = cache_of(policy)
    result = _whole(ctx, spec, handler, asked, policy.now(), cache)
    return as_shown(result, ctx.target, spec, handler, at_run)


def in_memory(
    targets: Sequence[Target],
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
    policy: CallPolicy,
) -> list[ToolResult] | None:
    """
    Return the whole results of calls that memory answers, one a target: see `as_shown`.

    None unless it has them all, young enough and not too large to be copied while somebody waits;
    then nothing was asked and nothing counted.
    """
    cache = cache_of(policy)
    if cache is None or policy.is_fresh or policy.wants_totals:
        return None
    asked = _asked(spec, handler, params)
    keys = [_key(target, spec, handler, asked) for target in targets]
    entries = cache.in_memory(keys, max_age=_ttl(spec, policy.now()))
    return None if entries is None else [_result_of(entry) for entry in entries]


def as_shown(
    result: ToolResult,
    target: Target,
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
) -> ToolResult:
    """Return a whole result as the parameters that are views ask for it."""
    has_view = any(map(params.get, spec.views))
    return handler.shape(result, target, params) if has_view else result


def kept_result(entry: str) -> ToolResult | None:
    """Return the whole result that is kept under that name, and no other; counts nothing."""
    from aibrain_jupyter.advanced_cache import get_cache_manager

    found = get_cache_manager().named(entry)
    return None if found is None else _result_of(found)


def cache_of(policy: CallPolicy) -> AdvancedCacheManager | None:
    """Return the cache of this process; None where the policy does without."""
    if not policy.uses_cache:
        return None
    from aibrain_jupyter.advanced_cache import get_cache_manager

    return get_cache_manager()


def cache_key(
    target: Target, spec: ToolSpec, handler: ToolHandler, params: Mapping[str, Any]
) -> CacheKey | None:
    """Return the key of a call's result; None for a call that must not be kept."""
    return _key(target, spec, handler, _asked(spec, handler, params))


def is_cached(
    target: Target,
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
    policy: CallPolicy,
    *,
    cache: AdvancedCacheManager | None = None,
) -> bool:
    """Tell whether `call_tool` would be answered by the cache now; counts nothing."""
    cache = cache or cache_of(policy)
    key = cache_key(target, spec, handler, params) if cache is not None else None
    if cache is None or key is None or policy.is_fresh or policy.wants_totals:
        return False
    return cache.would_hit(key, max_age=_ttl(spec, policy) + policy.stale)


def _whole(
    ctx: CallContext,
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
    policy: CallPolicy,
    cache: AdvancedCacheManager | None,
) -> ToolResult:
    """Return the whole result of one call, from the cache if it may be."""
    ttl = _ttl(spec, policy)
    key = _key(ctx.target, spec, handler, params) if cache is not None else None
    if cache is None or key is None:
        if policy.only_cached:
            raise not_cached(ctx.target, spec)
        return _ask(ctx, spec, handler, params)
    keeps_refusals = policy.refusal_ttl > 0
    fetch = _Fetch(spec, handler, params, cache, key, ttl, keeps_refusals=keeps_refusals)
    if policy.is_fresh:
        return fetch.into_cache(ctx)
    entry = cache.look_up(key, max_age=ttl, stale_for=policy.stale)
    if entry is None or (policy.wants_totals and "totals" not in entry.meta):
        if policy.only_cached:
            raise not_cached(ctx.target, spec)
        if keeps_refusals and (refusal := cache.refusals.find(key, max_age=policy.refusal_ttl)):
            raise refusal
        # Whoever asks for the same at the same time waits for the one who asks the source.
        with cache.single_flight(key, is_over=lambda: ctx.is_over):
            entry = cache.look_up(key, max_age=ttl, after_miss=True)
            if entry is None or (policy.wants_totals and "totals" not in entry.meta):
                return fetch.into_cache(ctx)
    if entry.is_stale and not policy.only_cached:
        cache.refresher.ask(key, lambda: fetch.behind(ctx))
    return _result_of(entry)


def _ask(
    ctx: CallContext, spec: ToolSpec, handler: ToolHandler, params: Mapping[str, Any]
) -> ToolResult:
    """Ask the source; the tool's code gets the defaults of what was not given."""
    given = [param for param in spec.params if not param.is_view and param.default is not REQUIRED]
    defaults = {param.name: param.default for param in given}
    while True:
        try:
            result = as_result(value_of(handler, ctx, {**defaults, **params}), ctx, spec.name)
            break
        except ListingLostError as lost:  # from the beginning again: a list lost its place
            if not ctx.may_repair(lost.repair):
                raise
            ctx.own = None  # what the provider's code keeps of the call is of the first reading
    if ctx.wants_totals and not result.totals:
        from aibrain_jupyter.shared.tools.totals import no_total

        why = f"{spec.name} knows none for what it was asked"
        total = no_total(spec.name, len(result.frame), ctx.target.label, why)
        result = dataclasses.replace(result, totals=(total,))
    result.requests = result.requests or packed(ctx.answered)
    if spec.patch:
        said = f"{spec.name} was modified in this session by the patch {spec.patch[:12]}."
        result.notes = (*result.notes, said)
    if ctx.repairs or ctx.remarks:
        result.notes = (*result.notes, *dict.fromkeys([*ctx.repairs, *ctx.remarks]))
    return result


@dataclass(frozen=True, slots=True)
class Told:
    """What another process was answered, when (seconds since the epoch) and how long it took."""

    answer: ToolResult | AibrainError
    created: float
    cost_s: float

    def get(self) -> ToolResult:
        """Return the result, or raise the error."""
        if isinstance(self.answer, AibrainError):
            raise self.answer
        return self.answer


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One call, and where its answer is kept."""

    spec: ToolSpec
    handler: ToolHandler
    params: Mapping[str, Any]
    cache: AdvancedCacheManager
    key: CacheKey
    ttl: float
    keeps_refusals: bool

    def into_cache(self, ctx: CallContext, told: Told | None = None) -> ToolResult:
        """Ask the source, or take what another process was `told`; keep it if it is complete."""
        ctx.check()  # it may have waited for another call until its own time was over
        if self.key.digest in self.cache.damaged:
            self.cache.damaged.discard(self.key.digest)
            ctx.remark(_DAMAGED)
        # It is as old as its first page: what changed since may be missing.
        created, began = time.time(), time.monotonic()
        try:
            result = _ask(ctx, self.spec, self.handler, self.params) if told is None else told.get()
        except AibrainError as exc:
            if self.keeps_refusals and ctx.may_be_kept:
                self.cache.refusals.keep(self.key, exc)
            raise
        cost_s = time.monotonic() - began
        if told is not None:
            created, cost_s = told.created, told.cost_s
        if not result.gaps and ctx.may_be_kept:
            meta: dict[str, Any] = {
                "collected_at": result.collected_at.isoformat(),
                "operations": dict(result.operations),
                "notes": list(result.notes),
                "gaps": [],
                "requests": result.requests,
            }
            if result.totals:
                meta["totals"] = [total.as_dict() for total in result.totals]
            result.entry = self.cache.store(
                self.key,
                result.arrays or result.frame,
                meta=meta,
                ttl=self.ttl,
                cost_s=cost_s,
                tags=self._tags(ctx.target),
                created=created,
                unless_cleared_since=created,
            )
        return result

    def behind(self, ctx: CallContext) -> None:
        """
        Do the same in the background, after the run of `ctx` has gone on.

        Raises:
            CacheError: the answer has gaps, or is not what its key says: it was not kept.
        """
        own = CallContext(
            target=ctx.target,
            clients=ctx.clients,
            deadline=time.monotonic() + _REFRESH_TIMEOUT_S,
            share=_REFRESH_SHARE,
        )
        try:
            result = self.into_cache(own)
        finally:
            measure_call(self.spec.name, own)
        if result.gaps:
            raise CacheError(f"the refresh is incomplete: {result.gaps[0].label}")
        if not own.may_be_kept:
            raise CacheError("the refresh was made with other rights than the kept result")

    def _tags(self, target: Target) -> list[str]:
        """Return the words a result can be cleared by, besides tool and place."""
        labels = self.handler.labels(self.spec.name, self.params)
        return [self.spec.group, *labels.tags, *(["demo"] if target.is_demo else [])]


def _asked(spec: ToolSpec, handler: ToolHandler, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters that say what is asked, not what is shown of it."""
    views = spec.views
    asked = {n: value for n, value in params.items() if n != ASKED_AT and n not in views}
    return {**asked, **handler.asked(params)} if any(map(params.get, views)) else asked


def _key(
    target: Target, spec: ToolSpec, handler: ToolHandler, asked: Mapping[str, Any]
) -> CacheKey | None:
    """
    Return the key of a call that is asked for with these parameters.

    Those that have their default are left out, so that ``iam_users`` and ``aws_export iam users``
    share their entry.
    """
    if not spec.is_cacheable or handler.writes or (spec.places and not target.identity):
        return None
    defaults = {param.name: param.default for param in spec.params}
    given = {
        name: value
        for name, value in asked.items()
        if value is not None and not (name in defaults and _equal(value, defaults[name]))
    }
    account, region = target.place
    try:
        return CacheKey(
            tool=spec.cache_as or spec.name,
            version=spec.version,
            account=account,
            region=region,
            service=handler.labels(spec.name, asked).service,
            identity=target.identity,
            # The demo account listens on another port each time and has the same data in a period.
            endpoint=f"demo {__version__} {target.edition}" if target.is_demo else target.endpoint,
            params=given,
        )
    except CacheError:
        return None  # a live object or a secret among the parameters: run it, keep nothing


def _ttl(spec: ToolSpec, policy: CallPolicy) -> float:
    return spec.ttl.total_seconds() if policy.ttl is None else policy.ttl


def _result_of(entry: Entry) -> ToolResult:
    """Return a kept result as it was, with where it lay."""
    import datetime as dt

    notes = tuple(entry.meta["notes"])
    if entry.is_stale:
        notes = (*notes, _STALE_NOTE)
    sealed = entry.sealed
    own: Any = (
        {"frame": entry.value}
        if sealed is None
        else {"open_frame": sealed.open, "kept_rows": sealed.rows}
    )
    return (ToolResult if sealed is None else LateResult)(
        **own,
        operations=dict(entry.meta["operations"]),
        collected_at=dt.datetime.fromisoformat(entry.meta["collected_at"]),
        source=STALE if entry.is_stale else entry.source,
        notes=notes,
        requests=entry.meta.get("requests", ""),  # older entries have none
        entry=entry.entry,
        totals=_totals_of(entry) if "totals" in entry.meta else (),
    )


def _totals_of(entry: Entry) -> tuple[ControlTotal, ...]:
    from aibrain_jupyter.shared.tools.totals import ControlTotal

    return tuple(ControlTotal.from_dict(total) for total in entry.meta["totals"])


def _equal(value: Any, default: Any) -> bool:
    # Types are compared, too: 1, 1.0 and True are different requests.
    return type(value) is type(default) and bool(value == default)
