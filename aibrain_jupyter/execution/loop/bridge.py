"""
The bridge from a synchronous cell to coroutines on the kernel's event loop.

A magic cannot ``await``, and the loop is running already. So the bridge turns
that loop itself until the coroutine is done: widgets, timers and background
tasks live on, and no global of asyncio is patched. Three ways, chosen by what
runs in the calling thread:

- no loop (a script, plain IPython): a loop of our own in this thread;
- asyncio's own loop (a kernel): that loop is turned;
- any other loop (uvloop): a new loop in a thread, the caller waits.

The thread's current loop and the policy are not touched in either case.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import os
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import interrupts_cancel
from aibrain_jupyter.execution.loop.comm_gate import comms_let_through
from aibrain_jupyter.execution.loop.turn_loop import as_if_idle, can_turn, turner_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken

_Value = TypeVar("_Value")

LAST_RESORT_S: Final = 1.0
"""How long after a forced cancel a coroutine that does not heed it is cancelled itself."""

_LOOK_UP_S = 0.1
"""How often a waiting main thread looks up: on Windows a signal does not end the wait itself."""


def run_blocking(
    make_coroutine: Callable[[], Coroutine[Any, Any, _Value]], *, token: CancelToken
) -> _Value:
    """
    Run a coroutine from synchronous code and return its result.

    `make_coroutine` is called once, where the loop will run. An interrupt (Ctrl-C, the Stop button)
    cancels `token`; the coroutine is expected to heed it and to return what it has, as
    `execute_jobs` does.

    Raises:
        KeyboardInterrupt: it was cancelled by force and did not heed it.
    """

    make = partial(_heed, make_coroutine, token)
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    try:
        if loop is None:
            return run_in_new_loop(make, token)
        if can_turn(loop):
            return _turn_until_done(loop, make, token)
        return run_in_thread(make, token)
    except asyncio.CancelledError:
        if token.is_forced:
            raise KeyboardInterrupt from None
        raise


def _turn_until_done(
    loop: Any, make: Callable[[], Coroutine[Any, Any, _Value]], token: CancelToken
) -> _Value:
    with (
        turner_in_force(loop) as turn,
        comms_let_through(loop),
        interrupts_cancel(loop, token),
        as_if_idle(loop),
    ):
        task = loop.create_task(make(), name="aibrain-run")
        try:
            while not task.done():
                try:
                    turn(loop)
                except KeyboardInterrupt:
                    # Passed on, it would end the cell with nothing and leave the calls behind.
                    token.cancel()
                if loop._stopping:  # the kernel is shutting down
                    token.cancel()
        finally:
            task.cancel()
    return task.result()  # type: ignore[no-any-return]


async def _heed(make: Callable[[], Coroutine[Any, Any, _Value]], token: CancelToken) -> _Value:
    """Await the coroutine; cancel it if it goes on after a forced cancel."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    timers: list[asyncio.TimerHandle] = []

    def set_timer() -> None:
        if token.is_forced and task is not None:
            timers.append(loop.call_later(LAST_RESORT_S, task.cancel))

    forget = token.on_cancel(lambda: loop.call_soon_threadsafe(set_timer))
    try:
        return await make()
    finally:
        forget()
        for timer in timers:
            timer.cancel()


_KEPT: Final[dict[int, asyncio.Runner]] = {}
"""The loop of the main thread's last run, by process: a new one costs as much as a short call."""


def run_in_new_loop(make: Callable[[], Coroutine[Any, Any, _Value]], token: CancelToken) -> _Value:
    """Run the coroutine in this thread, on a loop on which nothing else goes on."""
    is_main = threading.current_thread() is threading.main_thread()
    runner = _KEPT.pop(os.getpid(), None) if is_main else None
    runner = runner or asyncio.Runner(loop_factory=asyncio.new_event_loop)
    try:
        with interrupts_cancel(runner.get_loop(), token):
            # A runner would go on with the variables of its first run.
            value = runner.run(make(), context=contextvars.copy_context())
        loop: Any = runner.get_loop()
        # Only one that is as good as new; one that does not say so is not.
        if (
            is_main
            and not getattr(loop, "_ready", True)
            and all(timer.cancelled() for timer in getattr(loop, "_scheduled", ()))
            and not getattr(loop, "_asyncgens", True)
            and getattr(loop, "_default_executor", True) is None
            and not asyncio.all_tasks(loop)
        ):
            _KEPT[os.getpid()], runner = runner, None
        return value
    finally:
        if runner is not None:
            _close(runner)


_LEFT: Final[list[asyncio.Runner]] = []
"""Whose loops have a task that does not end."""


def _close(runner: asyncio.Runner) -> None:
    """
    Close a loop, without waiting for threads that its tasks have begun (``asyncio.to_thread``).

    Where something on it goes on that was told to end, for which closing would wait for ever, it
    stands still with its loop.
    """
    loop = runner.get_loop()
    left = asyncio.all_tasks(loop)
    if left:
        for task in left:
            task.cancel()
        _, left = loop.run_until_complete(asyncio.wait(left, timeout=LAST_RESORT_S))
    if left:
        _LEFT.append(runner)
        return
    # As the runner's own, which waits for those threads: a call in one was given up, perhaps.
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@atexit.register
def _close_kept() -> None:
    runner = _KEPT.pop(os.getpid(), None)
    if runner is not None:
        _close(runner)


def run_in_thread(make: Callable[[], Coroutine[Any, Any, _Value]], token: CancelToken) -> _Value:
    """
    Run the coroutine on a new loop in a new thread, with this thread's context variables.

    An interrupt cancels the run; the caller still waits until it has ended with what it has.
    """
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    with interrupts_cancel(runner.get_loop(), token):
        ended = _start(make, runner)
        while not ended.done():
            try:
                ended.exception(_LOOK_UP_S)
            except TimeoutError:
                continue
            except KeyboardInterrupt:
                token.cancel()
    return ended.result()


def start_in_thread(make: Callable[[], Coroutine[Any, Any, _Value]]) -> Future[_Value]:
    """
    Begin the coroutine on a new loop in a new daemon thread and return at once.

    The thread has this thread's context variables: ipykernel 7 finds the cell by them to which
    output belongs. The kernel does not wait for it when it ends.
    """
    return _start(make, asyncio.Runner(loop_factory=asyncio.new_event_loop))


def _start(
    make: Callable[[], Coroutine[Any, Any, _Value]], runner: asyncio.Runner
) -> Future[_Value]:
    ended: Future[_Value] = Future()

    def work() -> None:
        try:
            try:
                value = runner.run(make())
            finally:
                _close(runner)
        except BaseException as exc:  # noqa: BLE001 - raised again where the result is asked for
            ended.set_exception(exc)
        else:
            ended.set_result(value)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name="aibrain-loop", daemon=True).start()
    return ended
