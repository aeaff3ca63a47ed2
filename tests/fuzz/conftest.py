"""A shell with the extension, tools that weigh what they get, and a judge of what a cell gives."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import FunctionHandler, ToolSpec
from aibrain_jupyter.shared.config import SETTINGS, get_settings
from aibrain_jupyter.shared.tools.params import Param
from aibrain_jupyter.tool_registry import get_tool_registry

_PARAMS = (
    Param("text", str, "a text", default=""),
    Param("texts", str, "texts", many=True, default=None),
    Param("number", int, "a number", default=0),
    Param("numbers", int, "numbers", many=True, default=None),
    Param("ratio", float, "a ratio", default=0.0),
    Param("flag", bool, "a flag", default=False),
    Param("pick", str, "one of two", choices=("red", "blue"), default=None),
    Param("map", dict, "a mapping", default=None),
    Param("list", list, "a list", default=None),
    Param("any", object, "anything", default=None),
)


class Weigh(FunctionHandler):
    """Tells how many parameters it got."""

    def __init__(self):
        super().__init__(lambda ctx, **params: pd.DataFrame({"count": [len(params)]}))


@pytest.fixture
def shell(moto_aws):
    """A shell with the extension loaded and the tools ``weigh`` and ``weigh_kept`` (cached)."""
    get_session.cache_clear()
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(
        config=Config({"HistoryManager": {"enabled": False}, "AibrainMagics": {"progress": "none"}})
    )
    made.run_line_magic("load_ext", "aibrain_jupyter")
    for name, is_cacheable in {"weigh": False, "weigh_kept": True}.items():
        spec = ToolSpec(
            name,
            "Weigh it.",
            "aibrain_jupyter.shared.base_tool:ToolHandler",
            _PARAMS,
            positional=("text",),
            is_cacheable=is_cacheable,
        )
        get_tool_registry().register(spec)
        get_tool_registry()._handlers[name] = Weigh()
    yield made
    for setting in SETTINGS:
        get_settings().unset(setting.name)
    get_session.cache_clear()
    get_tool_registry.cache_clear()
    InteractiveShell.clear_instance()
