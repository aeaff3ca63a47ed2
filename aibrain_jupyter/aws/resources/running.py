"""
Exports a curated resource: by its own code, or as it is declared
(``aws/resources/declaration.py`` says what a declaration is).

An *item* becomes a row (``aws/resources/items.py``): listed, asked about, joined with answers.
"""

from __future__ import annotations

import itertools
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.resources.declaration import BATCH, DETAIL, EACH, GROUP, JOINED
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.early import EarlyColumns
from aibrain_jupyter.aws.resources.expressions import names_in, search
from aibrain_jupyter.aws.resources.items import (
    Item,
    batches_of,
    can_ask,
    has_nothing_to_ask,
    in_rows,
    in_words,
    is_of_unknown,
    is_undecided,
    none_there,
    records_by_key,
)
from aibrain_jupyter.shared.base_tool import import_target
from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import ProviderError
from aibrain_jupyter.shared.frames.unreadable import Unreadable, paths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.aws.resources.declaration import Call, Resource
    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult
    from aibrain_jupyter.shared.frames.columns import Column


_code_of: Final = cache(partial(import_target, what="The code of a resource"))


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
    with paused_collector:
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
            items = self._items(calls, is_first=number == 0)
            items.reverse()
            # Each item goes when its row is there: long listings are not in memory twice.
            found = [self._row(items.pop()) for _ in range(len(items))]
            # A service that is off is a row that says so: nothing to read must not be seen as well.
            rows += found or ([dict(calls[0].nothing)] if calls[0].nothing else [])
        return self._details.result(rows, self._resource.columns)

    def _items(self, calls: Sequence[Call], *, is_first: bool) -> list[Item]:
        early = EarlyColumns(self._resource, calls, self._read)
        items = self._listed(calls[0], early, is_first=is_first)
        with_rows = [call for call in calls if call.rows]
        for kind, group in itertools.groupby(calls[1:], key=lambda call: call.kind):
            if not items:
                break
            together = list(group)
            if kind == DETAIL:
                # All details of an item, then the next item: no barrier between operations.
                self._ctx.map(partial(self._ask_details, calls=together), items)
                continue
            for call in together:
                if any(each.row_name in names_in(call.needs) for each in with_rows):
                    items, with_rows = in_rows(with_rows, items), []
                if kind == EACH:
                    below = self._ctx.map(partial(self._below, call=call, early=early), items)
                    items = [item for found in below for item in found]
                elif kind == GROUP:
                    self._ask_groups(call, items)
                elif kind == BATCH:
                    self._ask_batches(call, items)
                elif kind == JOINED:
                    self._join(call, items)
        return in_rows(with_rows, items)

    def _listed(self, call: Call, early: EarlyColumns, *, is_first: bool) -> list[Item]:
        root = Item({"here": self._here})
        service, operation = call.operation.split(":")
        asked = service, operation, call.records or "@", call.fixed
        made = early.maker(root, call)
        if not is_first:
            return self._details.ask_all(*asked, columns=(), absent=call.absent, made=made) or []
        try:
            return listed(self._ctx, *asked, made=made)
        except ProviderError as error:
            if error.facts.get("code") not in call.absent:
                raise
            return []  # the service says that there is none

    def _below(self, item: Item, call: Call, early: EarlyColumns) -> list[Item]:
        inputs = self._inputs(call, item)
        if has_nothing_to_ask(call, item):
            return []
        if not can_ask(inputs):
            self._not_asked(call, item, columns=())
            return []
        service, operation = call.operation.split(":")
        found = self._details.ask_all(
            service,
            operation,
            call.records,
            {**call.fixed, **inputs},
            item=in_words(inputs),
            columns=(),  # not columns but rows would be missing
            absent=call.absent,
            region=self._region(call, item),
            made=early.maker(item, call),
        )
        return found or []

    def _ask_details(self, item: Item, calls: Iterable[Call]) -> None:
        for call in calls:
            if is_of_unknown(call, item):
                continue
            inputs = self._inputs(call, item)
            if has_nothing_to_ask(call, item):
                self._keep(item, call, none_there(call))
            elif self._may_ask(call, inputs, item):
                region = self._region(call, item)
                self._keep(item, call, self._ask(call, inputs, self._label(item), region))

    def _ask_groups(self, call: Call, items: Sequence[Item]) -> None:
        groups: dict[str, list[Item]] = {}
        for item in items:
            if is_of_unknown(call, item):
                continue
            inputs = self._inputs(call, item)
            if has_nothing_to_ask(call, item):
                self._keep(item, call, none_there(call))
            elif self._may_ask(call, inputs, item):
                groups.setdefault(repr(inputs), []).append(item)

        def ask(group: Sequence[Item]) -> None:
            inputs = self._inputs(call, group[0])
            answer = self._ask(call, inputs, in_words(inputs))
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

    def _ask_batches(self, call: Call, items: Sequence[Item]) -> None:
        [(name, expression)] = call.inputs.items()
        told = {id(item): can_ask(self._inputs(call, item)) for item in items}
        for item in items:
            if not told[id(item)]:
                self._not_asked(call, item, columns=self._columns[call.alias])
                item.unknown.add(call.alias)
        items = [item for item in items if told[id(item)]]

        def ask(chunk: Sequence[Item]) -> None:
            values = list(dict.fromkeys(search(expression, item.known) for item in chunk))
            shared = {key: search(text, chunk[0].known) for key, text in call.shared.items()}
            found = self._ask(call, {name: values, **shared})
            by_key = None if found is None else records_by_key(found, call.key)
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

        self._ctx.map(ask, list(batches_of(call, items)))

    def _join(self, call: Call, items: Sequence[Item]) -> None:
        found = self._ask(call, {})
        by_key = records_by_key(found, call.key) if found is not None and call.key else None
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

    def _may_ask(self, call: Call, inputs: Row, item: Item) -> bool:
        """Tell whether it is known what to ask about an item; else its columns are not known."""
        if can_ask(inputs) and not is_undecided(call, item):
            return True
        self._not_asked(call, item, columns=self._columns[call.alias])
        item.unknown.add(call.alias)
        return False

    def _not_asked(self, call: Call, item: Item, *, columns: tuple[str, ...]) -> None:
        """Keep a gap for an item whose listing lacks what a call about it is asked with."""
        needed = [text for text in (*call.inputs.values(), call.to) if text]
        if is_undecided(call, item):
            needed = [call.when.partition("==")[0]]
        missing = ", ".join(text for text in needed if not search(text, item.known))
        self._missing(call, item, f"It was listed without {missing}.", columns)

    def _left_out(self, call: Call, item: Item) -> None:
        """Keep a gap for an item that was asked for and that a good answer says nothing about."""
        why = "It was listed, but the answer leaves it out; it may be gone since."
        self._missing(call, item, why, self._columns[call.alias])

    def _missing(self, call: Call, item: Item, why: str, columns: tuple[str, ...]) -> None:
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

    def _keep(self, item: Item, call: Call, answer: Any) -> None:
        if answer is None:
            item.unknown.add(call.alias)
        else:
            item.known[call.alias] = answer

    def _row(self, item: Item) -> Row:
        late = [column for column in self._resource.columns if column.name not in item.row]
        return item.row | self._read(item, late)

    def _read(self, item: Item, columns: Iterable[Column]) -> Row:
        """Return the columns of an item that are known."""
        row = {
            column.name: search(column.source, item.known)
            for column in columns
            if column.source and not item.unknown & names_in(column.source)
        }
        if Unreadable.seen:
            self._put_unread(item, row)
        return row

    def _put_unread(self, item: Item, row: Row) -> None:
        """Put what cannot be read into the columns whose expressions compare or count it."""
        for names, value in paths_of(item.known):
            for column in self._resource.columns:
                if column.name in row and names and names <= names_in(column.source):
                    row[column.name] = value

    def _label(self, item: Item) -> str:
        label = self._resource.label or self._resource.columns[0].source
        return str(search(label, item.known) or "")

    def _inputs(self, call: Call, item: Item) -> Row:
        return {name: search(text, item.known) for name, text in call.inputs.items()}

    def _region(self, call: Call, item: Item) -> str:
        return str(search(call.region, item.known) or "") if call.region else ""


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
