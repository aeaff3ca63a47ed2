"""
One pandas array, or one index, as JSON data and buffers, and back with the same dtype.

Numbers, times and codes are written as they lie in memory; texts and objects as
JSON or joined, and texts of Arrow by ``arrow_texts.py``. The dtype is rebuilt by the
pandas that reads: Python's texts become Arrow's where pyarrow is installed. What is
not listed here (sparse arrays, intervals, periods, Arrow dtypes, indexes of several
levels) is refused.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.codec.arrow_texts import pack_arrow_texts, unpack_arrow_texts
from aibrain_jupyter.cache.codec.cells import Buffer, Buffers, Spec, cells_of, describe_cells
from aibrain_jupyter.cache.problems import NotStorableError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN_KINDS = "biufcmM"
_MASKED = {
    "b": pd.arrays.BooleanArray,
    "i": pd.arrays.IntegerArray,
    "u": pd.arrays.IntegerArray,
    "f": pd.arrays.FloatingArray,
}
_SEPARATOR = "\x00"
# Texts are kept once each where they are at most this part of the rows.
_FEW = 0.5
_INDEX_TYPES = (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex)


def pack_array(array: Any, buffers: Buffers) -> Spec:
    """
    Describe a column's array.
    Raises NotStorableError: its dtype, or an object in it, would not come back exactly.
    """
    dtype = array.dtype
    if isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow":
        return pack_arrow_texts(array, buffers)
    if isinstance(dtype, pd.StringDtype):
        spec, is_na = _pack_text(array, buffers), dtype.na_value is pd.NA
        # Said only where it is not what this pandas takes by itself.
        return spec if dtype == _text_types(is_na)[0] else {**spec, "storage": dtype.storage}
    if isinstance(dtype, pd.DatetimeTZDtype):
        values = array.to_numpy(dtype=f"M8[{dtype.unit}]")
        zone = nested.zone_to_json(dtype.tz)
        return {**pack_array(values, buffers), "kind": "zoned", "zone": zone}
    if isinstance(dtype, pd.CategoricalDtype):
        codes, categories = pack_array(array.codes, buffers), pack_index(array.categories, buffers)
        return {
            "kind": "categories",
            "codes": codes,
            "categories": categories,
            "ordered": array.ordered,
        }
    if type(array) in _MASKED.values():
        plain = array.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        mask = buffers.add(array.isna().tobytes())
        return {**pack_array(plain, buffers), "kind": "masked", "mask": mask}
    if isinstance(dtype, np.dtype) or type(array) is pd.arrays.NumpyExtensionArray:
        values = np.asarray(array)
        if values.dtype.kind == "O":
            return describe_cells(values.tolist(), buffers)
        if values.dtype.kind in _PLAIN_KINDS:
            number = buffers.add(values.tobytes())
            return {"kind": "plain", "dtype": values.dtype.str, "values": number}
    raise NotStorableError(f"A column of dtype {dtype} cannot be stored.")


def unpack_array(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    """Return the array that `pack_array` described; it owns its memory."""
    kind = spec["kind"]
    if kind == "arrow":
        return unpack_arrow_texts(spec, buffers)
    if kind == "text":
        return _unpack_text(spec, buffers)
    if kind == "objects":
        return _objects(cells_of(spec, buffers).unpack())
    if kind == "categories":
        categories = unpack_index(spec["categories"], buffers)
        dtype = pd.CategoricalDtype(categories, ordered=spec["ordered"])
        return pd.Categorical.from_codes(unpack_array(spec["codes"], buffers), dtype=dtype)
    values = _own(spec["dtype"], buffers[spec["values"]])
    if kind == "zoned":
        dtype, array_type = _times(np.datetime_data(values.dtype)[0])
        moments = array_type._from_sequence(values, dtype=dtype, copy=False)
        zone = nested.zone_from_json(spec["zone"])
        return moments if zone is dt.UTC else moments.tz_convert(zone)
    if kind == "masked":
        return _MASKED[values.dtype.kind](values, _own("|b1", buffers[spec["mask"]]))
    return values


def pack_index(index: pd.Index[Any], buffers: Buffers) -> Spec:
    """Describe an index or the column labels. Raises NotStorableError: as `pack_array`."""
    name = nested.dumps(index.name).decode()
    if type(index) is pd.RangeIndex:
        return {"range": [index.start, index.stop, index.step], "name": name}
    if type(index) not in _INDEX_TYPES:
        raise NotStorableError(f"An index of type {type(index).__name__} cannot be stored.")
    freq = getattr(index, "freq", None)
    # A business day of one's own has the name of the usual one.
    if freq is not None and to_offset(freq.freqstr) != freq:
        raise NotStorableError(f"An index of frequency {freq} cannot be stored.")
    array = pack_array(index.array, buffers)
    return {"array": array, "name": name, "freq": freq and freq.freqstr}


def unpack_index(spec: Spec, buffers: Sequence[Buffer]) -> pd.Index[Any]:
    """Return the index that `pack_index` described."""
    name = nested.loads(spec["name"])
    if "range" in spec:
        start, stop, step = spec["range"]
        return pd.RangeIndex(start, stop, step, name=name)
    array = unpack_array(spec["array"], buffers)
    index: Any = pd.Index(array, dtype=array.dtype, name=name, copy=False)
    if spec["freq"] is not None:
        index.freq = spec["freq"]
    return index  # type: ignore[no-any-return]


def _pack_text(array: Any, buffers: Buffers) -> Spec:
    missing = array.isna()
    cells = array.to_numpy(dtype=object, copy=True)
    # Any text will do: one that is there keeps what all begin with.
    cells[missing] = cells[~missing][0] if not missing.all() else ""
    spec: Spec = {
        "kind": "text",
        "is_na": array.dtype.na_value is pd.NA,
        "missing": buffers.add(missing.tobytes()) if missing.any() else None,
    }
    texts = cells.tolist()
    different = dict.fromkeys(texts)
    if len(different) < _FEW * len(texts):
        # Regions, states, owners: each text is read once and its rows point at it.
        number_of = {text: number for number, text in enumerate(different)}
        numbers = np.array(
            [number_of[text] for text in texts], dtype=np.min_scalar_type(len(different))
        )
        spec["numbers"] = pack_array(numbers, buffers)
        texts = list(different)
    # What ids and ARNs have in common is written once: a third of what there is to check and read.
    prefix = os.path.commonprefix(texts)  # noqa: RUF071 - characters are meant, not folders
    joined = _SEPARATOR.join(text[len(prefix) :] for text in texts)
    if texts and joined.count(_SEPARATOR) == len(texts) - 1 and _SEPARATOR not in prefix:
        try:
            # One text, cut apart again by one call: as fast as pickle, twice as fast as JSON.
            number = buffers.add(joined.encode())
            prefix.encode()
        except UnicodeEncodeError as exc:
            raise NotStorableError("A text holds half a surrogate pair.") from exc
        return {**spec, "prefix": prefix, "joined": number}
    return {**describe_cells(texts, buffers), **spec}


def _unpack_text(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    if "joined" in spec:
        text, prefix = str(buffers[spec["joined"]], "utf-8"), spec["prefix"]
        if prefix:
            text = prefix + text.replace(_SEPARATOR, _SEPARATOR + prefix)
        cells = _objects(text.split(_SEPARATOR))
    else:
        cells = _objects(cells_of(spec, buffers).unpack())
    if "numbers" in spec:
        cells = cells[unpack_array(spec["numbers"], buffers)]
    dtype, array_type = _text_types(spec["is_na"], spec.get("storage"))
    if spec["missing"] is not None:
        cells[_own("|b1", buffers[spec["missing"]])] = dtype.na_value
    # Part of pandas' interface for array types; ``pd.array`` comes here, too, in twice the time.
    return array_type._from_sequence(cells, dtype=dtype, copy=False)


@functools.cache
def _text_types(is_na: bool, storage: Any = None) -> tuple[Any, Any]:
    """Return dtype and array of texts; without `storage` in Arrow if it is installed, or Python."""
    dtype = pd.StringDtype(storage, na_value=pd.NA if is_na else np.nan)
    return dtype, dtype.construct_array_type()


@functools.cache
def _times(unit: Any) -> tuple[Any, Any]:
    """Return dtype and array of moments in UTC."""
    dtype = pd.DatetimeTZDtype(unit, dt.UTC)
    return dtype, dtype.construct_array_type()


def _objects(cells: list[Any]) -> np.ndarray[Any, Any]:
    # Not `np.array`, which looks into lists for a second dimension.
    return np.fromiter(cells, dtype=object, count=len(cells))


def _own(dtype: str, buffer: Buffer) -> np.ndarray[Any, Any]:
    # A copy: an array over the file's bytes would be read-only for the user.
    return np.frombuffer(buffer, dtype=dtype).copy()
