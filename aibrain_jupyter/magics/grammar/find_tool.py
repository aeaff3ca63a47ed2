"""The first word of a line: a tool, or the refusal that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.error_handler import GrammarError, UnknownNameError, unknown_name
from aibrain_jupyter.shared.verbs.verb import FUTURE_VERBS, VERBS
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from aibrain_jupyter.shared.base_tool import ToolSpec


def find_tool(name: str) -> ToolSpec:
    """
    Return the spec of a tool.

    Raises:
        UnknownNameError: neither a tool nor a verb, with the nearest of both.
        GrammarError: a verb that is planned and not there yet.
    """
    if name in FUTURE_VERBS:
        raise GrammarError(
            f"%aibrain {name} is not part of this version.",
            next_steps=["%aibrain help lists the verbs there are."],
        )
    registry = get_tool_registry()
    try:
        return registry.spec(name)
    except UnknownNameError:
        if name in registry.broken:
            raise
    raise unknown_name(
        "tool or verb",
        name,
        [*VERBS, *registry.verbs(), *registry.names()],
        next_steps=["%aibrain tools lists the tools, %aibrain help the verbs."],
    )
