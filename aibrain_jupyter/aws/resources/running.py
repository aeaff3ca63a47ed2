"""
Exports a curated resource: by its own code, or as it is declared
(``aws/resources/declaration.py`` says what a declaration is).

An *item* becomes a row. It begins as a record of the listing and collects the answers about it
under the names of their operations. An answer that was not given makes unknown every column
that is read from it, and whatever it would have decided; such columns stay out of the row.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.resources.declaration import BATCH, DETAIL, EACH, GROUP, JOINED
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.expressions import names_in, search
from aibrain_jupyter.shared.base_tool import import_target
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import ProviderError
from aibrain_jupyter.shared.frames.unreadable import Unreadable, paths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aibrain_jupyter.aws.resources.declaration import Call, Resource
    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


_IF_THERE_IS_ONE: Final = "where("
"""How an input begins of which there may be none; without any other an item is not told apart."""
_COMPARED: Final = re.compile(r"(\w+)=='[^']*'")
_code_of: Final = cache(partial(import_target, what="The code of a resource"))


@dataclass(slots=True)
class _Item:
    """`known` is what expressions see, `unknown` the names of calls whose answer was not given."""

    known: dict[str, Any]
    unknown: set[str] = field(default_factory=set)

    def below(self, alias: str, record: Any) -> _Item:
        """Return the item of a record one level down; it knows what this one knows."""
        members = record if isinstance(record, dict) else {}
        return _Item({**self.known, **members, alias: record}, set(self.unknown))


def export_resource(resource: Resource, ctx: CallContext, **params: Any) -> ToolResult:
    """
    Export a curated resource from one account and region.

    Args:
        resource: A declared resource, or one with code of its own.

        ctx: The call context.

        params: Values of the resource's `params`, and ``period`` if it reads one.

    Returns:
        The resource's columns, one row per item, ordered by the first column.

    Raises:
        PermissionDeniedError: the identity lacks the first permission of the resource.
    """
    if not resource.function:
        return _Export(ctx, resource).result()
    found: ToolResult = _code_of(resource.function)(ctx, **params)
    return found


class _Export:
    """One export of one declared resource."""

    def __init__(self, ctx: CallContext, resource: Resource) -> None:
        self._ctx = ctx
        self._resource = resource
        self._details = Details(ctx)
        self._columns = _columns_by_alias(resource)
        target = ctx.target
        self._here = {
            "account": target.account,
            "region": target.region,
            "partition": target.partition,
            "now": self._details.now,
        }

    def result(self) -> ToolResult:
        """Ask for everything and return it."""
        rows: list[Row] = []
        for number, calls in enumerate(self._resource.lists):
            found = [self._row(item) for item in self._items(calls, is_first=number == 0)]
            # A service that is off is a row that says so: nothing to read must not be seen as well.
            rows += found or ([dict(calls[0].nothing)] if calls[0].nothing else [])
        return self._details.result(rows, self._resource.columns)

    def _items(self, calls: Sequence[Call], *, is_first: bool) -> list[_Item]:
        items = self._listed(calls[0], is_first=is_first)
        for kind, group in itertools.groupby(calls[1:], key=lambda call: call.kind):
            if not items:
                break
            together = list(group)
            if kind == DETAIL:
                # All details of an item, then the next item: no barrier between operations.
                self._ctx.map(partial(self._ask_details, calls=together), items)
                continue
            for call in together:
                if kind == EACH:
                    below = self._ctx.map(partial(self._below, call=call), items)
                    items = [item for found in below for item in found]
                elif kind == GROUP:
                    self._ask_groups(call, items)
                elif kind == BATCH:
                    self._ask_batches(call, items)
                elif kind == JOINED:
                    self._join(call, items)
        for call in calls:
            if call.rows:
                items = [row for item in items for row in _rows_of(call, item)]
        return items

    def _listed(self, call: Call, *, is_first: bool) -> list[_Item]:
        root = _Item({"here": self._here})
        service, operation = call.operation.split(":")
        if is_first:
            try:
                records = listed(self._ctx, service, operation, call.records or "@", call.fixed)
            except ProviderError as error:
                if error.facts.get("code") not in call.absent:
                    raise
                records = []  # the service says that there is none
        else:
            found = self._details.ask_all(
                service,
                operation,
                call.records or "@",
                call.fixed,
                columns=(),
                absent=call.absent,
            )
            records = found or []
        return [root.below(call.alias, record) for record in records]

    def _below(self, item: _Item, call: Call) -> list[_Item]:
        inputs = self._inputs(call, item)
        if _has_nothing_to_ask(call, item):
            return []
        if not _can_ask(inputs):
            self._not_asked(call, item, columns=())
            return []
        service, operation = call.operation.split(":")
        records = self._details.ask_all(
            service,
            operation,
            call.records,
            {**call.fixed, **inputs},
            item=_words(inputs),
            columns=(),  # not columns but rows would be missing
            absent=call.absent,
            region=self._region(call, item),
        )
        return [item.below(call.alias, record) for record in records or []]

    def _ask_details(self, item: _Item, calls: Iterable[Call]) -> None:
        for call in calls:
            if item.unknown & names_in(call.needs):
                item.unknown.add(call.alias)
                continue
            inputs = self._inputs(call, item)
            if _has_nothing_to_ask(call, item):
                self._keep(item, call, _nothing(call))
            elif self._may_ask(call, inputs, item):
                region = self._region(call, item)
                self._keep(item, call, self._ask(call, inputs, self._label(item), region))

    def _ask_groups(self, call: Call, items: Sequence[_Item]) -> None:
        groups: dict[str, list[_Item]] = {}
        for item in items:
            inputs = self._inputs(call, item)
            if _has_nothing_to_ask(call, item):
                self._keep(item, call, _nothing(call))
            elif self._may_ask(call, inputs, item):
                groups.setdefault(repr(inputs), []).append(item)

        def ask(group: Sequence[_Item]) -> None:
            inputs = self._inputs(call, group[0])
            answer = self._ask(call, inputs, _words(inputs))
            for item in group:
                self._keep(item, call, answer)

        self._ctx.map(ask, list(groups.values()))

    def _ask(self, call: Call, inputs: Row, label: str = "", region: str = "") -> Any:
        """Return the answer to a call; None: it was not given."""
        service, operation = call.operation.split(":")
        columns = self._columns[call.alias]
        if call.rows:
            columns = self._details.for_rows(columns)
        asked: dict[str, Any] = {
            "columns": columns,
            "item": label,
            "absent": call.absent,
            "region": region,
        }
        params = {**call.fixed, **inputs}
        if call.records:
            return self._details.ask_all(service, operation, call.records, params, **asked)
        answer = self._details.ask(service, operation, params, **asked)
        return search(call.member, answer) or {} if call.member and answer else answer

    def _ask_batches(self, call: Call, items: Sequence[_Item]) -> None:
        [(name, expression)] = call.inputs.items()
        told = {id(item): _can_ask(self._inputs(call, item)) for item in items}
        for item in items:
            if not told[id(item)]:
                self._not_asked(call, item, columns=self._columns[call.alias])
                item.unknown.add(call.alias)
        items = [item for item in items if told[id(item)]]

        def ask(chunk: Sequence[_Item]) -> None:
            values = list(dict.fromkeys(search(expression, item.known) for item in chunk))
            shared = {key: search(text, chunk[0].known) for key, text in call.shared.items()}
            found = self._ask(call, {name: values, **shared})
            by_key = None if found is None else _by_key(found, call.key)
            for item in chunk:
                if by_key is None:
                    self._keep(item, call, None)
                    continue
                own = search(call.to or expression, item.known)
                nothing: Any = {} if call.may_lack else None
                record = next(iter(by_key.get(own, [])), nothing)
                if record is None:
                    self._left_out(call, item)
                self._keep(item, call, record)

        self._ctx.map(ask, list(_chunks(call, items)))

    def _join(self, call: Call, items: Sequence[_Item]) -> None:
        found = self._ask(call, {})
        by_key = _by_key(found, call.key) if found is not None and call.key else None
        for item in items:
            if by_key is None:
                self._keep(item, call, found)
                continue
            own = search(call.to, item.known)
            if not own and call.to == self._resource.columns[0].source:
                # Without its own name nobody can tell what belongs to it.
                self._not_asked(call, item, columns=self._columns[call.alias])
                item.unknown.add(call.alias)
                continue
            keys = own if isinstance(own, list) else [own]
            self._keep(item, call, [record for key in keys for record in by_key.get(key, [])])

    def _may_ask(self, call: Call, inputs: Row, item: _Item) -> bool:
        """Tell whether it is known what to ask about an item; else its columns are not known."""
        if _can_ask(inputs) and not _is_undecided(call, item):
            return True
        self._not_asked(call, item, columns=self._columns[call.alias])
        item.unknown.add(call.alias)
        return False

    def _not_asked(self, call: Call, item: _Item, *, columns: tuple[str, ...]) -> None:
        """Keep a gap for an item whose listing lacks what a call about it is asked with."""
        needed = [text for text in (*call.inputs.values(), call.to) if text]
        if _is_undecided(call, item):
            needed = [call.when.partition("==")[0]]
        missing = ", ".join(text for text in needed if not search(text, item.known))
        self._missing(call, item, f"It was listed without {missing}.", columns)

    def _left_out(self, call: Call, item: _Item) -> None:
        """Keep a gap for an item that was asked for and that a good answer says nothing about."""
        why = "It was listed, but the answer leaves it out; it may be gone since."
        self._missing(call, item, why, self._columns[call.alias])

    def _missing(self, call: Call, item: _Item, why: str, columns: tuple[str, ...]) -> None:
        if self._details.is_wanted(columns):
            self._details.missing(
                Gap(
                    Outcome.FAILED,
                    why,
                    operation=call.operation,
                    action=call.permission,
                    item=self._label(item),
                    columns=columns,
                ),
                is_of_batch=True,
            )

    def _keep(self, item: _Item, call: Call, answer: Any) -> None:
        if answer is None:
            item.unknown.add(call.alias)
        else:
            item.known[call.alias] = answer

    def _row(self, item: _Item) -> Row:
        row = {
            column.name: search(column.source, item.known)
            for column in self._resource.columns
            if column.source and not item.unknown & names_in(column.source)
        }
        if Unreadable.seen:
            self._put_unread(item, row)
        return row

    def _put_unread(self, item: _Item, row: Row) -> None:
        """Put what cannot be read into the columns whose expressions compare or count it."""
        for names, value in paths_of(item.known):
            for column in self._resource.columns:
                if column.name in row and names and names <= names_in(column.source):
                    row[column.name] = value

    def _label(self, item: _Item) -> str:
        label = self._resource.label or self._resource.columns[0].source
        return str(search(label, item.known) or "")

    def _inputs(self, call: Call, item: _Item) -> Row:
        return {name: search(text, item.known) for name, text in call.inputs.items()}

    def _region(self, call: Call, item: _Item) -> str:
        return str(search(call.region, item.known) or "") if call.region else ""


def _has_nothing_to_ask(call: Call, item: _Item) -> bool:
    """Tell whether a call is not made: its condition is false, or what it is about is not there."""
    if call.when and not _is_undecided(call, item) and not search(call.when, item.known):
        return True
    return any(
        text.startswith(_IF_THERE_IS_ONE) and search(text, item.known) is None
        for text in call.inputs.values()
    )


def _is_undecided(call: Call, item: _Item) -> bool:
    """Tell whether a condition compares a member of the listing that did not come."""
    found = _COMPARED.fullmatch(call.when)
    return found is not None and search(found[1], item.known) is None


def _can_ask(inputs: Row) -> bool:
    """Tell whether the inputs of a call are all there."""
    return not any(value is None or isinstance(value, Unreadable) for value in inputs.values())


def _nothing(call: Call) -> Any:
    """Return the answer to a call by which the service says that there is none."""
    return [] if call.records else {}


def _rows_of(call: Call, item: _Item) -> list[_Item]:
    """Return an item's rows: one for each element, one without an element if there is none."""
    if item.unknown & names_in(call.rows):
        return [_Item(item.known, item.unknown | {call.row_name})]
    elements = search(call.rows, item.known) or [None]
    if isinstance(elements, Unreadable):
        return [_Item(item.known, item.unknown | {call.row_name})]
    return [_Item({**item.known, call.row_name: e}, item.unknown) for e in elements]


def _chunks(call: Call, items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Yield the items in batches, each of items that have the shared inputs in common."""
    groups: dict[str, list[_Item]] = {}
    for item in items:
        shared = [search(text, item.known) for text in call.shared.values()]
        groups.setdefault(repr(shared), []).append(item)
    for group in groups.values():
        for start in range(0, len(group), call.size):
            yield group[start : start + call.size]


def _by_key(records: Iterable[Any], key: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for record in records:
        owners = search(key, record)
        for owner in owners if isinstance(owners, list) else [owners]:
            if owner is None:
                continue
            found.setdefault(owner, []).append(record)
    return found


def _words(inputs: Row) -> str:
    return ", ".join(str(value) for value in inputs.values())


def _columns_by_alias(resource: Resource) -> dict[str, tuple[str, ...]]:
    """Return per answer the columns that are read from it, or from one that depends on it."""
    found: dict[str, tuple[str, ...]] = {}
    for first in resource.calls:
        needed = {first.alias}
        for call in resource.calls:  # in the order they are asked
            if needed & names_in(call.needs):
                needed.add(call.alias)
            if needed & names_in(call.rows):
                needed.add(call.row_name)
        found[first.alias] = tuple(c.name for c in resource.columns if needed & names_in(c.source))
    return found
