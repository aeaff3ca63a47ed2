"""A key that an answer has not, and one like it that it has."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.healing.proposing.alike import one_alike
from aibrain_jupyter.healing.proposing.clients import operation_of
from aibrain_jupyter.healing.proposing.findings import Finding, NoFinding
from aibrain_jupyter.healing.proposing.place import UNKNOWN
from aibrain_jupyter.healing.proposing.source import Edit

if TYPE_CHECKING:
    from aibrain_jupyter.healing.proposing.findings import Operations
    from aibrain_jupyter.healing.proposing.place import Place

_KIND = "changed-key"


def changed_key(place: Place, operations: Operations) -> Finding | NoFinding | None:
    """Read a `KeyError` of a key that is written in the source."""
    error = place.error
    if not isinstance(error, KeyError) or len(error.args) != 1 or type(error.args[0]) is not str:
        return None
    key = error.args[0]
    reads = [
        node
        for node in place.nodes(ast.Subscript)
        if isinstance(node.slice, ast.Constant)
        and node.slice.value == key
        and isinstance(node.ctx, ast.Load)
    ]
    if len(reads) != 1 or not place.code.is_exact(reads[0].slice):
        return NoFinding(f"line {place.line} does not say plainly where {key!r} is read")
    there = _keys(place, reads[0].value, key, operations)
    if there is None:
        return NoFinding(f"what {key!r} was read from is not known any more")
    if key in there or _is_at_times_there(place, reads[0].value, key):
        return NoFinding(f"{key!r} is there at times: ask for it with .get and say what it means")
    found = one_alike(key, there)
    if found is None:
        shown = ", ".join(map(repr, list(there)[:8])) or "nothing"
        return NoFinding(f"{key!r} is not there, and of what is no name is like it: {shown}")
    name, how = found
    begin, end = place.code.span(reads[0].slice)
    return Finding(
        kind=_KIND,
        what=f"{key!r} is read, {name!r} is there",
        line=reads[0].lineno,
        edits=(Edit(begin, end, _as_written(place.code.text[begin:end], name)),),
        not_known=f"Whether {name!r} holds what {key!r} held: {how}.",
    )


def _keys(place: Place, base: ast.expr, key: str, operations: Operations) -> list[str] | None:
    if isinstance(base, ast.Call):
        shape = operation_of(base, place.function, operations)
        return list(shape.members) if shape else None
    value = _value(place, base, key)
    if value is UNKNOWN:
        return None
    if type(value).__name__ == "DataFrame" and type(value).__module__.startswith("pandas"):
        value = list(value.columns)
    elif not isinstance(value, dict):  # of the environment, say, no names are shown
        return None
    return [key for key in value if isinstance(key, str)]


def _value(place: Place, base: ast.expr, key: str) -> Any:
    """
    Return what was read from.

    Since Python 3.12 the variable of a comprehension is gone when it has raised: then it is the
    first record without the key of the list that was gone through, if that has a name.
    """
    value = place.value(base)
    if value is UNKNOWN and isinstance(base, ast.Name):
        without = (one for one in place.gone_through(base.id) if type(one) is dict)
        return next((one for one in without if key not in one), UNKNOWN)
    return value


def _is_at_times_there(place: Place, base: ast.expr, key: str) -> bool:
    """Tell whether another record of the same list has the key: then it is left out at times."""
    value = _value(place, base, key)
    return any(
        any(one is value for one in values)
        and any(isinstance(one, Mapping) and key in one for one in values)
        for values in place.around
        if type(values) in (list, tuple)
    )


def _as_written(before: str, text: str) -> str:
    written: Any = repr(text)
    return f'"{text}"' if before.startswith('"') and '"' not in written[1:-1] else written
