"""
In the process that makes the calls of a parcel: the local engine, and answers as data.

It never raises: whatever happens to a call is its answer. A result is not kept here, but in the
cache of the kernel that asked. Nothing in an answer has to be unpickled (`letters.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.problems import NotStorableError
from aibrain_jupyter.execution.calls.engines.elsewhere.kept_profiles import KeptProfiles
from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter, Said, written
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import targets_of
from aibrain_jupyter.execution.calls.engines.elsewhere.stopping import STOPS, ended_in_time
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.shared.base_tool import CallContext, ToolResult, ToolSpec
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CredentialsError,
    ToolLoadError,
    UnknownNameError,
)
from aibrain_jupyter.shared.events import CallProgressed, CallStarted, Event
from aibrain_jupyter.shared.raw_answers import RawFolder
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.shared.base_tool import ToolHandler
    from aibrain_jupyter.shared.coverage import Gap, Target

_TOLD_EVERY_S: Final = 0.2
_PROFILES: Final = KeptProfiles()


def carry_out(
    parcel: Mapping[str, Any],
    say: Callable[[int, Sequence[int]], object],
    is_wanted: Callable[[], bool] = lambda: True,
) -> list[Letter]:
    """
    Make the calls of a parcel and return their answers.

    Args:
        parcel: As `parcels.unpacked` gave it.

        say: Told as calls begin (``index, ()``) and go on (``index, (pages, rows, throttled)``).

        is_wanted: Asked now and then. Once nobody wants the answers any more (the kernel was
            killed, or cannot be reached), no further call begins.
    """
    for name, value in parcel["settings"].items():
        get_settings().set(name, value, "the kernel that asks")
    with (
        STOPS.token_of(parcel["run"]) as token,
        tempfile.TemporaryDirectory() as folder,
        contextlib.ExitStack() as profiles,
    ):
        jobs = _jobs_of(parcel, RawFolder(Path(folder)), profiles)
        return asyncio.run(_carry_out(parcel, jobs, token, _Teller(say), is_wanted))


def _jobs_of(
    parcel: Mapping[str, Any], raw: RawFolder, profiles: contextlib.ExitStack
) -> list[Job | tuple[int, AibrainError]]:
    """Return the calls of a parcel as jobs; an index and why where one cannot be made here."""
    registry = get_tool_registry()
    found: list[Job | tuple[int, AibrainError]] = []
    used: set[tuple[str, str]] = set()
    targets = targets_of(parcel)
    for index, common, place in parcel["calls"]:
        tool, title, timeout, key = parcel["common"][common]
        shared, target = parcel["shared"][tool], targets[place]
        try:
            provider = registry.load(shared["tool"]).provider
            if (provider.name, target.profile) not in used:
                used.add((provider.name, target.profile))
                profiles.enter_context(_PROFILES.used(provider, target.profile))
            work = _Call.of(target, shared, parcel["carried"], raw)
        except AibrainError as exc:
            found.append((index, exc))
            continue
        found.append(
            Job(
                index=index,
                title=title,
                work=work,  # type: ignore[arg-type]  # it has what an engine asks of one
                target=work.target,
                limit_key=None if key is None else tuple(key),
                timeout=timeout,
            )
        )
    for tool, limits in parcel["limits"].items():
        registry.load(tool).provider.learn(limits, is_spent=parcel["is_spent"])
    return found


async def _carry_out(
    parcel: Mapping[str, Any],
    found: Sequence[Job | tuple[int, AibrainError]],
    token: CancelToken,
    tell: _Teller,
    is_wanted: Callable[[], bool],
) -> list[Letter]:
    answers = _Answers(parcel)
    for each in found:
        if not isinstance(each, Job):
            answers.keep(Said(each[0], {"cannot": _described(each[1])}))
    jobs = {each.index: each for each in found if isinstance(each, Job)}

    def keep(outcome: CallOutcome) -> None:
        work: _Call = jobs[outcome.index].work  # type: ignore[assignment]
        answers.keep(_answer_of(outcome, work))

    async with ended_in_time(token, is_wanted):
        await execute_jobs(
            list(jobs.values()),
            max_parallel=parcel["parallel"],
            emit=tell,
            token=token,
            on_outcome=keep,
        )
    return answers.letters()


class _Answers:
    """What is said of the calls of a parcel: large ones are written at once, others together."""

    def __init__(self, parcel: Mapping[str, Any]) -> None:
        self._of_run = parcel["run"], parcel["key"]
        self._waiting: list[Said] = []
        self._written: list[Letter] = []

    def keep(self, said: Said) -> None:
        """Take what is said of a call."""
        if said.goes_alone:
            self._write([said])
        else:
            self._waiting.append(said)

    def letters(self) -> list[Letter]:
        """Return all of it."""
        if self._waiting:
            self._write(self._waiting)
        return self._written

    def _write(self, said: Sequence[Said]) -> None:
        try:
            self._written.append(written(said, *self._of_run))
        except NotStorableError as exc:
            if len(said) > 1:  # the others need not suffer
                for one in said:
                    self._write([one])
            else:
                self._write([Said(said[0].index, {"cannot": _described(exc)})])


class _Teller:
    """Says when calls begin, at once, and at most five times a second each how far they are."""

    def __init__(self, say: Callable[[int, Sequence[int]], object]) -> None:
        self._say = say
        self._told_at: dict[int, float] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, CallStarted):
            self._say(event.index, ())
        elif isinstance(event, CallProgressed):
            now = time.monotonic()
            if now - self._told_at.get(event.index, now - 1) >= _TOLD_EVERY_S:
                self._told_at[event.index] = now
                self._say(event.index, (event.pages, event.rows, event.throttled))


@dataclasses.dataclass(slots=True)
class _Call:
    """
    One call of a tool, its source asked and nothing kept. As `ToolCall` to the engine.

    `facts` are what the kernel has to know besides the result.
    """

    spec: ToolSpec
    handler: ToolHandler
    target: Target
    shared: Mapping[str, Any]
    raw: RawFolder | None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    is_async: bool = False

    @classmethod
    def of(
        cls,
        target: Target,
        shared: Mapping[str, Any],
        carried: Mapping[str, Mapping[str, Any]],
        raw: RawFolder,
    ) -> _Call:
        """
        Return the call, its tool loaded.
        Raises AibrainError: it cannot be made in this process.
        """
        registry = get_tool_registry()
        spec = registry.spec(shared["tool"])
        if spec.version != shared["version"]:
            raise UnknownNameError(f"The tool {spec.name} has another version in the worker.")
        handler = registry.load(spec.name)
        if target.profile in carried:
            handler.provider.adopt(carried[target.profile])
        return cls(spec, handler, target, shared, raw if shared["keeps_answers"] else None)

    def context(self, **common: Any) -> CallContext:
        """Return the call's context."""
        return CallContext(
            **common,
            clients=self.handler.provider.clients(),
            share=self.shared["share"],
            asked_at=self.shared["asked_at"],
            wants_totals=self.shared["wants_totals"],
            raw=None if self.raw is None else self.raw.of_call(common["index"]),
        )

    def call(self, context: CallContext) -> ToolResult:
        """Ask the source."""
        from aibrain_jupyter.tool_executors.call_elsewhere import ask_source

        began = time.monotonic()
        self.facts["created"] = time.time()
        try:
            self._check_identity()
            return ask_source(context, self.spec, self.handler, self.shared["params"])
        finally:
            self.facts["cost_s"] = time.monotonic() - began
            self.facts["may_be_kept"] = context.may_be_kept

    def _check_identity(self) -> None:
        """Refuse to ask as somebody else than was planned: the rows would be another's."""
        here = self.handler.provider.who_asks(self.target)
        planned = self.target.identity.partition(" ")[0]
        if here is None or here == planned:
            self.facts["identity"] = planned
            return
        raise CredentialsError(
            f"The worker is not who was planned for {self.target.label}.",
            why=f"Planned was {planned}; the worker is {here or 'unknown'}.",
            next_steps=[
                "Give workers the role of the plan; %aibrain engine shows theirs.",
                "Or run it here: --engine local.",
            ],
            facts={**self.target.facts, "code": "OtherIdentity"},
        )


