"""Loading brings a magic, a matcher and a configurable; unloading takes them away."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aibrain_jupyter.magics.extension import load, unload
from aibrain_jupyter.shared.error_handler import ParameterError

HEAVY = ("pandas", "numpy", "boto3", "botocore", "joblib", "filelock", "ipywidgets", "yaml", "moto")


def contents(shell):
    """Everything an extension could leave behind."""
    manager = shell.magics_manager
    return {
        "line": set(manager.magics["line"]),
        "cell": set(manager.magics["cell"]),
        "registry": set(manager.registry),
        "configurables": [type(each).__name__ for each in shell.configurables],
        "matchers": len(shell.Completer.custom_matchers),
        "events": {name: len(calls) for name, calls in shell.events.callbacks.items()},
        "frames": ["pandas.DataFrame" in f for f in shell.display_formatter.formatters.values()],
        "hooks": (shell.custom_exceptions, len(shell.input_transformers_cleanup)),
    }


def test_load_unload_load_leaves_the_same(make_shell):
    """What is there after loading, unloading and loading is what loading once brings."""
    shell = make_shell()
    # IPython brings its own %load_ext with the first use.
    shell.run_line_magic("unload_ext", "aibrain_jupyter")
    before = contents(shell)
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    loaded = contents(shell)
    shell.run_line_magic("unload_ext", "aibrain_jupyter")
    unloaded = contents(shell)
    shell.run_line_magic("load_ext", "aibrain_jupyter")

    assert before == unloaded
    assert loaded == contents(shell)
    assert {"aibrain"} == loaded["line"] - before["line"] == loaded["cell"] - before["cell"]
    assert before["matchers"] + 1 == loaded["matchers"]
    assert (0, 2) == (sum(before["frames"]), sum(loaded["frames"]))
    assert [*before["configurables"], "AibrainMagics"] == loaded["configurables"]


def test_reloading_and_loading_twice_leak_nothing(shell):
    """One magic, one matcher, one configurable, however often it is loaded."""
    shell.run_cell("pass")  # frames are drawn from the first cell on
    loaded = contents(shell)
    shell.run_line_magic("reload_ext", "aibrain_jupyter")
    load(shell)

    assert loaded == contents(shell)


def test_unloading_what_is_not_loaded_does_nothing(make_shell):
    """Unloading is safe at any time."""
    shell = make_shell()
    before = contents(shell)
    unload(shell)

    assert before == contents(shell)


def test_unloading_drops_what_waits_for_the_end_of_the_cell(run, shell, tools):
    """A cell that runs a tool and unloads the extension leaves no callback."""
    before = contents(shell)["events"]
    ran = run("x = %aibrain patchy\n%unload_ext aibrain_jupyter")

    assert [] == ran.shown
    assert before["post_execute"] == contents(shell)["events"]["post_execute"]


def test_a_bad_value_in_the_configuration_file_fails_the_load_and_leaves_nothing(make_shell):
    """The load says which setting is wrong; no half of the extension stays."""
    shell = make_shell(max_parallel=0)
    shell.run_line_magic("unload_ext", "aibrain_jupyter")
    before = contents(shell)
    with pytest.raises(ParameterError, match="max_parallel must be more than 0"):
        shell.run_line_magic("load_ext", "aibrain_jupyter")

    assert before == contents(shell)


def test_loading_is_silent_and_imports_nothing_heavy():
    """No output, no warning, none of the big packages, no network module of the SDK."""
    code = f"""
import sys, warnings
warnings.simplefilter("error")
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "aibrain_jupyter")
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=240
    )

    assert ("[]\n", "") == (done.stdout, done.stderr)


def test_the_docstring_is_the_magics_own(shell):
    """``%aibrain?`` shows how to write a cell."""
    info = shell.object_inspect("%aibrain")

    assert "Collect cloud audit evidence" in info["docstring"]
    assert "%%aibrain TOOL" in info["docstring"]
