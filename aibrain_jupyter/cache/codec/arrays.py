"""
One pandas array, or one index, as JSON data and buffers, and back with the same dtype.

Numbers, times and codes are written as they lie in memory; texts and objects as
JSON. The dtype is rebuilt from its parts by the pandas that reads, so nothing
depends on pyarrow being installed. What is not listed in `_PACKERS` (sparse
arrays, Arrow dtypes, extension types of other packages) is refused.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.codec.cells import Buffer, Buffers, Spec, cells_of, pack_for_disk
from aibrain_jupyter.cache.codec.quick_arrays import quick_arrays
from aibrain_jupyter.cache.codec.time_zones import zone_from_json, zone_to_json
from aibrain_jupyter.cache.problems import NotStorableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PLAIN_KINDS = "biufcmM"
_SEPARATOR = "\x00"
# Texts are kept once each where they are at most this part of the rows.
_FEW = 0.5
_INDEX_TYPES = (
    pd.Index,
    pd.DatetimeIndex,
    pd.TimedeltaIndex,
    pd.CategoricalIndex,
    pd.IntervalIndex,
    pd.PeriodIndex,
)


def pack_array(array: Any, buffers: Buffers) -> Spec:
    """
    Describe a column's array.

    Raises:
        NotStorableError: its dtype, or an object in it, would not come back exactly.
    """
    if type(array) is pd.arrays.NumpyExtensionArray:  # text arrays are subclasses of it
        array = array.to_numpy()
    dtype = array.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind == "O":
            cells = pack_for_disk(np.asarray(array, dtype=object).tolist())
            return {"kind": "objects", **buffers.add_cells(cells)}
        if dtype.kind in _PLAIN_KINDS:
            values = np.asarray(array)
            return {"kind": "plain", "dtype": dtype.str, "values": _add(buffers, values)}
    packer = _PACKERS.get(type(dtype).__name__)
    if packer is None or type(dtype).__module__.partition(".")[0] != "pandas":
        raise NotStorableError(f"A column of dtype {dtype} cannot be stored.")
    return packer(array, buffers)


def unpack_array(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    """Return the array that `pack_array` described; it owns its memory."""
    return _UNPACKERS[spec["kind"]](spec, buffers)


def object_array(cells: list[Any]) -> np.ndarray[Any, Any]:
    """Return cells as a one-dimensional object array, lists in them untouched."""
    quick = quick_arrays()
    return quick.objects(cells) if quick else np.fromiter(cells, dtype=object, count=len(cells))


def pack_index(index: pd.Index[Any], buffers: Buffers) -> Spec:
    """
    Describe an index or the column labels.

    Raises:
        NotStorableError: as `pack_array`.
    """
    names = _text(list(index.names))
    if type(index) is pd.RangeIndex:
        return {"kind": "range", "range": [index.start, index.stop, index.step], "names": names}
    if type(index) is pd.MultiIndex:
        return {
            "kind": "multi",
            "levels": [pack_index(level, buffers) for level in index.levels],
            "codes": [_add(buffers, np.asarray(codes, dtype="<i8")) for codes in index.codes],
            "names": names,
        }
    if type(index) not in _INDEX_TYPES:
        raise NotStorableError(f"An index of type {type(index).__name__} cannot be stored.")
    spec: Spec = {"kind": "array", "array": pack_array(index.array, buffers), "names": names}
    if isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)) and index.freq is not None:
        spec["freq"] = _name_of_freq(index.freq)
    return spec


def unpack_index(spec: Spec, buffers: Sequence[Buffer]) -> pd.Index[Any]:
    """Return the index that `pack_index` described."""
    names = _value(spec["names"])
    if spec["kind"] == "range":
        start, stop, step = spec["range"]
        return pd.RangeIndex(start, stop, step, name=names[0])
    if spec["kind"] == "multi":
        levels: list[Any] = [unpack_index(level, buffers) for level in spec["levels"]]
        codes: list[Any] = [np.frombuffer(buffers[n], dtype="<i8") for n in spec["codes"]]
        return pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=False)
    array = unpack_array(spec["array"], buffers)
    quick = quick_arrays()
    if quick and spec["array"]["kind"] == "text" and quick.can_take(array.dtype):
        return quick.labels(array, names[0])
    dtype = object if spec["array"]["kind"] == "objects" else None
    index: Any = pd.Index(array, dtype=dtype, name=names[0])
    if "freq" in spec:
        index.freq = spec["freq"]
    return index  # type: ignore[no-any-return]


def _name_of_freq(freq: Any) -> str:
    # A business day of one's own has the name of the usual one.
    with contextlib.suppress(ValueError):
        if to_offset(freq.freqstr) == freq:
            return str(freq.freqstr)
    raise NotStorableError(f"An index of frequency {freq} cannot be stored.")


def _text(value: Any) -> list[Any]:
    data, has_tags = nested.dumps(value)
    return [data.decode(), has_tags]


def _value(text: list[Any]) -> Any:
    data, has_tags = text
    return nested.loads(data.encode(), has_tags=has_tags)


def _pack_masked(array: Any, buffers: Buffers) -> Spec:
    numpy_dtype = array.dtype.numpy_dtype
    return {
        "kind": "masked",
        "dtype": numpy_dtype.str,
        "values": _add(buffers, array.to_numpy(dtype=numpy_dtype, na_value=numpy_dtype.type(0))),
        "mask": _add(buffers, np.asarray(array.isna(), dtype=bool)),
    }


def _unpack_masked(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    values = _own(spec["dtype"], buffers[spec["values"]])
    mask = _own("|b1", buffers[spec["mask"]])
    if values.dtype.kind == "b":
        return pd.arrays.BooleanArray(values, mask)
    if values.dtype.kind == "f":
        return pd.arrays.FloatingArray(values, mask)
    return pd.arrays.IntegerArray(values, mask)


def _pack_text(array: Any, buffers: Buffers) -> Spec:
    dtype = array.dtype
    cells = np.array(array, dtype=object)
    missing = np.asarray(array.isna(), dtype=bool)
    cells[missing] = ""
    spec: Spec = {
        "kind": "text",
        # "usual" is whatever the reading pandas uses: Arrow when it is installed, else Python.
        "storage": "usual" if dtype == _text_dtype(None, dtype.na_value) else dtype.storage,
        "na": "NA" if dtype.na_value is pd.NA else "nan",
        "missing": _add(buffers, missing) if missing.any() else None,
    }
    texts = cells.tolist()
    different = dict.fromkeys(texts)
    if len(different) < _FEW * len(texts):
        # Regions, states, owners: each text is read once and its rows point at it.
        number_of = {text: number for number, text in enumerate(different)}
        numbers = np.array([number_of[text] for text in texts], dtype="<i4")
        spec["numbers"] = _add(buffers, numbers)
        texts = list(different)
    # One text, cut apart again by one call: as fast as pickle, twice as fast as JSON.
    joined = _SEPARATOR.join(texts)
    if texts and joined.count(_SEPARATOR) == len(texts) - 1:
        try:
            return {**spec, "joined": buffers.add(joined.encode())}
        except UnicodeEncodeError as exc:
            raise NotStorableError("A text holds half a surrogate pair.") from exc
    return {**spec, **buffers.add_cells(pack_for_disk(texts))}


def _unpack_text(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    if "joined" in spec:
        cells = object_array(str(buffers[spec["joined"]], "utf-8").split(_SEPARATOR))
    else:
        cells = object_array(cells_of(spec, buffers).unpack())
    if "numbers" in spec:
        cells = cells[np.frombuffer(buffers[spec["numbers"]], dtype="<i4")]
    dtype, array_type = _text_types(spec["storage"], spec["na"])
    if spec["missing"] is not None:
        cells[_own("|b1", buffers[spec["missing"]])] = dtype.na_value
    quick = quick_arrays()
    if quick and quick.can_take(dtype):
        return quick.texts(cells, dtype)
    return array_type._from_sequence(cells, dtype=dtype, copy=False)


@functools.cache
def _text_types(storage: str, na: str) -> tuple[Any, Any]:
    dtype = _text_dtype(None if storage == "usual" else storage, pd.NA if na == "NA" else np.nan)
    return dtype, dtype.construct_array_type()


def _text_dtype(storage: Any, na_value: Any) -> Any:
    # pandas 2.2 knows NA only and takes no `na_value`.
    if na_value is pd.NA:
        return pd.StringDtype(storage)
    return pd.StringDtype(storage, na_value=na_value)


def _pack_zoned(array: Any, buffers: Buffers) -> Spec:
    dtype = array.dtype
    return {
        "kind": "zoned",
        "unit": dtype.unit,
        "zone": zone_to_json(dtype.tz),
        "values": _add(buffers, array.to_numpy(dtype=f"M8[{dtype.unit}]")),
    }


def _unpack_zoned(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    values = _own(f"<M8[{spec['unit']}]", buffers[spec["values"]])
    zone = zone_from_json(spec["zone"])
    quick = quick_arrays()
    if quick:
        return quick.moments(values, pd.DatetimeTZDtype(spec["unit"], zone))
    moments = pd.DatetimeIndex(values, copy=False)
    if zone is dt.UTC:
        return moments.tz_localize(zone).array
    return moments.tz_localize("UTC").tz_convert(zone).array


def _pack_categories(array: Any, buffers: Buffers) -> Spec:
    return {
        "kind": "categories",
        "codes": pack_array(array.codes, buffers),
        "categories": pack_index(array.categories, buffers),
        "ordered": array.ordered,
    }


def _unpack_categories(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    categories = unpack_index(spec["categories"], buffers)
    dtype = pd.CategoricalDtype(categories, ordered=spec["ordered"])
    return pd.Categorical.from_codes(unpack_array(spec["codes"], buffers), dtype=dtype)


def _pack_period(array: Any, buffers: Buffers) -> Spec:
    ordinals = array.view("i8")
    return {"kind": "period", "freq": array.freqstr, "values": _add(buffers, ordinals)}


def _unpack_period(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    ordinals = _own("<i8", buffers[spec["values"]])
    return pd.PeriodIndex.from_ordinals(ordinals, freq=spec["freq"]).array  # type: ignore[attr-defined]


def _pack_interval(array: Any, buffers: Buffers) -> Spec:
    return {
        "kind": "interval",
        "left": pack_index(array.left, buffers),
        "right": pack_index(array.right, buffers),
        "closed": array.closed,
    }


def _unpack_interval(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    left, right = unpack_index(spec["left"], buffers), unpack_index(spec["right"], buffers)
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=spec["closed"])


def _unpack_plain(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    return _own(spec["dtype"], buffers[spec["values"]])


def _unpack_objects(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    return object_array(cells_of(spec, buffers).unpack())


def _add(buffers: Buffers, array: np.ndarray[Any, Any]) -> int:
    return buffers.add(np.ascontiguousarray(array).tobytes())


def _own(dtype: str, buffer: Buffer) -> np.ndarray[Any, Any]:
    # A copy: an array over the file's bytes would be read-only for the user.
    return np.frombuffer(buffer, dtype=dtype).copy()


_MASKED = [f"{sign}Int{bits}Dtype" for sign in ("", "U") for bits in (8, 16, 32, 64)]
_PACKERS: dict[str, Callable[[Any, Buffers], Spec]] = {
    **dict.fromkeys((*_MASKED, "Float32Dtype", "Float64Dtype", "BooleanDtype"), _pack_masked),
    "StringDtype": _pack_text,
    "DatetimeTZDtype": _pack_zoned,
    "CategoricalDtype": _pack_categories,
    "PeriodDtype": _pack_period,
    "IntervalDtype": _pack_interval,
}
_UNPACKERS: dict[str, Callable[[Spec, Sequence[Buffer]], Any]] = {
    "plain": _unpack_plain,
    "objects": _unpack_objects,
    "masked": _unpack_masked,
    "text": _unpack_text,
    "zoned": _unpack_zoned,
    "categories": _unpack_categories,
    "period": _unpack_period,
    "interval": _unpack_interval,
}
