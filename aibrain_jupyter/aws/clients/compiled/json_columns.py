"""
Many structures of one shape at once, member by member, as ``json_shapes.py`` reads each of them.

The elements of a list nearly always have the same keys. Then a member of all of them is looked at
in one go: that a hundred numbers are whole numbers takes one look at their types, and the
structures below them are read as one list in their turn.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.compiled.unexpected import MOST_LAYOUTS, UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.aws.clients.compiled.json_shapes import JsonShapes, Plan

    ReadAll = Callable[[list[Any]], list[Any]]
    """None stays None; gives the same list where nothing is new. Structures it may change."""
    _Columns = tuple[list[tuple[str, ReadAll]], Callable[[list[Any]], list[Any]] | None]
    """What changes, by key; and what makes the members of the keys, None: they are."""

FEW: Final = 4
"""Fewer values are read one by one."""
_MOST_MOVES: Final = 3
"""More members in another order, or of another name, make a new structure quicker."""
_NOTHING: Final = type(None)
_MEMBERS: Final = dict.values
_AS_THEY_ARE: Final[dict[str, frozenset[type]]] = {
    "boolean": frozenset({bool, _NOTHING}),
    "integer": frozenset({int, _NOTHING}),
    "long": frozenset({int, _NOTHING}),
    "float": frozenset({float, _NOTHING}),
    "double": frozenset({float, _NOTHING}),
}


class JsonColumns:
    """The functions of one output shape for many values, each made when it is first needed."""

    def __init__(self, shapes: JsonShapes) -> None:
        self._shapes = shapes
        self._structures: dict[str, ReadAll] = {}

    def reader(self, shape: Any) -> ReadAll | None:
        """Return the function that reads values of a shape; None: they stay as they are."""
        read = self._shapes.reader(shape)
        if read is None:
            return None
        kind = shape.type_name
        if kind == "structure":
            if shape.name not in self._structures:
                self._structures[shape.name] = self._structure(shape)
            return self._structures[shape.name]
        if kind == "list":
            return self._list(shape)
        usual = _AS_THEY_ARE.get(kind, frozenset())

        def read_all(values: list[Any]) -> list[Any]:
            if usual.issuperset(map(type, values)):
                return values
            return [None if value is None else read(value) for value in values]

        return read_all

    def _list(self, shape: Any) -> ReadAll:
        below = self.reader(shape.member)

        def read_all(values: list[Any]) -> list[Any]:
            kinds = set(map(type, values))
            if not kinds <= {list, _NOTHING}:
                raise UnexpectedError(shape.name)
            if below is None:
                return values
            there = [value for value in values if value] if kinds != {list} else values
            found = list(chain.from_iterable(there))
            new = below(found) if found else found
            if new is found:
                return values
            rest = iter(new)
            return [None if one is None else list(islice(rest, len(one))) for one in values]

        return read_all

    def _structure(self, shape: Any) -> ReadAll:
        plans: dict[tuple[str, ...], _Columns] = {}
        read: Any = self._shapes.reader(shape)

        def read_all(values: list[Any]) -> list[Any]:
            if len(values) < FEW:
                return [read(value) for value in values]
            kinds = set(map(type, values))
            if kinds == {dict}:
                if have_same_keys(values):
                    return by_columns(tuple(values[0]), values)
            elif not kinds <= {dict, _NOTHING}:
                raise UnexpectedError(shape.name)
            places: dict[tuple[str, ...], list[int]] = {}
            for at, value in enumerate(values):
                if value is not None:
                    places.setdefault(tuple(value), []).append(at)
            found = list(values)
            for keys, where in places.items():
                new = by_columns(keys, [values[at] for at in where])
                for at, value in zip(where, new, strict=True):
                    found[at] = value
            return found

        def by_columns(keys: tuple[str, ...], values: list[Any]) -> list[Any]:
            plan = plans.get(keys)
            if plan is None:
                plan = self._plan(self._shapes.plan_of(shape, keys), shape, keys)
                if len(plans) < MOST_LAYOUTS:
                    plans[keys] = plan
            changes, rearranged = plan
            for key, change in changes:
                column = [value[key] for value in values]
                new = change(column)
                if new is not column:
                    for value, one in zip(values, new, strict=True):
                        value[key] = one
            return _without_none(values if rearranged is None else rearranged(values))

        return read_all

    def _plan(self, plan: Plan, shape: Any, keys: tuple[str, ...]) -> _Columns:
        is_in_order, items = plan[0] is not None, plan[1]
        members = shape.members
        found = [(key, self.reader(members[name])) for name, key, _ in items]
        changes = [(key, change) for key, change in found if change is not None]
        wanted = [(name, key) for name, key, _ in items]
        return changes, None if is_in_order else _rearranging(keys, wanted)


def have_same_keys(values: Sequence[Any]) -> bool:
    """Tell whether mappings, one at least, have the same keys in the same order."""
    # Lists of texts are compared quicker than a set of tuples is made.
    return list(map(list, values)).count(list(values[0])) == len(values)


def _rearranging(
    keys: Sequence[str], wanted: list[tuple[str, str]]
) -> Callable[[list[Any]], list[Any]]:
    """Return what makes structures with these keys have the wanted ``(name, key)``, in order."""
    known, stay, rest = {key for _, key in wanted}, 0, iter(keys)
    # The first ones may stay where they are; each further one is put behind them.
    while stay < len(wanted) and wanted[stay][0] == wanted[stay][1] and wanted[stay][1] in rest:
        stay += 1
    moves = wanted[stay:]
    unknown = [key for key in keys if key not in known]

    def in_place(values: list[Any]) -> list[Any]:
        for key in unknown:
            for value in values:
                del value[key]
        for name, key in moves:
            for value in values:
                value[name] = value.pop(key)
        return values

    def anew(values: list[Any]) -> list[Any]:
        return [{name: value[key] for name, key in wanted} for value in values]

    # A key that is another member's name would be lost in place.
    is_plain = known.isdisjoint(name for name, key in wanted if name != key)
    return in_place if is_plain and len(moves) + len(unknown) <= _MOST_MOVES else anew


def _without_none(values: list[Any]) -> list[Any]:
    """Return structures without their members that are None; they are changed in their place."""
    # What is nothing in the first is nothing in most.
    for key in [key for key, given in values[0].items() if given is None]:
        for value in values:
            if value[key] is None:
                del value[key]
    if all(map(all, map(_MEMBERS, values))):  # a truth is looked up quicker than None
        return values
    for value in values:
        if None in value.values():
            for key in [key for key, given in value.items() if given is None]:
                del value[key]
    return values
