"""
Coroutines on a loop of their own: when none runs here, or one we cannot turn.

With no loop running, the coroutine gets a new one in this thread. While a
foreign loop (uvloop, say) runs here, a second one cannot; the coroutine then
gets its loop in a thread, and the caller waits. The thread's current loop and
the policy are not touched in either case.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from aibrain_jupyter.execution.loop.cancel import interrupts_cancel

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aibrain_jupyter.execution.loop.cancel import CancelToken

_Value = TypeVar("_Value")

_LOOK_UP_S = 0.1
"""How often a waiting main thread looks up: on Windows a signal does not end the wait itself."""


def run_in_new_loop(make: Callable[[], Coroutine[Any, Any, _Value]], token: CancelToken) -> _Value:
    """Run the coroutine in this thread, on a new loop that is closed afterwards."""
    with (
        asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner,
        interrupts_cancel(runner.get_loop(), token),
    ):
        return runner.run(make())


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
            with runner:
                value = runner.run(make())
        except BaseException as exc:  # noqa: BLE001 - raised again where the result is asked for
            ended.set_exception(exc)
        else:
            ended.set_result(value)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name="aibrain-loop", daemon=True).start()
    return ended
