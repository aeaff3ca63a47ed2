"""
Shapes as functions from an element of XML to the value that botocore's parser makes of it.

An element of a structure is known by the tags of its children. For each sequence of tags a shape
keeps which child is which member, in the model's order, and with which function it is read.
"""

from __future__ import annotations

import base64
import datetime as dt
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.compiled.timestamps import parse_timestamp
from aibrain_jupyter.aws.clients.compiled.unexpected import (
    LONGEST_LAYOUT,
    MOST_LAYOUTS,
    UnexpectedError,
    body_members,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from xml.etree.ElementTree import Element

    Reader = Callable[[Any], Any]
    _Plan = list[tuple[str, Any, Reader]]

_TAG: Final = attrgetter("tag")
_TEXT: Final = attrgetter("text")
"""The reader of texts; of an empty element it gives None, and structure and list mend that."""
_FLAGS: Final = {"true": True, "false": False}


@lru_cache(4096)
def local_name(tag: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(tag).rpartition("}")[2]


class XmlShapes:
    """The functions of one output shape, each made when an answer first has its element."""

    def __init__(self) -> None:
        self._structures: dict[str, Reader] = {}

    def reader(self, shape: Any) -> Reader:
        """Return the function that reads an element of a shape."""
        kind = shape.type_name
        if kind in _SCALARS:
            return _SCALARS[kind]
        if kind == "structure":
            if shape.name not in self._structures:
                self._structures[shape.name] = self._structure(shape)
            return self._structures[shape.name]
        if kind == "list":
            return self._list(shape)
        if kind == "map":
            return self._map(shape)
        raise UnexpectedError(kind)

    def _structure(self, shape: Any) -> Reader:
        if shape.metadata.get("exception"):
            raise UnexpectedError(shape.name)
        if any(m.serialization.get("xmlAttribute") for m in shape.members.values()):
            return self._structure_with_attributes(shape)
        members = body_members(shape)
        plans: dict[tuple[str, ...], _Plan] = {}

        def read(node: Element) -> dict[str, Any]:
            tags = tuple(map(_TAG, node))
            plan = plans.get(tags)
            if plan is None:
                plan = self._plan(shape, members, tags)
                if len(plans) < MOST_LAYOUTS and len(tags) <= LONGEST_LAYOUT:
                    plans[tags] = plan
            found = {name: get(node[at]) for name, at, get in plan}
            if None in found.values():
                for name, value in found.items():
                    if value is None:
                        found[name] = ""
            return found

        return read

    def _plan(self, shape: Any, members: Sequence[tuple[str, Any]], tags: tuple[str, ...]) -> _Plan:
        places: dict[str, list[int]] = {}
        for at, tag in enumerate(tags):
            places.setdefault(local_name(tag), []).append(at)
        if shape.is_tagged_union and len(places) == 1:
            known = {m.serialization.get("name", name) for name, m in shape.members.items()}
            if known.isdisjoint(places):
                raise UnexpectedError(shape.name)
        plan: _Plan = []
        for name, member in members:
            found = places.get(_key_of(name, member))
            if found is None:
                continue
            if member.serialization.get("flattened") and member.type_name in ("list", "map"):
                plan.append((name, *_of_flat(found, self.reader(member))))
            elif len(found) == 1:
                plan.append((name, found[0], self.reader(member)))
            else:
                raise UnexpectedError(name)
        return plan

    def _structure_with_attributes(self, shape: Any) -> Reader:
        members = body_members(shape)

        def read(node: Element) -> dict[str, Any]:
            tags = tuple(map(_TAG, node))
            plan = {name: (at, get) for name, at, get in self._plan(shape, members, tags)}
            found: dict[str, Any] = {}
            for name, member in members:
                if name in plan:
                    at, get = plan[name]
                    value = get(node[at])
                    found[name] = "" if value is None else value
                elif member.serialization.get("xmlAttribute"):
                    wanted = member.serialization["name"]
                    space = wanted.partition(":")[0]
                    # Of whatever namespace: botocore looks at the model's prefix alone.
                    given = {
                        f"{space}:{local_name(key)}" if "}" in key else key: value
                        for key, value in node.attrib.items()
                    }
                    if wanted in given:
                        found[name] = given[wanted]
            return found

        return read

    def _list(self, shape: Any) -> Reader:
        read = self.reader(shape.member)
        if read is _TEXT:
            return lambda nodes: [node.text or "" for node in nodes]
        return lambda nodes: list(map(read, nodes))

    def _map(self, shape: Any) -> Reader:
        key_name = shape.key.serialization.get("name") or "key"
        value_name = shape.value.serialization.get("name") or "value"
        read_key, read_value = self.reader(shape.key), self.reader(shape.value)

        def read(entries: Any) -> dict[Any, Any]:
            found = {}
            for entry in entries:
                pair = {local_name(part.tag): part for part in entry}
                if len(entry) != len(pair) or pair.keys() != {key_name, value_name}:
                    raise UnexpectedError(shape.name)
                key, value = read_key(pair[key_name]), read_value(pair[value_name])
                found["" if key is None else key] = "" if value is None else value
            return found

        return read


def _key_of(name: str, member: Any) -> str:
    """Return the tag of a member; of a flat list it is that of its elements."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        named = member.member.serialization.get("name")
        if named is not None:
            return str(named)
    return str(member.serialization.get("name") or name)


def _of_flat(places: list[int], read: Reader) -> tuple[slice, Reader]:
    """Return where the elements of a flat list are in their parent, and what reads that."""
    if places[-1] - places[0] + 1 == len(places):
        return slice(places[0], places[-1] + 1), read
    # S3 gives versions and delete markers as they come.
    return slice(None), lambda nodes: read([nodes[at] for at in places])


def _flag(node: Element) -> bool:
    return _FLAGS[node.text or ""]


def _whole(node: Element) -> int:
    return int(node.text or "")


def _number(node: Element) -> float:
    return float(node.text or "")


def _time(node: Element) -> Any:
    text = node.text or ""
    if text[-1:] == "Z" and text[4:5] == "-":  # nearly all are written so
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            if moment.tzinfo is dt.UTC:
                return moment
    return parse_timestamp(text)


def _bytes(node: Element) -> bytes:
    return base64.b64decode(node.text or "")


_SCALARS: Final[dict[str, Reader]] = {
    "string": _TEXT,
    "character": _TEXT,
    "boolean": _flag,
    "integer": _whole,
    "long": _whole,
    "float": _number,
    "double": _number,
    "timestamp": _time,
    "blob": _bytes,
}
