"""
Which rows a query keeps: one walk over its tree, with three-valued truth and a fourth for absent.

Of each row a part of a query is true, false, *not known* (a cell that it looks at is not), or
*absent* (there is no such cell: it is neither less nor more than anything). The walk asks of each
part whether it may be true, or whether it may be false: what is not known may be both, what is
absent neither. So a row is kept that may be one of those asked for.

An absent cell equals no value, so ``==`` and ``in`` are false and ``!=`` and ``not in`` are true
for it. Its order is absent. Rows that are left out for that reason alone are counted.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aibrain_jupyter.shared.frames.chosen import AbsentRows, AskedText, Chosen
from aibrain_jupyter.shared.frames.not_known import rows_by_reasons
from aibrain_jupyter.tool_executors.where import refusals
from aibrain_jupyter.tool_executors.where.compare import Comparison, compare
from aibrain_jupyter.tool_executors.where.kinds import Kind, Mask, Value, bools
from aibrain_jupyter.tool_executors.where.methods import as_comparison
from aibrain_jupyter.tool_executors.where.values import Values

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.tool_executors.where.parse import Query


@dataclass(frozen=True, slots=True)
class _Absence:
    """A value that is absent in `rows`, in a part that was asked whether it `says` true."""

    value: Value
    rows: Mask
    node: ast.expr
    says: bool
    is_denied: bool
    """Whether ``not`` stands before the part."""


@dataclass
class Evaluation:
    """
    One query over the rows of one call.

    Args:
        frame: The rows; ``not_known`` says which cells are not known.

        query: What is asked.

        now: What ``90 days ago`` counts from, aware.

        meanings: What an absent cell says, by column: ``days_idle`` may say "never used". Rows
            with an absent text are counted only where the column is in here.

        fiscal_year_start: Month (1 to 12) in which a fiscal year begins.
    """

    frame: pd.DataFrame
    query: Query
    now: dt.datetime
    meanings: Mapping[str, str] = field(default_factory=dict)
    fiscal_year_start: int = 1
    moments: dict[str, str] = field(default_factory=dict)
    texts: dict[tuple[str, str, bool], AskedText] = field(default_factory=dict)
    _absences: list[_Absence] = field(default_factory=list)
    _compared: dict[int, list[Comparison]] = field(default_factory=dict)
    """The comparisons by part, which are looked at again to count; not those of conditions."""
    _is_counting: bool = False
    """Whether absent cells are taken as not known, to see which rows they alone leave out."""

    def __post_init__(self) -> None:
        """Make what reads the values."""
        self.values = Values(self)

    def kept(self) -> tuple[Mask, Chosen]:
        """
        Return which rows the query keeps, and what is to be said about the others.

        Raises:
            UnknownNameError: it names no column.
            ParameterError: it cannot be true of any row, or says nothing of rows.
        """
        kept = self.may(self.query.tree, says=True)
        absent = self._left_out(kept) if self._absences else ()
        return kept, Chosen(absent, tuple(self.texts.values()), dict(self.moments))

    def may(self, node: ast.expr, *, says: bool, is_denied: bool = False) -> Mask:
        """Return for which rows a part may be true, or, if `says` is False, may be false."""
        if isinstance(node, ast.BoolOp):
            parts = [self.may(part, says=says) for part in node.values]
            is_every = isinstance(node.op, ast.And) == says
            return reduce(np.logical_and if is_every else np.logical_or, parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
            return self.may(node.operand, says=not says, is_denied=True)
        plain = as_comparison(node)
        if isinstance(plain, ast.Compare):
            found = [
                self._settled(plain if len(plain.ops) == 1 else node, part, says, is_denied)
                for part in self._comparisons(plain, id(node))
            ]
            return reduce(np.logical_and if says else np.logical_or, found)
        return self._truth(node, self.values.of(node), says, is_denied)

    def as_flag(self, node: ast.expr) -> Value:
        """Return a condition as a value, to be compared with another."""
        before = list(self._absences)
        yes, no = self.may(node, says=True), self.may(node, says=False)
        self._absences = before  # what is absent in it is absent in the value, and said of that
        data = pd.Series(pd.array(yes, dtype="boolean"), self.frame.index)
        unknown = yes & no
        return Value(
            Kind.FLAG,
            data.mask(~yes & ~no),
            f"({self.query.words(node)})",
            unknown if unknown.any() else None,
        )

    def unknown(self, column: str) -> Mask | None:
        """Return in which rows a column is not known; None: in none."""
        found = self._unknown.get(column)
        return found if found is not None and found.any() else None

    @property
    def _unknown(self) -> dict[str, Mask]:
        if (known := self.__dict__.get("_unknown_rows")) is None:
            known = self.__dict__["_unknown_rows"] = unknown_rows(self.frame)
        return known

    def _comparisons(self, node: ast.Compare, key: int) -> list[Comparison]:
        if (known := self._compared.get(key)) is not None:
            return known
        values = [self.values.of(part) for part in (node.left, *node.comparators)]
        self._compared[key] = found = [
            compare(self, left, operator, right, self.query.words(node))
            for left, operator, right in zip(values[:-1], node.ops, values[1:], strict=True)
        ]
        return found

    def _settled(self, node: ast.expr, part: Comparison, says: bool, is_denied: bool) -> Mask:
        # A comparison of two columns is as little known as either of them.
        absent = reduce(np.logical_or, part.absent.values()) if part.absent else None
        if says:
            found = part.true
        elif part.is_order and absent is not None:
            found = ~part.true & ~absent
        else:
            found = ~part.true
        return self._opened(found, part.absent, part.values, part.unknown, node, says, is_denied)

    def _truth(self, node: ast.expr, value: Value, says: bool, is_denied: bool) -> Mask:
        if value.is_literal or value.kind not in (Kind.FLAG, Kind.NESTED, Kind.ANY):
            raise refusals.no_condition(value)
        if value.kind is Kind.NESTED:
            # As in Python: a list is true that has a member. Where there is none, there is none.
            has_some = np.fromiter((bool(v) for v in _sized(value.data)), bool, len(value.data))
            found = has_some if says else ~has_some
            return found if value.unknown is None else found | value.unknown
        true = bools(value.data)
        absent = value.absent
        found = true if says else ~true & ~absent
        if value.kind is Kind.ANY:
            flags = np.fromiter((isinstance(v, bool) for v in value.data), bool, len(value.data))
            found = found & flags
        return self._opened(
            found, {value.words: absent}, {value.words: value}, value.unknown, node, says, is_denied
        )

    def _opened(
        self,
        found: Mask,
        absent: Mapping[str, Mask],
        values: Mapping[str, Value],
        unknown: Mask | None,
        node: ast.expr,
        says: bool,
        is_denied: bool,
    ) -> Mask:
        for name, rows in absent.items():
            left_out = rows & ~found
            if unknown is not None:
                left_out = left_out & ~unknown
            if self._is_counting:
                found = found | rows
            elif left_out.any():
                self._absences.append(_Absence(values[name], left_out, node, says, is_denied))
        return found if unknown is None else found | unknown

    def _left_out(self, kept: Mask) -> tuple[AbsentRows, ...]:
        """Count the rows that an absent cell alone leaves out."""
        met, self._absences, self._is_counting = self._absences, [], True
        gone = self.may(self.query.tree, says=True) & ~kept
        self._is_counting = False
        counts: dict[tuple[str, str], tuple[Mask, str]] = {}
        for each in met:
            name = self._name(each.value)
            key = (name, self._step(each, name))
            rows = each.rows & gone
            before = counts.get(key)
            meaning = self.meanings.get(each.value.column, "")
            counts[key] = (rows | before[0] if before else rows, meaning)
        return tuple(
            AbsentRows(name, int(rows.sum()), step, meaning)
            for (name, step), (rows, meaning) in counts.items()
            if rows.any()
        )

    def _name(self, value: Value) -> str:
        """Return what is absent: the column, if nothing else that is made of it is."""
        if value.column in self.frame:
            column = self.values.column(value.column)
            if np.array_equal(column.absent, value.absent):
                return column.words
        return value.words

    def _step(self, absence: _Absence, name: str) -> str:
        tree = self.query.tree
        if tree is absence.node or (absence.is_denied and _operand(tree) is absence.node):
            return f"add `or {name}.isna()` to see them"
        if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or) and _is_part(tree, absence):
            return f"add `or {name}.isna()` to see them"
        part = self.query.words(absence.node)
        if absence.says:
            return f"write `({part} or {name}.isna())` to see them"
        if absence.is_denied:
            return f"write `(not {part} or {name}.isna())` instead of `not {part}` to see them"
        return f"write `({part} and {name}.notna())` to see them"


def _operand(node: ast.expr) -> ast.expr | None:
    return node.operand if isinstance(node, ast.UnaryOp) else None


def _is_part(tree: ast.BoolOp, absence: _Absence) -> bool:
    """Tell whether a part, or its denial, is one of those that ``or`` joins."""
    return any(part is absence.node or _operand(part) is absence.node for part in tree.values)


def unknown_rows(frame: pd.DataFrame) -> dict[str, Mask]:
    """Return the rows in which each column is not known; columns known everywhere are not in it."""
    found: dict[str, Mask] = {}
    for rows, reasons in rows_by_reasons(frame):
        for name in reasons:
            found[name] = found[name] | rows if name in found else rows
    return found


def _sized(series: pd.Series[Any]) -> list[Any]:
    return [value if isinstance(value, dict | list | tuple | set | str) else () for value in series]
