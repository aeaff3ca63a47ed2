"""What there is to carry calls out with, for ``%aibrain engine``: asked, never started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.calls.engines.choosing import chosen
from aibrain_jupyter.execution.calls.engines.report import DASK, PROCESSES
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping


_LONGEST: Final = 500
"""Characters of what a worker says it is: an ARN, or why it is nobody."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """
    The engine of runs that name none.

    `engine` is one of `ENGINES`, `why` who chose it, `at` where it is (empty: here), `versions`
    those of this kernel that its workers have as well, `workers` one mapping a worker: ``worker``,
    ``threads``, ``under way`` (parcels), ``memory`` (MiB), ``identity`` (of its default chain);
    `pages` is the port at which its scheduler shows what runs to whoever reaches it, 0: none.
    """

    engine: str
    why: str
    at: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    workers: tuple[Mapping[str, Any], ...] = ()
    pages: int = 0


async def engine_state() -> EngineState:
    """
    Return it; a cluster is connected to and asked.
    Raises AibrainError: it cannot be reached, or must not be used.
    """
    engine, why = chosen("", 0, lambda: False)
    if engine == PROCESSES:
        from aibrain_jupyter.execution.calls.engines.processes.carrier import count_processes

        return EngineState(engine, why, f"{count_processes()} processes of this machine")
    if engine != DASK:
        return EngineState(engine, why)
    from aibrain_jupyter.execution.calls.engines.cluster import at_scheduler, at_worker
    from aibrain_jupyter.execution.calls.engines.cluster.address import read_address
    from aibrain_jupyter.execution.calls.engines.cluster.asking import ask_scheduler, ask_workers
    from aibrain_jupyter.execution.calls.engines.cluster.connecting import (
        connected,
        own_versions,
    )

    address = read_address(get_settings().get("engine_address"))
    async with connected(address) as cluster:
        pages = await ask_scheduler(cluster.client, at_scheduler.open_pages)
        said = await ask_workers(cluster, at_worker.who_is_it, _one_each(), is_asking=True)
        workers = tuple(
            {
                "worker": str(name),
                "threads": int(one.get("nthreads", 0)),
                "under way": int((one.get("metrics") or {}).get("executing", 0)),
                "memory": f"{int((one.get('metrics') or {}).get('memory', 0)) // 2**20:,} MiB",
                "identity": _identity(said.get(name)),
            }
            for name, one in cluster.workers.items()
        )
    at = f"{address.url}{'' if address.is_safe else ', without TLS'}"
    return EngineState(engine, why, at, own_versions(), workers, int(pages or 0))


def _one_each() -> list[str]:
    """Return a tool of each provider that has places of its own."""
    specs = (spec for spec in get_tool_registry().specs() if spec.places)
    return list({spec.group: spec.name for spec in specs}.values())


def _identity(said: Any) -> str:
    found = (said or {}).get("identities") if isinstance(said, dict) else None
    names = (
        [str(one)[:_LONGEST] for one in found.values() if one] if isinstance(found, dict) else []
    )
    return ", ".join(names) or "not told"
