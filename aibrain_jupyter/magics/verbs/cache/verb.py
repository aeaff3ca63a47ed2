"""``%aibrain cache``: what is kept and what it is good for, why, letting go, warming, sharing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.magics.verbs.cache.selection import CHOOSING, nothing_found, selection_of
from aibrain_jupyter.shared.error_handler import GrammarError
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.options import valued
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall, choose
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.cache.reading import CacheReading, entries_page
from aibrain_jupyter.widgets.cache.view import cache_page, warming_page, why_page
from aibrain_jupyter.widgets.notice import Notice
from aibrain_jupyter.widgets.views.cells import most_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.several.warming import Warming

_SUBVERBS = ("stats", "list", "clear", "why", "warm", "publish")
_OPTIONS_OF = {
    "clear": CHOOSING,
    "list": CHOOSING,
    "publish": (*CHOOSING, "to"),
    "warm": ("source",),
}
_warming: Warming | None = None


def _cache(call: VerbCall) -> Any:
    subverb = choose("cache", call.word(0), _SUBVERBS)
    wrong = [name for name in call.options if name not in _OPTIONS_OF.get(subverb, ())]
    if call.pairs and subverb != "why":
        wrong = [*wrong, next(iter(call.pairs))]
    if wrong or (subverb == "stats" and (call.word(1) or call.pairs)):
        flags = [option.flag for option in CACHE.options if option.param.name in wrong]
        flags += [f"{name}=…" for name in call.pairs]
        raise GrammarError(
            f"%aibrain cache {subverb} takes no {flags[0] if flags else 'tool and no options'}.",
            next_steps=[f"Write: %aibrain {form}" for form in CACHE.usage if subverb in form],
        )
    return _RUN[subverb](call)


def _list(call: VerbCall) -> Any:
    from aibrain_jupyter.advanced_cache import get_cache_manager

    reading = _reading(call)
    wanted = selection_of(call, call.word(1))
    table = get_cache_manager().entries(wanted, on_progress=reading)

    table["tool"] = _own_names(table)
    as_view(table, "entries")
    if not len(table) and (hints := nothing_found(wanted)):
        show(Notice("No cached results", hints))
        return table
    is_cut = len(table) > most_rows(table)
    said = entries_page(table, is_cut=is_cut)
    if not reading.is_replaced_by(said) and is_cut:
        show(said)
    return table


def _own_names(table: pd.DataFrame) -> list[str]:
    """Return the tool of each entry as ``cache list`` takes it: the one of a resource."""
    own_name = cache(
        lambda tool, service, tags: get_tool_registry().own_name(tool, [service, *tags.split(",")])
    )
    return list(map(own_name, table["tool"], table["service"], table["tags"]))


def _reading(call: VerbCall) -> CacheReading:
    return CacheReading(call.after_cell.shell if call.after_cell else None)


def _stats(call: VerbCall) -> Any:
    from aibrain_jupyter.advanced_cache import get_cache_manager

    return cache_page(get_cache_manager().get_advanced_stats())


def _clear(call: VerbCall) -> Any:
    import dataclasses

    from aibrain_jupyter.advanced_cache import get_cache_manager

    reading = _reading(call)
    wanted = selection_of(call, call.word(1))
    count = get_cache_manager().invalidate(**dataclasses.asdict(wanted), on_progress=reading)
    hints = () if count else nothing_found(wanted)
    said = Notice(f"{count:,} cached result{'s' * (count != 1)} cleared", hints)
    return None if reading.is_replaced_by(said) else said


def _why(call: VerbCall) -> Any:
    from aibrain_jupyter.execution.runs.cache_verdicts import explain_request
    from aibrain_jupyter.magics.verbs.cache.cells import cell_of

    found = explain_request(cell_of(call))
    show(why_page(found))
    return found


def _warm(call: VerbCall) -> Any:
    from aibrain_jupyter.execution.several.warming import Warming
    from aibrain_jupyter.magics.verbs.cache.cells import cells_of_file, cells_of_period

    global _warming
    file, period = call.word(1), call.options.get("source", "")
    if bool(file) == bool(period):
        if not file and _warming is not None:
            return warming_page(_warming)
        raise GrammarError(
            "%aibrain cache warm needs a file of cells or --from, one of them.",
            next_steps=["%aibrain cache warm cells.yml", "%aibrain cache warm --from last-period"],
        )
    if file == "stop":
        if _warming is not None:
            _warming.cancel()
        return Notice("Warming stops after the call that is under way")
    if _warming is not None and _warming.is_running:
        raise GrammarError(
            "Warming is under way.",
            next_steps=["%aibrain cache warm shows how far it is.", "%aibrain cache warm stop"],
        )
    requests = (
        cells_of_file(Path(file).expanduser(), call.names)
        if file
        else cells_of_period(period, call.names)
    )
    _warming = Warming(requests)
    return warming_page(_warming)


def _publish(call: VerbCall) -> Any:
    from aibrain_jupyter.advanced_cache import get_cache_manager
    from aibrain_jupyter.shared.config import get_settings

    folder = call.options.get("to") or get_settings().get("team_cache_dir")
    key_file = get_settings().get("team_key_file")
    if not folder or not key_file:
        raise GrammarError(
            "A team's cache needs a folder and a key file.",
            next_steps=[
                "%config AibrainMagics.team_key_file = '...' (made if missing; for the readers)",
                "%aibrain cache publish --to FOLDER",
            ],
        )
    wanted = selection_of(call, call.word(1))
    place = Path(folder).expanduser()
    count = get_cache_manager().publish(place, Path(key_file).expanduser(), wanted)
    hints = () if count else nothing_found(wanted)
    return Notice(f"{count:,} result{'s' * (count != 1)} published in {place}", hints)


_RUN = {
    "stats": _stats,
    "list": _list,
    "clear": _clear,
    "why": _why,
    "warm": _warm,
    "publish": _publish,
}


def _offers(before: Sequence[str]) -> Iterable[str]:
    if not before:
        return _SUBVERBS
    return get_tool_registry().names() if list(before) in (["clear"], ["list"], ["why"]) else ()


CACHE = Verb(
    name="cache",
    summary="the cache: its figures, its entries, why a call hits, letting go, warming, sharing",
    usage=(
        "cache stats",
        "cache list [TOOL] [--account ID] [--region NAME] [--older-than AGE]",
        "cache clear [TOOL] [--account ID] [--region NAME] [--service NAME]",
        "cache clear [TOOL] [--tag WORD] [--pattern GLOBS] [--older-than AGE]",
        "cache why RUN|NUMBER|CELL",
        "cache warm FILE.yml|--from last-period|stop",
        "cache publish [TOOL] --to FOLDER",
    ),
    run=_cache,
    options=(
        valued(
            "--account", "account", "ID", "only results of this account (12 digits, or profile)"
        ),
        valued("--region", "region", "NAME", "only results of this region"),
        valued("--service", "service", "NAME", "only results of this service"),
        valued("--tag", "tag", "WORD", "only results with this tag: a resource, aws, demo"),
        valued("--pattern", "pattern", "GLOBS", "only tool/account/region/service like this"),
        valued("--older-than", "older_than", "AGE", "only results older than this (7d)"),
        valued("--from", "source", "PERIOD", "warm: the cells of last-period, last-month, …"),
        valued("--to", "to", "FOLDER", "publish: the team's folder"),
    ),
    most_words=8,
    takes_pairs=True,
    offers=_offers,
)
