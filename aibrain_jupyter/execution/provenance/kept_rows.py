"""
The rows of an earlier run, as it gave them: put together again from what is kept of its calls.

The cache keeps the result of each complete call under a name with a SHA-256 of its value, so an
entry that was replaced since is not mistaken for it (`AdvancedCacheManager.named`). A call that no
entry was made of (it had gaps, ran without the cache) is sealed beside its run while its frame is
in memory: the user's frame shares lists and mappings with the run's own, and a change in them would
go unseen. Where nothing is kept the hash still tells whether a frame is what the run gave.
"""

from __future__ import annotations

import datetime as dt
import json
import weakref
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aibrain_jupyter.cache.codec.sealed import seal
from aibrain_jupyter.cache.codec.stacked import SealedStack
from aibrain_jupyter.cache.disk.entry_file import payload_of
from aibrain_jupyter.cache.problems import NotStorableError
from aibrain_jupyter.execution.calls.outcomes import rows_in
from aibrain_jupyter.execution.runs.combine import KeptCall, put_together
from aibrain_jupyter.execution.runs.plan import parameters_of
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.coverage import Outcome, Target
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors.cached_call import as_shown, kept_result
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.cache.codec.sealed import Sealed
    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.execution.runs.session import Session
    from aibrain_jupyter.shared.base_tool import ToolSpec


_RUNS: Final = (
    "SELECT * FROM runs WHERE kernel != ? AND NOT is_warming AND (run = ? OR ? = '')"
    " AND EXISTS (SELECT 1 FROM calls WHERE run_key = key AND entry != '')"
    " ORDER BY key DESC LIMIT ?"
)
_CALLS: Final = "SELECT * FROM calls WHERE run_key = ? ORDER BY position"


@dataclass(frozen=True, slots=True)
class _KeptTarget(Target):
    """A target as the history has it: its parts, and no more."""

    of: tuple[tuple[str, str], ...] = ()

    @property
    def parts(self) -> dict[str, str]:
        return dict(self.of)


@dataclass
class CollectedRun:
    """
    What is known of a run: `kernel` ran it, `params` has the spec's preset, `calls` are its calls,
    `provenance` as in `Run`, `run` itself where this kernel ran it, `sealed` what was sealed.
    """

    id: str
    kernel: str
    spec: ToolSpec
    params: Mapping[str, Any]
    asked_at: dt.datetime
    calls: Sequence[KeptCall]
    outcome: str
    provenance: Mapping[str, Any]
    cell: str = ""
    seconds: float = 0.0
    run: Run | None = None
    sealed: SealedParts = field(default=(), repr=False)

    @cached_property
    def results(self) -> list[tuple[ToolResult, Target]] | None:
        """The whole result of each call that gave one; None: not all are kept."""
        found = []
        for call in self.calls:
            if call.rows is not None:
                result = kept_result(call.entry) if call.entry else None
                if result is None:
                    return None
                found.append((result, call.target))
        return found

    @cached_property
    def frame(self) -> pd.DataFrame | None:
        """The rows as the run gave them; None: they are kept no longer."""
        if isinstance(self.sealed, SealedStack):
            return self.sealed.open()
        if self.sealed:
            parts = [(sealed.open(), target) for sealed, target in self.sealed]
        elif self.results:
            handler = get_tool_registry().handler_of(self.spec)
            what = (self.spec, handler, {**self.params, ASKED_AT: self.asked_at})
            try:
                parts = [(as_shown(r, t, *what).frame, t) for r, t in self.results]
            except AibrainError:  # a period of settings that changed since, say
                return None
        else:
            return None
        return put_together(parts, self.spec.places)

    def gave(self, frame: pd.DataFrame) -> bool:
        """Tell whether the hashes of its calls' results are those of a frame's parts."""
        calls = [call for call in self.calls if call.rows]
        if not calls or sum(call.rows or 0 for call in calls) != len(frame):
            return False
        data = frame.drop(columns=list(self.spec.places), errors="ignore")
        data.attrs = {}  # they came after it was kept
        begin = 0
        for call in calls:
            part = data.iloc[begin : begin + (call.rows or 0)].reset_index(drop=True)
            begin += len(part)
            try:
                if payload_of(seal(part))[2] != call.entry.partition(" ")[2]:
                    return False
            except NotStorableError:
                return False
        return True


