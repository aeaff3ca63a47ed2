"""What a worker of Dask is given: functions of this module, and parcels."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIVE_S: Final = 30.0
"""How often a worker tells that a parcel goes on, whatever its calls do."""


def run_parcel(parcel: bytes) -> list[Any]:
    """Make the calls of a parcel; return the name of this worker and their answers."""
    from distributed import get_worker

    from aibrain_jupyter.execution.calls.engines.elsewhere.at_worker import carry_out
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import unpacked

    worker = get_worker()
    key = worker.get_current_task()
    about = unpacked(parcel)
    topic, first = about["run"], about["calls"][0]["index"]
    told_at = time.monotonic()

    def say(index: int, what: Sequence[int]) -> None:
        worker.log_event(topic, [index, list(what)])

    def is_wanted() -> bool:
        nonlocal told_at
        if time.monotonic() - told_at > ALIVE_S:
            told_at = time.monotonic()
            worker.log_event(topic, [first, None])
        # A scheduler whose client is gone lets go of its tasks; one that is carried out is marked.
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing"

    answers = carry_out(parcel, say, is_wanted)
    return [worker.address, [list(answer) for answer in answers]]


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
