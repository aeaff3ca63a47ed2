"""``%aibrain cache stats|list|clear``: what is kept, and letting go of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.magics.options import valued
from aibrain_jupyter.magics.verbs.verb import Verb, VerbCall, choose
from aibrain_jupyter.shared.durations import parse_duration
from aibrain_jupyter.shared.error_handler import GrammarError
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.cache_view import CacheStatsView
from aibrain_jupyter.widgets.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager

_SUBVERBS = ("stats", "list", "clear")


def _cache(call: VerbCall) -> Any:
    subverb = choose("cache", call.word(0), _SUBVERBS)
    if subverb != "clear" and (call.word(1) or call.options):
        raise GrammarError(
            f"%aibrain cache {subverb} takes no tool and no options.",
            next_steps=["They belong to: %aibrain cache clear"],
        )
    from aibrain_jupyter.advanced_cache import get_cache_manager

    manager = get_cache_manager()
    if subverb == "list":
        return manager.entries()
    if subverb == "stats":
        return CacheStatsView(manager.get_advanced_stats())
    count = _clear(manager, call)
    return Notice(f"{count:,} cached result{'s' * (count != 1)} cleared")


def _clear(manager: AdvancedCacheManager, call: VerbCall) -> int:
    tool = call.word(1)
    if tool:
        # The results of `iam_users` and of `aws_export iam users` are the same entries.
        spec = get_tool_registry().spec(tool)
        tool = spec.cache_as or spec.name
    older_than = call.options.get("older_than")
    return manager.invalidate(
        tool=tool or None,
        account=call.options.get("account"),
        region=call.options.get("region"),
        service=call.options.get("service"),
        older_than=None if older_than is None else parse_duration(older_than, name="--older-than"),
    )


def _offers(before: Sequence[str]) -> Iterable[str]:
    if not before:
        return _SUBVERBS
    return get_tool_registry().names() if list(before) == ["clear"] else ()


CACHE = Verb(
    name="cache",
    summary="the cache: its figures, its entries, letting go of them",
    usage=(
        "cache stats",
        "cache list",
        "cache clear [TOOL] [--account ID] [--region NAME] [--service NAME] [--older-than AGE]",
    ),
    run=_cache,
    options=(
        valued("--account", "account", "ID", "clear only results of this account (12 digits)"),
        valued("--region", "region", "NAME", "clear only results of this region"),
        valued("--service", "service", "NAME", "clear only results of this service"),
        valued("--older-than", "older_than", "AGE", "clear only results older than this (7d)"),
    ),
    most_words=2,
    offers=_offers,
)
