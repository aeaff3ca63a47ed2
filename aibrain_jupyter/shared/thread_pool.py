"""
A small pool of daemon threads.

``concurrent.futures.ThreadPoolExecutor`` joins its threads when the interpreter
exits: a kernel with one abandoned call would hang for the length of that call
(measured: 6.1 s against 0.0 s). Ours are daemons, keep the context variables of
whoever submitted (ipykernel 7 routes output by them), never refuse to end, and
make up for a thread whose call was given up. Of those that wait the one that worked last is woken:
what it needs is still in the processor's cache.
"""

from __future__ import annotations

import collections
import contextlib
import contextvars
import itertools
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Value = TypeVar("_Value")
_Work = tuple["Future[Any]", contextvars.Context, "Callable[[], Any]"]


class DaemonThreadPool:
    """
    Runs functions in up to `max_workers` daemon threads (None: any number), begun when needed.

    As a context manager it ends its threads on leaving; work that has not begun is cancelled.
    """

    def __init__(self, max_workers: int | None, *, name: str = "aibrain") -> None:
        self._max_workers = max_workers
        self._name = name
        self._numbers = itertools.count()
        self._work: collections.deque[_Work] = collections.deque()
        self._lock = threading.Lock()
        # What waiting threads wait for, each a lock of its own: who came last is at the end.
        self._waiting: list[threading.Lock] = []
        self._threads: set[threading.Thread] = set()
        self._running: dict[Future[Any], threading.Thread] = {}
        # Threads that wait for work or are on their way to: work that exceeds them needs one more.
        self._free = 0
        self._abandoned = 0
        self._is_closed = False

    def submit(self, function: Callable[..., _Value], *args: Any, **kwargs: Any) -> Future[_Value]:
        """
        Queue ``function(*args, **kwargs)`` and return its future.

        Where the system has no further thread a pool makes do with those it has, if it has a limit.

        Raises:
            RuntimeError: there is no thread for it, or the pool is closed.
        """
        future: Future[_Value] = Future()
        work = (future, contextvars.copy_context(), lambda: function(*args, **kwargs))
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the thread pool is closed")
            self._work.append(work)
            try:
                self._see_to_work()
            except RuntimeError:
                # Without a limit work may wait for work behind it, of which nobody may know.
                if self._max_workers is None or not self._threads:
                    self._work.pop()
                    raise
        return future

    def abandon(self, future: Future[Any]) -> None:
        """
        Give up a call: if it has begun, its thread ends with it and another may take its place.

        A thread in a blocking call cannot be stopped; without this a few of them would use up
        the pool.
        """
        if future.cancel():
            return
        with self._lock:
            thread = self._running.pop(future, None)
            if thread is None:
                return
            self._threads.discard(thread)
            self._abandoned += 1
            with contextlib.suppress(RuntimeError):  # then the next one that is free takes it
                self._see_to_work()

    def shutdown(self) -> None:
        """End the threads as they become free; cancel what has not begun. Does not wait."""
        with self._lock:
            self._is_closed = True
            not_begun = [future for future, _, _ in self._work]
            self._work.clear()
            while self._waiting:
                self._waiting.pop().release()
        for future in not_begun:
            future.cancel()

    @property
    def threads(self) -> tuple[threading.Thread, ...]:
        """The threads at work or ready for it; those of abandoned calls are not among them."""
        with self._lock:
            return tuple(thread for thread in self._threads if thread.is_alive())

    @property
    def abandoned(self) -> int:
        """How many abandoned calls still occupy a thread of their own."""
        return self._abandoned

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()

    def _see_to_work(self) -> None:
        """
        Wake or begin a thread if there is work for it. Call with the lock held.
        Raises RuntimeError: the system has no further thread.
        """
        if len(self._work) <= self._free:
            if self._waiting:  # else those on their way come by
                self._waiting.pop().release()
        elif self._max_workers is None or len(self._threads) < self._max_workers:
            thread = threading.Thread(
                target=self._serve, name=f"{self._name}-{next(self._numbers)}", daemon=True
            )
            thread.start()  # before it counts; it goes no further than the lock
            self._threads.add(thread)
            self._free += 1

    def _serve(self) -> None:
        still_ours, turn = True, threading.Lock()
        turn.acquire()
        while still_ours and (work := self._take(turn)) is not None:
            future, context, function = work
            del work
            value, error = None, None
            try:
                if future.set_running_or_notify_cancel():
                    value = context.run(function)
            except BaseException as exc:  # noqa: BLE001 - handed to whoever holds the future
                error = exc
            # Free before the result is seen: whoever submits more at once finds this thread.
            still_ours = self._leave(future)
            if error is not None:
                future.set_exception(error)
            elif not future.cancelled():
                future.set_result(value)
            del future, context, function, value, error

    def _take(self, turn: threading.Lock) -> _Work | None:
        """Return what this thread does next, None where it ends; `turn` is what it waits for."""
        while True:
            with self._lock:
                if self._work:
                    self._free -= 1
                    work = self._work.popleft()
                    self._running[work[0]] = threading.current_thread()
                    return work
                if self._is_closed:
                    self._threads.discard(threading.current_thread())
                    return None
                self._waiting.append(turn)
            turn.acquire()

    def _leave(self, future: Future[Any]) -> bool:
        """Return whether this thread still belongs to the pool."""
        with self._lock:
            if self._running.pop(future, None) is None:
                self._abandoned -= 1
                return False
            self._free += 1
            return True
