"""
Compare two sides by key: a row for each difference, what was not asked alike first.

Nothing that is not known is ever equal or changed, and what nobody asked for is never removed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aibrain_jupyter.evidence.comparing.cells import differing
from aibrain_jupyter.evidence.comparing.framed import frame_of
from aibrain_jupyter.evidence.comparing.keyed import key_of, match
from aibrain_jupyter.evidence.comparing.not_asked import not_asked
from aibrain_jupyter.evidence.comparing.parts import (
    ABOUT,
    ADDED,
    CHANGED,
    CHANGES,
    NOT_ASKED,
    NOT_ASKED_BEFORE,
    ORDER,
    REMOVED,
    UNKNOWN,
    VOLATILE,
    Part,
    cells_of,
    excluded_apart,
)
from aibrain_jupyter.evidence.comparing.schema import schema_of
from aibrain_jupyter.evidence.comparing.scope import scope_changes
from aibrain_jupyter.evidence.decisions.exclusions import COLUMN as EXCLUDED
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, rows_by_reasons
from aibrain_jupyter.shared.frames.volatile import is_volatile_name
from aibrain_jupyter.writers.table import as_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from aibrain_jupyter.evidence.comparing.keyed import Matched
    from aibrain_jupyter.evidence.comparing.schema import Shared
    from aibrain_jupyter.evidence.comparing.scope import ScopeChange
    from aibrain_jupyter.evidence.comparing.sides import Mask, Side, Texts


@dataclass(frozen=True)
class Comparison:
    """
    What differs: `frame` has a row for each difference (see `compare`), `key` its key columns as
    they are called there, `scope` what was not asked alike, `counts` the rows of it by `CHANGES`,
    `rows_changed` how many rows have a changed cell, `columns` how many cells changed by column.
    """

    old: Side
    new: Side
    key: Sequence[str]
    frame: pd.DataFrame
    scope: Sequence[ScopeChange]
    counts: dict[str, int]
    rows_changed: int
    columns: dict[str, int]
    volatile: Sequence[str] = ()
    matched: int = 0


def compare(
    old: Side, new: Side, *, key: Sequence[str] = (), volatile: Sequence[str] = ()
) -> Comparison:
    """
    Return what differs between two sides.

    Args:
        old: The earlier one.

        new: The later one.

        key: Columns that tell one row from another; none: as declared.

        volatile: Further columns that change by themselves.

    Returns:
        A comparison whose frame has first the columns of the key (missing where a row is about a
        whole side), then

        - ``change`` (str): one of `CHANGES`. ``added`` and ``removed`` are rows; ``changed``,
          ``order`` (the same elements in another order), ``volatile`` and ``not known`` are cells;
          ``not asked`` and ``not asked before`` are rows that could not be on the other side;
          ``excluded`` is whatever differs in rows that are excluded on purpose; ``scope`` and
          ``schema`` are about the whole.
        - ``column`` (str): the column of a cell, what of scope or schema; empty for whole rows.
        - ``old``, ``new`` (object): the cells, None where there is nothing.
        - ``why`` (str): what is to be said of it, empty for nothing.

        Rows are in the order of `CHANGES`, cells in the order of the new rows. No difference gives
        no rows and the same columns.

    Raises:
        ParameterError: no key is known, or a row has none or that of another.
        InputError: a side is no frame, or two of its columns have one name.
    """
    old, new = (_as_side(side) for side in (old, new))
    declared = key_of(old, new, key)
    rows, key = match(old, new, declared), declared.columns
    shared = schema_of(old, new, rows, key, (NOT_KNOWN, EXCLUDED))
    by_itself = _volatile(shared, old, new, volatile)
    parts = [*_whole_rows(old, new, rows, key), *_cells(old, new, rows, shared, by_itself)]
    parts = list(excluded_apart(parts, old, new, rows))
    scope = scope_changes(old, new)
    names = {name: f"key {name}" if name in ABOUT else name for name in key}
    frame = frame_of(parts, scope, shared, key, names, (old, new))
    counted = frame["change"].value_counts()
    changed = [part for part in parts if part.change == CHANGED]
    return Comparison(
        old,
        new,
        list(names.values()),
        frame,
        scope,
        {change: int(counted.get(change, 0)) for change in CHANGES},
        len(np.unique(np.concatenate([part.at for part in changed]))) if changed else 0,
        _counts(changed),
        [pair.new for pair in shared.pairs if pair.new in by_itself],
        len(rows.new),
    )


def _as_side(side: Side) -> Side:
    return dataclasses.replace(side, frame=as_columns(side.frame))


def _volatile(shared: Shared, old: Side, new: Side, more: Sequence[str]) -> set[str]:
    """Return the columns that change by themselves: as declared, else as their names say."""
    declared = {**old.volatile, **new.volatile, **dict.fromkeys(more, True)}
    names = (pair.new for pair in shared.pairs)
    return {name for name in names if declared.get(name, is_volatile_name(name))}


def _whole_rows(old: Side, new: Side, rows: Matched, key: Sequence[str]) -> list[Part]:
    found = []
    for own, other, places, change, apart in (
        (new, old, rows.added, ADDED, NOT_ASKED_BEFORE),
        (old, new, rows.removed, REMOVED, NOT_ASKED),
    ):
        whys = not_asked(own.frame.iloc[places], own, other, key)
        was_asked = whys == ""
        found.append(Part(own, places[was_asked], change))
        found.append(Part(own, places[~was_asked], apart, why=whys[~was_asked]))
    return found


def _cells(old: Side, new: Side, rows: Matched, shared: Shared, by_itself: set[str]) -> list[Part]:
    found = []
    unknown = _not_known(old, rows.old), _not_known(new, rows.new)
    for pair in shared.pairs:
        one, other = _taken(old.frame[pair.old], rows.old), _taken(new.frame[pair.new], rows.new)
        changed, reordered = differing(one, other)
        whys = _why_not_known(unknown[0].get(pair.old), unknown[1].get(pair.new))
        if whys is not None:
            is_known = whys == ""
            changed = changed & is_known
            reordered = None if reordered is None else reordered & is_known
            found.append(_part(new, rows, pair.new, UNKNOWN, ~is_known, one, other, whys))
        change = VOLATILE if pair.new in by_itself else CHANGED
        found.append(_part(new, rows, pair.new, change, changed, one, other))
        if reordered is not None:
            found.append(_part(new, rows, pair.new, ORDER, reordered, one, other))
    return [part for part in found if len(part.places)]


def _taken(values: pd.Series[Any], places: npt.NDArray[np.intp]) -> pd.Series[Any]:
    if len(places) == len(values) and (not len(places) or (np.diff(places) == 1).all()):
        return values
    return values.iloc[places]


def _part(
    new: Side,
    rows: Matched,
    column: str,
    change: str,
    where: Mask,
    one: pd.Series[Any],
    other: pd.Series[Any],
    whys: Texts | None = None,
) -> Part:
    at = np.flatnonzero(where)
    was, now = (cells_of(series.iloc[at]) for series in (one, other))
    if whys is None:
        return Part(new, rows.new[at], change, column, was, now, "", at)
    why = whys[at]
    was, now = _known_cells(was, why, "old"), _known_cells(now, why, "new")
    return Part(new, rows.new[at], change, column, was, now, why, at)


def _known_cells(values: Texts, whys: Texts, side: str) -> Texts:
    """Return cells without those that are not known: what stands there says nothing."""
    found = values.copy()
    found[np.array([f"; {side}: " in f"; {why}" for why in whys], dtype=bool)] = None
    return found


def _not_known(side: Side, places: npt.NDArray[np.intp]) -> dict[str, Texts]:
    """Return for each column with cells that are not known why, empty where they are."""
    found: dict[str, Texts] = {}
    for rows, reasons in rows_by_reasons(side.frame):
        for name, reason in reasons.items():
            whys = found.setdefault(name, np.full(len(side.frame), "", dtype=object))
            whys[rows] = reason or "no reason is told"
    return {name: whys[places] for name, whys in found.items()}


def _why_not_known(old: Texts | None, new: Texts | None) -> Texts | None:
    if old is None and new is None:
        return None
    says = [
        None if whys is None else np.where(whys != "", f"{side}: " + whys, "")
        for side, whys in (("old", old), ("new", new))
    ]
    first, second = (whys for whys in says)
    if first is None or second is None:
        found: Texts = first if second is None else second  # type: ignore[assignment]
        return found
    between = np.where((first != "") & (second != ""), "; ", "")
    together: Texts = first + between + second
    return together


def _counts(parts: Sequence[Part]) -> dict[str, int]:
    found = {part.column: len(part.places) for part in parts}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))
