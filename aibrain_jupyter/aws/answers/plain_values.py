"""
Answers as JSON knows them: times as ISO text in UTC, bytes as base64, tags as mappings.

`plain` does it with a single value. `plain_rows` does it with the elements of a list: for each
sequence of keys it remembers which members are times, bytes, tags or hold some. All others are
handed on as they are: what botocore's parser gives of them is plain already.
"""

from __future__ import annotations

import base64
import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from botocore.model import Shape

    Change = Callable[[Any], Any]

_TAG_MEMBERS: Final = {
    frozenset({"Key", "Value"}): ("Key", "Value"),
    frozenset({"key", "value"}): ("key", "value"),
    frozenset({"TagKey", "TagValue"}): ("TagKey", "TagValue"),
}
_AS_THEY_ARE: Final = frozenset(
    {"string", "character", "boolean", "integer", "long", "float", "double"}
)
_MOST_LAYOUTS: Final = 256


def plain(value: Any, shape: Any = None) -> Any:
    """
    Return `value` as JSON knows it: times as ISO text in UTC, bytes as base64 text.

    With its botocore `shape`, lists of tags become mappings of key to value, if no key is there
    twice.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    kind = getattr(shape, "type_name", "")
    if isinstance(value, dict):
        members = shape.members if kind == "structure" else {}
        item = shape.value if kind == "map" else None
        return {str(k): plain(v, members.get(k, item)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        if kind == "list" and (names := _tag_names(shape.member)):
            tags = {tag.get(names[0]): tag.get(names[1], "") for tag in value}
            # What a policy selects by may name a key twice: then the list stays, nothing is lost.
            if len(tags) == len(value) and None not in tags:
                return tags
        return [plain(item, shape.member if kind == "list" else None) for item in value]
    return str(value)


def plain_rows(values: Sequence[Any], shape: Shape) -> list[Any]:
    """
    Return the elements of a list as `plain` gives them, but for the times that are their members.

    Args:
        values: The elements as boto3 gives them; not changed.

        shape: The botocore shape of each.
    """
    change = _change_of(shape)
    return list(values) if change is None else [change(value) for value in values]


@lru_cache(maxsize=512)
def _change_of(shape: Shape) -> Change | None:
    changes = _Changes()
    return changes.of_row(shape) if shape.type_name == "structure" else changes.of(shape)


class _Changes:
    """What makes values of an answer plain, by their shapes; None: they are."""

    def __init__(self) -> None:
        self._made: dict[str, Change | None] = {}

    def of(self, shape: Any) -> Change | None:
        kind = shape.type_name
        if kind in _AS_THEY_ARE:
            return None
        if kind in ("list", "map"):
            return self._list(shape) if kind == "list" else self._map(shape)
        if kind != "structure" or shape.is_document_type:
            return lambda value: plain(value, shape)
        if shape.name not in self._made:
            # For a shape that contains itself; it ends when there is no such value.
            self._made[shape.name] = lambda value: plain(value, shape)
            self._made[shape.name] = self._structure(shape)
        return self._made[shape.name]

    def of_row(self, shape: Any) -> Change | None:
        """Return the same of a row: its times are columns, which take them as they came."""
        if shape.is_document_type:
            return self.of(shape)
        return self._structure(shape, keeps_times=True)

    def _structure(self, shape: Any, *, keeps_times: bool = False) -> Change | None:
        changes = {
            name: None if keeps_times and member.type_name == "timestamp" else self.of(member)
            for name, member in shape.members.items()
        }
        if not any(changes.values()):
            return None
        layouts: dict[tuple[str, ...], list[tuple[str, Change]]] = {}

        def change(value: Any) -> Any:
            if type(value) is not dict:
                return plain(value, shape)
            keys = tuple(value)
            layout = layouts.get(keys)
            if layout is None:
                found = ((key, changes.get(key, plain)) for key in keys)
                layout = [(key, made) for key, made in found if made is not None]
                if len(layouts) < _MOST_LAYOUTS:
                    layouts[keys] = layout
            return {**value, **{key: made(value[key]) for key, made in layout}}

        return change

    def _list(self, shape: Any) -> Change | None:
        change = self.of(shape.member)
        if names := _tag_names(shape.member):
            return lambda value: _tags(value, *names, shape)
        if change is None:
            return None
        return lambda value: (
            [change(one) for one in value] if type(value) is list else plain(value, shape)
        )

    def _map(self, shape: Any) -> Change | None:
        change = self.of(shape.value)
        if change is None:
            return None
        return lambda value: (
            {str(key): change(one) for key, one in value.items()}
            if type(value) is dict
            else plain(value, shape)
        )


def _tags(value: Any, key: str, holds: str, shape: Any) -> Any:
    try:
        tags = {tag[key]: tag[holds] for tag in value}
    except (KeyError, TypeError):  # a tag without a value, no list
        return plain(value, shape)
    return tags if len(tags) == len(value) and None not in tags else plain(value, shape)


def _tag_names(shape: Any) -> tuple[str, str] | None:
    """Return the names of a tag's key and value; None for what is no tag."""
    if shape.type_name == "structure" and "tag" in shape.name.lower():
        return _TAG_MEMBERS.get(frozenset(shape.members))
    return None
