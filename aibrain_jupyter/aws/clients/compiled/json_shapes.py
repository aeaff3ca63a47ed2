"""
Shapes as functions from what ``json`` reads to the value that botocore's parser makes of it.

Most values stay as they are: None stands for the function that changes nothing. A structure is
known by its keys; for each sequence of them a shape keeps which become members, in the model's
order. Where that is the order they came in, and none is renamed or unknown, the structure that
``json`` made is changed in its place: it belongs to nobody else.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.compiled.json_columns import FEW, JsonColumns
from aibrain_jupyter.aws.clients.compiled.timestamps import parse_timestamp
from aibrain_jupyter.aws.clients.compiled.unexpected import MOST_LAYOUTS, UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[Any], Any]
    _Items = list[tuple[str, str, Reader | None]]
    Plan = tuple[list[tuple[str, Reader]] | None, _Items]
    """What changes where all else stays as it is, else None; and all members with their keys."""

_KEPT: Final = frozenset({"string", "character"})


class JsonShapes:
    """
    The functions of one output shape, each made when an answer first has such a value.

    `converts` tells whether numbers and flags are made of what came, as botocore does it for
    services that speak rest-json.
    """

    def __init__(self, *, converts: bool) -> None:
        self._converts = converts
        self._structures: dict[str, Reader | None] = {}
        self._columns = JsonColumns(self)

    def reader(self, shape: Any) -> Reader | None:
        """Return the function that reads a value of a shape; None: it stays as it is."""
        kind = shape.type_name
        if kind == "structure":
            if shape.name not in self._structures:
                made = None if shape.is_document_type else self._structure(shape)
                self._structures[shape.name] = made
            return self._structures[shape.name]
        if kind == "list":
            return self._list(shape)
        if kind == "map":
            return self._map(shape)
        if kind == "timestamp":
            return parse_timestamp
        if kind == "blob":
            return base64.b64decode
        if kind in _KEPT or not self._converts:
            return None
        return _CONVERTED[kind]

    def _structure(self, shape: Any) -> Reader:
        plans: dict[tuple[str, ...], Plan] = {}

        def read(value: Any) -> Any:
            if value is None:
                return None
            if type(value) is not dict:
                raise UnexpectedError(shape.name)
            keys = tuple(value)
            plan = plans.get(keys)
            if plan is None:
                plan = self.plan_of(shape, keys)
                if len(plans) < MOST_LAYOUTS:
                    plans[keys] = plan
            changed, items = plan
            if changed is not None:
                for key, change in changed:
                    given = value[key]
                    if given is not None:
                        value[key] = change(given)
                if None in value.values():
                    return {key: given for key, given in value.items() if given is not None}
                return value
            return {
                name: given if get is None else get(given)
                for name, key, get in items
                if (given := value[key]) is not None
            }

        return read

    def plan_of(self, shape: Any, keys: tuple[str, ...]) -> Plan:
        """Return how a structure with these keys is read."""
        if shape.is_tagged_union and len(keys) != 1:
            raise UnexpectedError(shape.name)
        known = frozenset(keys)
        items: _Items = []
        for name, member in shape.members.items():
            key = member.serialization.get("name", name)
            if key in known:
                if "location" in member.serialization:
                    raise UnexpectedError(name)  # it belongs into a header
                items.append((name, key, self.reader(member)))
        if shape.is_tagged_union and not items:
            raise UnexpectedError(shape.name)
        if list(keys) != [name for name, key, _ in items if name == key]:
            return None, items
        return [(key, get) for _, key, get in items if get is not None], items

    def _list(self, shape: Any) -> Reader:
        read = self.reader(shape.member)
        is_of_structures = shape.member.type_name == "structure"

        def read_all(value: Any) -> Any:
            if type(value) is not list:
                raise UnexpectedError(shape.name)
            if read is None:
                return value
            if is_of_structures and len(value) >= FEW and None not in value:
                read_many = self._columns.reader(shape.member)
                if read_many is not None:
                    return read_many(value)
            return [None if one is None else read(one) for one in value]

        return read_all

    def _map(self, shape: Any) -> Reader:
        if self.reader(shape.key) is not None:
            raise UnexpectedError(shape.name)
        is_structure = shape.value.type_name == "structure"
        read = self.reader(shape.value)

        def read_all(value: Any) -> Any:
            if type(value) is not dict:
                raise UnexpectedError(shape.name)
            if read is None:
                return value
            if None in value.values() and not is_structure:
                raise UnexpectedError(shape.name)
            return {key: read(one) for key, one in value.items()}

        return read_all


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise UnexpectedError
    return value


def _whole(value: Any) -> int:
    return value if type(value) is int else int(value)


def _number(value: Any) -> float:
    return float(value)


_CONVERTED: Final[dict[str, Reader]] = {
    "boolean": _flag,
    "integer": _whole,
    "long": _whole,
    "float": _number,
    "double": _number,
}
