"""
Outcomes become one frame, one coverage table, the gaps, the figures, and where it came from.

Rows keep the order of the calls, whatever order they ended in, so that the same
cell gives the same table. What is missing is never silent: each call that did
not end well, and each detail that was refused inside a call, is a `Gap`.
"""

from __future__ import annotations

import platform
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from aibrain_jupyter._version import __version__
from aibrain_jupyter.execution.calls.outcomes import rows_in
from aibrain_jupyter.shared.base_tool import LIVE, LateResult, ToolResult
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, read_reasons
from aibrain_jupyter.shared.frames.stack import (
    UTC,
    arrays_at,
    at_targets,
    names_of,
    stack,
    table_of,
)
from aibrain_jupyter.tool_executors.stamp import make_stamp

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.cache.codec.stacked import SealedStack
    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.tools.totals import ControlTotal


@dataclass(frozen=True, slots=True)
class RunSummary:
    """
    What came of a run.

    `places` says how many accounts, regions, … were asked, `counts` has every outcome that
    occurred and how many calls ended so; `from_cache` counts calls answered by the cache, the
    oldest of them `oldest_age_s` seconds old; `gaps` are whole calls and single details alike,
    `not_known` the cells that are not known because of them; `left_out` are rows that were read
    and are not shown (``where``, ``period``); `notes` are one-line remarks (a fallback that was
    taken); `totals` the control totals, where they were asked for.
    """

    run_id: str
    tool: str
    calls: int
    rows: int
    places: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    from_cache: int = 0
    oldest_age_s: float = 0.0
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    was_cancelled: bool = False
    is_demo: bool = False
    not_known: int = 0
    left_out: int = 0
    totals: tuple[ControlTotal, ...] = ()


class KeptCall(NamedTuple):
    """
    What a run keeps of a call, `number` from 0, when its rows are gone.

    `rows` (None: it gave no frame), `source`, `collected_at`, `requests`, `entry`, `totals`,
    `left_out` and `gaps` are as in `ToolResult`, `not_known` counts its cells that are not known,
    `answered` the requests it took; the others (`started_at`: aware, UTC; None: it never began) are
    as in `CallOutcome`.
    """

    number: int
    title: str
    target: Target
    outcome: Outcome
    seconds: float
    error: AibrainError | None
    rows: int | None = None
    source: str = ""
    collected_at: dt.datetime | None = None
    requests: str = ""
    entry: str = ""
    totals: tuple[Any, ...] = ()
    started_at: dt.datetime | None = None
    throttled: int = 0
    left_out: int | None = None
    not_known: int | None = None
    answered: int | None = None
    gaps: tuple[Gap, ...] = ()
    worker: str = ""
    begun: int | None = 0
    sent_by: str = ""


def kept_calls(outcomes: Sequence[CallOutcome]) -> list[KeptCall]:
    """Return what a run keeps of its calls, in call order."""
    found = []
    made = [r.frame for r in results_of(outcomes) if not isinstance(r, LateResult)]
    may_not_know = NOT_KNOWN in names_of(made)
    for o in outcomes:
        what = (o.index, o.title, o.target, o.outcome, o.seconds, o.error)
        begun = (o.started_at, o.throttled)
        result = o.value
        if not isinstance(result, ToolResult):
            source = LIVE if o.requests else ""
            none = (None, source, None, o.requests, "", ())
            kept = KeptCall(*what, *none, *begun, worker=o.worker, begun=o.begun, sent_by=o.sent_by)
        else:
            if isinstance(result, LateResult):
                not_known = _not_known_in(result)
            else:
                not_known = count_not_known(result.frame) if may_not_know else 0
            kept = KeptCall(
                *what,
                rows_in(result),
                result.source,
                result.collected_at,
                result.requests,
                result.entry,
                getattr(result, "totals", ()),
                *begun,
                result.left_out,
                not_known,
                sum(result.operations.values()),
                tuple(result.gaps),
                o.worker,
                o.begun,
                o.sent_by,
            )
        found.append(kept)
    return found


def combine_frames(outcomes: Sequence[CallOutcome], places: Sequence[str]) -> pd.DataFrame | None:
    """
    Return the rows of all calls that gave a frame, None if none did.

    The first columns are the `places`, ``account_id`` (12 digits) and ``region``, categories
    of text (see `at_targets`); a frame that knows the region of each row (S3 buckets) keeps its
    own. What the cache keeps has neither.
    """
    results = [(o.value, o.target) for o in outcomes if isinstance(o.value, ToolResult)]
    if not results:
        return None
    [first, target], *others = results
    arrays = first.arrays if places and not others else None
    if arrays and (found := arrays_at(arrays, target, places)) is not None:
        return found
    from_memory = bool(places) and isinstance(first, LateResult) and not first.arrays
    key = _key_of(results) if from_memory else None
    if key is not None and (sealed := _SEALED.get(key)) is not None:
        return sealed.open()
    frame = put_together([(result.frame, target) for result, target in results], places)
    if key is not None:
        _keep_sealed(key, frame, len(places))
    return frame


