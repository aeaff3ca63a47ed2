"""
Nested values as JSON and back, exactly.

JSON knows text, numbers, lists and objects with text names. Everything else
that records hold (datetimes, decimals, bytes, tuples, pandas' missing values)
is tagged: ``{"$": "datetime", "v": …}``. A value of an unknown type is refused
rather than turned into something similar; so is a subclass, because what comes
back would be the base class. Data without tags, the usual case, is read by the
plain C decoder.

To add a type, add a line to `_tags` or `_array_tags`.
"""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import functools
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.cache.codec.time_zones import zone_from_json, zone_to_json
from aibrain_jupyter.cache.problems import NotStorableError

if TYPE_CHECKING:
    from collections.abc import Callable

_MARK = "$"
_AS_IS = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class _Tag:
    """How a type goes to JSON data and back; `encode` may use the walk for what is inside."""

    name: str
    type: type
    encode: Callable[[Any, Callable[[Any], Any]], Any]
    decode: Callable[[Any], Any]


def dumps(value: Any) -> tuple[bytes, bool]:
    """
    Return `value` as JSON, and whether it holds tags.

    Raises:
        NotStorableError: it holds something that would not come back exactly.
    """
    plain, has_tags = to_plain(value)
    return plain_to_json(plain), has_tags


def loads(data: bytes | memoryview, *, has_tags: bool) -> Any:
    """Return the value that `dumps` gave `data` for."""
    text = str(data, "utf-8")
    return _TAGGED.decode(text) if has_tags else _PLAIN.decode(text)


def to_plain(value: Any) -> tuple[Any, bool]:
    """
    Return a copy of `value` made of JSON's types only, and whether tags were needed.

    Raises:
        NotStorableError: as `dumps`.
    """
    walk = _Walk()
    try:
        return walk.plain(value), walk.has_tags
    except RecursionError as exc:
        raise NotStorableError("The value is nested too deeply, or holds itself.") from exc


def plain_to_json(plain: Any) -> bytes:
    """Return JSON's types as JSON text."""
    try:
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError as exc:  # half a surrogate pair; an integer of thousands of digits
        raise NotStorableError("A text or number in the value cannot be written.") from exc


class _Walk:
    """One pass over a value; remembers whether anything was tagged."""

    def __init__(self) -> None:
        self.has_tags = False

    def plain(self, value: Any) -> Any:
        kind = type(value)
        if kind in _AS_IS:
            return value
        if kind is dict:
            if _MARK in value or not all(type(name) is str for name in value):
                self.has_tags = True
                pairs = [[self.plain(name), self.plain(item)] for name, item in value.items()]
                return {_MARK: "dict", "v": pairs}
            return {name: self.plain(item) for name, item in value.items()}
        if kind is list:
            return [self.plain(item) for item in value]
        tag = _tag_of(kind)
        if tag is None:
            raise NotStorableError(f"A {kind.__module__}.{kind.__qualname__} cannot be stored.")
        self.has_tags = True
        return {_MARK: tag.name, "v": tag.encode(value, self.plain)}


def _untag(found: dict[str, Any]) -> Any:
    name = found.get(_MARK)
    if name is None:
        return found
    if name == "dict":
        return dict(found["v"])
    tag = _tags_by_name().get(name) or _array_tags_by_name()[name]
    return tag.decode(found["v"])


_PLAIN = json.JSONDecoder()
_TAGGED = json.JSONDecoder(object_hook=_untag)


def _tag_of(kind: type) -> _Tag | None:
    found = _tags_by_type().get(kind)
    if found is None and kind.__module__.partition(".")[0] in ("pandas", "numpy"):
        found = _array_tags_by_type().get(kind)
    return found


def _encode_datetime(value: dt.datetime, plain: Callable[[Any], Any]) -> list[Any]:
    if value.tzinfo is not None and type(value.tzinfo).__module__.startswith("pytz"):
        raise NotStorableError("A pytz time zone holds more than its name.")
    return [value.replace(tzinfo=None).isoformat(), value.fold, zone_to_json(value.tzinfo)]


def _decode_datetime(data: list[Any]) -> dt.datetime:
    text, fold, zone = data
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone_from_json(zone), fold=fold)


def _encode_time(value: dt.time, plain: Callable[[Any], Any]) -> list[Any]:
    return [value.replace(tzinfo=None).isoformat(), value.fold, zone_to_json(value.tzinfo)]


