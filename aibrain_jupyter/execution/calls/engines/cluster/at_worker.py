"""What a worker of Dask is given: functions of this module, and parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_parcel(parcel: bytes) -> list[Any]:
    """Make the calls of a parcel; return the name of this worker and their answers."""
    from distributed import get_worker

    from aibrain_jupyter.execution.calls.engines.elsewhere.at_worker import carry_out
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import unpacked

    worker = get_worker()
    topic = unpacked(parcel)["run"]

    def say(index: int, what: Sequence[int]) -> None:
        worker.log_event(topic, [index, list(what)])

    return [worker.address, [list(answer) for answer in carry_out(parcel, say)]]


def stop_run(run: str) -> None:
    """Cancel the calls of a run."""
    from aibrain_jupyter.execution.calls.engines.elsewhere.at_worker import stop_run

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
