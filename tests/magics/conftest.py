"""A shell with the extension in it, and tools that tell what they were called with."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.config import SETTINGS, get_settings
from aibrain_jupyter.shared.tools.params import Param
from aibrain_jupyter.tool_registry import get_tool_registry

DATA = Path(__file__).parent / "data"
COOK = ToolSpec(
    name="cook",
    summary="Cook something.",
    handler="magic_tools:Cook",
    params=(
        Param("kitchen", str, "whose kitchen", choices=("french", "thai")),
        Param("dish", str, "what to cook", default="soup", values="magic_tools:dish_values"),
        Param("count", int, "how many", default=1),
        Param("guests", str, "who comes", many=True, default=None),
        Param("layout", dict, "how to lay the table", default=None),
        Param("hot", bool, "whether to heat it", default=True),
        Param("note", object, "anything", default=None),
    ),
    positional=("kitchen", "dish"),
    takes_more=True,
    permissions=("kitchen:Enter",),
    examples=("%aibrain cook thai soup",),
    is_cacheable=False,
)


@dataclass
class Ran:
    """What came of a cell: its value, its error, what was displayed beside the value (texts)."""

    value: Any
    error: BaseException | None
    shown: list[str] = field(default_factory=list)
    printed: str = ""


@pytest.fixture
def _clean_process():
    """Sessions, settings and tools of this process as they were at its start."""
    get_session.cache_clear()
    yield
    for setting in SETTINGS:
        get_settings().unset(setting.name)
    get_session.cache_clear()
    get_tool_registry.cache_clear()


@pytest.fixture
def make_shell(_clean_process):
    """Make a shell from a configuration; the extension is not loaded yet."""

    def make(**traits):
        InteractiveShell.clear_instance()
        config = Config({"HistoryManager": {"enabled": False}})
        config.AibrainMagics = Config(traits)
        return InteractiveShell.instance(config=config)

    yield make
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(make_shell):
    """A shell with the extension loaded."""
    made = make_shell(progress="none")
    made.run_line_magic("load_ext", "aibrain_jupyter")
    return made


@pytest.fixture
def run(shell):
    """Run a cell as IPython runs it and return what came of it."""

    def run(cell: str) -> Ran:
        with capture_output() as captured:
            result = shell.run_cell(cell)
        shown = [out.data["text/plain"] for out in captured.outputs if out.data]
        return Ran(result.result, result.error_in_exec, shown, captured.stdout)

    return run


@pytest.fixture
def tools(monkeypatch, _clean_process):
    """Register the tools of ``data/magic_tools.py`` and return that module."""
    monkeypatch.syspath_prepend(str(DATA))
    sys.modules.pop("magic_tools", None)
    registry = get_tool_registry()
    registry.register(COOK)
    for name in ("patchy", "denied", "broken"):
        registry.register(
            ToolSpec(name, f"A {name} tool.", f"magic_tools:{name}", is_cacheable=False)
        )
    import magic_tools

    yield magic_tools
    sys.modules.pop("magic_tools", None)


class Counting:
    """The tool ``count_things`` and the folder that steers it."""

    def __init__(self, folder):
        self.folder = folder

    @property
    def asked(self):
        """The accounts that were asked, in order, by whatever process."""
        file = self.folder / "asked"
        return file.read_text().split() if file.exists() else []

    def hold(self, *accounts):
        (self.folder / "hold").write_text(" ".join(accounts))

    def release(self):
        (self.folder / "hold").unlink(missing_ok=True)

    def refuse(self, *accounts):
        (self.folder / "refuse").write_text(" ".join(accounts))


@pytest.fixture
def counting(monkeypatch, tmp_path, _clean_process):
    """Register ``count_things`` and return what steers it; nothing goes on afterwards."""
    folder = tmp_path / "counting"
    folder.mkdir()
    monkeypatch.setenv("AIBRAIN_TEST_FOLDER", str(folder))
    monkeypatch.syspath_prepend(str(DATA.parent.parent / "execution" / "data"))
    sys.modules.pop("counting_tools", None)
    import counting_tools

    counting_tools.register()
    steers = Counting(folder)
    yield steers
    steers.release()
    for job in get_session().jobs:
        job.cancel()
        job.wait(60)
    sys.modules.pop("counting_tools", None)


@pytest.fixture
def complete(shell, tools):
    """Return what the line would be with each thing Tab offers at the ``|`` of a cell."""

    def complete(cell: str) -> list[str]:
        offset = cell.index("|")
        text = cell.replace("|", "")
        line_start = text.rfind("\n", 0, offset) + 1
        with provisionalcompleter():
            found = list(shell.Completer.completions(text, offset))
        return [text[line_start : c.start] + c.text for c in found]

    return complete


@pytest.fixture
def eventually():
    """Wait for what happens in the background."""

    def wait(is_so, seconds=90):
        end = time.monotonic() + seconds
        while not (found := is_so()) and time.monotonic() < end:
            time.sleep(0.02)
        return found

    return wait
