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
import warnings
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.metrics.measuring import BEGUN, RUNNING, drain, get_gauges, look
from aibrain_jupyter.execution.metrics.store import write
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.metrics.meter import get_meter
from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.shared.texts.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.execution.runs.history.history import History

LOOK_EVERY_S: Final = 0.5
WRITE_EVERY_S: Final = 10.0
SOON_S: Final = 0.5
"""So long after a run, so that a cell that follows at once does not meet it."""
STOP_S: Final = 10.0
"""For so long whoever ends the thread waits for it."""
TICK_S: Final = 30.0
"""How often `FOLLOWERS` are called while nothing goes on."""

FOLLOWERS: Final[list[Callable[[History], object]]] = []
"""
Called in the recorder's thread when it has written, and every `TICK_S`. One that raises is called
again the next time; what it raised is told to the next run, once.
"""
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
        except BaseException as exc:
            meter.put_back(taken)
            gauges.put_back(seen)
            if isinstance(exc, sqlite3.Error | OSError):
                return False
            raise
        meter.kept(taken)
        return True


class Recorder:
    """
    The thread. It begins with a kernel's first run; `process` is where it does, `problems` what
    went wrong the last time, by what that was.
    """

    def __init__(self) -> None:
        self.process = 0
        self._lock = threading.Lock()
        self._is_wanted = threading.Event()
        self._thread = threading.current_thread()
        self.problems: dict[str, str] = {}
        self._told: set[str] = set()

    def start(self) -> None:
        """Begin, once in a process; a forked child has none and begins its own."""
        with self._lock:
            if self.process == os.getpid():
                return
            self.process = os.getpid()
            self._is_wanted = threading.Event()
            self._is_wanted.set()
            self._thread = threading.Thread(
                target=self._work, args=(self._is_wanted,), name="aibrain-metrics", daemon=True
            )
            self._thread.start()
            atexit.register(self._write_the_rest)

    def stop(self) -> None:
        """End the thread after what it does now, and write what was measured; see `start`."""
        with self._lock:
            if self.process != os.getpid():
                return
            self.process = 0
            self._is_wanted.clear()
            atexit.unregister(self._write_the_rest)
        BEGUN.put(None)
        self._thread.join(STOP_S)
        record_now(get_session().history)

    def tell_problem(self) -> None:
        """Warn of what went wrong behind the runs and was not told yet; in a cell's thread."""
        for who, problem in list(self.problems.items()):
            if who not in self._told:
                self._told.add(who)
                warnings.warn(
                    f"{problem} It is tried again every {TICK_S:.0f} seconds.", stacklevel=2
                )

    def _work(self, is_wanted: threading.Event) -> None:
        while is_wanted.is_set():
            try:
                BEGUN.get(timeout=TICK_S if FOLLOWERS else None)
            except queue.Empty:
                pass
            else:
                self._guarded("What runs cost was not written down", self._record_run)
            if is_wanted.is_set():
                self.tell_followers()

    def _record_run(self) -> None:
        self._follow_runs()
        # All that is over by now is looked at once: many cells in a row are not worth a look for
        # each. What begins from here on is not in the history when this pause ends.
        with contextlib.suppress(queue.Empty):
            while True:
                BEGUN.get_nowait()
        if RUNNING:  # in this order: a run is in there before its word is
            BEGUN.put(None)
        if self._is_wanted.is_set():
            time.sleep(SOON_S)
        record_now(get_session().history)

    def tell_followers(self) -> None:
        """Call everybody who follows; what one raises keeps no other from being called."""
        for follow in list(FOLLOWERS):
            what = (
                f"{getattr(follow, '__qualname__', type(follow).__name__)} failed behind the runs"
            )
            self._guarded(what, lambda follow=follow: follow(get_session().history))  # type: ignore[misc]

    def _guarded(self, what: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as exc:  # noqa: BLE001 - this thread must outlive whatever follows it
            self.problems[what] = f"{what}: {redact(words_of(exc))}."
        else:
            # Once it is well again, what it says next is news.
            self.problems.pop(what, None)
            self._told.discard(what)

    def _follow_runs(self) -> None:
        written = time.monotonic()
        while RUNNING and self._is_wanted.is_set():
            time.sleep(LOOK_EVERY_S)
            look()
            drain()
            if time.monotonic() - written > WRITE_EVERY_S:
                written = time.monotonic()
                record_now(get_session().history)
                self.tell_followers()

    def _write_the_rest(self) -> None:
        with contextlib.suppress(Exception):
            record_now(get_session().history)
            if not any(end(get_session().history) for end in AT_EXIT):
                self.tell_followers()


RECORDER: Final = Recorder()
