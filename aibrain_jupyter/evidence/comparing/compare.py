"""
Compare two sides by key: a row for each difference, what was not asked alike first.

Nothing that is not known is ever equal or changed, and what nobody asked for is never removed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aibrain_jupyter.evidence.comparing.cells import differing, kind_in
from aibrain_jupyter.evidence.comparing.keyed import Matched, key_of, match
from aibrain_jupyter.evidence.comparing.not_asked import not_asked
from aibrain_jupyter.evidence.comparing.schema import Shared, schema_of
from aibrain_jupyter.evidence.comparing.scope import ScopeChange, scope_changes
from aibrain_jupyter.evidence.decisions.exclusions import COLUMN as EXCLUDED
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, rows_by_reasons
from aibrain_jupyter.shared.frames.volatile import is_volatile_name
from aibrain_jupyter.writers.table import Kind, as_columns

if TYPE_CHECKING:
    import numpy.typing as npt

    from aibrain_jupyter.evidence.comparing.sides import Mask, Side, Texts

SCOPE: Final = "scope"
SCHEMA: Final = "schema"
ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
UNKNOWN: Final = "not known"
NOT_ASKED: Final = "not asked"
NOT_ASKED_BEFORE: Final = "not asked before"
ORDER: Final = "order"
VOLATILE: Final = "volatile"
EXCLUDED_ROWS: Final = "excluded"
CHANGES: Final = (
    *(SCOPE, SCHEMA, ADDED, REMOVED, CHANGED, UNKNOWN),
    *(NOT_ASKED, NOT_ASKED_BEFORE, EXCLUDED_ROWS, ORDER, VOLATILE),
)
"""What a row of a comparison is, in this order."""
ABOUT: Final = ("change", "column", "old", "new", "why")
"""The columns besides those of the key; a key of such a name has ``key `` before it."""


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


@dataclass
class _Part:
    """Some rows of the comparison: of which side at which places, and what is said of each."""

    side: Side
    places: npt.NDArray[np.intp]
    change: str
    column: str = ""
    old: Any = None
    new: Any = None
    why: Any = ""
    at: npt.NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))


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
    key = key_of(old, new, key)
    rows = match(old, new, key)
    shared = schema_of(old, new, rows, key, (NOT_KNOWN, EXCLUDED))
    by_itself = _volatile(shared, old, new, volatile)
    parts = [*_whole_rows(old, new, rows, key), *_cells(old, new, rows, shared, by_itself)]
    parts = list(_apart(parts, old, new, rows))
    scope = scope_changes(old, new)
    names = {name: f"key {name}" if name in ABOUT else name for name in key}
    frame = _frame(parts, scope, shared, key, names, (old, new))
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


def _whole_rows(old: Side, new: Side, rows: Matched, key: Sequence[str]) -> list[_Part]:
    found = []
    for own, other, places, change, apart in (
        (new, old, rows.added, ADDED, NOT_ASKED_BEFORE),
        (old, new, rows.removed, REMOVED, NOT_ASKED),
    ):
        whys = not_asked(own.frame.iloc[places], own, other, key)
        was_asked = whys == ""
        found.append(_Part(own, places[was_asked], change))
        found.append(_Part(own, places[~was_asked], apart, why=whys[~was_asked]))
    return found


def _cells(old: Side, new: Side, rows: Matched, shared: Shared, by_itself: set[str]) -> list[_Part]:
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
) -> _Part:
    at = np.flatnonzero(where)
    values = [_values(series.iloc[at]) for series in (one, other)]
    why: Any = "" if whys is None else whys[at]
    return _Part(new, rows.new[at], change, column, *values, why, at)


def _values(values: pd.Series[Any]) -> Texts:
    """Return cells as Python's objects, None where there is nothing."""
    return values.astype(object).where(values.notna(), None).to_numpy(dtype=object)


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


def _apart(parts: Sequence[_Part], old: Side, new: Side, rows: Matched) -> Sequence[_Part]:
    """Return the parts with what differs in excluded rows in parts of their own."""
    if not any(EXCLUDED in side.frame for side in (old, new)):
        return parts
    reasons = {id(side): _reasons(side) for side in (old, new)}
    pairs = np.full(len(new.frame), "", dtype=object)
    pairs[rows.new] = reasons[id(old)][rows.old]
    reasons[id(new)] = np.where(reasons[id(new)] != "", reasons[id(new)], pairs)
    found = []
    for part in parts:
        why = reasons[id(part.side)][part.places]
        for is_excluded in (False, True):
            kept = (why != "") == is_excluded
            if kept.any():
                found.append(_chosen(part, kept, why[kept] if is_excluded else None))
    was, now = _reasons(old)[rows.old], _reasons(new)[rows.new]
    at = np.flatnonzero(was != now)
    words = [np.where(whys[at] != "", whys[at], None) for whys in (was, now)]
    if len(at):
        found.append(
            _Part(new, rows.new[at], EXCLUDED_ROWS, EXCLUDED, *words, "whether it is excluded", at)
        )
    return found


