"""
A query as a tree of the few things it may have; nothing of it is ever evaluated by Python.
"""

import ast
import functools
import re
import warnings
from dataclasses import dataclass
from typing import Final

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.tool_executors.where.text import Clean, clean_text, no_python_names

DEEPEST: Final = 60
"""Levels of a query; each is a few Python frames, and a worker's stack is small."""

_TAKEN: Final = (
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.Call,
    ast.keyword,
    ast.Attribute,
    ast.Subscript,
    ast.Constant,
    ast.Name,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Dict,
    ast.expr_context,
    ast.boolop,
    ast.cmpop,
    ast.unaryop,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
)
_WORDS: Final[dict[type[ast.AST], str]] = {
    ast.Lambda: "functions",
    ast.IfExp: "if … else",
    ast.JoinedStr: "f-strings",
    ast.NamedExpr: "names of its own (:=)",
    ast.ListComp: "loops",
    ast.SetComp: "loops",
    ast.DictComp: "loops",
    ast.GeneratorExp: "loops",
    ast.Slice: "slices (take .str.slice(0, 3))",
}
_ONE_EQUALS_SIGN: Final = re.compile(r"(?<![=<>!:])=(?!=)")
_LOUD: Final = re.compile(r"\b(AND|OR|NOT|IN|And|Or|Not|In)\b")
_IS_NULL: Final = re.compile(r"\bis\s+(not\s+)?null\b", re.IGNORECASE)
_SQL: Final = re.compile(r"\b(like|between)\b(?!\s*\()", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be read: its text, its tree, and the names that stood in backticks."""

    text: str
    tree: ast.expr
    columns: dict[str, str]

    def words(self, node: ast.AST) -> str:
        """Return a part of the query as it is written."""
        found = ast.unparse(node)
        for name, column in self.columns.items():
            found = found.replace(name, f"`{column}`")
        return found

    def name(self, node: ast.Name) -> str:
        """Return the name of a column as it is meant."""
        return self.columns.get(node.id, node.id)


@functools.lru_cache(maxsize=64)
def parse_query(where: str) -> Query:
    """
    Return the tree of a query. The columns are not looked at.

    Raises:
        ParameterError: it cannot be read, is too long or too deep, or has what no query has.
    """
    clean = clean_text(where)
    if not clean.python:
        raise ParameterError(
            "where= is empty.", next_steps=["Write a condition, such as where='not is_encrypted'."]
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a text is meant
            tree = ast.parse(clean.python, mode="eval").body
    except (RecursionError, MemoryError) as exc:
        raise _too_deep() from exc
    except (SyntaxError, ValueError) as exc:
        if "too many nested" in str(exc):
            raise _too_deep() from exc
        raise _unreadable(where, clean, exc) from exc
    _check(tree)
    return Query(where, tree, clean.columns)


def names_of(where: str) -> set[str]:
    """Return what may be names of columns in a query: its words outside of quotes."""
    words = clean_text(where).words
    # A column with a dot in its name reads like a member.
    dotted = {part.strip() for part in re.findall(r"[\w.]+", where) if "." in part}
    return {*words, *dotted}


def _check(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        for node in level:
            _check_node(node)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise _too_deep()


def _check_node(node: ast.AST) -> None:
    if not isinstance(node, _TAKEN):
        what = _WORDS.get(type(node), f"“{type(node).__name__}”")
        raise ParameterError(
            f"where= takes no {what}.",
            next_steps=["Compare columns with values, with and, or, not and brackets."],
        )
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    if name.startswith("__"):
        raise no_python_names(name)
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes | complex | type(...)):
        raise ParameterError(
            f"where= takes no such value: {node.value!r}.",
            next_steps=["Write a text in quotes, a number, True or False."],
        )


def _too_deep() -> ParameterError:
    return ParameterError(
        f"where= is nested more than {DEEPEST} levels deep.",
        next_steps=[
            'Write `column in ["a", "b"]` instead of many comparisons, and fewer brackets.',
        ],
    )


def _unreadable(where: str, clean: Clean, exc: Exception) -> ParameterError:
    shown = where if len(where) <= 200 else f"{where[:200]}…"
    words = getattr(exc, "msg", None) or str(exc)
    if "integer string conversion" in words:
        words = "A number has too many digits"
    return ParameterError(
        f"where= cannot be read: {shown!r}.",
        why=f"{words[:1].upper()}{words[1:]}.".replace("..", "."),
        next_steps=[
            *(["Put an account's number in quotes."] if "eading zeros" in words else []),
            *comparison_steps(clean),
            "Write a condition, such as where='not is_encrypted and region == \"eu-west-1\"'.",
        ],
    )


def comparison_steps(clean: Clean) -> list[str]:
    """Return next steps for the slips that are made most."""
    found, steps = clean.outside, []
    if _ONE_EQUALS_SIGN.search(found):
        steps.append("Write two equals signs to compare: state == 'running'.")
    if loud := _LOUD.search(found):
        steps.append(f"Write {loud[1].lower()} in small letters.")
    if _IS_NULL.search(found):
        steps.append("Ask for absent cells with column.isna(), for present ones column.notna().")
    if _SQL.search(found):
        steps.append(
            "Instead of LIKE write column.str.contains('…'), instead of BETWEEN 1 <= x <= 5."
        )
    if "!" in found.replace("!=", ""):
        steps.append("Write not instead of !.")
    return steps
