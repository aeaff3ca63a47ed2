"""Which columns two frames have in common, and what is to be said of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.comparing.cells import differing, is_other_kind, kind_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.comparing.keyed import Matched
    from aibrain_jupyter.evidence.comparing.sides import Side

_RENAMED: Final = 0.9
"""Of the cells so many are the same where a column only has another name."""


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A column that is not on both sides as it was: dtypes (empty: there is none), and why."""

    column: str
    old: str
    new: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A column of the old side and the one of the new side that it is compared with."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Shared:
    """The columns to compare, and what changed of columns."""

    pairs: Sequence[Pair]
    changes: Sequence[SchemaChange]


def schema_of(
    old: Side, new: Side, rows: Matched, key: Sequence[str], apart: Sequence[str]
) -> Shared:
    """
    Return which columns are compared, and what changed of columns.

    Args:
        old, new: The sides.

        rows: Which rows belong together.

        key: The columns of the key: they are the same on both sides.

        apart: Columns about the others, which are no subject of a comparison.
    """
    if not (old.frame.shape[1] and new.frame.shape[1]):
        return Shared((), ())  # nothing is known of the columns of one side
    names = [[n for n in map(str, side.frame) if n not in apart] for side in (old, new)]
    both = [name for name in names[1] if name in names[0]]
    changes = [
        SchemaChange(name, *_dtypes(old, new, name), "another type: cells compare by their text")
        for name in both
        if _is_other_type(old.frame[name], new.frame[name])
    ]
    gone, more = ([n for n in own if n not in both] for own in names)
    renamed = dict(_renamed(old, new, rows, gone, more))
    chosen = _chosen(old), _chosen(new)
    for name in gone:
        if name in renamed.values():
            continue
        why = "not asked for" if chosen[1] and name not in chosen[1] else "the column is gone"
        changes.append(SchemaChange(name, str(old.frame[name].dtype), "", why))
    for name in more:
        if name in renamed:
            why = f"renamed: it was {renamed[name]}, with the same cells"
            changes.append(SchemaChange(name, renamed[name], name, why))
            continue
        why = "not asked for before" if chosen[0] and name not in chosen[0] else "a new column"
        changes.append(SchemaChange(name, "", str(new.frame[name].dtype), why))
    pairs = [
        Pair(renamed.get(n, n), n) for n in names[1] if n not in key and (n in both or n in renamed)
    ]
    return Shared(pairs, changes)


def _renamed(
    old: Side, new: Side, rows: Matched, gone: Sequence[str], more: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Give the new and the old name of columns whose cells are the same and tell something."""
    left = list(gone)
    for name in more if len(rows.new) else ():
        now = new.frame[name].iloc[rows.new]
        for other in left:
            was = old.frame[other].iloc[rows.old]
            if not _tells(now) or _is_other_type(was, now):
                continue
            there = now.notna().to_numpy() | was.notna().to_numpy()
            changed = differing(was, now).changed[there]
            if len(changed) and 1 - changed.mean() >= _RENAMED:
                left.remove(other)
                yield name, other
                break


def _tells(values: pd.Series[Any]) -> bool:
    """Tell whether cells are many enough to know a column by: the same flag says nothing."""
    there = values.dropna()
    try:
        different = there.nunique()
    except TypeError:  # lists and mappings
        different = there.map(repr).nunique()
    return bool(different > 2 or (different == 2 and len(there) == 2))


def _is_other_type(was: pd.Series[Any], now: pd.Series[Any]) -> bool:
    if was.dtype == now.dtype != object:
        return False
    return is_other_kind(kind_in(was), kind_in(now), was, now)


def _dtypes(old: Side, new: Side, name: str) -> tuple[str, str]:
    return str(old.frame[name].dtype), str(new.frame[name].dtype)


def _chosen(side: Side) -> Sequence[str]:
    """Return the columns that were asked for; none: all."""
    found: Sequence[str] = (side.source.get("parameters") or {}).get("columns") or ()
    return found
