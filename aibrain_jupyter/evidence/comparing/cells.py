"""
Which cells of two columns differ, row by row: what is equal whatever dtype or file it came by.

Absent equals absent. Numbers compare as numbers, times as moments, mappings by value. A list whose
elements stand in another order is told apart: in most answers their order says nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from aibrain_jupyter.shared.frames.lineage import words_of_column
from aibrain_jupyter.writers.cells import json_of
from aibrain_jupyter.writers.table import Kind, inferred, instants_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aibrain_jupyter.evidence.comparing.sides import Mask

_NUMBERS: Final = (Kind.WHOLE, Kind.NUMBER)
_TAG_KEYS: Final = ({"key", "value"}, {"tagkey", "tagvalue"})
_FLAGS: Final = {"true": True, "false": False}


class Differing(NamedTuple):
    """Which cells differ, and which hold the same elements in another order."""

    changed: Mask
    reordered: Mask | None = None


def kind_in(values: pd.Series[Any]) -> Kind | None:
    """Return what the cells of a column are; None: nothing is in it."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.cat.categories.to_series()
    return None if values.isna().all() else kind_of(settled(values))


def settled(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column with the dtype that its cells have, absent ones of whatever kind aside."""
    found = inferred(values)
    return found.convert_dtypes() if found.dtype == object else found


def is_other_kind(one: Kind | None, other: Kind | None, *columns: pd.Series[Any]) -> bool:
    """Tell whether two columns are of different kinds; whole numbers may be written as others."""
    if one is None or other is None or one is other:
        return False
    if one in _NUMBERS and other in _NUMBERS:
        return not all(_is_whole(values) for values in columns)
    return True


def differing(one: pd.Series[Any], other: pd.Series[Any]) -> Differing:
    """Return which cells differ of two columns whose rows belong together."""
    one, other = of_one_dtype(one, other)
    absent = one.isna().to_numpy(), other.isna().to_numpy()
    one_is_there, both = absent[0] != absent[1], ~(absent[0] | absent[1])
    kinds = kind_of(one), kind_of(other)
    if kinds[0] is not kinds[1] and {*kinds} != {*_NUMBERS}:
        unequal = _of_kinds(one, other, *kinds)
    elif kinds[0] is Kind.NESTED:
        return _nested(one, other, one_is_there, both)
    else:
        unequal = _UNEQUAL[kinds[0]](one, other)
    return Differing(one_is_there | (unequal & both))


def of_one_dtype(one: pd.Series[Any], other: pd.Series[Any]) -> Iterator[pd.Series[Any]]:
    """Give both columns as they compare; categories as numbers of the ones that both have."""
    if not all(isinstance(each.dtype, pd.CategoricalDtype) for each in (one, other)):
        return map(settled, (one, other))
    known = pd.Index(one.cat.categories.astype(object)).union(other.cat.categories.astype(object))
    codes = (
        # The last is for cells without one: their code is -1.
        np.append(known.get_indexer(each.cat.categories.astype(object)), -1)[each.cat.codes]
        for each in (one, other)
    )
    return (pd.Series(found, dtype="Int64").mask(found < 0) for found in codes)


def _texts(one: pd.Series[Any], other: pd.Series[Any]) -> Mask:
    if one.dtype == other.dtype and isinstance(one.dtype, pd.StringDtype):
        found: Any = one.array != other.array
        return _plain(
            found if isinstance(found, np.ndarray) else found.to_numpy(bool, na_value=False)
        )
    return _plain(_objects(one) != _objects(other))


def _objects(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    return np.asarray(values.array, dtype=object)


def _plain(found: Any) -> Mask:
    return np.asarray(found, dtype=bool)


def _flags(one: pd.Series[Any], other: pd.Series[Any]) -> Mask:
    arrays = (
        values.astype("boolean").array.to_numpy(bool, na_value=False) for values in (one, other)
    )
    first, second = arrays
    return _plain(first != second)


def _numbers(one: pd.Series[Any], other: pd.Series[Any]) -> Mask:
    are_whole = all(pd.api.types.is_integer_dtype(values) for values in (one, other))
    dtype, none = ("int64", 0) if are_whole else ("float64", np.nan)
    if are_whole and any("uint64" in str(values.dtype).lower() for values in (one, other)):
        return _plain(one.astype(object).to_numpy() != other.astype(object).to_numpy())
    first, second = (
        values.to_numpy(dtype, na_value=none) if values.hasnans else values.to_numpy(dtype)
        for values in (one, other)
    )
    return _plain(first != second)


def _times(one: pd.Series[Any], other: pd.Series[Any]) -> Mask:
    return _plain(instants_of(one) != instants_of(other))


_UNEQUAL: Final[dict[Kind, Callable[[pd.Series[Any], pd.Series[Any]], Mask]]] = {
    Kind.TEXT: _texts,
    Kind.FLAG: _flags,
    Kind.WHOLE: _numbers,
    Kind.NUMBER: _numbers,
    Kind.TIME: _times,
}


# --- of different kinds -----------------------------------------------------------------------


def _of_kinds(one: pd.Series[Any], other: pd.Series[Any], kind: Kind, other_kind: Kind) -> Mask:
    """Compare what files and joins turned into another dtype; the change of kind is said apart."""
    if kind is Kind.TEXT and other_kind in _READ:
        one = _READ[other_kind](one)
    elif other_kind is Kind.TEXT and kind in _READ:
        other = _READ[kind](other)
    if {kind, other_kind} == {Kind.TEXT, Kind.NESTED}:
        return _nested(one, other, np.zeros(len(one), bool), np.ones(len(one), bool)).changed
    words = (np.array(words_of_column(values), dtype=object) for values in (one, other))
    first, second = words
    return _plain(first != second)


def _as_times(values: pd.Series[Any]) -> pd.Series[Any]:
    times = pd.to_datetime(values, utc=True, format="ISO8601", errors="coerce")
    return values.astype(object).where(times.isna(), times.astype(object))


def _as_flags(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.astype(object).map(lambda v: _FLAGS.get(str(v).strip().lower(), v))


def _as_nested(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.astype(object).map(_read_json)


def _read_json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text


_READ: Final[dict[Kind, Callable[[pd.Series[Any]], pd.Series[Any]]]] = {
    Kind.TIME: _as_times,
    Kind.FLAG: _as_flags,
    Kind.NESTED: _as_nested,
}


# --- lists and mappings -----------------------------------------------------------------------


def _nested(
    one: pd.Series[Any], other: pd.Series[Any], one_is_there: Mask, both: Mask
) -> Differing:
    changed, reordered = one_is_there.copy(), np.zeros(len(one), dtype=bool)
    pairs = zip(one.array, other.array, both, strict=True)
    for place, (a, b, is_there) in enumerate(pairs):
        if not is_there or a is b or (type(a) is type(b) is str and a == b):
            continue
        if json_of(a) == json_of(b) or canonical(a) == canonical(b):
            continue
        is_same_set = canonical(a, has_order=False) == canonical(b, has_order=False)
        (reordered if is_same_set else changed)[place] = True
    return Differing(changed, reordered)


def canonical(value: Any, *, has_order: bool = True) -> str:
    """
    Return a nested value as JSON that is equal where the value is.

    Keys are sorted, sets and lists of tags have no order; other lists only if it `has_order`.
    """
    return json.dumps(_sorted(json.loads(json_of(value)), has_order), sort_keys=True)


def _sorted(value: Any, has_order: bool) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(each, has_order) for key, each in value.items()}
    if isinstance(value, list):
        found = [_sorted(each, has_order) for each in value]
        if not has_order or _are_tags(value):
            return sorted(found, key=lambda each: json.dumps(each, sort_keys=True))
        return found
    return value


def _are_tags(values: list[Any]) -> bool:
    """Tell whether a list is one of tags: each a key and its value, in whatever spelling."""
    return all(
        isinstance(each, dict) and {str(key).lower() for key in each} in _TAG_KEYS
        for each in values
    )


def _is_whole(values: pd.Series[Any]) -> bool:
    there = values.dropna()
    if pd.api.types.is_integer_dtype(there):
        return True
    numbers = there.to_numpy("float64")
    return bool((np.isfinite(numbers) & (numbers == np.floor(numbers))).all())
