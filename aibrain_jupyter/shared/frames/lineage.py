"""
What of a frame comes from which other one, by what is in their cells.

Cells are compared as *words*: the same for a value whatever dtype carries it, since files and joins
change dtypes and no values. A row is linked to the row of a source that has the same words in a
column that tells rows apart, or, where no single column does, in all columns of the same names. A
linked row shows which cells came unchanged, under the same name or another.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from operator import eq
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import numpy.typing as npt
    import pandas as pd

Words = dict[str, list[str | None]]
"""The words of a frame's cells, by column; None: nothing is there."""

_MOST_REPEATED: Final = 0.1
"""Of the cells of a column that tells rows apart so many may be others' as well: rows repeat."""
_ENOUGH: Final = 0.5
"""Of the words of either side so many are in the other where one is made of the other."""
_RENAMED: Final = 0.9
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_SHORTEST: Final = 3
"""Shorter words (``ok``, ``12``) are in everything."""


@dataclass(frozen=True)
class Link:
    """
    What of a frame is from one source.

    `came` has, for each row and column of the frame, whether the cell is as in the source; `rows`
    the source's row for each row of the frame (-1: none), `renamed` the source's name of a column
    that has another, `changed` the cells of a linked row that are not as in the source.
    """

    came: npt.NDArray[np.bool_]
    rows: npt.NDArray[np.int64]
    renamed: Mapping[str, str] = field(default_factory=dict)
    changed: int = 0


def is_same(frame: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Tell whether two frames have the same columns and cells in the same order."""
    if list(frame.columns) != list(other.columns) or len(frame) != len(other):
        return False
    for place in range(frame.shape[1]):
        a, b = (f.iloc[:, place].reset_index(drop=True) for f in (frame, other))
        if a.equals(b) if a.dtype != object else all(map(eq, map(repr, a), map(repr, b))):
            continue  # Python takes True for 1, also inside of lists; their texts differ
        if words_of_column(a) != words_of_column(b):
            return False
    return True


def words_of(frame: pd.DataFrame) -> Words:
    """Return the words of a frame's cells; of columns of one name those of the first."""
    found: Words = {}
    for place, name in enumerate(frame.columns):
        if str(name) not in found:
            found[str(name)] = words_of_column(frame.iloc[:, place])
    return found


def words_of_column(column: pd.Series[Any]) -> list[str | None]:
    """Return the words of a column's cells."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        words = [*map(_word, column.cat.categories), None]  # the last is where nothing is
        return [words[code] for code in column.cat.codes]
    if isinstance(column.dtype, pd.StringDtype):
        # At once: pandas gives one word of Arrow's after another at twenty times the cost.
        cells: Any = column.array
        found: list[str | None] = cells.to_numpy(dtype=object, na_value=None).tolist()
        return found
    if column.dtype.kind == "M":
        utc = column if column.dt.tz is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
        there, moments = column.notna().tolist(), utc.dt.as_unit("us").astype("int64").tolist()
        return [f"t{n}" if is_there else None for n, is_there in zip(moments, there, strict=True)]
    return [_word(value) for value in column.tolist()]


def link(frame: Words, source: Words, rows: int) -> Link | None:
    """Return what of a frame with so many rows is from a source; None: nothing is."""
    found = _linked_rows(frame, source, rows)
    if found is None:
        return None
    linked = found >= 0
    at = found[linked]
    came = np.zeros((rows, len(frame)), dtype=bool)
    renamed: dict[str, str] = {}
    changed = 0
    arrays = {name: np.array(words, dtype=object) for name, words in source.items()}
    for number, (name, words) in enumerate(frame.items()):
        own = np.array(words, dtype=object)[linked]
        if name in arrays and _agreement(own, arrays[name][at]) >= _ENOUGH:
            same = own == arrays[name][at]
            changed += int((~same).sum())
        else:
            others = [other for other in arrays if other not in frame]
            best = max(others, key=lambda o: _agreement(own, arrays[o][at]), default="")
            if not best or _agreement(own, arrays[best][at]) < _RENAMED:
                continue
            same, renamed[name] = own == arrays[best][at], best
        came[linked, number] = same
    return Link(came, found, renamed, changed) if came.any() else None


def _linked_rows(frame: Words, source: Words, rows: int) -> npt.NDArray[np.int64] | None:
    """Return the row of the source for each row of the frame, -1 for none; None: no row is."""
    telling = [name for name, words in source.items() if _tells(words)]
    pairs = [(name, name) for name in telling if name in frame]
    pairs += [(a, b) for b in telling for a in frame if a != b]
    own, theirs = (
        {name: {w for w in words if w} for name, words in side.items()} for side in (frame, source)
    )
    # Of several the one that tells most rows of the frame apart: tags may be those of another row.
    best: tuple[tuple[int, float, bool], str, str] | None = None
    for a, b in pairs:
        rank = (len(own[a]), share := _share(own[a], theirs[b]), a == b)
        if share >= _ENOUGH and (best is None or rank > best[0]):
            best = rank, a, b
    if best is not None:
        return _places(frame[best[1]], source[best[2]], rows)
    common = [name for name in frame if name in source]
    if len(common) < 2:
        return None
    wanted, there = (
        list(zip(*(side[name] for name in common), strict=True)) for side in (frame, source)
    )
    return _places(wanted, there, rows) if _share(set(wanted), set(there)) >= _ENOUGH else None


def _places(
    wanted: Sequence[Hashable], there: Sequence[Hashable], rows: int
) -> npt.NDArray[np.int64]:
    """Return where each wanted key is; of equal keys the first goes to the first, and so on."""
    at: dict[Hashable, list[int]] = {}
    for number, key in enumerate(there):
        if key is not None:
            at.setdefault(key, []).append(number)
    taken: dict[Hashable, int] = {}
    found = np.full(rows, -1, dtype=np.int64)
    for number, key in enumerate(wanted):
        if places := at.get(key):
            turn = taken.get(key, 0)
            found[number] = places[min(turn, len(places) - 1)]
            taken[key] = turn + 1
    return found


def _tells(words: Sequence[str | None]) -> bool:
    """Tell whether a column tells rows apart."""
    there = [word for word in words if word is not None]
    distinct = {word for word in there if len(word) >= _SHORTEST}
    return bool(distinct) and len(distinct) >= (1 - _MOST_REPEATED) * len(words)


def _share(some: set[Any], others: set[Any]) -> float:
    """Return which part of the smaller side is in the other."""
    least = min(len(some), len(others))
    return len(some & others) / least if least else 0.0


def _agreement(some: npt.NDArray[Any], others: npt.NDArray[Any]) -> float:
    """Return which part of the cells where either has something is the same on both sides."""
    is_there = (some != None) | (others != None)  # noqa: E711 - of each cell
    count = int(is_there.sum())
    return float((some == others)[is_there].sum() / count) if count else float(len(some) > 0)


def _word(value: Any) -> str | None:
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool or kind is np.bool_:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return None if value != value else _number(value)
    if isinstance(value, dt.datetime):
        return None if value != value else _moment(value)
    if value is None or str(value) in ("<NA>", "NaT"):
        return None
    if isinstance(value, str):
        return str(value)
    return _JSON.encode(value)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _moment(value: dt.datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return f"t{(aware - _EPOCH) // _MICROSECOND}"


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


_JSON: Final = json.JSONEncoder(sort_keys=True, default=_plain)
"""Made once: `json.dumps` would make one for each cell."""