def _answer_of(outcome: CallOutcome, work: _Call) -> Said:
    provider = work.handler.provider
    facts = {
        **work.facts,
        "limits": dict(provider.limits_at(work.target)) if outcome.throttled else {},
        "seconds": outcome.seconds,
        "started_at": outcome.started_at,
        "throttled": outcome.throttled,
        "raw": _raw_of(work.raw, outcome.index),
    }
    result, error = outcome.value, outcome.error
    if not isinstance(result, ToolResult):
        error = error or ToolLoadError(f"{outcome.title} gave nothing.")
        facts |= {"outcome": str(outcome.outcome), "error": _described(error)}
        return Said(outcome.index, {**facts, "requests": outcome.requests})
    facts |= {
        "gaps": [_gap(gap, outcome.target) for gap in result.gaps],
        "operations": dict(result.operations),
        "collected_at": result.collected_at,
        "notes": list(result.notes),
        "requests": result.requests,
        "totals": [total.as_dict() for total in result.totals],
    }
    return Said(outcome.index, facts, result.frame)


def _described(error: AibrainError) -> dict[str, Any]:
    return {
        "kind": type(error).__name__,
        "what": error.what,
        "why": error.why,
        "next_steps": list(error.next_steps),
        "facts": dict(error.facts),
    }


def _gap(gap: Gap, target: Target) -> dict[str, Any]:
    found = {one.name: getattr(gap, one.name) for one in dataclasses.fields(gap)}
    elsewhere = {} if gap.target == target else gap.target.facts
    return {**found, "outcome": str(gap.outcome), "target": elsewhere}


def _raw_of(raw: RawFolder | None, index: int) -> dict[str, Any] | None:
    """Return the provider's answers of a call as they stand in their file; None: not wanted."""
    if raw is None:
        return None
    answers = raw.of_call(index)
    answers.close()
    name = raw.files.get(index)
    data = (raw.folder / name).read_bytes() if name else b""
    return {"pages": answers.pages, "data": data, "fault": raw.fault}
