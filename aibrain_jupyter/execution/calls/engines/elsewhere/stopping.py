"""
How calls end in a worker whose run is over: it was stopped, or nobody wants its answers any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

GRACE_S: Final = 0.25
"""How long calls under way may go on after a cancel: half of what the kernel waits for them."""
_LOOK_S: Final = 0.25
"""How often a parcel asks whether anybody still wants its answers."""
_FIRST_LOOK_S: Final = 0.06
_MOST_STOPPED: Final = 1_000


class Stops:
    """The runs whose calls go on here, and those that were stopped before they came."""

    def __init__(self) -> None:
        self._tokens: dict[str, set[CancelToken]] = {}
        self._stopped: dict[str, None] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def token_of(self, run: str) -> Any:
        """Give the token of one parcel, for the time of the block."""
        token = CancelToken()
        with self._lock:
            self._tokens.setdefault(run, set()).add(token)
            is_late = run in self._stopped
        if is_late:
            token.cancel()
        try:
            yield token
        finally:
            with self._lock:
                self._tokens[run].discard(token)
                if not self._tokens[run]:
                    del self._tokens[run]

    def count(self) -> int:
        """Return how many parcels go on."""
        with self._lock:
            return sum(map(len, self._tokens.values()))

    def stop(self, run: str) -> None:
        """Cancel the calls of a run, those that come later as well."""
        with self._lock:
            self._stopped[run] = None
            while len(self._stopped) > _MOST_STOPPED:
                del self._stopped[next(iter(self._stopped))]
            tokens = tuple(self._tokens.get(run, ()))
        for token in tokens:
            token.cancel()


STOPS: Final = Stops()
stop_run: Final = STOPS.stop


@contextlib.asynccontextmanager
async def ended_in_time(token: CancelToken, is_wanted: Callable[[], bool]) -> AsyncIterator[None]:
    """Cancel what nobody wants; end what was cancelled within `GRACE_S`."""
    loop = asyncio.get_running_loop()

    def hurry() -> None:
        if token.is_forced:
            return
        # To ask twice leaves no time to calls under way: see `CancelToken`.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(loop.call_later, GRACE_S, token.cancel)

    async def look() -> None:
        await asyncio.sleep(_FIRST_LOOK_S)
        while is_wanted():
            await asyncio.sleep(_LOOK_S)
        token.cancel()

    forget = token.on_cancel(hurry)
    if not is_wanted():
        token.cancel()  # before the first call begins
    looking = loop.create_task(look())
    try:
        yield
    finally:
        forget()
        looking.cancel()
