"""
How fast a run is: calls ended per second over time, and the time that is left.

Only calls that asked the provider count. What the cache answers comes in bursts
that say nothing about the others, and cancelled calls say nothing at all.

The time is divided into at most `MOST_SPANS` spans of equal length. When they
are used up, pairs are merged and a span is twice as long: an hour takes no more
room than ten seconds, and a curve always shows the whole run.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SPANS: Final = 40
_FIRST_SPAN_S: Final = 0.5
_LEAST_CALLS: Final = 3
_LEAST_S: Final = 2.0
_RECENT_S: Final = 10.0
_RECENT_SHARE: Final = 0.25
_RECENT_CALLS: Final = 32
_BURSTS: Final = 4


class Pace:
    """
    Counts the ends of calls.

    `clock` gives seconds from any fixed moment; only differences count.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Begin anew: the calls begin now."""
        self._began = self._clock()
        self._span = _FIRST_SPAN_S
        self._ended_in: list[int] = [0]
        self._ended = self._live = self._most_active = 0
        # At each of the last live ends: how many calls had ended by then, hits included.
        self._ended_at: deque[int] = deque(maxlen=_RECENT_CALLS)

    def note_active(self, count: int) -> None:
        """Note how many calls are running at once."""
        self._most_active = max(self._most_active, count)

    def note_end(self, *, is_live: bool) -> None:
        """Note the end of a call; `is_live` when the provider was asked."""
        self._ended += 1
        if is_live:
            self._live += 1
            self._ended_at.append(self._ended)
            self._reach_now()
            self._ended_in[-1] += 1

    def calls_per_second(self) -> float:
        """Return the pace of late: of the last quarter, or the last ten seconds if that is more."""
        return self._rate(least_calls=0)

    def curve(self) -> tuple[float, ...]:
        """Return calls per second in each span so far, without the one under way."""
        self._reach_now()
        return tuple(count / self._span for count in self._ended_in[:-1])

    def remaining(self, open_calls: int) -> float | None:
        """
        Return an estimate in seconds for the calls that have not ended, None if it is too early.

        It is too early until as many calls have ended as ran at once: the first to end are the
        quick ones. The share of cache hits among the rest is taken to be what it was of late.
        """
        enough = max(_LEAST_CALLS, self._most_active)
        if not open_calls or self._live < enough or self._clock() - self._began < _LEAST_S:
            return None
        # Calls that take equally long end in bursts: only several of them make a pace.
        rate = self._rate(least_calls=_BURSTS * max(1, self._most_active))
        since = self._ended - self._ended_at[0]
        live_share = (len(self._ended_at) - 1) / since if since else 1.0
        return open_calls * live_share / rate if rate else None

    def _rate(self, *, least_calls: int) -> float:
        passed = self._reach_now()
        window = max(_RECENT_S, _RECENT_SHARE * passed)
        ended, seconds = 0, 0.0
        for n in reversed(range(len(self._ended_in))):
            if seconds >= window and ended >= least_calls:
                break
            ended += self._ended_in[n]
            seconds = passed - n * self._span
        return ended / seconds if seconds else 0.0

    def _reach_now(self) -> float:
        """Open spans up to now, merging where they are too many; return the seconds passed."""
        passed = self._clock() - self._began
        while passed >= MOST_SPANS * self._span:
            counts = [*self._ended_in, 0]
            self._ended_in = [sum(pair) for pair in zip(counts[0:-1:2], counts[1::2], strict=False)]
            self._span *= 2
        missing = int(passed / self._span) + 1 - len(self._ended_in)
        self._ended_in += [0] * missing
        return passed
