"""Which operation of which service a call in the source is, read from the source alone."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.healing.proposing.findings import Operations
    from aibrain_jupyter.shared.tools.provider import OperationShape

Function = ast.FunctionDef | ast.AsyncFunctionDef


def operation_of(
    call: ast.expr, function: Function | None, operations: Operations
) -> OperationShape | None:
    """
    Return the operation that ``client.list_users(…)`` asks for, None where that is not certain.

    The client has to be made in the function, once and by a text: ``client = ctx.client("iam")``.
    """
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    client = call.func.value
    if isinstance(client, ast.Name) and function is not None:
        made = [value for name, value in _bound(function) if name == client.id]
        if len(made) != 1 or made[0] is None:
            return None
        client = made[0]
    service = _service(client)
    return operations(service, call.func.attr) if service else None


def _service(made: ast.expr) -> str:
    if (
        isinstance(made, ast.Call)
        and isinstance(made.func, ast.Attribute)
        and made.func.attr == "client"
        and made.args
        and isinstance(made.args[0], ast.Constant)
        and isinstance(made.args[0].value, str)
    ):
        return made.args[0].value
    return ""


def _bound(function: Function) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield each name that is bound in a function; the value where it is plainly assigned."""
    plain: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                plain.add(id(target))
                yield target.id, node.value
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in plain:
            yield node.id, None
        elif isinstance(node, ast.arg):
            yield node.arg, None
