"""
A long listing by keys, read in parts at the same time, as if it had been read from end to end.

The first pages are read one after the other, which is all of most listings. From then on other
threads take parts of what is left. Whoever has nothing to do divides the part that has read most
since somebody looked at it: first by questions (``cuts.py``), then, as far as ends are known, by
what was read (``guesses.py``), so that nobody must know how keys are named. Parts do not overlap:
each is the keys after one text up to another, whenever a key was made. Put together in their order
they are what the listing from end to end gives.

Each part is a listing with all that belongs to one: every page of it, paced, counted, ended by
Cancel or a time-out. If one fails the whole fails with its error, as it would have without parts.
If keys come in another order than the cuts need, nothing is cut any more; what was cut by then is
dropped, and it is read from end to end.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.paging import call, pages
from aibrain_jupyter.aws.clients.request_log import THIS_THREAD
from aibrain_jupyter.aws.operations.in_parts.cuts import cuts_after
from aibrain_jupyter.aws.operations.in_parts.guesses import guessed_cuts
from aibrain_jupyter.aws.operations.in_parts.part import (
    FIRST_LOOK,
    NOT_NOW,
    NotInOrderError,
    Part,
    PartRows,
)
from aibrain_jupyter.shared.call_log import ROWS
from aibrain_jupyter.shared.error_handler import ListingLostError, ProviderError
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aibrain_jupyter.aws.operations.in_parts.part import KeyedListing
    from aibrain_jupyter.shared.base_tool import CallContext

ALONE: Final = 4
"""Pages that are read before others help."""
WORKERS: Final = 8
_FIRST_QUESTIONS: Final = 32
_PAGES_A_QUESTION: Final = 2
"""To find out where to cut, so many are asked at the beginning, and one more for so many pages."""
_IN_VAIN: Final = 8
"""So many parts without a key, and one more for as many pages, are followed by no more guesses."""
_ENOUGH: Final = 4
"""Parts that are made of one at a time."""

_Rows = TypeVar("_Rows", bound=PartRows)


def read_in_parts(
    ctx: CallContext,
    listing: KeyedListing,
    params: Mapping[str, Any],
    new_rows: Callable[[], _Rows],
    *,
    alone: int = ALONE,
) -> list[_Rows]:
    """
    Read every page of a listing and return what was made of its parts, in the order of the keys.

    Args:
        ctx: The call context.

        listing: How it is listed.

        params: The operation's inputs, without page tokens.

        new_rows: What takes the pages of one part.

        alone: How many pages are read before others help.

    Raises:
        ProviderError: the provider refused or failed, for whatever part.
    """
    reading = _Reading(ctx, listing, params, new_rows, alone)
    try:
        return reading.read()
    except NotInOrderError:
        reading.take_back()
        ctx.remark(
            f"{listing.service}:{listing.operation} of {ctx.target.label} does not give its keys "
            "in their order: it was read from end to end."
        )
    except ListingLostError:
        reading.take_back()
        raise
    rows = new_rows()
    for page in pages(ctx, listing.service, listing.operation, params):
        rows.take(page)
    rows.end()
    return [rows]


class _Reading(Generic[_Rows]):
    """One listing while it is read in parts."""

    def __init__(
        self,
        ctx: CallContext,
        listing: KeyedListing,
        params: Mapping[str, Any],
        new_rows: Callable[[], _Rows],
        alone: int,
    ) -> None:
        self._ctx = ctx
        self._listing = listing
        self._params = params
        self._new_rows = new_rows
        self._alone = alone
        self._prefix = str(params.get("Prefix") or "")
        first = Part(listing, new_rows(), str(params.get(listing.after) or ""))
        self._parts: list[Part] = [first]
        self._changed = threading.Condition()
        self._waiting: list[Part] = [first]
        self._under_way: list[Part] = []
        self._pages = self._questions = self._in_vain = 0
        self._nothing_after: str | None = None
        self._may_divide = True
        self._is_failed = False

    def read(self) -> list[_Rows]:
        """Return the rows of all parts, in order, when the last has ended."""
        with DaemonThreadPool(WORKERS - 1, name="aibrain-part") as pool:
            helpers: list[Any] = []

            def get_help() -> None:
                if not helpers:
                    helpers.extend(pool.submit(self._serve) for _ in range(WORKERS - 1))

            try:
                self._serve(get_help)
            finally:
                # What they raise is told when all have ended; of several the first of them.
                failures = [helper.exception() for helper in helpers]
        for failure in failures:
            if failure is not None:
                raise failure
        return [part.rows for part in sorted(self._parts, key=lambda part: part.after)]  # type: ignore[misc]

    def take_back(self) -> None:
        """Count no row of what nobody keeps."""
        for part in self._parts:
            self._ctx.uncount(sum(note[ROWS] for note in part.notes))
            for note in part.notes:
                note[ROWS] = 0

    def _serve(self, get_help: Callable[[], None] | None = None) -> None:
        """Read parts, and divide those of others, until there is nothing more to read."""
        is_failed = True
        try:
            while (work := self._next()) is not None:
                do, part = work
                do(part, get_help)
            is_failed = False
        finally:
            with self._changed:
                self._is_failed = self._is_failed or is_failed
                self._changed.notify_all()

    def _next(self) -> tuple[Callable[..., None], Part] | None:
        """Return what to do, with which part; wait for it. None: there is nothing more to read."""
        with self._changed:
            while not self._is_failed:
                if self._waiting:
                    part = self._waiting.pop(0)
                    self._under_way.append(part)
                    return self._read, part
                if not self._under_way:
                    return None
                long = [part for part in self._under_way if self._may_be_divided(part)]
                if long:
                    part = max(long, key=lambda part: part.pages)
                    part.looks_at = NOT_NOW
                    return self._divide, part
                self._changed.wait()
            return None

    def _may_be_divided(self, part: Part) -> bool:
        if not self._may_divide or part.pages < part.looks_at:
            return False
        most = _FIRST_QUESTIONS + self._pages // _PAGES_A_QUESTION
        return self._may_guess(part) or self._questions < most

    def _may_guess(self, part: Part) -> bool:
        """Tell whether a part is cut without asking: its end is known, and guesses do well."""
        most = _IN_VAIN + self._pages // _IN_VAIN
        return self._end_of(part) is not None and bool(part.keys) and self._in_vain < most

    def _end_of(self, part: Part) -> str | None:
        """Return what no key of a part is after, for guesses: keys may be made there meanwhile."""
        return self._nothing_after if part.end is None else part.end

    def _read(self, part: Part, get_help: Callable[[], None] | None) -> None:
        """Read a part to its end; after some pages of the first, others are called."""
        asked = dict(self._params)
        if part.after:
            asked[self._listing.after] = part.after
        for page in pages(self._ctx, self._listing.service, self._listing.operation, asked):
            if (note := THIS_THREAD.note) is not None:
                part.notes.append(note)
            with self._changed:
                try:
                    own, others = part.of_page(page)
                except NotInOrderError:
                    if len(self._parts) > 1:
                        raise
                    # Nothing was cut by their order so far, and nothing will be.
                    part.is_in_order = self._may_divide = False
                    own, others = page, 0
                self._pages += 1
                if part.pages == 1 and part.after and not part.last:
                    self._in_vain += 1
                    if part.end is None:
                        self._nothing_after = part.after
                self._changed.notify_all()
            if others and note is not None:
                note[ROWS] -= others
            self._ctx.uncount(others)
            part.rows.take(own)
            if part.is_over or self._is_failed:
                break
            is_long = part.pages >= self._alone and self._may_divide and self._goes_on(page)
            if get_help is not None and is_long:
                get_help()
        part.rows.end()
        with self._changed:
            part.is_over = True
            self._under_way.remove(part)
            self._changed.notify_all()

    def _goes_on(self, page: Mapping[str, Any]) -> bool:
        return bool(paging_of(self._listing.service, self._listing.operation).next_tokens(page))

    def _divide(self, part: Part, _get_help: object) -> None:
        """Cut what is left of a part that is being read, if there is a place for it."""
        with self._changed:
            last, end, pages_read = part.last or part.after, part.end, part.pages
            guessed_end = self._end_of(part)
            if guessed_end is not None and self._may_guess(part):
                most = max(1, WORKERS - len(self._under_way) - len(self._waiting))
                cuts = guessed_cuts(part.first, last, guessed_end, part.keys, pages_read, most)
                self._add(part.divided(cuts, self._new_rows))
                part.looks_at = pages_read + FIRST_LOOK
                return
        try:
            cuts = cuts_after(last, end, self._prefix, partial(self._first_after, end=end))
        except ProviderError:
            # Only the listing itself must succeed: it goes on without.
            self._ctx.check()
            self._may_divide, cuts = False, []
        with self._changed:
            new = part.divided(cuts, self._new_rows) if self._may_divide else []
            # What is before the first of few cuts is cut at once: by month where that was by year.
            part.looks_at = pages_read * (1 if 0 < len(new) < _ENOUGH else 2)
            self._add(new)

    def _add(self, new: list[Part]) -> None:
        self._parts += new
        self._waiting += new
        self._changed.notify_all()

    def _first_after(self, texts: list[str], end: str | None) -> list[str | None]:
        """Return the first key after each text, None where there is none up to `end`."""
        with self._changed:
            self._questions += len(texts)
        found = self._ctx.map(lambda text: self._one_after(text, end), texts)
        if end is None:
            without = [text for text, key in zip(texts, found, strict=True) if key is None]
            with self._changed:
                known = [self._nothing_after] if self._nothing_after is not None else []
                self._nothing_after = min([*without, *known], default=None)
        return found

    def _one_after(self, text: str, end: str | None) -> str | None:
        if end is not None and text >= end:
            return None
        asked = {**self._params, self._listing.after: text, self._listing.size: 1}
        answer = call(self._ctx, self._listing.service, self._listing.operation, asked)
        records = answer.get(self._listing.records) or []
        key = records[0].get(self._listing.key) if records else None
        if key is not None and key <= text:
            raise NotInOrderError
        return None if key is None or (end is not None and key > end) else str(key)
