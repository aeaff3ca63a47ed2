"""Tools about tools and failures, as the founding document names them: data, imported when used."""

from functools import partial
from typing import Final

from aibrain_jupyter.shared.base_tool import Param, ToolSpec

_tool: Final = partial(ToolSpec, group="healing", is_cacheable=False)
_CODE: Final = "aibrain_jupyter.tool_executors.self_healing_executor"

HEALING_TOOLS: Final = (
    _tool(
        name="diagnose_error",
        summary="What an exception means: its cause, and the next step.",
        handler=f"{_CODE}:DIAGNOSE_ERROR",
        params=(Param("error", object, "the exception that was caught: error=$exc"),),
        examples=("%aibrain diagnose_error error=$exc",),
    ),
    _tool(
        name="read_tool_source",
        summary="The source of a tool, this package's or another's, and its declaration.",
        handler=f"{_CODE}:READ_TOOL_SOURCE",
        params=(Param("tool", str, "the name of the tool"),),
        positional=("tool",),
        examples=("%aibrain read_tool_source iam_users",),
    ),
)
