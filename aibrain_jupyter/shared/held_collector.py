"""
Python's cyclic garbage collector held back while pages are read.

What is read is kept, and none of it is garbage: but each page makes the collector go through the
pages before it, which is a quarter of the cost of a listing. It is off while somebody reads, at
most until `MOST_NEW` objects were made or `LONGEST_S` seconds went by; then the younger objects
are collected once. It is on again when the last one has ended, however that was, unless somebody
else had switched it off before.
"""

from __future__ import annotations

import gc
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NEW: Final = 500_000
"""Objects made since the last collection, less those that are gone."""
LONGEST_S: Final = 5.0


class _State:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.readers = 0
        self.was_on = False
        self.collected_at = 0.0


_STATE: Final = _State()


@contextmanager
def held_back() -> Iterator[None]:
    """Hold the collector back for the block. Blocks of several threads may overlap."""
    with _STATE.lock:
        if not _STATE.readers:
            _STATE.was_on = gc.isenabled()
            _STATE.collected_at = time.monotonic()
            gc.disable()
        _STATE.readers += 1
    try:
        yield
    finally:
        with _STATE.lock:
            _STATE.readers -= 1
            if not _STATE.readers and _STATE.was_on:
                gc.enable()


def collect_if_due() -> None:
    """Collect the younger objects if enough were made, or enough time went by, in a block."""
    now = time.monotonic()
    if gc.get_count()[0] < MOST_NEW and now - _STATE.collected_at < LONGEST_S:
        return
    with _STATE.lock:
        if not _STATE.readers or not _STATE.was_on:
            return
        _STATE.collected_at = now
    gc.collect(1)
