"""Texts that a column was compared with: whether any row has them, and which it has instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.frames.chosen import MOST_VALUES, AskedText
from aibrain_jupyter.shared.texts.names import nearest
from aibrain_jupyter.tool_executors.where.kinds import Kind, Mask, Value, objects
from aibrain_jupyter.tool_executors.where.members import as_mapping, flat_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.tool_executors.where.evaluate import Evaluation

_MOST_TEXTS: Final = 20
"""Texts of one query that are looked at: a longer list is not written by hand."""
_FIRST_ROWS: Final = 1000
"""Rows that are looked at first: mostly they have each state there is."""
_MOST_COMPARED: Final = 500
"""Different values among which a near one is looked for."""


def note_texts(ctx: Evaluation, column: Value, texts: Sequence[str], true: Mask) -> None:
    """Write down which texts no row of a column has, and what it has instead."""
    if len(texts) > _MOST_TEXTS or not len(true):
        return
    if len(texts) == 1 and true.any():
        _note(ctx, AskedText(column.words, texts[0], is_met=True))
        return
    if column.kind is Kind.TEXT and set(texts) <= set(column.data.iloc[:_FIRST_ROWS]):
        for text in texts:
            _note(ctx, AskedText(column.words, text, is_met=True))
        return
    values = _values(column)
    listed = tuple(sorted(values)) if len(values) <= MOST_VALUES else ()
    for text in texts:
        near = () if listed or len(values) > _MOST_COMPARED else tuple(nearest(text, values))
        _note(ctx, AskedText(column.words, text, text in values, listed or near))


def note_key(ctx: Evaluation, column: Value, key: str, cells: Sequence[Any]) -> None:
    """Write down whether any mapping of a column has a key, and which there are."""
    is_met, keys = False, dict[str, None]()
    for raw in cells:
        cell = as_mapping(raw)
        maps = cell if isinstance(cell, list | tuple) else (cell,)
        for each in maps:
            if isinstance(each, dict):
                if key in each:
                    is_met = True
                    break
                if len(keys) < _MOST_COMPARED:
                    keys.update(dict.fromkeys(str(name) for name in each))
    listed = () if is_met else tuple(sorted(keys))
    if len(listed) > MOST_VALUES:
        listed = tuple(nearest(key, listed))
    _note(ctx, AskedText(column.words, key, is_met, listed, is_key=True))


def _values(column: Value) -> dict[str, None]:
    if column.kind is Kind.TEXT:
        return dict.fromkeys(str(value) for value in column.data.dropna().unique())
    return dict.fromkeys(flat_texts(objects(column.data)))


def _note(ctx: Evaluation, text: AskedText) -> None:
    key = (text.column, text.text, text.is_key)
    before = ctx.texts.get(key)
    if before is None or (text.is_met and not before.is_met):
        ctx.texts[key] = text
