"""
One call of a tool that another process makes: asked there, kept and served here.

The worker asks the source (`ask_source`) and keeps nothing. The kernel knows before what needs its
source at all (`needs_its_source`), and keeps afterwards what came back (`keep_answer`), under the
key and by the rules of `call_tool`.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.base_tool import CallContext, ToolResult
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors.cached_call import (
    Told,
    _ask,
    _asked,
    _Fetch,
    _ttl,
    cache_key,
    cache_of,
    is_cached,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import ToolHandler, ToolSpec
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.tools.call_policy import CallPolicy


def ask_source(
    ctx: CallContext, spec: ToolSpec, handler: ToolHandler, params: Mapping[str, Any]
) -> ToolResult:
    """Return the whole result of a call, of its source: for another process, which keeps it."""
    return _ask(ctx, spec, handler, _asked(spec, handler, {**params, ASKED_AT: ctx.asked_at}))


def needs_its_source(
    target: Target,
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
    policy: CallPolicy,
) -> bool:
    """Tell whether `call_tool` would ask the source now; counts nothing."""
    if policy.only_cached or is_cached(target, spec, handler, params, policy):
        return False
    if policy.refusal_ttl <= 0 or policy.is_fresh:
        return True
    fetch = _fetch_of(target, spec, handler, params, policy)
    return fetch is None or not fetch.cache.refusals.find(fetch.key, max_age=policy.refusal_ttl)


def keep_answer(
    told: Told,
    target: Target,
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
    policy: CallPolicy,
) -> None:
    """Keep what another process was told, as `call_tool` would have."""
    fetch = _fetch_of(target, spec, handler, params, policy)
    if fetch is not None:
        with contextlib.suppress(AibrainError):  # the refusal that was told, kept where wanted
            fetch.into_cache(CallContext(target=target), told)


def _fetch_of(
    target: Target,
    spec: ToolSpec,
    handler: ToolHandler,
    params: Mapping[str, Any],
    policy: CallPolicy,
) -> _Fetch | None:
    """Return what would fetch a call's result into the cache; None: nothing of it is kept."""
    cache = cache_of(policy)
    if cache is None or (key := cache_key(target, spec, handler, params)) is None:
        return None
    asked, ttl = _asked(spec, handler, params), _ttl(spec, policy.now())
    return _Fetch(spec, handler, asked, cache, key, ttl, keeps_refusals=policy.refusal_ttl > 0)