_SealedKey: TypeAlias = "tuple[tuple[str, tuple[tuple[str, str], ...]], ...]"
_MOST_SEALED: Final = 16
_MOST_SEALED_BYTES: Final = 1 << 20
_SEALED: Final[OrderedDict[_SealedKey, SealedStack]] = OrderedDict()
"""What runs from memory gave: putting frames together costs several times what a copy does."""
_SEEN: Final[OrderedDict[_SealedKey, None]] = OrderedDict()


def _key_of(results: Sequence[tuple[ToolResult, Target]]) -> _SealedKey | None:
    """Return what names the frame of some results: each as the cache keeps it; None: one is not."""
    if not all(isinstance(r, LateResult) and r.is_whole and r.entry for r, _ in results):
        return None
    return tuple((result.entry, tuple(target.parts.items())) for result, target in results)


def _keep_sealed(key: _SealedKey, frame: pd.DataFrame, places: int) -> None:
    """Keep a frame that was asked for before, and will be again."""
    if key not in _SEEN:
        _SEEN[key] = None
        while len(_SEEN) > 4 * _MOST_SEALED:
            _SEEN.popitem(last=False)
        return
    from aibrain_jupyter.cache.codec.stacked import SealedStack

    sealed = SealedStack(frame, places)
    if sealed.size_bytes <= _MOST_SEALED_BYTES:
        _SEALED[key] = sealed
        while len(_SEALED) > _MOST_SEALED:
            _SEALED.popitem(last=False)


