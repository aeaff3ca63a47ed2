"""
The wish to stop a run, as one object that everybody can reach.

A button, a verb, a signal handler and a background thread may all ask, from any
thread and more than once; worker threads look at `event` between requests, the
event loop is told through `on_cancel`.

Ctrl-C and the Stop button ask as well. Python's own handler raises KeyboardInterrupt wherever the
main thread happens to be: in a callback it travels through every awaiting task into the kernel's
``run_forever`` and ends the kernel. ipykernel's handler does not wake a loop that sleeps. Ours asks
the loop to cancel, and wakes it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator


class CancelToken:
    """
    Cancels a run, once and for all.

    Asking a second time *forces* it: calls under way then get no time to end on their own.
    `outermost` is the token of the run around all others, where this one's is within a call.
    """

    def __init__(self) -> None:
        self.outermost = self
        self.event = threading.Event()
        self._forced = threading.Event()
        self._callbacks: list[Callable[[], object]] = []
        # Re-entrant: a signal may arrive, and ask, while the main thread holds it.
        self._lock = threading.RLock()

    @property
    def is_cancelled(self) -> bool:
        """Whether anybody asked to stop."""
        return self.event.is_set()

    @property
    def is_forced(self) -> bool:
        """Whether it was asked for more than once."""
        return self._forced.is_set()

    def cancel(self) -> None:
        """Ask to stop. Safe from any thread."""
        with self._lock:
            if self.event.is_set():
                self._forced.set()
            self.event.set()
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], object]) -> Callable[[], None]:
        """
        Call `callback` at every `cancel`, in the thread that asks; at once if that has happened.

        A loop gives ``lambda: loop.call_soon_threadsafe(…)``. Returns a function that takes the
        callback away; call it before the loop is closed.
        """
        with self._lock:
            self._callbacks.append(callback)
            is_late = self.event.is_set()
        if is_late:
            callback()

        def forget() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return forget


AROUND: Final[ContextVar[CancelToken | None]] = ContextVar("aibrain_cancels", default=None)
"""The token of the run that makes the call we are in, if we are in one."""


@contextlib.contextmanager
def cancelled_with_the_call() -> Iterator[CancelToken]:
    """Give a new token, which a cancel of the run around us cancels as well."""
    token, around = CancelToken(), AROUND.get()
    if around is None:
        yield token
        return
    token.outermost = around.outermost
    forget = around.on_cancel(token.cancel)
    try:
        yield token
    finally:
        forget()


@contextlib.contextmanager
def interrupts_cancel(loop: asyncio.AbstractEventLoop, token: CancelToken) -> Iterator[None]:
    """
    For the time of the block, turn SIGINT into ``token.cancel()`` on `loop`, or that of the
    outermost run around it.

    Pressed again it forces the cancel. Pressed again while the loop has not even heard the last
    press, it raises KeyboardInterrupt: a call blocks the loop, and this is the way out of it.
    Only the main thread receives signals; in any other nothing is changed.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    unheard = 0

    def hear() -> None:
        nonlocal unheard
        unheard -= 1
        token.outermost.cancel()  # which cancels this one, too

    def press(signum: int, frame: Any) -> None:
        nonlocal unheard
        if unheard:
            raise KeyboardInterrupt
        unheard += 1
        loop.call_soon_threadsafe(hear)

    signal.signal(signal.SIGINT, press)
    try:
        with _signals_wake(loop):
            yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _signals_wake(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """
    Have Python write to the loop's own pipe when a signal comes.

    The main thread runs `press`, and a loop asleep in ``select`` keeps it from that: when another
    thread took the signal, or when it came between the last bytecode and the system call, which
    on a busy machine is not rare.
    """
    pipe = getattr(loop, "_csock", None)  # private; asyncio does the same for its signal handlers
    if pipe is None:
        yield
        return
    before = signal.set_wakeup_fd(pipe.fileno(), warn_on_full_buffer=False)
    if before != -1:  # somebody is woken already: an outer run, or the loop around us
        signal.set_wakeup_fd(before, warn_on_full_buffer=False)
    try:
        yield
    finally:
        if before == -1:
            signal.set_wakeup_fd(-1)