def _chosen(part: _Part, kept: Mask, excluded: Texts | None) -> _Part:
    def of(values: Any) -> Any:
        return values[kept] if isinstance(values, np.ndarray) and len(values) else values

    why, change = of(part.why), part.change
    if excluded is not None:
        more = np.where(why == "", "", "; " + why) if isinstance(why, np.ndarray) else ""
        why, change = f"{change}; excluded: " + excluded + more, EXCLUDED_ROWS
    values = (of(part.old), of(part.new), why, of(part.at))
    return _Part(part.side, part.places[kept], change, part.column, *values)


def _reasons(side: Side) -> Texts:
    if EXCLUDED not in side.frame:
        return np.full(len(side.frame), "", dtype=object)
    values = side.frame[EXCLUDED]
    return values.astype(object).where(values.notna(), "").to_numpy(dtype=object)


def _counts(parts: Sequence[_Part]) -> dict[str, int]:
    found = {part.column: len(part.places) for part in parts}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


# --- as a frame -------------------------------------------------------------------------------


def _frame(
    parts: Sequence[_Part],
    scope: Sequence[ScopeChange],
    shared: Shared,
    key: Sequence[str],
    names: dict[str, str],
    sides: tuple[Side, Side],
) -> pd.DataFrame:
    whole = [(SCOPE, c.what, c.old, c.new, _why(c)) for c in scope]
    whole += [(SCHEMA, c.column, c.old, c.new, c.why) for c in shared.changes]
    parts = sorted((p for p in parts if len(p.places)), key=lambda p: CHANGES.index(p.change))
    sizes = [len(part.places) for part in parts]
    texts: dict[str, Any] = {name: [row[at] for row in whole] for at, name in enumerate(ABOUT)}
    for name in ABOUT:
        spread = [_spread(getattr(part, name), n) for part, n in zip(parts, sizes, strict=True)]
        texts[name] = np.concatenate([_objects(texts[name]), *spread])
    keys = _keys(parts, key, sides, len(whole))
    frame = pd.DataFrame(
        {
            **{names[name]: values for name, values in keys.items()},
            **{
                name: pd.Series(values, dtype="object" if name in ("old", "new") else "str")
                for name, values in texts.items()
            },
        }
    )
    places = np.concatenate([np.full(len(whole), -1), *(part.places for part in parts)])
    ranks = frame["change"].map({change: at for at, change in enumerate(CHANGES)}).to_numpy()
    # What is about a whole side stays as it is; the rows of one kind are in the order of their side.
    order = np.lexsort((places, ranks)) if len(parts) > 1 else np.arange(len(frame))
    return frame if (order[:-1] < order[1:]).all() else frame.iloc[order].reset_index(drop=True)


def _why(change: ScopeChange) -> str:
    return ": ".join(part for part in (change.size, change.why) if part)


def _spread(value: Any, size: int) -> Texts:
    if isinstance(value, np.ndarray):
        return value.astype(object)
    return np.full(size, value, dtype=object)


def _objects(values: Sequence[Any]) -> Texts:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _keys(
    parts: Sequence[_Part], key: Sequence[str], sides: tuple[Side, Side], before: int
) -> dict[str, pd.Series[Any]]:
    """Return the key's columns, missing in as many rows before."""
    found = {}
    for name in key:
        columns = [side.frame[name] for side in sides if name in side.frame]
        kinds = {kind for values in columns if (kind := kind_in(values)) is not None}
        dtype = _DTYPES.get(kinds.pop(), "object") if len(kinds) == 1 else "str"
        cells = [_values(part.side.frame[name].iloc[part.places]) for part in parts]
        values = np.concatenate([np.full(before, None, dtype=object), *cells])
        found[name] = pd.Series(list(values), dtype=dtype)
    return found


_DTYPES: Final = {
    Kind.TEXT: "str",
    Kind.FLAG: "boolean",
    Kind.WHOLE: "Int64",
    Kind.NUMBER: "Float64",
}
"""Of the other kinds objects: a key is seldom one, and a time may have a zone or none."""
