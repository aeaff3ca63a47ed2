"""Tools about tools and failures, as the founding document names them: data, imported when used."""

from functools import partial
from typing import Final

from aibrain_jupyter.shared.base_tool import Param, ToolSpec

_tool: Final = partial(ToolSpec, group="healing", is_cacheable=False)
_CODE: Final = "aibrain_jupyter.tool_executors.self_healing_executor"
_TOOL: Final = Param("tool", str, "the name of the tool")

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
        params=(_TOOL,),
        positional=("tool",),
        examples=("%aibrain read_tool_source iam_users",),
    ),
    _tool(
        name="propose_fix",
        summary="What would mend another package's tool or your own, as a diff in a new file.",
        handler=f"{_CODE}:PROPOSE_FIX",
        params=(
            _TOOL,
            Param("error", object, "what it failed with; else its last failure", default=None),
            Param("folder", str, "where the diff is written, into a new file", default="."),
        ),
        positional=("tool",),
        examples=("%aibrain propose_fix my_tool", "%aibrain propose_fix my_tool error=$exc"),
    ),
    _tool(
        name="test_tool",
        summary="The old and the new source of a tool on the same input, each in a process apart.",
        handler=f"{_CODE}:TEST_TOOL",
        params=(
            _TOOL,
            Param("patch", str, "the hash of a patch; else the tool's newest", default=""),
            Param("cases", object, "parameters, or a list of them; else the failed", default=None),
            Param("seconds", int, "how long each run may take", default=60),
            Param("mebibytes", int, "how much memory each run may have", default=2048),
        ),
        positional=("tool",),
        examples=("%aibrain test_tool my_tool", "%aibrain test_tool my_tool cases=$cases"),
    ),
)
