"""Tools of another package, written for a test, and the session's patches begun anew."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.tool_executors.healing.patches import session_patches
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Workshop:
    """A folder of modules with tools."""

    folder: Path
    made: list[str] = field(default_factory=list)

    def tool(self, source: str | bytes, name="their_tool", function="their_tool", **spec):
        """Write a module and register the tool that a function of it is."""
        module = f"module_of_{name}"
        data = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
        (self.folder / f"{module}.py").write_bytes(data)
        sys.modules.pop(module, None)
        made = ToolSpec(name, "A tool.", f"{module}:{function}", **spec)
        get_tool_registry().register(made, replace=True)
        self.made.append(name)
        return made

    def fails(self, name="their_tool", **params):
        """Call a tool and return what it raises."""
        with pytest.raises(BaseException) as info:  # noqa: PT011 - whatever it is
            get_tool_registry().get_tool(name)(**params)
        return info.value

    def proposed(self, error=None, name="their_tool"):
        """Return the row of what is proposed."""
        tool = get_tool_registry().get_tool("propose_fix")
        return tool(tool=name, error=error, folder=str(self.folder)).iloc[0]


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A workshop whose folder is on the path."""
    monkeypatch.syspath_prepend(str(tmp_path))
    session_patches.cache_clear()
    found = Workshop(tmp_path)
    yield found
    registry = get_tool_registry()
    for name in found.made:
        registry._specs.pop(name, None)
        registry._handlers.pop(name, None)
        registry._failures.pop(name, None)
        sys.modules.pop(f"module_of_{name}", None)
    session_patches.cache_clear()


LIMIT = (Param("limit", int, "how many", default=3),)
