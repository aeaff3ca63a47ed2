"""
The places of all runs of this process: who may begin a call now.

Runs in the background and the run of a cell go on at the same time, each on an
event loop of its own, and the provider sees the sum of them. So they share one
set of places: as many calls at once as the largest of them may have, and so many
of each limit key. While others wait, a run keeps to its share; a run without a
single call under way may always begin one, so that nobody is kept out.
"""

from __future__ import annotations

import enum
import threading
from functools import cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence


class Place(enum.Enum):
    """The answer to the wish to begin a call."""

    GIVEN = enum.auto()
    NO_ROOM = enum.auto()
    KEY_FULL = enum.auto()


class SharedLimits:
    """
    Counts the calls under way of every run that has joined. Safe from any thread.

    A limit key of None has no limit of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shares: set[Share] = set()
        self._keys: dict[Hashable, int] = {}

    @property
    def running(self) -> int:
        """How many calls are under way."""
        with self._lock:
            return sum(share.running for share in self._shares)

    def join(self, *, max_parallel: int, per_key: int, on_room: Callable[[], object]) -> Share:
        """
        Enter a run and return its share. Let it `leave` when it is over.

        `max_parallel` calls of this run may be under way at once, `per_key` of one limit key over
        all runs. `on_room` is called on any thread when a refused wish may be worth repeating.
        """
        share = Share(self, max_parallel, per_key, on_room)
        with self._lock:
            self._shares.add(share)
        return share

    def begin(self, share: Share, key: Hashable) -> Place:
        """Take a place for a call of `key` if there is one."""
        with self._lock:
            if share.running and not self._has_room(share):
                share.wants_room = True
                return Place.NO_ROOM
            if key is not None:
                if not self._has_room_of(share, key):
                    share.wanted_keys.add(key)
                    return Place.KEY_FULL
                share.wanted_keys.discard(key)
                share.keys[key] = share.keys.get(key, 0) + 1
                self._keys[key] = self._keys.get(key, 0) + 1
            share.wants_room = False
            share.running += 1
            return Place.GIVEN

    def _has_room(self, share: Share) -> bool:
        if share.running >= share.max_parallel or len(self._shares) == 1:
            return share.running < share.max_parallel
        places = max(one.max_parallel for one in self._shares)
        if sum(one.running for one in self._shares) >= places:
            return False
        is_alone = not any(one.wants_room for one in self._shares if one is not share)
        return is_alone or share.running < places / len(self._shares)

    def _has_room_of(self, share: Share, key: Hashable) -> bool:
        taken = self._keys.get(key, 0)
        if not taken or taken >= share.per_key or len(self._shares) == 1:
            return taken < share.per_key
        rivals = [one for one in self._shares if one is not share and key in one.wanted_keys]
        return not rivals or share.keys.get(key, 0) < share.per_key / (len(rivals) + 1)

    def end(self, share: Share, key: Hashable) -> None:
        """Give back the place of a call that has ended."""
        with self._lock:
            if share not in self._shares:
                return  # a straggler: its run has left and given everything back
            share.running -= 1
            if key is not None:
                self._give_back(share, key, 1)
            waiting: Sequence[Share] = () if len(self._shares) == 1 else self._others_waiting(share)
        if waiting:
            _tell(waiting)

    def leave(self, share: Share) -> None:
        """Give back every place of a run: it is over, whatever its calls still do."""
        with self._lock:
            self._shares.discard(share)
            share.on_room = _nobody  # a run that is over goes at once, and its jobs with it
            for key, count in [*share.keys.items()]:
                self._give_back(share, key, count)
            waiting = self._others_waiting(share) if self._shares else ()
        if waiting:
            _tell(waiting)

    def _give_back(self, share: Share, key: Hashable, count: int) -> None:
        for counts in (share.keys, self._keys):
            if left := counts[key] - count:
                counts[key] = left
            else:
                del counts[key]  # a day of runs must not leave a key each

    def _others_waiting(self, share: Share) -> Sequence[Share]:
        """Return the other runs that may have room now."""
        return [
            one for one in self._shares if one is not share and (one.wants_room or one.wanted_keys)
        ]


class Share:
    """What one run has of the `SharedLimits`. Its attributes are theirs; use the methods."""

    def __init__(
        self, limits: SharedLimits, max_parallel: int, per_key: int, on_room: Callable[[], object]
    ) -> None:
        self.max_parallel, self.per_key, self.on_room = max_parallel, per_key, on_room
        self.running = 0
        self.keys: dict[Hashable, int] = {}
        self.wants_room = False
        self.wanted_keys: set[Hashable] = set()
        self.begin = partial(limits.begin, self)
        self.end = partial(limits.end, self)
        self.leave = partial(limits.leave, self)


def _nobody() -> None:
    """Has no use for room."""


def _tell(waiting: Iterable[Share]) -> None:
    # Not under the lock: whoever has room asks for a place at once.
    for one in waiting:
        one.on_room()


@cache
def get_shared_limits() -> SharedLimits:
    """Return the limits that all runs of this process share."""
    return SharedLimits()