SealedParts: TypeAlias = "Sequence[tuple[Sealed | Unshared, Target]] | SealedStack"
"""What the calls of a run gave, each sealed with its target; or the rows of all of them."""

_SMALL: Final = 100
"""Rows a call, above which a copy of all rows costs more than taking each call's frame."""


def seal_parts(run: Run) -> tuple[weakref.ref[Any], SealedParts] | None:
    """Return a run's frame, weakly, and its calls' results sealed; None: they cannot be."""
    if run.frame is None:
        return None
    results = [(o.value, o.target) for o in run.outcomes if isinstance(o.value, ToolResult)]
    # Frames that were put together are others' than the user's; only what is in nested cells is
    # shared with them. Then nothing has to be sealed, which costs more than many a call.
    is_shared = sum(bool(rows_in(result)) for result, _ in results) < 2 or any(
        getattr(dtype, "kind", "") == "O" and dtype.name == "object" for dtype in run.frame.dtypes
    )
    parts: SealedParts
    if not is_shared and len(run.frame) < _SMALL * len(results):
        return weakref.ref(run.frame), SealedStack(run.frame, len(run.request.spec.places))
    if not is_shared:
        parts = [(Unshared(result.frame.copy(deep=False)), target) for result, target in results]
        return weakref.ref(run.frame), parts
    try:
        parts = [(seal(result.frame), target) for result, target in results]
    except NotStorableError:
        return None
    return weakref.ref(run.frame), parts


@dataclass(frozen=True, slots=True)
class Unshared:
    """A call's frame that nobody else has."""

    frame: pd.DataFrame

    def open(self) -> pd.DataFrame:
        """Return a copy."""
        return self.frame.copy(deep=True)


def runs_of_session(session: Session) -> Iterator[CollectedRun]:
    """Give the runs of this kernel that gave rows, newest first."""
    for run in reversed(session.runs):
        if any(call.rows is not None for call in run.calls):
            yield CollectedRun(
                id=run.id,
                kernel=session.history.kernel,
                spec=run.request.spec,
                params=parameters_of(run.request),
                asked_at=run.plan.call.asked_at,
                calls=run.calls,
                outcome=run.outcome_word,
                provenance=run.provenance,
                cell=run.request.text,
                seconds=run.summary.seconds,
                run=run,
                sealed=session.sealed_parts(run.id),
            )


def runs_of_history(
    history: History, *, run_id: str = "", most: int = 20
) -> Iterator[CollectedRun]:
    """Give the newest runs of other kernels whose rows the cache may still have, newest first."""
    for row in history.rows_of(_RUNS, (history.kernel, run_id, run_id, most)):
        calls = history.rows_of(_CALLS, (row["key"],))
        try:
            spec = get_tool_registry().spec(row["tool"])
            provenance = json.loads(row["provenance"] or "{}")
        except (AibrainError, ValueError):  # the tool is gone; something in it was hidden
            continue
        if provenance:
            yield CollectedRun(
                id=row["run"],
                kernel=row["kernel"],
                spec=spec,
                params=provenance["params"],
                asked_at=dt.datetime.fromisoformat(row["started"]),
                calls=[_call(call, spec, provenance) for call in calls],
                outcome=row["outcome"],
                provenance=provenance,
                cell=row["cell"],
                seconds=row["seconds"] or 0.0,
            )


def _call(row: Mapping[str, Any], spec: ToolSpec, provenance: Mapping[str, Any]) -> KeptCall:
    where = [row["account_id"], *row["region"].split("/")]
    names = dict(zip(spec.places, where, strict=False))
    known: Sequence[str] = provenance.get("identities") or ()
    target = _KeptTarget(
        profile=row["profile"] or "",
        identity=known[0] if len(known) == 1 else "",  # of several it is not known whose call it is
        is_demo=bool(provenance.get("is_demo")),
        of=tuple(names.items()),
    )
    return KeptCall(
        row["position"],
        row["title"],
        target,
        Outcome(row["outcome"]),
        row["seconds"] or 0.0,
        None,
        rows=row["rows"],
        source=row["source"],
        entry=row["entry"],
    )
