"""
How fast one operation may be asked: a mirror of the provider's token bucket.

AWS limits an operation of an account in a region by a bucket that refills at a steady rate. What
is refused for rate finds the bucket empty, so between two refusals exactly as much is accepted as
was refilled: that is how the rate is measured here, and it holds however many others share the
bucket. From then on requests leave at the measured rate and a little more, so that a limit that
rises is noticed; a limit that falls is, by the next refusal.

Until the first refusal nothing is held back but the beginning, by requests under way: a burst of
32 against an empty bucket would be 32 refusals.

botocore's adaptive mode does the same from outside with a cubic curve. It cannot be told a rate
that was measured earlier, nor to keep to a share, gets no more than 0.7 of a limit of 50 a second
in the first quarter of a minute, and one operation slows all others of its client
(``tests/benchmarks/bench_throttling.py``).

No clock and no threads here: callers give the time, in seconds of any steady clock.
"""

from dataclasses import dataclass
from typing import Final

_FIRST_UNDER_WAY: Final = 5
_ACCEPTED_PER_MORE: Final = 4
_LONGEST_START_GAP_S: Final = 0.05
"""At the beginning at least 20 a second leave, so that slow answers do not hold up the next."""

_SEARCH_FROM: Final = 10.0
_SEARCH_DOUBLES_S: Final = 0.25
_LEAST: Final = 0.5
"""The lowest rate, per second."""

_ENOUGH: Final = 4
"""Accepted requests that make a measurement."""

_OVER: Final = 0.02
_OVER_DOUBLES_S: Final = 1.5
"""The share by which a known limit is exceeded, and how soon that doubles while nothing is refused.
"""

_RISEN: Final = 1.5
_STEP_BACK: Final = 0.7
_CATCH_UP_S: Final = 0.1
_IDLE_S: Final = 2.0

_UNKNOWN_LIMIT: Final = 20.0
"""What a polite caller takes an unknown limit for: EC2's documented refill of DescribeHosts."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A measured limit: `rate` requests a second, after a `burst` of so many at once."""

    rate: float
    burst: float


class Pace:
    """
    The pace of one operation on one client. Not safe to use from two threads at once.

    `limit` is what is known of the provider's bucket, None before the first measurement;
    `remembered` is an earlier one to begin with.
    """

    def __init__(self, now: float, remembered: Limit | None = None) -> None:
        self.limit = remembered
        self._under_way = 0
        self._sent_at = now - _IDLE_S
        self._tokens = remembered.burst if remembered else 1.0
        self._counted_at = self._grows_from = now
        self._search_from: float | None = None
        self._cut_at = now
        # What was accepted since the bucket was last seen empty, and since it must have been full.
        self._empty_at: float | None = None
        self._since_empty = 0
        self._full_at: float | None = now
        self._since_full = 0
        self._polite_at = now

    def take(self, now: float, *, share: float = 1.0) -> float:
        """
        Take leave to send a request now.

        Args:
            now: The time.

            share: The largest part of the limit the caller wants to use, up to 1.

        Returns:
            0 if it may be sent; it then counts as sent. Otherwise the seconds after which to ask
            again.
        """
        self._refill(now)
        if share < 1 and now < self._polite_at:
            return self._polite_at - now
        wait = self._wait(now)
        if wait > 0:
            return wait
        if share < 1:
            limit = self.limit.rate if self.limit else _UNKNOWN_LIMIT
            self._polite_at = now + 1 / (share * limit)
        if not self._is_free:
            self._tokens -= 1
        self._under_way += 1
        self._sent_at = now
        return 0.0

    def answered(self, now: float, *, sent_at: float, was_refused: bool | None) -> None:
        """
        Count an answer; `was_refused` for rate, or None where no answer came at all.

        Args:
            now: The time.

            sent_at: When its request was sent.
        """
        self._under_way -= 1
        if was_refused is None:
            return
        if not was_refused:
            self._since_empty += 1
            self._since_full += 1
            return
        self._refill(now)
        self._tokens = min(self._tokens, 0.0)
        if self._is_free:
            self._search_from = _SEARCH_FROM
            self._begin_window(now)
        elif self._empty_at is None:
            self._begin_window(now)
        elif self._since_empty >= _ENOUGH:
            self._measure(now, self._since_empty / max(now - self._empty_at, 1e-3))
            self._begin_window(now)
        elif sent_at > self._cut_at and self._search_from is not None:
            self._search_from = max(_LEAST, self._rate(now) / 2)
            self._grows_from = self._cut_at = now

    @property
    def _is_free(self) -> bool:
        """Whether nothing was ever refused."""
        return self.limit is None and self._search_from is None

    def _wait(self, now: float) -> float:
        """Return how long the limit, or the search for it, holds a request back."""
        if self._is_free:
            may_be = _FIRST_UNDER_WAY + self._since_full / _ACCEPTED_PER_MORE
            if self._under_way < may_be:
                return 0.0
            return max(0.0, self._sent_at + _LONGEST_START_GAP_S - now)
        return max(0.0, (1 - self._tokens) / self._rate(now))

    def _rate(self, now: float) -> float:
        """Return how many requests a second leave at present."""
        busy_s = now - self._grows_from
        if self.limit is not None:
            return self.limit.rate * (1 + _OVER * 2 ** min(busy_s / _OVER_DOUBLES_S, 20))
        if self._search_from is not None:
            return self._search_from * 2 ** min(busy_s / _SEARCH_DOUBLES_S, 20)
        return float("inf")

    def _refill(self, now: float) -> None:
        since, self._counted_at = now - self._counted_at, now
        if self._is_free:
            return
        rate = self._rate(now)
        most = max(1 + rate * _CATCH_UP_S, self.limit.burst if self.limit else 0.0)
        self._tokens += since * rate
        if self._tokens > most:
            # Nobody asked, so nothing was learned, and the bucket overflows there as it does here.
            self._grows_from += min(since, (self._tokens - most) / rate)
            self._tokens = most
            if self.limit is not None or now - self._sent_at > _IDLE_S:
                self._empty_at = None
                self._full_at, self._since_full = now, 0

    def _begin_window(self, now: float) -> None:
        self._empty_at, self._since_empty = now, 0
        self._grows_from = self._cut_at = now

    def _measure(self, now: float, rate: float) -> None:
        """Take note of a measured rate, and of the burst if the bucket was full before."""
        before = self.limit
        burst = before.burst if before else 0.0
        if self._full_at is not None:
            # From full to empty: what was accepted beyond what was refilled meanwhile.
            burst = max(0.0, self._since_full - rate * (now - self._full_at))
            self._full_at = None
        if before is not None:
            now_at = self._rate(now)
            # Far above what was known: the bucket overflowed meanwhile, so more was refilled than
            # was accepted. The next refusals tell more.
            is_risen = now_at > _RISEN * before.rate
            rate = max(rate, _STEP_BACK * now_at) if is_risen else (before.rate + rate) / 2
        self.limit = Limit(max(_LEAST, rate), burst)
        self._search_from = None
