"""The registry: names and specs without code, code on first use, third parties by entry point."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.shared.error_handler import InputError, ToolLoadError, UnknownNameError
from aibrain_jupyter.shared.verbs.verb import RESERVED_VERBS
from aibrain_jupyter.tool_registry import ToolRegistry, get_tool_registry

SAMPLE = Path(__file__).parent / "data" / "sample_tools"
HEAVY = ("pandas", "numpy", "boto3", "botocore", "joblib", "ipywidgets", "yaml", "moto")


def _spec(**more):
    return ToolSpec(**{"name": "a_tool", "summary": "A tool.", "handler": "json:dumps", **more})


def test_an_unknown_tool_suggests_the_nearest():
    """A wrong name is answered with the right one."""
    with pytest.raises(UnknownNameError, match="Did you mean a_tool"):
        ToolRegistry([_spec()], group="none").spec("a_tol")


def test_a_taken_name_is_refused_unless_replaced():
    """No tool hides another by accident."""
    registry = ToolRegistry([_spec()], group="none")

    with pytest.raises(InputError, match="registered already"):
        registry.register(_spec(summary="Another."))
    registry.register(_spec(summary="Another."), replace=True)
    assert "Another." == registry.spec("a_tool").summary


@pytest.mark.parametrize("name", [*sorted(RESERVED_VERBS), "Upper", "has space", "1st"])
def test_a_verb_or_a_bad_name_cannot_name_a_tool(name):
    """The first word of a cell has one meaning."""
    with pytest.raises(InputError):
        ToolRegistry([_spec(name=name)])


def test_loading_is_measured_once():
    """The first load is timed; calls and failures are counted."""
    registry = ToolRegistry([_spec()], group="none")
    handler = registry.load("a_tool")
    assert handler is registry.load("a_tool")
    assert json.dumps is handler.function
    registry.count_call("a_tool", has_failed=True)

    metrics = registry.metrics()["a_tool"]
    assert metrics.load_seconds is not None
    assert (1, 1) == (metrics.calls, metrics.failures)


def test_a_missing_package_is_told_from_a_fault():
    """Only a missing module leads to "pip install"; a fault is the tool's own."""
    registry = ToolRegistry(
        [
            _spec(name="missing", handler="no_such_module_here:f", extra="sharepoint"),
            _spec(name="faulty", handler="json:no_such_function"),
        ],
        group="none",
    )
    with pytest.raises(ToolLoadError, match=r"pip install .aibrain_jupyter\[sharepoint\]"):
        registry.load("missing")
    with pytest.raises(ToolLoadError) as caught:
        registry.load("faulty")
    assert "pip install" not in str(caught.value)


def test_the_schema_of_a_tool_is_an_object():
    """Parameters, required ones and help are in one JSON Schema."""
    schema = _spec(params=(Param("service", str, "which service"),)).json_schema()

    assert ["service"] == schema["required"]
    assert {"type": "string", "description": "which service"} == schema["properties"]["service"]


def test_the_frame_lists_every_tool():
    """One row per tool, with what it takes and whether it is loaded."""
    frame = get_tool_registry().frame()

    assert get_tool_registry().names() == sorted(frame["tool"])
    assert {"aws_export", "iam_users"} <= set(frame["tool"])


def test_looking_tools_up_imports_no_code():
    """Specs, schemas and suggestions come without pandas, boto3 and the like."""
    code = (
        "import sys\n"
        "from aibrain_jupyter.tool_registry import get_tool_registry\n"
        "registry = get_tool_registry()\n"
        "[s.json_schema() for s in registry.specs()]\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "[]" == found.stdout.strip()


@pytest.fixture(scope="module")
def sample_python(tmp_path_factory):
    """A Python in which the sample package of tools is really installed."""
    home = tmp_path_factory.mktemp("sample")
    venv.create(home, system_site_packages=False, with_pip=False)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheels = home / "wheels"
    for command in (
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, SAMPLE],
        [
            *(*pip, "--python", python, "install", "--no-deps", "--no-index"),
            *(f"--find-links={wheels}", "aibrain-sample-tools"),
        ],
    ):
        subprocess.run(command, check=True, capture_output=True)
    # The test environment's own packages, after the ones just installed.
    site = next(home.glob("lib/python*/site-packages"))
    (site / "parent.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")))
    (site / "package.pth").write_text(str(Path(__file__).parent.parent))
    return python


def _run(python, code):
    found = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return found.stdout.strip()


def test_a_third_party_tool_is_found_and_run(sample_python):
    """Installing a package is all it takes: its tool is listed, helped and run."""
    code = (
        "from aibrain_jupyter.tool_registry import get_tool_registry\n"
        "tool = get_tool_registry().get_tool('sample_planets')\n"
        "print(list(tool(limit=2)['planet']))"
    )

    assert "['Mercury', 'Venus']" == _run(sample_python, code)


def test_a_broken_package_hides_nothing(sample_python):
    """An entry point that cannot be read is reported, and every other tool is there."""
    code = (
        "from aibrain_jupyter.tool_registry import get_tool_registry\n"
        "registry = get_tool_registry()\n"
        "names = registry.names()\n"
        "print('sample_moons' in names, 'aws_export' in names, sorted(registry.broken))"
    )

    assert "True True ['sample_broken']" == _run(sample_python, code)


_PROVIDERS = """
from aibrain_jupyter.shared.base_tool import ToolHandler
from aibrain_jupyter.shared.tools.provider import Provider
class Own(Provider):
    name = "{name}"
class Asks(ToolHandler):
    provider = Own()
"""


def test_tools_without_a_group_have_providers_of_their_own(tmp_path, monkeypatch):
    """Of two packages that name no group both providers are known; a third that is broken hides
    none."""
    monkeypatch.syspath_prepend(tmp_path)
    specs = []
    for name in ("provider_one", "provider_two"):
        (tmp_path / f"{name}.py").write_text(_PROVIDERS.format(name=name))
        specs.append(_spec(name=f"ask_{name}", handler=f"{name}:Asks", places=("account_id",)))
    broken = _spec(name="broken", handler="provider_nowhere:Asks", places=("account_id",))
    registry = ToolRegistry([broken, *specs], group="none")

    assert [] == registry.used_providers()
    assert ["provider_one", "provider_two"] == [one.name for one in registry.providers()]
    assert ["provider_one", "provider_two"] == [one.name for one in registry.used_providers()]
