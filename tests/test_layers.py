"""Imports go down only: the floors of the house, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import aibrain_jupyter

PACKAGE = Path(aibrain_jupyter.__file__).parent
FLOORS = {
    "_version": 0,
    "shared": 0,
    "cache": 1,
    "advanced_cache": 1,
    "aws": 2,
    "sharepoint": 2,
    "evidence": 2,
    "healing": 2,
    "tool_registry": 3,
    "tool_executors": 3,
    "execution": 4,
    "async_tool_executor": 4,
    "demo": 3,
    "widgets": 5,
    "magics": 5,
    "testing": 6,
    "__init__": 6,
}
SIBLINGS = {"aws", "sharepoint", "evidence", "healing"}
FILES = sorted(PACKAGE.rglob("*.py"))


def _room(parts: tuple[str, ...]) -> str:
    return parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert 0 == node.level, f"{path}: write the full name instead of a relative import"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("aibrain_jupyter.")}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    """A module imports only from its own floor or below, also inside functions."""
    room = _room(path.relative_to(PACKAGE).parts)
    assert room in FLOORS, f"{room} has no floor: give it one here and in the design"

    for name in sorted(_imports(path)):
        other = name.split(".")[1]
        if other not in FLOORS:
            continue
        assert FLOORS[other] <= FLOORS[room], f"{path.name} imports {name}, which is above it"
        if room in SIBLINGS and other in SIBLINGS:
            assert room == other, f"{path.name} imports its sibling {name}"


def test_files_stay_small():
    """One idea a file: none is longer than 400 lines."""
    long = {
        str(p.relative_to(PACKAGE)): n
        for p in FILES
        if (n := len(p.read_text().splitlines())) > 400
    }

    assert {} == long
