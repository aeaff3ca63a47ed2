"""
The clock and the dice of the embedded server, so that every start gives the same data.

moto stamps what it creates with its own ``utcnow`` and draws ids from its own generator.
Replacing the clock once is shorter, and misses less, than correcting dozens of attributes
after the fact. It never shows the real time: outside `at` it is always `TODAY`, or the
answers that say "until now" (the last delivery of a trail) would differ each time.

The dates of the data are written as seen on `TODAY`. `begin` moves them all to another day, so
that who starts the demo finds events of this week and not of the year it was written in.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import threading
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import moto.core.utils
from moto.moto_api._internal import mock_random

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY: Final = "2026-11-01"

_real_utcnow = moto.core.utils.utcnow
_frozen: list[dt.datetime] = []
_ahead = dt.timedelta(0)


def begin(today: str) -> None:
    """Let all of `moment` be so much later that `TODAY` is the ISO date `today`. Before seeding."""
    global _ahead
    _ahead = dt.date.fromisoformat(today) - dt.date.fromisoformat(TODAY)


def moment(day: str) -> dt.datetime:
    """Return a moment in working hours of an ISO date, the same one each time (naive UTC)."""
    seconds = 8 * 3600 + zlib.crc32(day.encode()) % (10 * 3600)
    return dt.datetime.fromisoformat(day) + dt.timedelta(seconds=seconds) + _ahead


def epoch(day: str) -> int:
    """Return the moment of `day` in seconds since 1970."""
    return int(moment(day).replace(tzinfo=dt.UTC).timestamp())


@contextmanager
def at(day: str) -> Iterator[dt.datetime]:
    """Let everything moto creates inside be created on `day`."""
    _frozen.append(moment(day))
    try:
        yield _frozen[-1]
    finally:
        _frozen.pop()


class _OfThread(type(mock_random)):  # type: ignore[misc]
    """
    moto's generator, one for each thread.

    A service that is filled when it is first asked draws its ids while other requests are answered,
    which draw some as well; with one generator its ids would be others each time.
    """

    def seed(self, *args: Any, **more: Any) -> None:
        """Restart that of this thread."""
        _own().seed(*args, **more)

    def random(self) -> float:
        """Draw from that of this thread."""
        return _own().random()

    def getrandbits(self, k: int) -> int:
        """Draw from that of this thread."""
        return _own().getrandbits(k)


_of_thread = threading.local()


def _own() -> random.Random:
    if not hasattr(_of_thread, "generator"):
        _of_thread.generator = random.Random(0)  # noqa: S311 - ids of invented things
    generator: random.Random = _of_thread.generator
    return generator


def seed_ids(*where: str) -> None:
    """
    Restart moto's generator for one part of the data, in this thread.

    Each part has its own start, so adding a user does not change the ids of the instances.
    """
    mock_random.seed(":".join(where))


def install() -> None:
    """
    Put the clock into every moto module loaded so far.

    Modules loaded later take it from ``moto.core.utils`` by themselves.
    """
    mock_random.__class__ = _OfThread
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and getattr(module, "utcnow", None) is _real_utcnow:
            module.utcnow = _utcnow  # type: ignore[attr-defined]


def _utcnow() -> dt.datetime:
    return _frozen[-1] if _frozen else moment(TODAY)