def _decode_time(data: list[Any]) -> dt.time:
    text, fold, zone = data
    return dt.time.fromisoformat(text).replace(tzinfo=zone_from_json(zone), fold=fold)


def _encode_items(value: Any, plain: Callable[[Any], Any]) -> list[Any]:
    return [plain(item) for item in value]


@functools.cache
def _tags() -> tuple[_Tag, ...]:
    """Types of the standard library."""
    return (
        _Tag("tuple", tuple, _encode_items, tuple),
        _Tag("set", set, _encode_items, set),
        _Tag("frozenset", frozenset, _encode_items, frozenset),
        _Tag("bytes", bytes, lambda v, _: base64.b64encode(v).decode(), base64.b64decode),
        _Tag("datetime", dt.datetime, _encode_datetime, _decode_datetime),
        _Tag("date", dt.date, lambda v, _: v.isoformat(), dt.date.fromisoformat),
        _Tag("time", dt.time, _encode_time, _decode_time),
        _Tag(
            "timedelta",
            dt.timedelta,
            lambda v, _: [v.days, v.seconds, v.microseconds],
            lambda v: dt.timedelta(*v),
        ),
        _Tag("decimal", decimal.Decimal, lambda v, _: str(v), decimal.Decimal),
        _Tag("uuid", uuid.UUID, lambda v, _: v.hex, uuid.UUID),
        _Tag("complex", complex, lambda v, _: [v.real, v.imag], lambda v: complex(*v)),
    )


@functools.cache
def _array_tags() -> tuple[_Tag, ...]:
    """Scalars of numpy and pandas; called only when one of them is met."""
    import numpy as np
    import pandas as pd

    def encode_moment(value: Any, plain: Callable[[Any], Any]) -> list[Any]:
        return [
            int(value.asm8.view("i8")),
            value.unit,
            zone_to_json(getattr(value, "tzinfo", None)),
        ]

    def decode_timestamp(data: list[Any]) -> pd.Timestamp:
        count, unit, zone = data
        moment = pd.Timestamp(np.datetime64(count, unit))
        if zone is None:
            return moment
        return moment.tz_localize("UTC").tz_convert(zone_from_json(zone))

    def decode_timedelta(data: list[Any]) -> pd.Timedelta:
        count, unit, _ = data
        return pd.Timedelta(np.timedelta64(count, unit))

    def encode_scalar(value: Any, plain: Callable[[Any], Any]) -> list[Any]:
        return [value.dtype.str, value.item()]

    def encode_time_scalar(value: Any, plain: Callable[[Any], Any]) -> list[Any]:
        return [value.dtype.str, int(value.view("i8"))]

    def decode_scalar(data: list[Any]) -> Any:
        dtype, item = data
        return np.array(item, dtype=dtype)[()]

    def decode_time_scalar(data: list[Any]) -> Any:
        dtype, count = data
        return np.array(count, dtype="i8").view(dtype)[()]

    numbers = (np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32)
    numbers += (np.uint64, np.float16, np.float32, np.float64, np.str_)  # type: ignore[assignment]
    times = (np.datetime64, np.timedelta64)
    return (
        _Tag("NA", type(pd.NA), lambda v, _: None, lambda _: pd.NA),
        _Tag("NaT", type(pd.NaT), lambda v, _: None, lambda _: pd.NaT),
        _Tag("Timestamp", pd.Timestamp, encode_moment, decode_timestamp),
        _Tag("Timedelta", pd.Timedelta, encode_moment, decode_timedelta),
        *(_Tag("numpy", kind, encode_scalar, decode_scalar) for kind in numbers),
        *(_Tag("numpy-time", kind, encode_time_scalar, decode_time_scalar) for kind in times),
    )


@functools.cache
def _tags_by_type() -> dict[type, _Tag]:
    return {tag.type: tag for tag in _tags()}


@functools.cache
def _tags_by_name() -> dict[str, _Tag]:
    return {tag.name: tag for tag in _tags()}


@functools.cache
def _array_tags_by_type() -> dict[type, _Tag]:
    return {tag.type: tag for tag in _array_tags()}


@functools.cache
def _array_tags_by_name() -> dict[str, _Tag]:
    return {tag.name: tag for tag in _array_tags()}
