"""``%aibrain tools [text]``: the tools as a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    import pandas as pd


def _tools(call: VerbCall) -> pd.DataFrame:
    registry = get_tool_registry()
    frame = registry.frame()
    for text in call.words:
        searched = frame["tool"] + " " + frame["group"] + " " + frame["summary"]
        # Not pandas' own search: half a character is no text to Arrow.
        frame = frame[[text.lower() in each.lower() for each in searched]]
        if frame.empty:
            raise unknown_name("tool", text, registry.names(), next_steps=["%aibrain tools"])
    if registry.broken:
        from aibrain_jupyter.widgets.notice import Notice

        lines = [f"{name}: {why}" for name, why in registry.broken.items()]
        show(Notice("Some packages bring tools that cannot be used", lines, "warning"))
    return as_view(frame.reset_index(drop=True), "tools")


TOOLS = Verb(
    name="tools",
    summary="the tools, or those whose name, group or summary holds a text",
    usage=("tools", "tools TEXT"),
    run=_tools,
    most_words=1,
    offers=lambda before: sorted({spec.group for spec in get_tool_registry().specs()}),
)
