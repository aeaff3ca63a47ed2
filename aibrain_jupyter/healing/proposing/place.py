"""
Where an exception met the source of a tool, and what was there when it did.

Looked at are the exceptions that led to it (``raise … from``) and the members of groups. What runs
may be another source than what the file has by now: then nothing is known.
"""

from __future__ import annotations
import __future__

import ast
import functools
import inspect
import operator
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aibrain_jupyter.healing.proposing.source import Code

_MOST: Final = 50
FUTURE: Final = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
"""The flags that ``from __future__`` gives to code."""
_Node = TypeVar("_Node", bound=ast.AST)
UNKNOWN: Final = object()
"""The value of what cannot be told without running something."""


@dataclass(frozen=True, eq=False)
class Place:
    """
    A line of a tool's source where `error` came by.

    `names` are the variables there, `around` what those hold that led there; `span` is the
    expression (line, end line, column, end column), None where Python does not tell. With `is_last`
    it was raised right there.
    """

    error: BaseException
    code: Code
    line: int
    span: tuple[int, int, int, int] | None
    names: Mapping[str, Any]
    around: Sequence[Any]
    is_last: bool

    def nodes(self, kind: type[_Node]) -> list[_Node]:
        """Return the nodes of a kind that may be meant: the one expression, else those there."""
        there = [
            node
            for node in ast.walk(self.code.tree)
            if isinstance(node, kind)
            and getattr(node, "lineno", 0) <= self.line <= (getattr(node, "end_lineno", 0) or 0)
        ]
        return [node for node in there if _span(node) == self.span] or there

    @property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function around it."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        around = [
            node
            for node in ast.walk(self.code.tree)
            if isinstance(node, kinds) and node.lineno <= self.line <= (node.end_lineno or 0)
        ]
        return max(around, key=lambda node: node.lineno, default=None)

    def value(self, node: ast.expr) -> Any:
        """Return what an expression was, `UNKNOWN` where that would need code of somebody."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, UNKNOWN)
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Subscript):
            base, key = self.value(node.value), self.value(node.slice)
            if type(base) in (dict, list, tuple) and type(key) in (str, int):
                try:
                    return base[key]
                except (LookupError, TypeError):
                    return UNKNOWN
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            if base is UNKNOWN:
                return UNKNOWN
            if isinstance(base, types.ModuleType):
                return vars(base).get(node.attr, UNKNOWN)
            found = inspect.getattr_static(base, node.attr, UNKNOWN)
            return found if isinstance(found, types.FunctionType) else UNKNOWN
        return UNKNOWN

    def gone_through(self, name: str) -> Sequence[Any]:
        """Return the list whose items a comprehension here calls by a name; empty: not known."""
        kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        around = [
            node
            for node in ast.walk(self.code.tree)
            if isinstance(node, kinds) and node.lineno <= self.line <= (node.end_lineno or 0)
        ]
        for node in (one for each in around for one in each.generators):
            if isinstance(node.target, ast.Name) and node.target.id == name:
                found = self.value(node.iter)
                return found if type(found) in (list, tuple) else ()
        return ()


def places_of(error: BaseException, code: Code) -> Iterator[Place]:
    """
    Yield where the exceptions that led to an error came by the source, each once.

    Raises:
        ValueError: what ran is not what the source says.
    """
    compiled: dict[int, list[types.CodeType]] = {}
    for one in behind(error):
        found, step = None, one.__traceback__
        around: list[Any] = []
        while step is not None:
            if _is_of(step.tb_frame, code):
                around += step.tb_frame.f_locals.values()
                found = step
            step = step.tb_next
        if found is None:
            continue
        running = found.tb_frame.f_code
        flags = running.co_flags & FUTURE
        if flags not in compiled:
            compiled[flags] = list(_codes(compile(code.tree, "x", "exec", flags, True)))
        if running not in compiled[flags]:
            raise ValueError("its source was changed since it was imported")
        yield Place(
            error=one,
            code=code,
            line=found.tb_lineno,
            span=_position(running, found.tb_lasti),
            names={**found.tb_frame.f_globals, **found.tb_frame.f_locals},
            around=around,
            is_last=found.tb_next is None,
        )


def _is_of(frame: types.FrameType, code: Code) -> bool:
    if frame.f_globals.get("__name__") != code.module:
        return False
    return not code.file or frame.f_code.co_filename == code.file


def behind(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, what it was raised from and the members of a group, each once."""
    todo, seen = [error], set[int]()
    while todo and len(seen) < _MOST:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            todo += one.exceptions
        if one.__cause__ is not None:
            todo.append(one.__cause__)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _position(code: types.CodeType, last: int) -> tuple[int, int, int, int] | None:
    line, end_line, column, end_column = list(code.co_positions())[last // 2]
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return line, end_line, column, end_column


def _span(node: ast.AST) -> tuple[int, int, int, int] | None:
    names = ("lineno", "end_lineno", "col_offset", "end_col_offset")
    line, end_line, column, end_column = (getattr(node, name, None) for name in names)
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return line, end_line, column, end_column
