"""What workers and scheduler are asked before a run, and told beside it: functions of ours."""

from __future__ import annotations

import asyncio
import pickle  # what we send, never what we get
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines.cluster import at_worker
from aibrain_jupyter.execution.calls.engines.cluster.connecting import ANSWER_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.execution.calls.engines.cluster.connecting import Cluster
    from aibrain_jupyter.execution.calls.engines.leaving import Parted
    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.tools.provider import Provider


async def keep_unknown_profiles(cluster: Cluster, parted: Parted) -> None:
    """Leave calls here whose profile not every worker has."""
    by_provider: dict[str, str] = {}
    provider_of: dict[int, Provider] = {}
    for job in parted.away:
        if id(job.work) not in provider_of:
            provider = job.work.handler.provider  # type: ignore[union-attr]
            provider_of[id(job.work)] = provider
            by_provider.setdefault(provider.name, job.work.spec.name)  # type: ignore[union-attr]
    said = await ask_workers(cluster, at_worker.who_is_it, sorted(by_provider.values()))
    unknown_of: dict[tuple[str, str], str] = {}
    away: list[Job] = []
    for job in parted.away:
        provider, profile = provider_of[id(job.work)], job.target.profile
        if (unknown := unknown_of.get((provider.name, profile))) is None:
            name = provider.profile_behind(profile)
            is_there = not name or profile in parted.carried or _all_have(said, provider.name, name)
            unknown = unknown_of[provider.name, profile] = "" if is_there else name
        if not unknown:
            away.append(job)
            continue
        why = f"not every worker has the profile {unknown}"
        parted.stayed[why] = parted.stayed.get(why, 0) + 1
        parted.here.append(job)
    parted.away[:] = away


def _all_have(said: Mapping[str, Any], provider: str, profile: str) -> bool:
    return bool(said) and all(profile in _profiles(one, provider) for one in said.values())


def _profiles(said: Any, provider: str) -> Sequence[Any]:
    found = said.get("profiles") if isinstance(said, dict) else None
    names = found.get(provider) if isinstance(found, dict) else None
    return names if isinstance(names, (list, tuple)) else ()


async def ask_workers(cluster: Cluster, function: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """
    Return what a function of ours gives on each worker, by address; None where it failed.

    As ``Client.run``, which would unpickle the exception of a worker.
    """
    message = {
        "op": "run",
        "function": pickle.dumps(function),
        "args": pickle.dumps(args),
        "kwargs": pickle.dumps(kwargs),
        "wait": True,
    }
    try:
        async with asyncio.timeout(ANSWER_S):
            said = await cluster.client.scheduler.broadcast(msg=message, on_error="ignore")
    except (TimeoutError, OSError, TypeError):
        return {}
    return {
        name: one.get("result") if isinstance(one, dict) and one.get("status") == "OK" else None
        for name, one in said.items()
    }


async def ask_scheduler(client: Any, function: Any, *args: Any) -> Any:
    """
    Return what a function of ours gives on the scheduler; None where it failed.

    As ``Client.run_on_scheduler``, which would unpickle an exception.
    """
    try:
        async with asyncio.timeout(ANSWER_S):
            said = await client.scheduler.run_function(
                function=pickle.dumps(function),
                args=pickle.dumps(args),
                kwargs=pickle.dumps({}),
                wait=True,
            )
    except (TimeoutError, OSError, TypeError):
        return None
    return said.get("result") if isinstance(said, dict) and said.get("status") == "OK" else None
