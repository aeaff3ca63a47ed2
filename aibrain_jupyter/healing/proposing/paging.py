"""A list that is asked for once, although its provider gives it in pages: no error says so."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.proposing.clients import Function, operation_of
from aibrain_jupyter.healing.proposing.findings import Finding, NoFinding
from aibrain_jupyter.healing.proposing.source import Code, Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.healing.proposing.findings import Operations
    from aibrain_jupyter.shared.tools.provider import OperationShape

_KIND: Final = "missing-paginator"


def unread_pages(code: Code, operations: Operations) -> Iterator[Finding | NoFinding]:
    """Yield the calls of the source that read the first page alone."""
    parents = {child: node for node in ast.walk(code.tree) for child in ast.iter_child_nodes(node)}
    for function in ast.walk(code.tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and (shape := operation_of(call, function, operations)):
                found = _read(code, function, call, shape, parents)
                if found is not None:
                    yield found


def _read(
    code: Code,
    function: Function,
    call: ast.Call,
    shape: OperationShape,
    parents: dict[ast.AST, ast.AST],
) -> Finding | NoFinding | None:
    if not shape.rows:
        return None
    where = f"line {call.lineno}: {shape.name}"
    tokens = {*shape.tokens, *shape.more}
    words = {n.value for n in ast.walk(function) if isinstance(n, ast.Constant)}
    words |= {one.arg for n in ast.walk(function) if isinstance(n, ast.Call) for one in n.keywords}
    if tokens & words:
        return None  # its pages are followed by hand
    if shape.limit and any(one.arg == shape.limit for one in call.keywords):
        return NoFinding(f"{where} says how much may come: the first page may be all that is meant")
    if any(one.arg is None for one in call.keywords) or call.args:
        return NoFinding(f"{where} is given what the source does not name")
    keys = _keys_read(function, call, parents)
    if keys is None or not keys <= {*shape.rows, *shape.others}:
        return NoFinding(f"{where} gives pages, and what is read of the answer is not plain")
    assert isinstance(call.func, ast.Attribute)
    if not code.is_exact(call):
        return NoFinding(f"{where} stands where it cannot be changed for certain")
    client = code.segment(call.func.value)
    begin = code.span(call)[0]
    at = begin + len(client)
    if not code.text[at:].startswith(f".{call.func.attr}"):
        return NoFinding(f"{where} stands on several lines")
    written = f'.get_paginator("{call.func.attr}").paginate'
    end = code.span(call)[1]
    return Finding(
        kind=_KIND,
        what=f"{shape.name} gives its list in pages, and only the first is read",
        line=call.lineno,
        edits=(
            Edit(at, at + 1 + len(call.func.attr), written),
            Edit(end, end, ".build_full_result()"),
        ),
        not_known="How many pages there are: all are read, which takes as many requests.",
    )


def _keys_read(
    function: Function, call: ast.Call, parents: dict[ast.AST, ast.AST]
) -> set[str] | None:
    """Return the keys that are read of an answer; None where it goes on as a whole."""
    user = parents.get(call)
    if not isinstance(user, ast.Assign):
        key = _key(call, parents)
        return None if key is None else {key}
    if len(user.targets) != 1 or not isinstance(user.targets[0], ast.Name):
        return None
    name = user.targets[0].id
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name and node is not user.targets[0]:
            key = _key(node, parents)
            if key is None:
                return None
            found.add(key)
    return found or None


def _key(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> str | None:
    """Return the key that is read of it: ``answer["Users"]``, ``answer.get("Users")``."""
    user = parents.get(node)
    read: ast.expr | None = None
    if isinstance(user, ast.Subscript) and user.value is node and isinstance(user.ctx, ast.Load):
        read = user.slice
    elif isinstance(user, ast.Attribute) and user.attr == "get":
        call = parents.get(user)
        if isinstance(call, ast.Call) and call.func is user and call.args:
            read = call.args[0]
    if not isinstance(read, ast.Constant) or not isinstance(read.value, str):
        return None
    found = parents[user] if isinstance(user, ast.Attribute) else user
    then = parents.get(found) if found is not None else None
    if isinstance(then, ast.Subscript) and then.value is found:
        return None  # some of its rows: the first page may be meant
    return read.value
