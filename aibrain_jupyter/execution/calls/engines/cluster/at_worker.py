"""What a worker of Dask is given: functions of this module, and parcels."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALIVE_S: Final = 30.0
"""How often a worker tells that a parcel goes on, whatever its calls do."""
_TOGETHER_S: Final = 0.2
"""How long words wait for others: each message costs the scheduler as much as a short call."""
_FIRST_S: Final = 0.05
"""How long the first ones wait: a parcel that is over by then has no need to say that it began."""


class _Words:
    """What a parcel has to say of its calls, told a few times a second. Safe from any thread."""

    def __init__(self, tell: Callable[[list[Any]], object], first: int) -> None:
        self._tell, self._first = tell, first
        self._waiting: list[Any] = []
        self._told_at = time.monotonic() + _FIRST_S - _TOGETHER_S
        self._lock = threading.Lock()

    def say(self, index: int, what: Sequence[int]) -> None:
        """Tell that a call begins, or how far it is."""
        with self._lock:
            self._waiting.append([index, list(what)])
        self.tell(_TOGETHER_S)

    def tell(self, after: float = 0.0) -> None:
        """Send what waits, if the last was so many seconds ago; that it goes on if nothing does."""
        with self._lock:
            quiet_s = time.monotonic() - self._told_at
            if quiet_s < after or not (self._waiting or quiet_s > ALIVE_S):
                return
            waiting, self._waiting = self._waiting or [[self._first, None]], []
            self._told_at = time.monotonic()
        self._tell(waiting)


def run_parcel(parcel: bytes) -> list[Any]:
    """
    Make the calls of a parcel; return the name of this worker and their answers.

    They are the indexes of each letter, sizes, and the containers one after the other: Dask would
    send each of many texts by itself, three times.
    """
    from distributed import get_worker

    from aibrain_jupyter.execution.calls.engines.elsewhere.at_worker import carry_out
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import unpacked

    worker = get_worker()
    key = worker.get_current_task()
    about = unpacked(parcel)
    topic = about["run"]
    here = worker.address
    words = _Words(lambda said: worker.log_event(topic, [here, said]), about["calls"][0][0])

    def is_wanted() -> bool:
        words.tell(_TOGETHER_S)
        # A scheduler whose client is gone lets go of its tasks; one that is carried out is marked.
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing"

    letters = carry_out(about, words.say, is_wanted)
    # What waits to be said, that calls began, the answers say as well.
    sizes = [len(letter.container) for letter in letters]
    data = b"".join(letter.container for letter in letters)
    return [worker.address, [letter.indexes for letter in letters], sizes, data]


def stop_run(run: str) -> None:
    """Cancel the calls of a run."""
    from aibrain_jupyter.execution.calls.engines.elsewhere.stopping import stop_run

    stop_run(run)


def who_is_it(providers: Sequence[str], *, is_asking: bool = False) -> dict[str, Any]:
    """
    Return what this worker is to the providers of some tools: profiles by name, and identities.

    Args:
        providers: Names of tools, one of each provider.

        is_asking: Whether providers may be asked as whom the worker would ask.
    """
    from aibrain_jupyter.tool_registry import get_tool_registry

    profiles: dict[str, list[str]] = {}
    identities: dict[str, str] = {}
    for tool in providers:
        provider = get_tool_registry().load(tool).provider
        profiles[provider.name] = [str(name) for name in provider.names("profile", {})]
        if is_asking:
            identities[provider.name] = provider.own_identity()
    return {"profiles": profiles, "identities": identities}
