"""
Turning a running event loop from inside one of its own callbacks.

A cell is a callback of the kernel's loop, so a magic that waits must turn that
loop itself or nothing moves. `turn` is one turn as ``BaseEventLoop._run_once``
makes it, with the three differences that make it safe from within: contexts
that are already entered, the outer turn's count of callbacks, and the current
task. Nothing is patched. It rests on private names of asyncio; `can_turn`
looks for each of them first.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import heapq
import sys
import warnings
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PRIVATE = (
    "_ready",
    "_scheduled",
    "_selector",
    "_process_events",
    "_clock_resolution",
    "_timer_cancelled_count",
    "_stopping",
)
_LONGEST_WAIT_S = 3600.0  # select() refuses very long time-outs on some platforms


def can_turn(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether `loop` is asyncio's own kind; uvloop and others are not."""
    return isinstance(loop, asyncio.BaseEventLoop) and all(hasattr(loop, n) for n in _PRIVATE)


def turn(loop: Any) -> None:
    """
    Wait until something is ready on `loop`, then run what is ready.
    Raises KeyboardInterrupt, SystemExit: a callback raised it; the others stay ready.
    """
    ready, scheduled = loop._ready, loop._scheduled
    while scheduled and scheduled[0]._cancelled:
        loop._timer_cancelled_count -= 1
        heapq.heappop(scheduled)._scheduled = False
    wait: float | None = None
    if ready or loop._stopping:
        wait = 0.0
    elif scheduled:
        wait = min(max(0.0, scheduled[0]._when - loop.time()), _LONGEST_WAIT_S)
    loop._process_events(loop._selector.select(wait))
    now = loop.time() + loop._clock_resolution
    while scheduled and scheduled[0]._when < now:
        handle = heapq.heappop(scheduled)
        handle._scheduled = False
        ready.append(handle)
    for _ in range(len(ready)):
        if not ready:
            break  # a turn within a callback has run the rest
        _run(ready.popleft())


@contextlib.contextmanager
def as_if_idle(loop: Any) -> Iterator[None]:
    """
    Make the running `loop` fit to be turned, and make good for it afterwards.

    The current task is taken off, or asyncio would refuse to step any other. The turn that we
    are inside of has counted its callbacks and will pop as many, so those that ran in our turns
    are replaced by empty ones: else it dies of ``pop from an empty deque`` and the kernel with it.
    """
    owed = len(loop._ready)
    # asyncio's documented pair for tasks that are run by others; unlike _swap_current_task they
    # do the same in every Python version (3.12.1 raises KeyError on swapping None for nothing).
    task = asyncio.current_task(loop)
    if task is not None:
        asyncio.tasks._leave_task(loop, task)
    try:
        yield
    finally:
        if task is not None:
            asyncio.tasks._enter_task(loop, task)
        while len(loop._ready) < owed:
            loop._ready.append(asyncio.Handle(lambda: None, (), loop))


def _run(handle: Any) -> None:
    if handle._cancelled:
        return
    # ipykernel >= 7.1 handles all shell messages in one Context, and we are inside it. It cannot
    # be entered twice, and nothing but trying tells: such a callback runs in a copy.
    try:
        handle._context.run(lambda: None)
    except RuntimeError:
        handle._context = handle._context.copy()
    handle._run()


@contextlib.contextmanager
def turner_in_force(loop: Any) -> Iterator[Callable[[Any], None]]:
    """
    Give the function that makes one turn of `loop`: ours, or nest-asyncio's with ``loop = "nest"``.

    Its ``apply()`` replaces ``asyncio.run``, ``Task`` and the policy for ever, so it is never
    called. Only its change of the loop's class is used, and taken back. What it brings: calls may
    themselves use ``loop.run_until_complete``.
    """
    if get_settings().get("loop") != "nest" or _is_refused():
        yield turn
        return
    with _patched(loop):
        yield type(loop)._run_once


@contextlib.contextmanager
def _patched(loop: Any) -> Iterator[None]:
    import nest_asyncio

    kind = type(loop)
    before, own = dict(vars(kind)), set(vars(loop))
    nest_asyncio._patch_loop(loop)
    try:
        yield
    finally:
        for name in set(vars(kind)) - set(before):
            delattr(kind, name)
        for name in set(before) & set(vars(kind)):
            if vars(kind)[name] is not before[name]:
                setattr(kind, name, before[name])
        # A call that nested a loop has left its count of runs on the object as well.
        for name in {"_num_runs_pending"} & set(vars(loop)) - own:
            delattr(loop, name)


@functools.cache
def _is_refused() -> bool:
    """Return whether nest-asyncio would lose messages here, and say so once."""
    ipykernel = sys.modules.get("ipykernel")
    if sys.version_info >= (3, 14):
        why = "it does not know Python 3.14"
    elif ipykernel is not None and ipykernel.version_info[:2] >= (7, 1):
        why = f"with ipykernel {ipykernel.__version__} it loses queued cells and button clicks"
    else:
        return False
    warnings.warn(
        f"The setting loop=nest is not followed: {why}. The bridge of aibrain_jupyter runs the "
        "calls instead; %config AibrainMagics.loop = 'auto' ends this warning.",
        RuntimeWarning,
        stacklevel=2,
    )
    return True
