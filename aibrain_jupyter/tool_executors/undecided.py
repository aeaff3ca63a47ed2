"""
Which rows a query cannot decide: a cell that it looks at is not known.

Whoever asks for buckets that are not encrypted must also see the one whose encryption nobody may
read: it may be one of them. So such rows are found by the query's own ``and``, ``or`` and ``not``:
a part that names a column not known in the row may be true and may be false. What is absent is
known, and never fits.
"""

from __future__ import annotations

import ast
import io
import tokenize
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, read_reasons

if TYPE_CHECKING:
    from collections.abc import Callable

    _Mask = pd.Series[Any]

# As pandas reads them in a query, with the precedence of the words.
_WORDS: Final = {"&": "and", "|": "or"}


def may_match(
    frame: pd.DataFrame, where: str, truth: Callable[[pd.DataFrame, str], _Mask]
) -> _Mask:
    """
    Tell which rows a query could be true for if the cells that are not known were.

    Args:
        frame: The rows.

        where: A query that can be read.

        truth: Returns what the query, or a part of it, says of each row (boolean, NA: nothing).
    """
    # By position: the same words are in many rows.
    reasons = [read_reasons(words) for words in frame[NOT_KNOWN]] if NOT_KNOWN in frame else []
    unknown = {
        name: pd.Series([name in found for found in reasons], frame.index)
        for name in {name for found in reasons for name in found}
    }

    def both(node: ast.expr) -> tuple[_Mask, _Mask]:
        """Return for which rows a part may be true, and for which it may be false."""
        if isinstance(node, ast.BoolOp):
            trues, falses = zip(*(both(part) for part in node.values), strict=True)
            is_and = isinstance(node.op, ast.And)
            return _merged(trues, every=is_and), _merged(falses, every=not is_and)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
            may_be_true, may_be_false = both(node.operand)
            return may_be_false, may_be_true
        return leaf(ast.unparse(node), {n.id for n in ast.walk(node) if isinstance(n, ast.Name)})

    def leaf(text: str, names: set[str]) -> tuple[_Mask, _Mask]:
        found = truth(frame, text).astype("boolean")
        is_open = pd.Series(False, frame.index)
        for name in names & unknown.keys():
            is_open |= unknown[name]
        true, false = (found.fillna(False).astype(bool), (~found).fillna(False).astype(bool))
        return true | is_open, false | is_open

    if not unknown:
        return pd.Series(False, frame.index)
    tree = _parsed(where)
    may_be_true, _ = both(tree) if tree else leaf(where, {n for n in unknown if n in where})
    return may_be_true


def _merged(masks: tuple[_Mask, ...], *, every: bool) -> _Mask:
    found = pd.concat(masks, axis=1)
    return found.all(axis=1) if every else found.any(axis=1)


def _parsed(where: str) -> ast.expr | None:
    """Return the query's tree; None for what only pandas can read, such as names in backticks."""
    try:
        read = tokenize.generate_tokens(io.StringIO(where.strip()).readline)
        tokens = [
            (tokenize.NAME, _WORDS[t.string]) if t.string in _WORDS else (t.type, t.string)
            for t in read
        ]
        return ast.parse(tokenize.untokenize(tokens).strip(), mode="eval").body
    except (SyntaxError, tokenize.TokenError):
        return None
