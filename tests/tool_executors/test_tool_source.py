"""What a tool is made of, hashed, and whether it is what this package published."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import aibrain_jupyter
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_executors.builtin_tools import BUILTIN
from aibrain_jupyter.tool_executors.tool_source import source_of_tool
from aibrain_jupyter.tool_registry import get_tool_registry

PACKAGE = Path(aibrain_jupyter.__file__).parent
LOOK = """
from aibrain_jupyter.tool_executors.tool_source import source_of_tool
from aibrain_jupyter.tool_registry import get_tool_registry
spec = get_tool_registry().spec("ec2_vpcs")
found = source_of_tool(spec, spec.preset)
print(found.is_standard, found.sha256, found.why)
"""


@pytest.fixture
def installed(tmp_path):
    """The package as a wheel's installer leaves it: files, and a RECORD with their hashes."""
    target = tmp_path / "site"
    shutil.copytree(
        PACKAGE, target / "aibrain_jupyter", ignore=shutil.ignore_patterns("__pycache__")
    )
    info = target / "aibrain_jupyter-9.9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: aibrain_jupyter\nVersion: 9.9.9\n")
    lines = []
    for path in sorted((target / "aibrain_jupyter").rglob("*")):
        if path.is_file():
            digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest())
            name = path.relative_to(target).as_posix()
            lines.append(f"{name},sha256={digest.rstrip(b'=').decode()},{path.stat().st_size}")
    (info / "RECORD").write_text("\n".join([*lines, f"{info.name}/RECORD,,"]) + "\n")
    return target


def look(target):
    """Return whether a tool is standard there, the hash of its code, and why it is not."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(target)!r})\n{LOOK}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=target)
    is_standard, digest, *why = done.stdout.strip().split(" ", 2)
    return is_standard == "True", digest, "".join(why)


def test_only_what_is_as_published_is_standard(installed):
    """One byte of any file of the package, or a file more, makes its tools custom."""
    is_standard, digest, why = look(installed)
    assert (True, "") == (is_standard, why)

    other = installed / "aibrain_jupyter" / "aws" / "answers" / "paging.py"
    other.write_text(other.read_text() + "# edited\n")
    is_standard, same, why = look(installed)
    assert (False, digest) == (is_standard, same)
    assert "aws/answers/paging.py" in why

    own = installed / "aibrain_jupyter/aws/resources/services/network/ec2_vpcs.py"
    own.write_text(own.read_text() + "# edited\n")
    assert digest != look(installed)[1]


def test_a_file_more_is_not_as_published(installed):
    """What was put beside the published files may change what they do."""
    (installed / "aibrain_jupyter" / "sitecustom.py").write_text("")

    is_standard, _, why = look(installed)

    assert not is_standard
    assert "sitecustom.py" in why


def test_a_checkout_is_not_called_standard():
    """There are no published hashes to compare it with."""
    spec = get_tool_registry().spec("iam_users")
    if "site-packages" not in PACKAGE.parts:
        assert "checkout" in source_of_tool(spec, spec.preset).why


def test_another_declaration_of_the_same_name_is_custom():
    """A tool that was registered in place of ours is somebody else's."""
    spec = dataclasses.replace(get_tool_registry().spec("iam_users"), version="99")

    assert "none of this package's own" in source_of_tool(spec, spec.preset).why


@pytest.mark.parametrize("spec", BUILTIN, ids=lambda spec: spec.name)
def test_the_code_of_every_tool_is_found(spec):
    """Declaration and code of each curated resource have a hash."""
    found = source_of_tool(spec, {"operation": "list_users", "service": "iam", **spec.preset})

    assert 64 == len(found.sha256), found.parts
    names = set(found.parts)
    if spec.group == "aws":
        assert "aibrain_jupyter.tool_executors.aws_executor" in names
        assert spec.name == "aws_export" or any(".services." in name for name in names)


def test_a_function_of_a_notebook_is_hashed_itself(tmp_path, monkeypatch):
    """Its cell is all there is; without its text nothing is claimed."""
    code = textwrap.dedent("""
        def things(ctx):
            return []
    """)
    (tmp_path / "cells.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    import cells

    cells.things.__module__ = "__main__"
    spec = ToolSpec("cell_things", "Things.", "cells:things")
    found = source_of_tool(spec, {})
    assert {"things": hashlib.sha256(code.lstrip().encode()).hexdigest()} == found.parts

    namespace = {}
    exec("def nowhere(ctx): return []", namespace)
    cells.things = namespace["nowhere"]
    cells.things.__module__ = "__main__"
    get_tool_registry().register(ToolSpec("no_text", "Things.", "cells:things"), replace=True)
    assert "" == source_of_tool(get_tool_registry().spec("no_text"), {}).sha256
