"""
Lets widget messages through to the kernel while one of its cells turns the loop.

The kernel handles one shell message at a time, and the running cell is one: a
click on Cancel would wait until there is nothing left to cancel. While the gate
is open, comm messages (and the two requests that are as harmless) are handled
at once; everything else, such as the next cell of Run All, stays queued in order.

ipykernel 6 has a queue to hook into, ipykernel 7 a lock. Both are private, so each
name is looked for first: if one is missing there is no gate, and Stop still works.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSING: Final = frozenset(
    {"comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"}
)
_NEEDED = (
    "session",
    "get_parent",
    "set_parent",
    "_parent_ident",
    "dispatch_shell",
    "pre_handler_hook",
    "post_handler_hook",
    "_publish_status",
)


@contextlib.contextmanager
def comms_let_through(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Open the gate for the block if `loop` is an ipykernel's; one within another is no other."""
    kernel = _kernel_of(loop)
    if kernel is None or any(not hasattr(kernel, name) for name in _NEEDED):
        yield
        return
    queue = getattr(kernel, "msg_queue", None)
    lock = getattr(kernel, "_main_asyncio_lock", None)
    with contextlib.closing(_Passage(kernel, loop)) as passage:
        changes: dict[str, Any] = {
            # They set and restore SIGINT around a message: ours must stay while the cell runs.
            "pre_handler_hook": lambda: None,
            "post_handler_hook": lambda: None,
            "_publish_status": passage.publish_status,
        }
        if isinstance(lock, asyncio.Lock):
            changes["_main_asyncio_lock"] = _NeverHeld()
            changes["dispatch_shell"] = _dispatch_by_lock(kernel, lock, passage)
            with _replaced(kernel, **changes):
                yield
        elif queue is not None and hasattr(queue, "put_nowait") and "put_nowait" not in vars(queue):
            put = _put_or_dispatch(queue.put_nowait, passage, loop)
            with _replaced(kernel, **changes), _replaced(queue, put_nowait=put):
                yield
        else:
            yield


def _kernel_of(loop: asyncio.AbstractEventLoop) -> Any | None:
    """Return the ipykernel that is served by `loop` in this thread, if there is one."""
    if "ipykernel" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    served_by = getattr(getattr(kernel, "io_loop", None), "asyncio_loop", None)
    return kernel if served_by is loop else None


class _Passage:
    """Hands a message to the kernel and leaves the running cell its own parent header."""

    def __init__(self, kernel: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._kernel = kernel
        self._loop = loop
        self._publish = kernel._publish_status
        self._parent = kernel.get_parent("shell")
        self._ident = kernel._parent_ident["shell"]
        self._is_open = True

    def close(self) -> None:
        self._is_open = False

    def may_pass(self, message: Any) -> bool:
        session = self._kernel.session
        try:
            _, frames = session.feed_identities(message, copy=False)
            # Without content: reading that too would mark the message as a replay.
            header = session.deserialize(frames, content=False, copy=False)["header"]
        except (ValueError, TypeError, KeyError):
            return False
        return header.get("msg_type") in PASSING

    async def dispatch(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        try:
            await function(*args, **kwargs)
        finally:
            self._kernel.set_parent(self._ident, self._parent, channel="shell")

    def publish_status(self, status: str, channel: str, parent: Any = None) -> None:
        """
        Publish a status; after an idle, say that the cell goes on.

        Front ends and servers go by the last status they heard, and every message that is handled
        meanwhile (a click, on any thread; JupyterLab's request for a subshell) ends with idle.
        """
        self._publish(status, channel, parent)
        if status == "idle":
            self._loop.call_soon_threadsafe(self._say_busy)

    def _say_busy(self) -> None:
        # On the cell's own thread and loop: once the cell has ended, no idle would follow.
        if self._is_open:
            self._publish("busy", "shell", self._parent)


def _put_or_dispatch(
    put: Callable[[Any], None], passage: _Passage, loop: asyncio.AbstractEventLoop
) -> Callable[[Any], None]:
    """ipykernel 6: a stand-in for ``msg_queue.put_nowait``."""
    under_way: set[asyncio.Task[None]] = set()

    def put_nowait(item: Any) -> None:
        _, function, args = item
        is_shell = getattr(function, "__name__", "") == "dispatch_shell"
        if is_shell and passage.may_pass(args[0]):
            task = loop.create_task(passage.dispatch(function, *args))
            under_way.add(task)  # the loop itself holds tasks only weakly
            task.add_done_callback(under_way.discard)
        else:
            put(item)

    return put_nowait


def _dispatch_by_lock(kernel: Any, lock: asyncio.Lock, passage: _Passage) -> Callable[..., Any]:
    """ipykernel 7: a stand-in for ``dispatch_shell``, which is asked after the stand-in lock."""
    original = kernel.dispatch_shell
    here = threading.get_ident()

    async def dispatch_shell(message: Any, /, *args: Any, **kwargs: Any) -> None:
        if threading.get_ident() != here:  # a subshell, which has a lock of its own
            await original(message, *args, **kwargs)
        elif passage.may_pass(message):
            await passage.dispatch(original, message, *args, **kwargs)
        else:
            async with lock:
                await original(message, *args, **kwargs)

    return dispatch_shell


class _NeverHeld:
    """Takes the place of the kernel's lock; the real one is taken by what may not pass."""

    def locked(self) -> bool:
        return False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        pass


@contextlib.contextmanager
def _replaced(owner: Any, **attributes: Any) -> Iterator[None]:
    """Set attributes on one object for the block, and put back exactly what was there."""
    before = {name: vars(owner)[name] for name in attributes if name in vars(owner)}
    for name, value in attributes.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name in attributes:
            if name in before:
                setattr(owner, name, before[name])
            else:
                delattr(owner, name)