def put_together(
    parts: Sequence[tuple[pd.DataFrame, Target]], places: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of at least one call, each with its target, as by `combine_frames`."""
    return at_targets(parts, places) if places else stack([frame for frame, _ in parts])


def find_gaps(
    outcomes: Sequence[CallOutcome], roll_calls: Sequence[ControlTotal] = ()
) -> tuple[Gap, ...]:
    """
    Return everything that is missing: calls first to last, each before its details, then the places
    that nobody asked.
    """
    gaps: list[Gap] = []
    for outcome in outcomes:
        if outcome.outcome.is_gap:
            gaps.append(_gap_of(outcome))
        elif isinstance(outcome.value, ToolResult):
            gaps.extend(outcome.value.gaps)
    for call in roll_calls:
        if call.verdict.has_failed:
            item = f"{call.place} {call.name}"
            gaps.append(Gap(Outcome.FAILED, call.words, operation=call.source, item=item))
    return tuple(gaps)


def coverage_frame(rows: Sequence[Mapping[str, Any]], places: Sequence[str]) -> pd.DataFrame:
    """
    Return how each call ended: `rows` as by `coverage_rows`, `places` the columns that say where.

    Returns:
        One row per call, in call order, and under it one row per detail that is missing.
        Columns: the places, ``profile``, ``call``, ``item``, ``columns``,
        ``outcome``, ``source`` (``live``, ``memory``, ``disk``), ``why``, ``next`` (str),
        ``rows``, ``left_out`` (read, but not shown: ``where``, ``period``), ``not_known`` (cells
        that are not known), ``requests`` (Int64; NA where nothing was read) and ``throttled``
        (Int64; requests refused for rate, most of them made again), ``seconds`` (float) and
        ``collected_at`` (UTC; NaT where nothing was read). Where other processes made calls also
        ``worker`` (str; which) and ``begun`` (Int64; how often the call began there; NA where a
        worker was lost that may have begun it before another did); where an earlier run had sent
        some, whose answers were fetched, ``sent_by`` (str; that run).
    """
    more = {name: _ELSEWHERE[name] for name in _ELSEWHERE if any(name in row for row in rows)}
    return table_of(rows, {**dict.fromkeys(places, "str"), **_COVERAGE, **more})


def coverage_rows(outcomes: Sequence[CallOutcome]) -> list[dict[str, Any]]:
    """Return the rows of `coverage_frame`, each with the columns that have a value."""
    return coverage_of(kept_calls(outcomes))


def coverage_of(calls: Sequence[KeptCall]) -> list[dict[str, Any]]:
    """Return the same of what a run keeps of its calls."""
    rows: list[dict[str, Any]] = []
    for call in calls:
        # A call without a result may have its requests: those it failed after.
        source = call.source if call.collected_at is not None else ""
        rows.append(
            {
                **call.target.parts,
                "profile": call.target.profile,
                "call": call.title,
                "outcome": str(call.outcome),
                "rows": call.rows,
                "left_out": call.left_out,
                "not_known": call.not_known,
                "requests": call.answered,
                "throttled": call.throttled,
                "source": source,
                "collected_at": call.collected_at,
                **({"worker": call.worker, "begun": call.begun} if call.worker else {}),
                **({"sent_by": call.sent_by} if call.sent_by else {}),
                "seconds": round(call.seconds, 3),
                "why": call.error.reason if call.error else "",
                "next": call.error.next_steps[0] if call.error and call.error.next_steps else "",
            }
        )
        rows.extend(
            {
                **(gap.target.parts or call.target.parts),
                "profile": call.target.profile,
                "call": gap.action or gap.operation,
                "item": gap.item,
                "columns": ", ".join(gap.columns),
                "outcome": str(gap.outcome),
                "why": gap.why,
            }
            for gap in call.gaps
        )
    return rows


_COVERAGE = {
    "call": "str",
    "item": "str",
    "columns": "str",
    "outcome": "str",
    "rows": "Int64",
    "left_out": "Int64",
    "not_known": "Int64",
    "requests": "Int64",
    "throttled": "Int64",
    "source": "str",
    "collected_at": UTC,
    "seconds": "Float64",
    "why": "str",
    "next": "str",
    "profile": "str",
}

_ELSEWHERE = {"worker": "str", "begun": "Int64", "sent_by": "str"}


def _not_known_in(result: LateResult) -> int:
    if (arrays := result.arrays) is not None and NOT_KNOWN not in arrays.columns:
        return 0
    if not (result.is_whole and result.entry):
        return count_not_known(result.frame)
    found = _NOT_KNOWN_IN.get(result.entry)
    if found is None:
        found = _NOT_KNOWN_IN[result.entry] = count_not_known(result.open())
        while len(_NOT_KNOWN_IN) > _MOST_COUNTED:
            _NOT_KNOWN_IN.popitem(last=False)
    return found


_NOT_KNOWN_IN: Final[OrderedDict[str, int]] = OrderedDict()
_MOST_COUNTED: Final = 2000


def count_not_known(frame: pd.DataFrame) -> int:
    """Return how many cells of a frame are not known."""
    if NOT_KNOWN not in frame or not frame[NOT_KNOWN].count():
        return 0
    # Few rows differ in their words, and most have none.
    counts = frame[NOT_KNOWN].value_counts()
    return sum(len(read_reasons(str(words))) * int(times) for words, times in counts.items())


def _gap_of(outcome: CallOutcome) -> Gap:
    if outcome.error is None:
        return Gap(outcome.outcome, str(outcome.outcome), outcome.target, outcome.title)
    return Gap.of(outcome.error, outcome.target, operation=outcome.title)


def count_outcomes(outcomes: Sequence[CallOutcome]) -> dict[Outcome, int]:
    """Return how many calls ended in each outcome, in the order outcomes are declared."""
    counts = Counter(outcome.outcome for outcome in outcomes)
    return {kind: counts[kind] for kind in Outcome if kind in counts}


def describe_run(
    request: Request,
    summary: RunSummary,
    outcomes: Sequence[CallOutcome],
    *,
    started_at: dt.datetime,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Return the stamp of a run's frame, and the whole record.

    Returns:
        The stamp as by `make_stamp`, and a mapping that has it and ``missing`` (the labels of the
        gaps), ``identities`` (ARNs), ``endpoints`` (only those that are not AWS's own),
        ``operations`` (``service:Operation`` to answered requests), ``started_at``, ``seconds``
        and ``versions``.
    """
    results = results_of(outcomes)
    operations: Counter[str] = Counter()
    for result in results:
        operations.update(result.operations)
    targets = [outcome.target for outcome in outcomes]
    stamp = make_stamp(
        request.spec.name,
        {**request.spec.preset, **request.params},
        targets,
        results,
        gaps=len(summary.gaps),
        run_id=summary.run_id,
        patch=request.spec.patch,
    )
    return stamp, {
        **stamp,
        "missing": [gap.label for gap in summary.gaps],
        "identities": sorted({t.identity for t in targets if t.identity}),
        "endpoints": sorted({t.endpoint for t in targets if t.endpoint}),
        "operations": dict(sorted(operations.items())),
        "started_at": started_at.isoformat(),
        "seconds": round(summary.seconds, 3),
        "versions": {"aibrain_jupyter": __version__, "python": platform.python_version()},
    }


def results_of(outcomes: Sequence[CallOutcome]) -> list[ToolResult]:
    """Return the results of the calls that gave one, in call order."""
    return [outcome.value for outcome in outcomes if isinstance(outcome.value, ToolResult)]
