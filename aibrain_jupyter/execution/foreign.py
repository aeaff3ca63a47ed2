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

from aibrain_jupyter.execution.interrupts import interrupts_cancel

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aibrain_jupyter.execution.cancel import CancelToken

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
    ended: Future[_Value] = Future()
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    loop = runner.get_loop()

    def work() -> None:
        try:
            with runner:
                value = runner.run(make())
        except BaseException as exc:  # noqa: BLE001 - raised again in the caller's thread
            ended.set_exception(exc)
        else:
            ended.set_result(value)

    with interrupts_cancel(loop, token):
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work,), name="aibrain-loop", daemon=True).start()
        while not ended.done():
            try:
                ended.exception(_LOOK_UP_S)
            except TimeoutError:
                continue
            except KeyboardInterrupt:
                token.cancel()
    return ended.result()
