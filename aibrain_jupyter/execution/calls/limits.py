"""
The places of all runs of this process: who may begin a call now.

Runs in the background and the run of a cell go on at the same time, each on an
event loop of its own, and the provider sees the sum of them. So they share one
set of places: as many calls at once as the largest of them may have, and so many
of each limit key. While others wait, a run keeps to its share; a run without a
single call under way may always begin one, so that nobody is kept out.
"""

from __future__ import annotations

import collections
import enum
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


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
        self._keys: collections.Counter[Hashable] = collections.Counter()

    @property
    def running(self) -> int:
        """How many calls are under way."""
        with self._lock:
            return sum(share.running for share in self._shares)

    def join(self, *, max_parallel: int, per_key: int, on_room: Callable[[], object]) -> Share:
        """
        Enter a run and return its share. Let it `leave` when it is over.

        Args:
            max_parallel: How many calls of this run may be under way at once.

            per_key: How many calls of one limit key, over all runs.

            on_room: Called on any thread when a refused wish may be worth repeating.
        """
        share = Share(self, max_parallel, per_key, on_room)
        with self._lock:
            self._shares.add(share)
        return share

    def _begin(self, share: Share, key: Hashable) -> Place:
        with self._lock:
            if not self._has_room(share):
                share.wants_room = True
                return Place.NO_ROOM
            if key is not None and not self._has_room_of(share, key):
                share.wanted_keys.add(key)
                return Place.KEY_FULL
            share.wants_room = False
            share.wanted_keys.discard(key)
            share.running += 1
            if key is not None:
                share.keys[key] += 1
                self._keys[key] += 1
            return Place.GIVEN

    def _has_room(self, share: Share) -> bool:
        if share.running == 0:
            return True
        if share.running >= share.max_parallel:
            return False
        places = max(one.max_parallel for one in self._shares)
        if sum(one.running for one in self._shares) >= places:
            return False
        is_alone = not any(one.wants_room for one in self._shares if one is not share)
        return is_alone or share.running < places / len(self._shares)

    def _has_room_of(self, share: Share, key: Hashable) -> bool:
        if self._keys[key] >= share.per_key:
            return False
        rivals = [one for one in self._shares if one is not share and key in one.wanted_keys]
        return not rivals or share.keys[key] < share.per_key / (len(rivals) + 1)

    def _end(self, share: Share, key: Hashable) -> None:
        with self._lock:
            if share not in self._shares:
                return  # a straggler: its run has left and given everything back
            share.running -= 1
            if key is not None:
                self._give_back(share, key, 1)
            waiting = self._waiting_besides(share)
        for one in waiting:
            one.on_room()

    def _leave(self, share: Share) -> None:
        with self._lock:
            self._shares.discard(share)
            for key, count in list(share.keys.items()):
                self._give_back(share, key, count)
            waiting = self._waiting_besides(share)
        for one in waiting:
            one.on_room()

    def _give_back(self, share: Share, key: Hashable, count: int) -> None:
        for counter in (share.keys, self._keys):
            counter[key] -= count
            if not counter[key]:
                del counter[key]  # a day of runs must not leave a key each

    def _waiting_besides(self, share: Share) -> list[Share]:
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
        self.keys: collections.Counter[Hashable] = collections.Counter()
        self.wants_room = False
        self.wanted_keys: set[Hashable] = set()
        self._limits = limits

    def begin(self, key: Hashable) -> Place:
        """Take a place for a call of `key` if there is one."""
        return self._limits._begin(self, key)

    def end(self, key: Hashable) -> None:
        """Give back the place of a call that has ended."""
        self._limits._end(self, key)

    def leave(self) -> None:
        """Give back every place: the run is over, whatever its calls still do."""
        self._limits._leave(self)


@cache
def get_shared_limits() -> SharedLimits:
    """Return the limits that all runs of this process share."""
    return SharedLimits()
