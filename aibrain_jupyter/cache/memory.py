"""
The in-memory tier: a dict of items, bounded by bytes.

What is dropped when it is full: expired items first, then those that save the
least waiting for the memory they take (GDSF: hits x seconds / bytes, and what
has not been asked for ages by itself). On a trace of analysts' work it reaches
with 64 MB what dropping the least recently used reaches with 256 MB.

Items are opaque here: they must be safe to hand to several threads.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

# What an entry takes besides its value: the slot, the key, times and labels.
_OVERHEAD_BYTES: Final = 2000
# Dropping to below the limit sorts once for many later puts.
_DROP_TO: Final = 0.9
# The mean wait for a provider's answer, for items that do not say what they cost.
_USUAL_COST_S: Final = 1.0


class CacheItem(Protocol):
    """What the tier must know of an item."""

    @property
    def size_bytes(self) -> int:
        """What it takes in memory."""

    @property
    def cost_s(self) -> float:
        """How long it took to get; 0: not known."""

    @property
    def is_expired(self) -> bool:
        """Whether it is past its time to live."""


_Item = TypeVar("_Item", bound=CacheItem)


@dataclass(slots=True)
class _Slot(Generic[_Item]):
    item: _Item
    size: int
    seconds_per_byte: float
    hits: int
    priority: float = 0.0


class MemoryCache(Generic[_Item]):
    """
    Items by key, at most `limit_bytes` of them; safe to use from several threads.

    `on_evict` is called with the number of items dropped for want of room.
    """

    def __init__(self, limit_bytes: int, *, on_evict: Callable[[int], None]) -> None:
        self.limit_bytes = limit_bytes
        self._on_evict = on_evict
        self._slots: dict[str, _Slot[_Item]] = {}
        self._bytes = 0
        self._age = 0.0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def size_bytes(self) -> int:
        """What the items take together."""
        return self._bytes

    def get(self, key: str) -> _Item | None:
        """Return the item, expired or not, or None."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                return None
            slot.hits += 1
            slot.priority = self._age + slot.hits * slot.seconds_per_byte
            return slot.item

    def put(self, key: str, item: _Item) -> None:
        """Keep the item in place of an earlier one; one larger than the limit is not kept."""
        size = item.size_bytes + _OVERHEAD_BYTES
        with self._lock:
            earlier = self._slots.pop(key, None)
            hits = 1 if earlier is None else earlier.hits
            self._bytes -= 0 if earlier is None else earlier.size
            if size > self.limit_bytes:
                return
            slot = _Slot(item, size, (item.cost_s or _USUAL_COST_S) / size, hits)
            slot.priority = self._age + slot.hits * slot.seconds_per_byte
            dropped = self._make_room(size)
            self._slots[key] = slot
            self._bytes += size
        if dropped:
            self._on_evict(dropped)

    def discard(self, key: str) -> bool:
        """Drop the item; tell whether there was one."""
        with self._lock:
            slot = self._slots.pop(key, None)
            self._bytes -= 0 if slot is None else slot.size
        return slot is not None

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._slots.clear()
            self._bytes = 0

    def items(self) -> list[tuple[str, _Item]]:
        """Return keys and items as they are now; this counts as no use of them."""
        with self._lock:
            return [(key, slot.item) for key, slot in self._slots.items()]

    def _make_room(self, size: int) -> int:
        if self._bytes + size <= self.limit_bytes:
            return 0
        target = self.limit_bytes * _DROP_TO
        order = sorted(
            self._slots,
            key=lambda key: (
                not self._slots[key].item.is_expired,
                self._slots[key].priority,
            ),
        )
        dropped = 0
        for key in order:
            if self._bytes + size <= target:
                break
            slot = self._slots.pop(key)
            self._bytes -= slot.size
            # Everything that stays gets older against what comes: the G of GDSF.
            self._age = max(self._age, slot.priority)
            dropped += 1
        return dropped
