"""
The cyclic collector, paused while much is made that nobody throws away.

Python looks for cycles whenever enough objects were made, through all there are. Reading a model or
a long page makes 100 000 objects that are kept: a third of the time would go into looking through
them, again and again.
"""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_lock: Final = threading.Lock()
_pausing = 0
_was_on = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """
    Look for no cycles in here. From several threads it goes on after the last of them.

    Keep it short: meanwhile no cycle of anybody's is freed. A process whose collector is off
    anyway stays as it is.
    """
    global _pausing, _was_on
    with _lock:
        if not _pausing:
            _was_on = gc.isenabled()
            gc.disable()
        _pausing += 1
    try:
        yield
    finally:
        with _lock:
            _pausing -= 1
            if not _pausing and _was_on:
                gc.enable()
