"""
An item of a declared resource, which becomes a row, and what can be asked about it.

It begins as a record of the listing and collects the answers about it under the names of their
operations. An answer that was not given makes unknown every column that is read from it, and
whatever it would have decided; such columns stay out of the row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.resources.expressions import names_in, search
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aibrain_jupyter.aws.resources.declaration import Call
    from aibrain_jupyter.aws.resources.details import Row

_IF_THERE_IS_ONE: Final = "where("
"""How an input begins of which there may be none; without any other an item is not told apart."""
_COMPARED: Final = re.compile(r"(\w+)=='[^']*'")


@dataclass(slots=True)
class Item:
    """
    `known` is what expressions see, `unknown` the names of calls whose answer was not given.

    `row` are the columns that were read already (``aws/resources/early.py``).
    """

    known: dict[str, Any]
    unknown: set[str] = field(default_factory=set)
    row: Row = field(default_factory=dict)

    def below(self, alias: str, record: Any) -> Item:
        """Return the item of a record one level down; it knows what this one knows."""
        members = record if isinstance(record, dict) else {}
        return Item({**self.known, **members, alias: record}, set(self.unknown))


def has_nothing_to_ask(call: Call, item: Item) -> bool:
    """Tell whether a call is not made: its condition is false, or what it is about is not there."""
    if call.when and not is_undecided(call, item) and not search(call.when, item.known):
        return True
    return any(
        text.startswith(_IF_THERE_IS_ONE) and search(text, item.known) is None
        for text in call.inputs.values()
    )


def is_of_unknown(call: Call, item: Item) -> bool:
    """Tell whether a call is about what an earlier one did not tell; its answer is unknown then."""
    if item.unknown & names_in(call.needs):
        item.unknown.add(call.alias)
        return True
    return False


def is_undecided(call: Call, item: Item) -> bool:
    """Tell whether a condition compares a member of the listing that did not come."""
    found = _COMPARED.fullmatch(call.when)
    return found is not None and search(found[1], item.known) is None


def can_ask(inputs: Row) -> bool:
    """Tell whether the inputs of a call are all there."""
    return not any(value is None or isinstance(value, Unreadable) for value in inputs.values())


def none_there(call: Call) -> Any:
    """Return the answer to a call by which the service says that there is none."""
    return [] if call.records else {}


def in_rows(calls: Iterable[Call], items: Sequence[Item]) -> list[Item]:
    """Return the rows that items become by the calls that bring lists of them."""
    found = list(items)
    for call in calls:
        found = [row for item in found for row in _rows_in(call, item)]
    return found


def _rows_in(call: Call, item: Item) -> list[Item]:
    """Return an item's rows: one for each element, one without an element if there is none."""
    if item.unknown & names_in(call.rows):
        return [Item(item.known, item.unknown | {call.row_name}, item.row)]
    elements = search(call.rows, item.known) or [None]
    if isinstance(elements, Unreadable):
        return [Item(item.known, item.unknown | {call.row_name}, item.row)]
    known, name = item.known, call.row_name
    return [Item({**known, name: each}, set(item.unknown), item.row) for each in elements]


def batches_of(call: Call, items: Sequence[Item]) -> Iterator[list[Item]]:
    """Yield the items in batches, each of items that have the shared inputs in common."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        shared = [search(text, item.known) for text in call.shared.values()]
        groups.setdefault(repr(shared), []).append(item)
    for group in groups.values():
        for start in range(0, len(group), call.size):
            yield group[start : start + call.size]


def records_by_key(records: Iterable[Any], key: str) -> dict[Any, list[Any]]:
    """Return records by whose they are; one may be several items'."""
    found: dict[Any, list[Any]] = {}
    for record in records:
        owners = search(key, record)
        for owner in owners if isinstance(owners, list) else [owners]:
            if owner is None:
                continue
            found.setdefault(owner, []).append(record)
    return found


def in_words(inputs: Row) -> str:
    """Return what a call was asked with, to be told from others by."""
    return ", ".join(str(value) for value in inputs.values())
