"""Which entries the verbs of the cache are about, by the names that cells use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.texts.names import did_you_mean, nearest
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.cache.selection import Selection
    from aibrain_jupyter.shared.verbs.verb import VerbCall

CHOOSING: Final = ("account", "region", "service", "tag", "pattern", "older_than")
"""The options that choose entries."""


def selection_of(call: VerbCall, tool: str) -> Selection:
    """
    Return the entries that a tool, which may be empty, and the options choose.

    A curated resource under its own name (``iam_users``) is its rows and no others, also those of
    ``aws_export iam users``: they are the same entries. An account may be named by its profile.

    Raises:
        UnknownNameError: there is no such tool, and nothing is kept of one.
        ParameterError: no age; the tool is of another service than ``--service``.
    """
    from aibrain_jupyter.cache.selection import Selection

    chosen: dict[str, Any] = {name: call.options.get(name) for name in CHOOSING}
    age = chosen.pop("older_than")
    if chosen["account"] is not None:
        chosen["account"] = _account(chosen["account"])
    if tool:
        chosen = _narrowed(chosen, tool)
    return Selection(
        older_than=None if age is None else parse_duration(age, name="--older-than"), **chosen
    )


def nothing_found(wanted: Selection) -> list[str]:
    """Return what to say where nothing fits: the names that are likely slips."""
    providers = get_tool_registry().providers()
    given: list[tuple[str, str, Iterable[str]]] = [
        (kind, name, [one for provider in providers for one in provider.names(kind, {})])
        for kind in ("account", "region", "service")
        if (name := getattr(wanted, kind)) and not (kind == "account" and _is_account(name))
    ]
    return [
        f"Nothing is kept of {what} {name!r}. {did_you_mean(nearest(name, known))}".rstrip()
        for what, name, known in given
        if name not in known
    ]


def _is_account(name: str) -> bool:
    return any(provider.is_account(name) for provider in get_tool_registry().providers())


def _account(name: str) -> str:
    if _is_account(name):
        return name
    found = [provider.account_of(name) for provider in get_tool_registry().providers()]
    return next(filter(None, found), name)


def _narrowed(chosen: dict[str, Any], tool: str) -> dict[str, Any]:
    """Add the tool that entries are kept under, and what tells those of a resource from others."""
    from aibrain_jupyter.advanced_cache import get_cache_manager
    from aibrain_jupyter.cache.selection import Selection

    try:
        spec = get_tool_registry().spec(tool)
    except UnknownNameError:
        # There may be entries of a tool that has gone since.
        if len(get_cache_manager().entries(Selection(tool=tool))):
            return {**chosen, "tool": tool}
        raise
    service, resource = (spec.preset.get(name) for name in ("service", "resource"))
    if service and chosen["service"] not in (None, service):
        raise ParameterError(
            f"{tool} is of the service {service}, not {chosen['service']}.",
            next_steps=["Leave --service out, or write aws_export instead of the resource."],
        )
    tags = [tag for tag in (chosen["tag"], resource) if tag]
    return {
        **chosen,
        "tool": spec.cache_as or spec.name,
        "service": service or chosen["service"],
        "tag": ",".join(tags) or None,
    }
