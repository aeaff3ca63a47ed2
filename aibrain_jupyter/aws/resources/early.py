"""
What is made of a record as soon as it is listed, so that the record need not be kept.

A record is ten to twenty times as large as the columns that are read from it. Those that need no
other answer are read when its page comes; of the record only the members stay that a later request
or column is read from. So a long listing takes the memory of its result, and not of its answers.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.declaration import EACH
from aibrain_jupyter.aws.resources.expressions import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aibrain_jupyter.aws.resources.declaration import Call, Resource
    from aibrain_jupyter.aws.resources.details import Row
    from aibrain_jupyter.aws.resources.items import Item
    from aibrain_jupyter.shared.frames.columns import Column


class EarlyColumns:
    """
    The columns of a resource that are read from a record alone, where it comes by one of `calls`.

    Records of the last call that goes one level down are read so. Those above it are kept: what is
    below may have members of the same names.
    """

    def __init__(
        self,
        resource: Resource,
        calls: Sequence[Call],
        read: Callable[[Item, Iterable[Column]], Row],
    ) -> None:
        levels = [call for call in calls if call.kind == EACH] or [calls[0]]
        self._last = levels[-1]
        later = calls[calls.index(self._last) + 1 :]
        answers = {call.alias for call in calls if call.kind != EACH and call is not calls[0]}
        answers |= {call.row_name for call in calls if call.rows}
        sources = [(column, names_in(column.source)) for column in resource.columns]
        self._columns = [c for c, names in sources if c.source and names.isdisjoint(answers)]
        self._read = read
        needed = [column.source for column in resource.columns if column not in self._columns]
        needed += [text for call in later for text in (call.needs, call.region)]
        needed += [call.rows for call in calls]
        needed.append(resource.label or resource.columns[0].source)
        self._keeps_all = any("@" in text for text in needed)
        self._names = frozenset().union(*map(names_in, needed))

    def maker(self, above: Item, call: Call) -> Callable[[Any], Item]:
        """Return what makes items of the records of a call that are below an item."""
        if call is not self._last:
            return partial(above.below, call.alias)
        return lambda record: self._reduced(above.below(call.alias, record))

    def _reduced(self, item: Item) -> Item:
        """Read the columns of an item and let go of what nobody will ask for."""
        item.row = self._read(item, self._columns)
        if not self._keeps_all:
            item.known = {name: item.known[name] for name in item.known.keys() & self._names}
        return item
