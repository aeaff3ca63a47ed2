"""
Nested values as JSON and back, exactly.

JSON knows text, numbers, lists and objects with text names. What else records
hold (times, decimals, bytes, tuples, missing values, numbers of numpy) is
tagged: ``{"$": "date", "v": …}``. A value of another type is refused rather than
turned into something similar; so is one of a subclass, because what comes back
would be the base class. Data without tags, the usual case, is read by the plain
C decoder.

To add a type, add a line to `_TAGS` or `_pandas_tags`.
"""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import functools
import json
import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from aibrain_jupyter.cache.codec.endless import refuse_endless
from aibrain_jupyter.cache.problems import NotStorableError

if TYPE_CHECKING:
    from collections.abc import Callable

_MARK = "$"
_AS_IS = frozenset({str, int, float, bool, type(None)})
_TEXT = frozenset({str})
_HOLDERS = frozenset({list, dict, tuple, set, frozenset})
MOST_DEEP = 200
"""Lists and mappings in each other. How many Python itself takes differs by its version, and one
may read what another has written."""
_MANY_MET_AGAIN = 1_000
"""Parts met again after which a value is looked at as a whole: most values have none."""


class _Tag(NamedTuple):
    """How a type goes to JSON data (or to values that have tags themselves) and back."""

    name: str
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def dumps(value: Any) -> bytes:
    """
    Return `value` as JSON; `loads` takes it back.
    Raises NotStorableError: it holds something that would not come back exactly.
    """
    return plain_to_json(to_plain(value)[0])


def loads(data: str | bytes | memoryview, *, has_tags: bool = True) -> Any:
    """Return the value that `dumps` gave `data` for; `has_tags` is False where none are in it."""
    text = data if isinstance(data, str) else str(data, "utf-8")
    return _TAGGED.decode(text) if has_tags else _PLAIN.decode(text)


def is_plain(value: Any) -> bool:
    """Whether a list or dict is made of JSON's types alone, and meets no part of its own again."""
    met: set[int] = set()
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEEP:
            return False
        waiting: list[Any] = []
        for each in level:
            if id(each) in met:
                return False
            met.add(id(each))
            if type(each) is dict and _MARK not in each and _TEXT.issuperset(map(type, each)):
                items: Any = each.values()
            elif type(each) is list:
                items = each
            else:
                return False
            if not _AS_IS.issuperset(map(type, items)):
                waiting += [item for item in items if type(item) not in _AS_IS]
        level = waiting
    return True


def to_plain(value: Any) -> tuple[Any, bool]:
    """
    Return a copy of `value` made of JSON's types only, and whether tags were needed.
    Raises NotStorableError: as `dumps`; EndlessError: lists that share their parts never end.
    """
    has_tags, met_again, whole = False, 0, value
    # What is met stays: once it is gone, its id may be another's.
    met: dict[int, Any] = {}

    def plain(value: Any, depth: int) -> Any:
        nonlocal has_tags, met_again
        kind = type(value)
        if kind in _AS_IS:
            return value
        if depth > MOST_DEEP:
            raise RecursionError
        if kind in _HOLDERS:
            if id(value) in met:
                met_again += 1
                if met_again == _MANY_MET_AGAIN:
                    refuse_endless(whole)
            met[id(value)] = value
        # Most of what there is, is looked at here: a call for each costs three times as much.
        if kind is list:
            return [item if type(item) in _AS_IS else plain(item, depth + 1) for item in value]
        if kind is dict and _MARK not in value and _TEXT.issuperset(map(type, value)):
            return {
                name: item if type(item) in _AS_IS else plain(item, depth + 1)
                for name, item in value.items()
            }
        has_tags = True
        tag = _TAGS.get(kind) or _pandas_tag(value)
        return {_MARK: tag.name, "v": plain(tag.encode(value), depth + 1)}

    try:
        return plain(value, 1), has_tags
    except RecursionError as exc:
        raise NotStorableError("The value is nested too deeply, or holds itself.") from exc


def plain_to_json(plain: Any) -> bytes:
    """
    Return JSON's types as JSON text. Raises NotStorableError: a text holds half a surrogate pair,
    or an integer has thousands of digits.
    """
    try:
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError as exc:
        raise NotStorableError("A text or number in the value cannot be written.") from exc


