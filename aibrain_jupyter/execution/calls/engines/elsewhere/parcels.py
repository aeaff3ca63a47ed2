"""
What goes to another process: calls as plain data, a few of them together.

A parcel is JSON, of names and typed values: which tool, which parameters, where. It holds no
function, no credential and nothing that would have to be unpickled. Calls that go to one account
and region go together, so that one worker keeps their pace; more than `MOST_CALLS` are split. Where
there are many places of few calls, several go together: a parcel costs as much as several calls do.
"""

from __future__ import annotations

import dataclasses
import secrets
import sys
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aibrain_jupyter.execution.calls.job import Job, ToolCall
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.tools.provider import Provider

_Place: TypeAlias = tuple[Any, ...]

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
    the same time, `tools` what was written of each tool that is asked, by the id of its `ToolCall`.
    """

    id: str = field(default_factory=lambda: f"aibrain-{secrets.token_hex(8)}")
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    channel: Mapping[str, Any] = field(default_factory=dict)
    parallel: int = 8
    tools: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)


def groups(
    jobs: Iterable[Job], seconds: Mapping[Any, float], fewest: float = inf
) -> list[list[Job]]:
    """
    Return jobs by the account and region they go to, at most `MOST_CALLS` together.

    Those that took longest before come first (`seconds` by place); a group nobody knows comes
    before those that are known to be short. Places of few calls go together as well, each with all
    of its calls, as long as there are `fewest` groups: so many that nobody waits for the last ones.
    """
    by_place: dict[_Place, list[Job]] = {}
    for job in jobs:
        by_place.setdefault(place_of(job), []).append(job)
    usual = sorted(seconds.values())[len(seconds) // 2] if seconds else 1.0

    def seconds_at(places: Sequence[_Place]) -> float:
        of_all = sum(len(by_place[place]) * seconds.get(place[:2], usual) for place in places)
        return of_all / sum(len(by_place[place]) for place in places)

    most = min(MOST_CALLS, sum(map(len, by_place.values())) / fewest)
    found = [
        (seconds_each, parcel)
        for places in _together(by_place, most, lambda place: seconds_at([place]) <= 2 * usual)
        for seconds_each in [seconds_at(places) if seconds else usual]
        for parcel in _cut([job for place in places for job in by_place[place]])
    ]
    if seconds:
        found.sort(key=lambda each: -len(each[1]) * each[0])
    return [parcel for _, parcel in found]


def _together(
    by_place: Mapping[_Place, Sequence[Job]], most: float, is_quick: Callable[[_Place], bool]
) -> list[list[_Place]]:
    """Return which places go together, in their order: quick ones of few calls, or each alone."""
    found: list[list[_Place]] = []
    room, small = 0.0, list[_Place]()
    for place, jobs in by_place.items():
        if len(jobs) > most / 2 or not is_quick(place):
            found.append([place])
            continue
        if len(jobs) > room:
            small = []
            found.append(small)
            room = most
        small.append(place)
        room -= len(jobs)
    return found


def _cut(jobs: Sequence[Job]) -> list[list[Job]]:
    return [list(jobs[first : first + MOST_CALLS]) for first in range(0, len(jobs), MOST_CALLS)]


def place_of(job: Job) -> _Place:
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
    tools, calls, common, targets = _calls(jobs)
    once, _ = nested.to_plain(
        {
            "run": run.id,
            "key": run.key,
            "channel": dict(run.channel),
            "parallel": run.parallel,
            "settings": {name: settings.get(name) for name in _SETTINGS},
            "carried": {name: dict(carried[name]) for name in profiles if name in carried},
            "limits": _limits(jobs),
            "is_spent": is_spent,
            "targets": targets,
        }
    )
    # Most parcels ask the same tools for the same: looked at once, and numbers need no look.
    for work in tools:
        if id(work) not in run.tools:
            run.tools[id(work)] = nested.to_plain(_shared(work))[0]
    shared = [run.tools[id(work)] for work in tools]
    return nested.plain_to_json({**once, "shared": shared, "common": common, "calls": calls})


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


def _calls(
    jobs: Sequence[Job],
) -> tuple[list[ToolCall], list[list[int]], list[list[Any]], list[list[Any]]]:
    """
    Return the tools that are asked, the calls, what calls have in common, and where they go.

    A call is its index, and the numbers of what it has in common with others and of its target:
    calls of a parcel are much the same, and what is written once need not be looked at for each.
    In common are the number of the tool, title, time-out and limit key, all of them plain.
    """
    numbers: dict[int, int] = {}
    common: dict[Any, int] = {}
    places: dict[Target, int] = {}
    plain_keys: dict[Any, Any] = {}
    tools: list[ToolCall] = []
    calls: list[list[int]] = []
    hows: list[list[Any]] = []
    targets: list[list[Any]] = []
    for job in jobs:
        work: ToolCall = job.work  # type: ignore[assignment]
        if (tool := numbers.get(id(work))) is None:
            tool = numbers[id(work)] = len(numbers)
            tools.append(work)
        key = job.limit_key
        how = (tool, job.title, job.timeout, key)
        if (number := common.get(how)) is None:
            number = common[how] = len(common)
            if key not in plain_keys:
                parts = list(key) if isinstance(key, tuple) else None
                plain_keys[key] = nested.to_plain(parts)[0]
            hows.append([tool, job.title, job.timeout, plain_keys[key]])
        if (place := places.get(job.target)) is None:
            place = places[job.target] = len(places)
            kind = type(job.target)
            targets.append([[kind.__module__, kind.__qualname__], _fields(job.target)])
        calls.append([job.index, number, place])
    return tools, calls, hows, targets


def _shared(work: ToolCall) -> dict[str, Any]:
    return {
        "tool": work.spec.name,
        "version": work.spec.version,
        "params": dict(work.params),
        "share": work.share,
        "asked_at": work.asked_at,
        "wants_totals": work.policy.wants_totals,
        "keeps_answers": work.raw is not None,
    }


def _limits(jobs: Sequence[Job]) -> dict[str, dict[str, Any]]:
    """Return what is known of the rates at the place of some calls, by a tool of its provider."""
    found: dict[str, dict[str, Any]] = {}
    tool_of: dict[int, tuple[Provider, str]] = {}
    seen: set[tuple[int, str]] = set()
    for job in jobs:
        work: ToolCall = job.work  # type: ignore[assignment]
        if id(work) not in tool_of:
            tool_of[id(work)] = work.handler.provider, work.spec.name
        provider, tool = tool_of[id(work)]
        if (key := (id(provider), job.target.place[0])) not in seen:
            seen.add(key)
            if limits := provider.limits_at(job.target):
                found.setdefault(tool, {}).update(limits)
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
