"""Imports go down only: the floors of the house, read from the source."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import aibrain_jupyter

PACKAGE = Path(aibrain_jupyter.__file__).parent
FLOORS = {
    "_version": 0,
    "shared": 0,
    "cache": 1,
    "writers": 1,
    "advanced_cache": 1,
    "aws": 2,
    "sharepoint": 2,
    "evidence": 2,
    "healing": 2,
    "checks": 2,
    "demo": 3,
    "tool_registry": 3,
    "tool_executors": 3,
    "execution": 4,
    "async_tool_executor": 4,
    "widgets": 5,
    "magics": 5,
    "testing": 6,
    "__init__": 6,
}
FRONTS = {"shared/cache_manager.py": "cache"}
"""Founding names in front of what lives elsewhere: each stands on the floor of what it names."""
DOMAINS = {"aws", "sharepoint", "evidence", "healing", "checks"}
KNOW_NO_PROVIDER = {
    *("shared", "cache", "advanced_cache", "writers"),
    *("execution", "widgets", "magics"),
}
"""What these need of a provider they ask the handler of a tool."""

FILES = sorted(PACKAGE.rglob("*.py"))
_NAMED = re.compile(r"aibrain_jupyter(?:\.\w+)+(?=:\w+$)")


def _room(path: Path) -> str:
    if room := FRONTS.get(path.relative_to(PACKAGE).as_posix()):
        return room
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _named(path: Path) -> set[str]:
    """Return the modules that a file imports, or names as ``module:name``."""
    tree = ast.parse(path.read_text())
    constants = {
        node.target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert 0 == node.level, f"{path}: write the full name instead of a relative import"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(_NAMED.findall(node.value))
        elif isinstance(node, ast.JoinedStr):
            # f"{_CODE}.profile:offers", with the constant put in
            text = "".join(
                str(part.value)
                if isinstance(part, ast.Constant)
                else str(constants.get(ast.unparse(part.value), ""))
                for part in node.values
            )
            found |= set(_NAMED.findall(text))
    return {name for name in found if name.startswith("aibrain_jupyter.")}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    """A module imports and names only its own floor or below, also inside functions."""
    room = _room(path)
    assert room in FLOORS, f"{room} has no floor: give it one here and in the design"

    for name in sorted(_named(path)):
        other = name.split(".")[1]
        if other not in FLOORS:
            continue
        assert FLOORS[other] <= FLOORS[room], f"{path.name} imports {name}, which is above it"
        if room in DOMAINS and other in DOMAINS:
            assert room == other, f"{path.name} imports its sibling {name}"
        if room in KNOW_NO_PROVIDER:
            assert other not in DOMAINS | {"demo"}, f"{path.name} knows a provider: {name}"


def test_a_front_is_nothing_but_names():
    """A founding name leads to where the thing is, has no code, and is used by users only."""
    for front in FRONTS:
        tree = ast.parse((PACKAGE / front).read_text())
        assert {ast.Expr, ast.ImportFrom, ast.Assign} == {type(node) for node in tree.body}
        name = f"{PACKAGE.name}.{front.removesuffix('.py').replace('/', '.')}"
        assert [] == [path for path in FILES if name in _named(path)]
        assert "MemoryCache" in importlib.import_module(name).__all__


def test_names_in_strings_are_seen():
    """A module named for later counts as imported: the tables of tools and verbs show it."""
    tools = _named(PACKAGE / "tool_executors" / "builtin_tools.py")
    verbs = _named(PACKAGE / "tool_executors" / "builtin_verbs.py")

    assert "aibrain_jupyter.tool_executors.aws_executor" in tools
    assert "aibrain_jupyter.tool_executors.verbs.profile" in verbs


def test_there_is_no_circle():
    """No file imports itself by way of others, type checking aside."""
    graph = {name: targets - {name} for name, targets in _graph().items()}
    while leaves := [name for name, targets in graph.items() if not targets & graph.keys()]:
        for name in leaves:
            del graph[name]

    # What is left is in a circle, or imports one.
    roots = [n for n in graph if any(n in targets for targets in graph.values())]
    assert [] == roots


def _graph() -> dict[str, set[str]]:
    """Return which module imports which, without what is imported for types only."""
    names = {}
    for path in FILES:
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        names[".".join(parts).removesuffix(".__init__")] = path
    graph = {}
    for name, path in names.items():
        tree = ast.parse(path.read_text())
        for_types = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and id(node) not in for_types:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        graph[name] = found & names.keys()
    return graph


def test_files_stay_small():
    """One idea a file: none is longer than 400 lines."""
    long = {
        str(p.relative_to(PACKAGE)): n
        for p in FILES
        if (n := len(p.read_text().splitlines())) > 400
    }

    assert {} == long


def test_folders_stay_small():
    """A folder tells one story: none has more than 16 modules."""
    folders = {path.parent for path in FILES}
    wide = {
        str(folder.relative_to(PACKAGE)): n
        for folder in folders
        if (n := len(list(folder.glob("*.py")))) > 16
    }

    assert {} == wide
