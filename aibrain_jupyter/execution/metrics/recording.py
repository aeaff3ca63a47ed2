"""
Who writes the metrics: one thread behind the runs, which sleeps while none goes on.

While a run lasts it looks every half second and writes every ten; when the last one has ended it
writes once more. Nobody waits for it but who reads (`record_now`). A killed kernel loses the last
seconds. What cannot be written, to a locked or full disk, is tried again and meanwhile still seen
in this kernel.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.metrics.measuring import BEGUN, RUNNING, drain, get_gauges, look
from aibrain_jupyter.execution.metrics.store import write
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.metrics.meter import get_meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.execution.runs.history import History

LOOK_EVERY_S: Final = 0.5
WRITE_EVERY_S: Final = 10.0
SOON_S: Final = 0.5
"""So long after a run, so that a cell that follows at once does not meet it."""
TICK_S: Final = 30.0
"""How often `FOLLOWERS` are called while nothing goes on."""

FOLLOWERS: Final[list[Callable[[History], object]]] = []
"""Called in the recorder's thread when it has written, and every `TICK_S`; they must not raise."""
AT_EXIT: Final[list[Callable[[History], bool]]] = []
"""Called once when the kernel ends and what is left was written; where one says True, `FOLLOWERS`
are called no more: that is done elsewhere."""
_RECORDING: Final = threading.Lock()


def record_now(history: History) -> bool:
    """Write everything that was measured into the history; tell whether that went well."""
    meter, gauges = get_meter(), get_gauges()
    with _RECORDING:
        drain()
        taken, seen = meter.take(), gauges.take()
        if not (taken or seen or history.path.exists()):
            return True  # nothing to write, and no calls to add up
        try:
            write(history, taken, seen, time.time())
        except (sqlite3.Error, OSError):
            meter.put_back(taken)
            gauges.put_back(seen)
            return False
        meter.kept(taken)
        return True


class Recorder:
    """The thread. It begins with a kernel's first run; `process` is where it does."""

    def __init__(self) -> None:
        self.process = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, once in a process; a forked child has none and begins its own."""
        with self._lock:
            if self.process == os.getpid():
                return
            self.process = os.getpid()
            threading.Thread(target=self._work, name="aibrain-metrics", daemon=True).start()
            atexit.register(self._write_the_rest)

    def _work(self) -> None:
        while True:
            try:
                BEGUN.get(timeout=TICK_S if FOLLOWERS else None)
            except queue.Empty:
                pass
            else:
                self._follow_runs()
                time.sleep(SOON_S)
                record_now(get_session().history)
            for follow in FOLLOWERS:
                follow(get_session().history)

    def _follow_runs(self) -> None:
        written = time.monotonic()
        while RUNNING:
            time.sleep(LOOK_EVERY_S)
            look()
            drain()
            if time.monotonic() - written > WRITE_EVERY_S:
                written = time.monotonic()
                record_now(get_session().history)
                for follow in FOLLOWERS:
                    follow(get_session().history)

    def _write_the_rest(self) -> None:
        with contextlib.suppress(Exception):
            record_now(get_session().history)
            if not any(end(get_session().history) for end in AT_EXIT):
                for follow in FOLLOWERS:
                    follow(get_session().history)


RECORDER: Final = Recorder()
