"""The README is true: its Python examples run, and its commands are those of the checks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()

_WITH_DEMO = """
from aibrain_jupyter.demo.account import start_demo, stop_demo
from aibrain_jupyter.aws.clients.pool import get_client_pool

start_demo(get_client_pool())
{examples}
assert {{"user_name", "mfa_active"}} <= set(users.columns), users.columns
assert not [r for r in results if isinstance(r, Exception)], results
assert all(len(r) for r in results)
assert all(f.attrs["aibrain"]["is_demo"] for f in (users, *results))
stop_demo(get_client_pool())
print("examples ran")
"""


@pytest.mark.slow
def test_the_python_examples_run(tmp_path):
    """The three Python examples work as they stand, on the embedded account."""
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert 3 == len(examples)

    found = subprocess.run(
        [sys.executable, "-c", _WITH_DEMO.format(examples="\n".join(examples))],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
    )

    assert ("examples ran", 0) == (found.stdout.strip(), found.returncode), found.stderr


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(link):
    """A file the README links to or shows exists."""
    assert (ROOT / link).exists()


def test_every_tool_it_names_exists():
    """No tool in the README's cells is made up."""
    from aibrain_jupyter.shared.verbs.verb import VERBS
    from aibrain_jupyter.tool_registry import get_tool_registry

    named = set(re.findall(r"%%?aibrain (\w+)", README))

    registry = get_tool_registry()
    assert set() == named - set(registry.names()) - set(VERBS) - set(registry.verbs())


def test_its_counts_are_true():
    """The number of curated resources is the table's."""
    from aibrain_jupyter.aws.resources.table import RESOURCES

    assert [str(len(RESOURCES))] == re.findall(r"(\d+) in all", README)


@pytest.mark.parametrize(
    "name",
    sorted(
        set(
            re.findall(
                r"`((?:magics|widgets|execution|aws|cache|shared|resources)/[a-z_/]+)",
                (ROOT / ".github" / "ARCHITECTURE.md").read_text(),
            )
        )
    ),
)
def test_the_architecture_names_what_there_is(name):
    """A module or folder that the page sends a reader to exists."""
    package = ROOT / "aibrain_jupyter"
    places = [package / name, package / "aws" / name]

    assert any(list(place.parent.glob(f"{place.name}*")) for place in places)