def zone_to_json(zone: dt.tzinfo | None) -> list[Any] | None:
    """
    Return the zone as JSON data: the class of object comes back, not only the offset.

    boto3 gives ``dateutil.tz.tzutc()``, our frames ``datetime.UTC``. ``dateutil``'s local and file
    zones, and ``pytz``, are refused.

    Raises:
        NotStorableError: the zone cannot be rebuilt from a name or an offset.
    """
    if zone is None:
        return None
    if zone is dt.UTC:
        return ["utc"]
    if type(zone) is dt.timezone:
        offset, *name = zone.__getinitargs__()  # type: ignore[attr-defined]
        return ["fixed", offset.days, offset.seconds, offset.microseconds, *name]
    if type(zone) is zoneinfo.ZoneInfo and zone.key:
        return ["zone", zone.key]
    if type(zone).__name__ == "tzutc" and type(zone).__module__.startswith("dateutil."):
        return ["dateutil-utc"]
    raise NotStorableError(f"The time zone {zone!r} has no name or offset to store.")


def zone_from_json(data: list[Any] | None) -> dt.tzinfo | None:
    """Return the zone that `zone_to_json` gave `data` for."""
    if data is None:
        return None
    kind, *rest = data
    if kind == "utc":
        return dt.UTC
    if kind == "fixed":
        days, seconds, microseconds, *name = rest
        offset = dt.timedelta(days=days, seconds=seconds, microseconds=microseconds)
        return dt.timezone(offset, *name)
    if kind == "zone":
        return zoneinfo.ZoneInfo(rest[0])
    from dateutil.tz import UTC  # type: ignore[import-untyped]

    return UTC  # type: ignore[no-any-return]


def _timed(value: dt.datetime | dt.time) -> list[Any]:
    return [value.replace(tzinfo=None).isoformat(), value.fold, zone_to_json(value.tzinfo)]


def _untimed(kind: Any, data: list[Any]) -> Any:
    text, fold, zone = data
    return kind.fromisoformat(text).replace(tzinfo=zone_from_json(zone), fold=fold)


_TAGS: dict[type, _Tag] = {
    dict: _Tag("dict", lambda v: [[name, item] for name, item in v.items()], dict),
    tuple: _Tag("tuple", list, tuple),
    set: _Tag("set", list, set),
    frozenset: _Tag("frozenset", list, frozenset),
    bytes: _Tag("bytes", lambda v: base64.b64encode(v).decode(), base64.b64decode),
    dt.datetime: _Tag("datetime", _timed, functools.partial(_untimed, dt.datetime)),
    dt.time: _Tag("time", _timed, functools.partial(_untimed, dt.time)),
    dt.date: _Tag("date", dt.date.isoformat, dt.date.fromisoformat),
    dt.timedelta: _Tag(
        "timedelta", lambda v: [v.days, v.seconds, v.microseconds], lambda v: dt.timedelta(*v)
    ),
    decimal.Decimal: _Tag("decimal", str, decimal.Decimal),
    uuid.UUID: _Tag("uuid", str, uuid.UUID),
}


@functools.cache
def _pandas_tags() -> dict[type, _Tag]:
    """Missing values, moments and numbers of pandas and numpy; called when one may be met."""
    import numpy as np
    import pandas as pd

    def moment(data: list[Any]) -> pd.Timestamp:
        count, unit, zone = data
        found = pd.Timestamp(np.datetime64(count, unit))
        return found if zone is None else found.tz_localize("UTC").tz_convert(zone_from_json(zone))

    number = _Tag("numpy", lambda v: [v.dtype.str, v.item()], lambda v: np.dtype(v[0]).type(v[1]))
    numbers = (np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32)
    return {
        type(pd.NA): _Tag("NA", lambda _: None, lambda _: pd.NA),
        type(pd.NaT): _Tag("NaT", lambda _: None, lambda _: pd.NaT),
        pd.Timestamp: _Tag(
            "Timestamp", lambda v: [int(v.asm8.view("i8")), v.unit, zone_to_json(v.tzinfo)], moment
        ),
        **dict.fromkeys((*numbers, np.uint64, np.float16, np.float32, np.float64), number),
    }


def _pandas_tag(value: Any) -> _Tag:
    kind = type(value)
    tag = None
    if kind.__module__.partition(".")[0] in ("pandas", "numpy"):
        tag = _pandas_tags().get(kind)
    if tag is None:
        raise NotStorableError(f"A {kind.__module__}.{kind.__qualname__} cannot be stored.")
    return tag


def _untag(found: dict[str, Any]) -> Any:
    name = found.get(_MARK)
    if name is None:
        return found
    decode = _DECODERS.get(name) or next(
        tag.decode for tag in _pandas_tags().values() if tag.name == name
    )
    return decode(found["v"])


_DECODERS = {tag.name: tag.decode for tag in _TAGS.values()}
_PLAIN = json.JSONDecoder()
_TAGGED = json.JSONDecoder(object_hook=_untag)
