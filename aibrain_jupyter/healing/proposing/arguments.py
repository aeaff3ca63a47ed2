"""A parameter that a call does not take, and one like it that it takes."""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.proposing.alike import one_alike
from aibrain_jupyter.healing.proposing.findings import Finding, NoFinding
from aibrain_jupyter.healing.proposing.place import UNKNOWN
from aibrain_jupyter.healing.proposing.source import Code, Edit
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aibrain_jupyter.healing.proposing.findings import Operations
    from aibrain_jupyter.healing.proposing.place import Place

KIND: Final = "renamed-parameter"
_UNEXPECTED: Final = re.compile(
    r"unexpected keyword argument '(?P<one>\w+)'|'(?P<two>\w+)' is an invalid keyword argument"
)
_OF_SDK: Final = re.compile(r'Unknown parameter in input: "(\w+)", must be one of: ([\w, ]+)')


def renamed_parameter(place: Place, operations: Operations) -> Finding | NoFinding | None:
    """Read the refusal of a parameter that a call in the source gives by name."""
    error, offered = place.error, None
    if isinstance(error, TypeError) and (said := _UNEXPECTED.search(_short(error))):
        wrong = said[said.lastgroup or 0]
    elif type(error).__name__ == "ParamValidationError" and (said := _OF_SDK.search(_short(error))):
        wrong, offered = said[1], re.findall(r"\w+", said[2])
    else:
        return None
    calls = [
        (call, word)
        for call in place.nodes(ast.Call)
        for word in call.keywords
        if word.arg == wrong
    ]
    if len(calls) != 1:
        return NoFinding(f"line {place.line} does not say plainly which call is given {wrong}")
    call, word = calls[0]
    given = {one.arg for one in call.keywords}
    names = _taken(place, call) if offered is None else offered
    if names is None:
        return NoFinding(f"what the call in line {place.line} takes cannot be told")
    found = one_alike(wrong, [name for name in names if name not in given])
    if found is None:
        shown = ", ".join(list(names)[:12])
        return NoFinding(f"{wrong} is not taken, and nothing like it is: {shown}")
    name, how = found
    begin = place.code.span(word)[0]
    if place.code.text[begin : begin + len(wrong)] != wrong:
        return NoFinding(f"where {wrong} stands in line {place.line} is not certain")
    return Finding(
        kind=KIND,
        what=f"{wrong} is given, {name} is taken",
        line=word.lineno,
        edits=(Edit(begin, begin + len(wrong), name),),
        not_known=f"Whether {name} means what {wrong} meant: {how}.",
    )


def _short(error: BaseException) -> str:
    return words_of(error)


def _taken(place: Place, call: ast.Call) -> Sequence[str] | None:
    """Return the parameters that what is called declares; None: nobody knows them all."""
    callee = place.value(call.func)
    if callee is UNKNOWN:
        return None
    try:
        parameters = inspect.signature(callee).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return None
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one.name for one in parameters if one.kind in kinds]


def parameter_of_spec(
    error: BaseException, code: Code, function: str, declared: Sequence[str]
) -> Finding | NoFinding | None:
    """
    Read the refusal of a parameter by the tool's own function: its declaration says another name.

    Args:
        error: What was raised as the tool was called.

        code: Its source.

        function: The name of its function.

        declared: The parameters that its spec has.
    """
    said = _UNEXPECTED.search(_short(error)) if isinstance(error, TypeError) else None
    if said is None or said[said.lastgroup or 0] not in declared:
        return None
    found = [
        node
        for node in code.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
    ]
    if len(found) != 1:
        return NoFinding(f"the source does not say plainly which function {function} is")
    arguments = [*found[0].args.args[1:], *found[0].args.kwonlyargs]
    odd = [one for one in arguments if one.arg not in declared]
    missing = [name for name in declared if name not in {one.arg for one in arguments}]
    if len(odd) != 1 or len(missing) != 1 or one_alike(odd[0].arg, missing) is None:
        return NoFinding("the function's parameters are not those of its declaration")
    names = list(_uses(found[0], odd[0].arg))
    if None in names or any(n is not None and not code.is_exact(n) for n in names):
        return NoFinding(f"{odd[0].arg} is used in a way that cannot be followed for certain")
    if any(isinstance(n, ast.Name) and n.id == missing[0] for n in ast.walk(found[0])):
        return NoFinding(f"{missing[0]} is another thing in the function already")
    begin = code.span(odd[0])[0]
    places = [begin, *(code.span(node)[0] for node in names if node is not None)]
    length = len(odd[0].arg)
    return Finding(
        kind=KIND,
        what=f"the function takes {odd[0].arg}, its declaration says {missing[0]}",
        line=odd[0].lineno,
        edits=tuple(Edit(at, at + length, missing[0]) for at in places),
        not_known="Whether the declaration is right, or the function.",
    )


def _uses(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Iterator[ast.Name | None]:
    """Yield where a parameter is used; None where something else has its name."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name:
            yield node
        is_inner = isinstance(node, ast.arg) and node.arg == name
        if is_inner and node not in (*function.args.args, *function.args.kwonlyargs):
            yield None
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            yield None
