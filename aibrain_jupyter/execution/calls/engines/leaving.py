"""
Which calls may be made by another process, and why the others are made in this one.

What the cache answers, what planning knows to fail and what is a function of this process stays. So
does a tool that does not say it may leave (`ToolHandler.where_it_may_run`), one that this session
alone knows, and a call of which its provider says that only this kernel can make it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.job import ToolCall
from aibrain_jupyter.shared.error_handler import UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.execution.calls.job import Job


@dataclass(slots=True)
class Parted:
    """
    The calls of a run, by where they are made.

    `stayed` says why calls stay that could be thought to leave, and how many; those that the cache
    answers need no word. `carried` is what providers send along, by profile.
    """

    here: list[Job] = field(default_factory=list)
    away: list[Job] = field(default_factory=list)
    stayed: dict[str, int] = field(default_factory=dict)
    carried: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def part(jobs: Sequence[Job], engine: str, *, is_here: bool) -> Parted:
    """
    Return which calls may leave for an engine, whose processes are on this machine or not.

    Sends nothing; costs the same for each call, however many there are.
    """
    found = Parted()
    of_work: dict[int, str] = {}
    of_place: dict[tuple[int, str], str] = {}
    for job in jobs:
        work = job.work
        if job.born_failed is not None or not isinstance(work, ToolCall):
            found.here.append(job)
            continue
        if id(work) not in of_work:
            of_work[id(work)] = _why_stays(work, engine)
        why = of_work[id(work)]
        if not why:
            place = (id(work), job.target.profile)
            if place not in of_place:
                carried = work.handler.provider.carried(job.target, work.params, is_here=is_here)
                of_place[place] = carried if isinstance(carried, str) else ""
                if not isinstance(carried, str) and carried:
                    found.carried[job.target.profile] = carried
            why = of_place[place]
        if not _needs_its_source(job, work):
            found.here.append(job)
        elif why:
            found.stayed[why] = found.stayed.get(why, 0) + 1
            found.here.append(job)
        else:
            found.away.append(job)
    return found


def _needs_its_source(job: Job, work: ToolCall) -> bool:
    from aibrain_jupyter.tool_executors.call_elsewhere import needs_its_source

    return needs_its_source(job.target, work.spec, work.handler, work.params, work.policy)


def _why_stays(work: ToolCall, engine: str) -> str:
    name = work.spec.name
    if engine not in work.handler.where_it_may_run:
        return f"{name} does not say that it may run elsewhere"
    try:
        is_known = get_tool_registry().spec(name) == work.spec
    except UnknownNameError:
        is_known = False
    if not is_known or work.spec.handler.startswith("__main__:"):
        return f"{name} was defined in this session"
    return ""
