"""
What a call's answers say of themselves: how their pages hang together, and what is listened for.

Only where control totals are wanted. It sees each page as it came, beside the code that makes rows
of it: what that code loses is found by what was heard here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Ear = Callable[[Mapping[str, Any]], Iterable[Any]]


@dataclass(slots=True, eq=False)
class ListRead:
    """
    One list as it was read: `pages` so far, and what each of its `ears` `heard` of them.
    """

    operation: str
    ears: tuple[Ear, ...] = ()
    pages: int = 0
    heard: dict[Ear, list[Any]] = field(default_factory=dict)
    _is_linked: bool = True
    _given: Mapping[str, Any] = field(default_factory=dict)

    def page(
        self, page: Mapping[str, Any], asked: Mapping[str, Any], given: Mapping[str, Any]
    ) -> None:
        """
        See a page: the tokens it was `asked` with, and those it gave (none: it is the last).
        """
        self._is_linked = self._is_linked and asked == self._given
        self._given = given
        self.pages += 1
        for ear in self.ears:
            self.heard.setdefault(ear, []).extend(ear(page))

    @property
    def is_whole(self) -> bool:
        """Whether each page follows from the one before it, from the first to the last."""
        return self._is_linked and bool(self.pages) and not self._given


class PageWatch:
    """The lists of a call. `ears` take what is kept of a page, by ``service:Operation``."""

    def __init__(self, ears: Iterable[tuple[str, Ear]] = ()) -> None:
        self.lists: list[ListRead] = []
        self._ears = list(ears)

    def begin(self, operation: str) -> ListRead:
        """Return a list that is about to be read."""
        found = ListRead(operation, tuple(ear for of, ear in self._ears if of == operation))
        self.lists.append(found)  # of a list, which is safe with threads
        return found

    def heard(self, ear: Ear) -> list[Any] | None:
        """Return what an ear took from lists read to their end; None: there was none."""
        whole = [read for read in self.lists if ear in read.ears and read.is_whole]
        return [item for read in whole for item in read.heard.get(ear, ())] if whole else None
