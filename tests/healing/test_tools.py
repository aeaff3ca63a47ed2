"""The founding names of self-healing are tools: from Python and from a cell."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.testing import check_tool
from aibrain_jupyter.tool_executors import self_healing_executor
from aibrain_jupyter.tool_executors.healing.tools import HEALING_TOOLS
from aibrain_jupyter.tool_registry import get_tool_registry


@pytest.mark.parametrize("spec", HEALING_TOOLS, ids=lambda spec: spec.name)
def test_what_the_specs_promise(spec):
    """Each declaration fits its code."""
    check_tool(spec)


def test_an_exception_is_diagnosed_by_name():
    """``get_tool("diagnose_error", error=exc)`` of the founding document."""
    tool = get_tool_registry().get_tool("diagnose_error")

    found = tool(error=OSError(28, "No space left on device"))

    assert "disk-full" == found["cause"].item()
    with pytest.raises(ParameterError):
        tool(error="a text")


def test_the_source_of_a_tool_of_ours():
    """Declaration and modules, each with the hash of the file as it is."""
    found = get_tool_registry().get_tool("read_tool_source")(tool="iam_users")

    assert "spec" == found["part"].iloc[0]
    own = found.set_index("part").loc["aibrain_jupyter.tool_executors.aws_executor"]
    path = Path(self_healing_executor.__file__).with_name("aws_executor.py")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == own["sha256"]
    assert "class" in own["source"]
    assert found["why_custom"].str.len().gt(0).all()


def test_the_source_of_another_ones_tool(monkeypatch):
    """A tool of a notebook is read as well; its declaration is there, and that it is custom."""
    spec = ToolSpec("their_tool", "A tool.", f"{__name__}:their_tool")
    monkeypatch.setitem(get_tool_registry()._specs, "their_tool", spec)
    monkeypatch.setattr(spec.__class__, "load", _loaded(spec.__class__.load))

    found = get_tool_registry().get_tool("read_tool_source")(tool="their_tool")

    assert 2 == len(found)
    assert "it is none of this package's own tools" == found["why_custom"].iloc[0]


def _loaded(load):
    from aibrain_jupyter.shared.base_tool import FunctionHandler

    return lambda spec: FunctionHandler(their_tool) if spec.name == "their_tool" else load(spec)


def their_tool(ctx):
    """Return nothing."""


def test_an_unknown_tool_is_named():
    """A slip gets the nearest name."""
    with pytest.raises(UnknownNameError):
        get_tool_registry().get_tool("read_tool_source")(tool="iam_user")
