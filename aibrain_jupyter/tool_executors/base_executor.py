"""
Running one tool call: parameters typed, cache asked first, whatever comes back made a result.

Runs in notebook cells go through ``execution/``, which plans, parallelises and
shows; it calls `BaseExecutor.run_cached` for each call. `BaseExecutor.execute` is the
direct way, ``get_tool(name, executor)(**params)``, for scripts and for other tools.

Only complete results are kept: a result with a gap is worth showing, not worth
serving again. A call whose identity is unknown is not cached at all, so that two
identities never share an entry.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from aibrain_jupyter._version import __version__
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.base_tool import CallContext, ToolResult, import_target
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.durations import parse_duration
from aibrain_jupyter.shared.error_handler import CacheError
from aibrain_jupyter.tool_executors.cached_call import (
    SourceFetch,
    as_result,
    not_cached,
    result_of_entry,
    value_of,
)
from aibrain_jupyter.tool_executors.stamp import make_stamp
from aibrain_jupyter.tool_executors.typed_parameters import typed_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.coverage import Target


class BaseExecutor:
    """Runs tools that have no targets: one call each, nowhere in particular."""

    def execute(self, spec: ToolSpec, **params: Any) -> pd.DataFrame:
        """
        Run a tool and return its rows.

        Args:
            spec: The tool.

            params: Its parameters, as a cell would give them.

        Returns:
            The tool's frame, stamped as by `make_stamp`; a frame with gaps is also warned about.

        Raises:
            InputError: a parameter is unknown, missing or does not fit; nothing ran.
            AibrainError: the call failed.
        """
        typed = typed_parameters(spec, params)
        if spec.check:
            import_target(spec.check, what=f"The check of {spec.name}", extra=spec.extra)(
                {**spec.preset, **typed}
            )
        results = [
            (context.target, self._call(context, spec, typed))
            for context in self._contexts(spec, typed)
        ]
        frame = self._combine(results)
        gaps = [gap.label for _, result in results for gap in result.gaps]
        frame.attrs["aibrain"] = make_stamp(
            spec.name,
            {**spec.preset, **typed},
            [target for target, _ in results],
            [result for _, result in results],
            gaps=len(gaps),
        )
        if gaps:
            warnings.warn(f"{spec.name} is incomplete: {'; '.join(gaps)}", stacklevel=3)
        return frame

    def run_cached(
        self,
        ctx: CallContext,
        spec: ToolSpec,
        params: Mapping[str, Any],
        function: Callable[..., Any],
        *,
        cache: AdvancedCacheManager | None,
        ttl: float | None = None,
        fresh: bool = False,
        stale: float = 0.0,
        only_cached: bool = False,
        refusal_ttl: float = 0.0,
    ) -> ToolResult:
        """
        Return the result of one call, from the cache if it may be.

        Args:
            ctx: The call context.

            spec: The tool.

            params: What `function` is called with, the spec's preset included.

            function: The tool's code.

            cache: Where results are kept; None: nowhere.

            ttl: Age in seconds up to which a kept result is served; None: the spec's own.

            fresh: Ask the source, whatever is kept; the answer is kept then.

            stale: For how many seconds past `ttl` a kept result is served at once, while its
                successor is fetched in the background; its `source` is ``stale``.

            only_cached: Never ask the source.

            refusal_ttl: For how many seconds a refusal is repeated without asking; 0: ask again.

        Raises:
            NotCachedError: the source was not to be asked, and no kept result is young enough.
        """
        asked, views = _split(spec, params)
        result = self._whole(
            ctx,
            spec,
            asked,
            function,
            cache=cache,
            ttl=ttl,
            fresh=fresh,
            stale=stale,
            only_cached=only_cached,
            refusal_ttl=refusal_ttl,
        )
        if not spec.shape or not any(views.values()):
            return result
        shape = import_target(spec.shape, what=f"The tool {spec.name}", extra=spec.extra)
        shaped: ToolResult = shape(result, ctx.target, {**params, "asked_at": ctx.asked_at})
        return shaped

    def _whole(
        self,
        ctx: CallContext,
        spec: ToolSpec,
        params: Mapping[str, Any],
        function: Callable[..., Any],
        *,
        cache: AdvancedCacheManager | None,
        ttl: float | None,
        fresh: bool,
        stale: float,
        only_cached: bool,
        refusal_ttl: float,
    ) -> ToolResult:
        """Return the whole result of one call, from the cache if it may be."""
        ttl = spec.ttl.total_seconds() if ttl is None else ttl
        key = cache_key(ctx.target, spec, params) if cache is not None else None
        if cache is None or key is None:
            if only_cached:
                raise not_cached(ctx.target, spec)
            return as_result(value_of(function, ctx, params), ctx)
        fetch = SourceFetch(spec, params, function, cache, key, ttl, keeps_refusals=refusal_ttl > 0)
        if fresh:
            return fetch.into_cache(ctx)
        entry = cache.look_up(key, max_age=ttl, stale_for=stale)
        if entry is None:
            if only_cached:
                raise not_cached(ctx.target, spec)
            refusal = cache.refusals.find(key, max_age=refusal_ttl) if refusal_ttl else None
            if refusal is not None:
                raise refusal
            # Whoever asks for the same at the same time waits for the one who asks the source.
            with cache.single_flight(key, is_over=lambda: ctx.is_over):
                entry = cache.look_up(key, max_age=ttl, after_miss=True)
                if entry is None:
                    return fetch.into_cache(ctx)
        if entry.is_stale and not only_cached:
            cache.refresher.ask(key, lambda: fetch.behind(ctx))
        return result_of_entry(entry)

    def _contexts(self, spec: ToolSpec, params: Mapping[str, Any]) -> Iterable[CallContext]:
        """Yield one context per call."""
        return [CallContext()]

    def _combine(self, results: list[tuple[Target, ToolResult]]) -> pd.DataFrame:
        """Return one frame of the results of all calls."""
        return results[0][1].frame

    def _call(self, context: CallContext, spec: ToolSpec, params: Mapping[str, Any]) -> ToolResult:
        configured = get_settings().get("ttl")
        return self.run_cached(
            context,
            spec,
            {**spec.preset, **params},
            spec.load(),
            cache=cache_in_force(),
            ttl=parse_duration(configured, name="ttl") if configured else None,
            stale=stale_in_force(),
            refusal_ttl=refusal_ttl_in_force(),
        )


def default_executor(spec: ToolSpec) -> BaseExecutor:
    """Return what runs a tool when nobody says: the configured profile and region."""
    if spec.group == "aws":
        from aibrain_jupyter.tool_executors.aws_executor import AwsExecutor

        return AwsExecutor()
    return BaseExecutor()


def cache_in_force() -> AdvancedCacheManager | None:
    """Return the cache of this process; None where the settings switch it off."""
    if not get_settings().get("cache"):
        return None
    from aibrain_jupyter.advanced_cache import get_cache_manager

    return get_cache_manager()


def stale_in_force() -> float:
    """Return how many seconds past their age results are served, as configured."""
    return parse_duration(get_settings().get("stale"), name="stale")


def refusal_ttl_in_force() -> float:
    """Return for how many seconds refusals are repeated, as configured."""
    return parse_duration(get_settings().get("refusal_ttl"), name="refusal_ttl")


def cache_key(target: Target, spec: ToolSpec, params: Mapping[str, Any]) -> CacheKey | None:
    """
    Return the key of a call's result; None for a call that must not be kept.

    Parameters that have their default are left out, so that ``iam_users`` and
    ``aws_export iam users`` share their entry.
    """
    if not spec.is_cacheable or (spec.targets and not target.identity):
        return None
    defaults = {param.name: param.default for param in spec.params}
    given = {
        name: value
        for name, value in _split(spec, params)[0].items()
        if value is not None and not (name in defaults and _equal(value, defaults[name]))
    }
    try:
        return CacheKey(
            tool=spec.cache_as or spec.name,
            version=spec.version,
            account=target.account,
            region=target.region,
            service=str(params.get("service") or ""),
            identity=target.identity,
            # The demo account listens on another port each time and always has the same data.
            endpoint=f"demo {__version__}" if target.is_demo else target.endpoint,
            params=given,
        )
    except CacheError:
        return None  # a live object or a secret among the parameters: run it, keep nothing


def _split(spec: ToolSpec, params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters that say what is asked, and those that say what is shown of it."""
    views = {param.name for param in spec.params if param.is_view}
    asked = {name: value for name, value in params.items() if name not in views}
    shown = {name: value for name, value in params.items() if name in views}
    if spec.asked and any(shown.values()):
        find = import_target(spec.asked, what=f"The tool {spec.name}", extra=spec.extra)
        asked |= find(params)
    return asked, shown


def is_cached(
    target: Target,
    spec: ToolSpec,
    params: Mapping[str, Any],
    *,
    cache: AdvancedCacheManager | None,
    ttl: float | None = None,
) -> bool:
    """Tell whether `BaseExecutor.run_cached` would be answered by the cache now; counts nothing."""
    key = cache_key(target, spec, params)
    if cache is None or key is None:
        return False
    return cache.would_hit(key, max_age=spec.ttl.total_seconds() if ttl is None else ttl)


def _equal(value: Any, default: Any) -> bool:
    # Types are compared, too: 1, 1.0 and True are different requests.
    return type(value) is type(default) and bool(value == default)
