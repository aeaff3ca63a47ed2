"""
What goes to another process: calls as plain data, a few of them together.

A parcel is JSON, of names and typed values: which tool, which parameters, where. It holds no
function, no credential and nothing that would have to be unpickled. Calls that go to one account
and region go together, so that one worker keeps their pace; more than `MOST_CALLS` are split.
"""

from __future__ import annotations

import dataclasses
import secrets
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.execution.calls.job import Job, ToolCall
    from aibrain_jupyter.shared.coverage import Target

MOST_CALLS: Final = 50
"""Calls of one parcel: so many answers come together, and are lost together with their worker."""

_SETTINGS: Final = ("fiscal_year_start", "period_zone", "role")
"""What a tool's code may look up while it runs."""


@dataclass(frozen=True, slots=True)
class Run:
    """
    What all parcels of one run have in common.

    `id` is random and names nothing, `key` makes the code of each answer, `channel` is where the
    worker tells how far it is (an engine's own), `parallel` how many calls of a parcel are made at
    the same time.
    """

    id: str = field(default_factory=lambda: f"aibrain-{secrets.token_hex(8)}")
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    channel: Mapping[str, Any] = field(default_factory=dict)
    parallel: int = 8


def groups(jobs: Iterable[Job], seconds: Mapping[Any, float]) -> list[list[Job]]:
    """
    Return jobs by the account and region they go to, at most `MOST_CALLS` together.

    Those that took longest before come first (`seconds` by place); a group nobody knows comes
    before those that are known to be short.
    """
    by_place: dict[Any, list[Job]] = {}
    for job in jobs:
        by_place.setdefault(place_of(job), []).append(job)
    found = [
        (place, of_place[first : first + MOST_CALLS])
        for place, of_place in by_place.items()
        for first in range(0, len(of_place), MOST_CALLS)
    ]
    if seconds:
        usual = sorted(seconds.values())[len(seconds) // 2]
        found.sort(key=lambda each: -len(each[1]) * seconds.get(each[0][:2], usual))
    return [of_place for _, of_place in found]


def place_of(job: Job) -> tuple[Any, ...]:
    """Return where a call goes, and as whom: calls of one place share its limits."""
    target = job.target
    return (*target.place, target.profile, target.endpoint)


def packed(
    jobs: Sequence[Job],
    run: Run,
    carried: Mapping[str, Mapping[str, Any]],
    *,
    is_spent: bool = False,
) -> bytes:
    """
    Return a parcel.

    Args:
        jobs: Calls of tools, all of which may leave (`leaving.py`).

        run: What they have in common with others.

        carried: What the provider sends along with a profile, by its name.

        is_spent: Whether others have just asked there for as much as they may.

    Raises:
        NotStorableError: a parameter is no plain value.
    """
    profiles = {job.target.profile for job in jobs}
    settings = get_settings()
    return nested.dumps(
        {
            "run": run.id,
            "key": run.key,
            "channel": dict(run.channel),
            "parallel": run.parallel,
            "settings": {name: settings.get(name) for name in _SETTINGS},
            "carried": {name: dict(carried[name]) for name in profiles if name in carried},
            "limits": _limits(jobs),
            "is_spent": is_spent,
            **_calls(jobs),
        }
    )


def unpacked(parcel: bytes) -> dict[str, Any]:
    """Return what `packed` made a parcel of, in the process that makes its calls."""
    found: dict[str, Any] = nested.loads(parcel)
    return found


def targets_of(parcel: Mapping[str, Any]) -> list[Target]:
    """Return where the calls of a parcel go, each of its provider's own kind."""
    # Named by the kernel that sent the parcel, whose word the worker takes: it runs its tools.
    found: list[Target] = []
    for (module, name), fields in parcel["targets"]:
        kind = getattr(sys.modules.get(module), name, None) or _imported(module, name)
        found.append(kind(**fields))
    return found


def _calls(jobs: Sequence[Job]) -> dict[str, list[Any]]:
    """
    Return the calls, each as index, and what it has in common with others by its number there.

    Calls of a parcel are much the same: what is written once need not be looked at for each.
    """
    shared: dict[int, int] = {}
    common: dict[Any, int] = {}
    targets: dict[Target, int] = {}
    found: dict[str, list[Any]] = {"shared": [], "common": [], "targets": [], "calls": []}
    for job in jobs:
        work: ToolCall = job.work  # type: ignore[assignment]
        if (tool := shared.get(id(work))) is None:
            tool = shared[id(work)] = len(shared)
            found["shared"].append(_shared(work))
        how = (tool, job.title, job.timeout, job.limit_key)
        if (number := common.get(how)) is None:
            number = common[how] = len(common)
            key = list(job.limit_key) if isinstance(job.limit_key, tuple) else None
            found["common"].append(
                {"shared": tool, "title": job.title, "timeout": job.timeout, "limit_key": key}
            )
        if (place := targets.get(job.target)) is None:
            place = targets[job.target] = len(targets)
            kind = type(job.target)
            found["targets"].append([[kind.__module__, kind.__qualname__], _fields(job.target)])
        found["calls"].append([job.index, number, place])
    return found


def asked_by(work: ToolCall) -> dict[str, Any]:
    """Return what a call asks, whenever and however fast it does."""
    return {
        "tool": work.spec.name,
        "version": work.spec.version,
        "params": dict(work.params),
        "wants_totals": work.policy.wants_totals,
        "keeps_answers": work.raw is not None,
    }


def _shared(work: ToolCall) -> dict[str, Any]:
    return {**asked_by(work), "share": work.share, "asked_at": work.asked_at}


def _limits(jobs: Sequence[Job]) -> dict[str, dict[str, Any]]:
    """Return what is known of the rates at the place of some calls, by a tool of its provider."""
    found: dict[str, dict[str, Any]] = {}
    seen: set[int] = set()
    for job in {id(job.work): job for job in jobs}.values():
        work: ToolCall = job.work  # type: ignore[assignment]
        provider = work.handler.provider
        if id(provider) not in seen:
            seen.add(id(provider))
            if limits := provider.limits_at(job.target):
                found[work.spec.name] = dict(limits)
    return found


def _fields(target: Target) -> dict[str, Any]:
    return {
        one.name: value
        for one in dataclasses.fields(target)
        if (value := getattr(target, one.name)) != one.default
    }


def _imported(module: str, name: str) -> Any:
    from aibrain_jupyter.shared.imports import import_target

    return import_target(f"{module}:{name}", what="A target")
