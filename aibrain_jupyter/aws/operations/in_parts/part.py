"""One part of a listing: the keys after one text, up to another."""

from __future__ import annotations

import operator
import sys
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST_LOOK: Final = 1
"""Pages of a part after which it may be divided."""
_SAMPLE: Final = 64
"""Keys of a page that say how keys are spelled."""
NOT_NOW: Final = sys.maxsize
"""The same of a part that somebody is about to divide."""


class PartRows(Protocol):
    """Where the rows of one part go."""

    def take(self, page: Mapping[str, Any]) -> None:
        """Add the rows of a page."""

    def end(self) -> None:
        """No more come."""


@dataclass(frozen=True, slots=True)
class KeyedListing:
    """
    An operation that lists by keys in the order of their UTF-8, which is that of Python's texts.

    `after` is the input that says after which text to begin, `records` the member of the answer
    with the records, `key` the member of a record with its key, `size` the input that says how
    many may come, `whole` the inputs with which the answer is something else than all keys in
    their order.
    """

    service: str
    operation: str
    after: str
    records: str
    key: str
    size: str
    whole: frozenset[str]


class NotInOrderError(Exception):
    """The keys do not come in the order that the parts are cut by."""


@dataclass(slots=True, eq=False)
class Part:
    """
    The keys after `after` up to `end` itself (None: to the last one).

    `first` and `last` are those of the keys that were read, `keys` some of the last page, `pages`
    how many pages were, `looks_at` after how many pages it may be divided. `notes` are those of its
    requests. Where keys are known not to be in
    order (`is_in_order`), each page is the part's whole.
    """

    listing: KeyedListing
    rows: PartRows
    after: str = ""
    end: str | None = None
    first: str = ""
    last: str = ""
    keys: list[str] = field(default_factory=list)
    pages: int = 0
    looks_at: int = FIRST_LOOK
    is_over: bool = False
    is_in_order: bool = True
    notes: list[list[Any]] = field(default_factory=list)

    def of_page(self, page: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
        """
        Return what of a page is the part's, and how many records are not.

        Raises:
            NotInOrderError: its keys do not follow on those before.
        """
        if not self.is_in_order:
            self.pages += 1
            return page, 0
        records = page.get(self.listing.records) or []
        try:
            keys = [record[self.listing.key] for record in records]
        except (KeyError, TypeError) as exc:
            raise NotInOrderError from exc
        self.pages += 1
        if not keys:
            return page, 0
        if keys[0] <= (self.last or self.after) or not all(_rises(keys)):
            raise NotInOrderError
        count = len(keys) if self.end is None else bisect_right(keys, self.end)
        self.is_over = count < len(keys) or keys[-1] == self.end
        if count:
            self.first, self.last = self.first or keys[0], keys[count - 1]
            self.keys = keys[: count : count // _SAMPLE + 1]
        if count == len(keys):
            return page, 0
        return {**page, self.listing.records: records[:count]}, len(keys) - count

    def divided(self, cuts: list[str], new_rows: Callable[[], PartRows]) -> list[Part]:
        """Keep what is before the first of the cuts that lie ahead, and return the other parts."""
        ahead = [cut for cut in cuts if max(self.last, self.after) < cut]
        if self.is_over or not ahead:
            return []
        ends = [*ahead[1:], self.end]
        self.end = ahead[0]
        return [
            Part(self.listing, new_rows(), after, end)
            for after, end in zip(ahead, ends, strict=True)
        ]


def _rises(keys: list[str]) -> Any:
    return map(operator.lt, keys, islice(keys, 1, None))
