"""What our tiers would have answered of a trace: its clock, our memory tier, a disk without end."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from aibrain_jupyter.cache.memory import MemoryCache

if TYPE_CHECKING:
    from analyst_trace import Call

MEMORY_BYTES = 256 << 20


@dataclasses.dataclass
class Answers:
    """Shares of all calls, 0 to 1."""

    memory: float
    disk: float
    stale: float

    @property
    def hit_rate(self) -> float:
        return self.memory + self.disk

    @property
    def without_waiting(self) -> float:
        return self.hit_rate + self.stale


class _Clock:
    now = 0.0


@dataclasses.dataclass
class _Item:
    created: float
    ttl_s: float
    size_bytes: int
    cost_s: float
    clock: type[_Clock]

    @property
    def age_s(self) -> float:
        return self.clock.now - self.created

    @property
    def is_expired(self) -> bool:
        return self.age_s > self.ttl_s


def answer(
    trace: list[Call], *, ttl_s: float, use_disk: bool = True, stale_s: float = 0.0
) -> Answers:
    """Play the trace; a kernel's memory is gone when the next one starts."""
    memory: MemoryCache[_Item] = MemoryCache(MEMORY_BYTES, on_evict=lambda _: None)
    disk: dict[str, _Item] = {}
    counts = {"memory": 0, "disk": 0, "stale": 0}
    kernel = 0
    for call in trace:
        _Clock.now = call.at_s
        if call.kernel != kernel:
            memory.clear()
            kernel = call.kernel
        found = memory.get(call.key)
        where = "memory"
        if (found is None or found.age_s > ttl_s) and use_disk:
            on_disk = disk.get(call.key)
            if on_disk is not None:
                found, where = on_disk, "disk"
        if found is not None and found.age_s <= ttl_s:
            counts[where] += 1
            memory.put(call.key, found)
            continue
        if found is not None and found.age_s <= ttl_s + stale_s:
            counts["stale"] += 1
        # The answer, or what was fetched behind: there for the next who asks.
        new = _Item(call.at_s, ttl_s, call.size_bytes, call.cost_s, _Clock)
        memory.put(call.key, new)
        disk[call.key] = new
    return Answers(*(counts[name] / len(trace) for name in ("memory", "disk", "stale")))
