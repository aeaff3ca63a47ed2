"""
The call log: what a provider answered, when, under which request id, and what it took.

A call notes a plain list for each answered request (`CallContext.answered`, in the order of
`AnsweredRequest`'s fields), which is all that a request has to pay for. When it ends they are
packed into one text. That is what a result, the cache and a run keep: a hit hands it on unread,
and whoever wants to see it unpacks it. It holds ids, names, numbers and times, no address and
nothing of what was asked or answered, so it has no room for a secret.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import zlib
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

PAGE: Final = 7
ROWS: Final = 8
"""Where in a note page and rows stand: only who reads the answer knows them."""

_FEW_BYTES: Final = 1_000
MOST_BYTES: Final = 32 * 2**20
"""Of the notes of a call that another process made: a quarter of a million requests."""

_FORM: Final = "1:"
_NAME: Final = frozenset({str})
_NUMBER: Final = frozenset({int, float})
_WHOLE: Final = frozenset({int})
_COUNT: Final = frozenset({int, type(None)})
_TYPES: Final = (
    *(_NUMBER, _NAME, _NAME, _NAME | {type(None)}, _NAME, _WHOLE, _WHOLE, _WHOLE),
    *(_COUNT, _COUNT, _WHOLE, _NUMBER, _NUMBER, _NUMBER, _COUNT),
)
"""What stands in the columns of packed notes, in the order of `AnsweredRequest`'s fields."""
_LATEST: Final = 253_402_300_799
"""The end of the year 9999 in seconds since 1970."""
_ID: Final = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """
    One request that the provider answered, refusals included.

    `at` is when the answer was there (UTC, by this machine's clock), `sent_to` the part of the
    provider it was sent to (the region whose audit log has it), `request_id` the provider's own,
    `attempts` how often it was sent, `throttled` how many of these were refused for rate, `page`
    its place among the pages of its list, from 1, `rows` how many items of the list came (None:
    it is about one item), `bytes` the length of the body (None: a stream). `waited_s` are the
    seconds it was held back to keep to the provider's pace, `wire_s` those until the answer had
    come, `parse_s` those of reading it, its turn included; all attempts together. `server_date` is
    the provider's own clock (UTC, whole seconds), None where it did not say.
    """

    at: dt.datetime
    service: str
    operation: str
    sent_to: str
    request_id: str
    status: int
    attempts: int
    page: int
    rows: int | None
    bytes: int | None
    throttled: int
    waited_s: float
    wire_s: float
    parse_s: float
    server_date: dt.datetime | None

    @property
    def clock_bounds(self) -> tuple[float, float] | None:
        """
        How many seconds the provider's clock is ahead of this machine's, at least and at most.

        It told its time, cut to a second, between sending and answer.
        """
        if self.server_date is None:
            return None
        told = self.server_date.timestamp()
        answered = self.at.timestamp()
        return told - answered, told + 1 - (answered - self.wire_s - self.parse_s)

    @property
    def clock_skew_s(self) -> float | None:
        """The middle of `clock_bounds`."""
        bounds = self.clock_bounds
        return None if bounds is None else sum(bounds) / 2


def packed(notes: Collection[Sequence[Any]]) -> str:
    """Return the notes of a call as one text, in the order of their answers."""
    if not notes:
        return ""
    rows = [_tidy(note) for note in sorted(notes, key=itemgetter(0))]
    columns = json.dumps(list(zip(*rows, strict=True)), separators=(",", ":"))
    data = columns.encode()
    if len(data) > _FEW_BYTES:
        data = zlib.compress(data, 1)
    else:
        # To get zlib's usual quarter of a megabyte ready takes ten times what so few bytes do.
        small = zlib.compressobj(1, zlib.DEFLATED, 9, 1)
        data = small.compress(data) + small.flush()
    return _FORM + base64.b85encode(data).decode()


def unpacked(text: str) -> list[AnsweredRequest]:
    """Return what `packed` made a text of; nothing of one that another version wrote."""
    if not text.startswith(_FORM):
        return []
    columns = json.loads(zlib.decompress(base64.b85decode(text[len(_FORM) :])))
    return [_request(row) for row in zip(*columns, strict=True)]


def notes_of(text: str) -> list[list[Any]]:
    """
    Return the notes that `packed` made a text of, without the provider's clock.

    Each value is of its type, whoever wrote the text, as `unpacked` relies on. Raises ValueError:
    it is none of ours.
    """
    if not text.startswith(_FORM):
        if text:
            raise ValueError("no notes of ours")
        return []
    reading = zlib.decompressobj()
    try:
        data = reading.decompress(base64.b85decode(text[len(_FORM) :]), MOST_BYTES)
    except zlib.error as exc:
        raise ValueError("no notes of ours") from exc
    columns = json.loads(data) if reading.eof else None
    if not (type(columns) is list and len(columns) == len(_TYPES)):
        raise ValueError("no notes of ours")
    for number, (types, column) in enumerate(zip(_TYPES, columns, strict=True)):
        is_moment = number in (0, len(_TYPES) - 1)
        if not (type(column) is list and types.issuperset(map(type, column))) or (
            is_moment and not all(one is None or 0 <= one <= _LATEST for one in column)
        ):
            raise ValueError("no notes of ours")
    return [[*row[:-1], ""] for row in zip(*columns, strict=True)]


def described(note: Sequence[Any]) -> dict[str, Any]:
    """Return a note as JSON data, by the names of `AnsweredRequest`; times in ISO 8601, UTC."""
    request = _request(_tidy(note))
    values = {field.name: getattr(request, field.name) for field in fields(request)}
    return {k: v.isoformat() if isinstance(v, dt.datetime) else v for k, v in values.items()}


def clock_difference(requests: Iterable[AnsweredRequest]) -> tuple[float, float] | None:
    """
    Return how many seconds the provider's clock is ahead of ours, at least and at most.

    All answers are looked at together. None where none told the time. Where the first number is
    more than the second, a clock was set meanwhile, or the provider's machines disagree.
    """
    found = [bounds for request in requests if (bounds := request.clock_bounds)]
    if not found:
        return None
    return max(low for low, _ in found), min(high for _, high in found)


def _tidy(note: Sequence[Any]) -> list[Any]:
    """Return a note as JSON data: short numbers, the time told as seconds, no odd id."""
    at, *names, request_id, status, attempts, page, rows, size, throttled = note[:11]
    return [
        round(at, 3),
        *names,
        request_id if _ID.fullmatch(request_id or "") else "",
        *(status, attempts, page, rows, size, throttled),
        *(round(seconds, 4) for seconds in note[11:14]),
        _seconds(note[14] or ""),
    ]


def _request(row: Sequence[Any]) -> AnsweredRequest:
    told = row[14]
    at = dt.datetime.fromtimestamp(row[0], dt.UTC)
    date = None if told is None else dt.datetime.fromtimestamp(told, dt.UTC)
    values: Any = (at, *row[1:14], date)
    return AnsweredRequest(*values)


@lru_cache(maxsize=64)
def _seconds(date: str) -> int | None:
    """Return a ``Date`` header in seconds since 1970; None: there is none, or it is no date."""
    from email.utils import parsedate_to_datetime

    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None
