"""What errors and help tell a user to write exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import aibrain_jupyter
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.magics.verbs.every import known
from aibrain_jupyter.shared.verbs.options import HELP
from aibrain_jupyter.tool_registry import get_tool_registry

PACKAGE = Path(aibrain_jupyter.__file__).parent
REPOSITORY = PACKAGE.parent
COMMAND = re.compile(r"(?<!%)%{1,2}aibrain +([a-z][a-z0-9_]*)\b([^\n|`]*)")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
PROSE = {"cell", "cells", "what", "and"}
"""Words after the magic's name in sentences about it."""
TEXTS = [*PACKAGE.rglob("*.py"), *REPOSITORY.glob("*.md"), *REPOSITORY.glob(".github/*.md")]


def _texts(path):
    """Yield the texts of a module, or the whole of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _unknown(path):
    registry = get_tool_registry()
    verbs = known.all_verbs()
    flags = {option.flag for option in (*RUN_OPTIONS, HELP)}
    flags |= {option.flag for verb in verbs.values() for option in verb.options}
    for text in _texts(path):
        for name, rest in COMMAND.findall(text):
            joined = f"{name}_{rest.split()[0]}" if rest.split() else name
            if not {name, joined} & {*verbs, *registry.names(), *PROSE}:
                yield name
            yield from (flag for flag in FLAG.findall(rest) if flag not in flags)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_hint_names_what_exists(path):
    """Every ``%aibrain NAME`` in a text is a verb or a tool, and its options are options."""
    assert [] == sorted(_unknown(path))
