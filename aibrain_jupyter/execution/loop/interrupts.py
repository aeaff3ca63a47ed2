"""
Ctrl-C and the Stop button, as a cancel of the run.

Python's own handler raises KeyboardInterrupt wherever the main thread happens
to be: in a callback it travels through every awaiting task into the kernel's
``run_forever`` and ends the kernel. ipykernel's handler does not wake a loop
that sleeps. Ours asks the loop to cancel, and wakes it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from aibrain_jupyter.execution.loop.cancel import CancelToken


@contextlib.contextmanager
def interrupts_cancel(loop: asyncio.AbstractEventLoop, token: CancelToken) -> Iterator[None]:
    """
    For the time of the block, turn SIGINT into ``token.cancel()`` on `loop`.

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
        token.cancel()

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
