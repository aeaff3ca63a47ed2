"""
Where the rows of a frame are from, told by what is in it and not by what it says of itself.

A frame is *as collected* when a run gave exactly it: the same columns and cells in the same order.
What was filtered, sorted, joined, renamed, edited or cut is *derived*, from the runs whose rows its
cells are found in. Nothing is hashed or compared before somebody asks here. What ``attrs`` name
is looked at first, and believed only where the cells agree.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aibrain_jupyter.execution.provenance.kept_rows import (
    CollectedRun,
    runs_of_history,
    runs_of_session,
)
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.frames.lineage import Link, Words, is_same, link, words_of
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from aibrain_jupyter.shared.collected import Collected

AS_COLLECTED: Final = "as collected"
DERIVED: Final = "derived"
NOT_COMPARABLE: Final = "derived, source not comparable"

_MOST_RUNS: Final = 40
_MADE_OF: Final = 0.5
"""A column or a row is of a source when so much of it came from there."""


@dataclass(frozen=True, slots=True)
class SourceRun:
    """
    A run that rows are from.

    `id` is the run's in the kernel `kernel`, `rows` and `columns` what it gave, `rows_used` how
    many of these are in the frame; `columns_left_out` it has and the frame has not, `renamed` are
    the frame's names to the run's, `cells_changed` those of its rows that are not as it gave them,
    `outcome` whether it was complete.
    """

    id: str
    kernel: str
    tool: str
    rows: int
    columns: int
    rows_used: int
    columns_left_out: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    cells_changed: int = 0
    outcome: str = ""
    kept: CollectedRun | None = field(default=None, repr=False, compare=False)

    def collected(self, frame: pd.DataFrame | None = None, *, notebook: str = "") -> Collected:
        """Return what it collected, its rows those of `frame` (None: as it gave them)."""
        from aibrain_jupyter.execution.provenance.collected import collected_of_kept

        assert self.kept is not None
        return collected_of_kept(self.kept, frame, notebook=notebook)


@dataclass(frozen=True, slots=True)
class Origin:
    """
    Where a frame's rows are from: `kind` is one of the three above.

    `rows` are those it has (after), `sources` the runs they are from, each with its rows (before),
    `changes` what is to be said of the way from there, one phrase each. `claimed` is the run that
    the frame names itself; where it is none of `sources`, nothing in the cells says so.
    """

    kind: str
    rows: int
    sources: tuple[SourceRun, ...] = ()
    changes: tuple[str, ...] = ()
    claimed: str = ""

    @property
    def is_as_collected(self) -> bool:
        """Whether a run gave exactly these rows."""
        return self.kind == AS_COLLECTED


def origin_of(frame: pd.DataFrame) -> Origin:
    """Return where the rows of a frame are from. It is not changed."""
    stamp = frame.attrs.get("aibrain")
    claimed = str(stamp.get("run", "")) if isinstance(stamp, dict) else ""
    session = get_session()
    runs = itertools.islice(runs_of_session(session), _MOST_RUNS)
    known = sorted(runs, key=lambda run: run.id != claimed)
    found = _as_collected(frame, known) or _derived(frame, known, claimed)
    if found is None:
        # Of a kernel that ended: the history knows its calls, the cache their results.
        named = runs_of_history(session.history, run_id=claimed) if claimed else ()
        older = [*named, *runs_of_history(session.history)]
        found = _as_collected(frame, older) or _derived(frame, older, claimed)
    kind, sources, changes = found or (NOT_COMPARABLE, (), ())
    return Origin(kind, len(frame), sources, changes, claimed)


_Found = tuple[str, tuple[SourceRun, ...], tuple[str, ...]]


def _as_collected(frame: pd.DataFrame, runs: Iterable[CollectedRun]) -> _Found | None:
    for run in runs:
        if run.provenance.get("rows") != len(frame):
            continue
        rows = run.frame
        if is_same(frame, rows) if rows is not None else run.gave(frame):
            size = len(frame)
            source = _source(run, frame.shape[1], size, size)
            return AS_COLLECTED, (source,), ()
    return None


def _derived(frame: pd.DataFrame, runs: Iterable[CollectedRun], claimed: str) -> _Found | None:
    """Return the runs that together explain the frame's cells, those that explain most first."""
    words = words_of(frame)
    if not len(frame):
        return _emptied(words, (run for run in runs if run.id == claimed))
    links = [
        (run, found) for run in _candidates(words, runs) if (found := _linked(words, frame, run))
    ]
    came = np.zeros((len(frame), len(words)), dtype=bool)
    chosen: list[tuple[CollectedRun, Link]] = []
    while links:
        run, best = max(links, key=lambda pair: int((pair[1].came & ~came).sum()))
        links = [pair for pair in links if pair[1] is not best]
        if not _adds(came, best.came):
            break
        came |= best.came
        chosen.append((run, best))
    if not chosen:
        return None
    changes = tuple(_changes(frame, words, chosen, came))
    sources = tuple(_source_of(run, best, words) for run, best in chosen)
    return DERIVED, sources, changes


def _emptied(words: Words, runs: Iterable[CollectedRun]) -> _Found | None:
    """Return the run a frame without rows names, if it has its columns: there is nothing else."""
    for run in runs:
        rows = run.frame
        if words and rows is not None and words.keys() <= {str(name) for name in rows.columns}:
            left_out = tuple(name for name in map(str, rows.columns) if name not in words)
            source = _source(run, rows.shape[1], len(rows), 0, left_out, {}, 0)
            return DERIVED, (source,), (f"all {len(rows):,} rows of {run.id} are left out",)
    return None


def _candidates(words: Words, runs: Iterable[CollectedRun]) -> Iterator[CollectedRun]:
    """Give the runs whose rows are kept and share a column; the same rows once, the newest."""
    seen: set[tuple[str, ...]] = set()
    for run in runs:
        entries = tuple(call.entry for call in run.calls)
        key = (run.spec.name, repr(run.params), *entries)
        if all(entries) and key in seen:
            continue
        seen.add(key)
        rows = run.frame
        if rows is None or not len(rows):
            continue
        telling = {str(name) for name in rows.columns} - {*run.spec.places, NOT_KNOWN}
        if not telling.isdisjoint(words):
            yield run


def _linked(words: Words, frame: pd.DataFrame, run: CollectedRun) -> Link | None:
    assert run.frame is not None
    return link(words, words_of(run.frame), len(frame))


def _adds(came: Any, more: Any) -> bool:
    """Tell whether a source explains a column or a row that was not explained."""
    return any(
        bool(((came | more).mean(axis) >= _MADE_OF)[came.mean(axis) < _MADE_OF].any())
        for axis in (0, 1)
    )


def _source_of(run: CollectedRun, found: Link, words: Words) -> SourceRun:
    rows = run.frame
    assert rows is not None
    used = len(set(found.rows[found.rows >= 0].tolist()))
    names = {str(name) for name in rows.columns}
    left_out = tuple(
        name for name in map(str, rows.columns) if name not in {*words, *found.renamed.values()}
    )
    renamed = {new: old for new, old in found.renamed.items() if old in names}
    return _source(run, rows.shape[1], len(rows), used, left_out, renamed, found.changed)


def _source(run: CollectedRun, columns: int, rows: int, used: int, *more: Any) -> SourceRun:
    left_out, renamed, changed = more or ((), {}, 0)
    return SourceRun(
        run.id,
        run.kernel,
        run.spec.name,
        rows,
        columns,
        used,
        left_out,
        renamed,
        changed,
        run.outcome,
        run,
    )


def _changes(
    frame: pd.DataFrame, words: Words, chosen: Iterable[tuple[CollectedRun, Link]], came: Any
) -> Iterator[str]:
    for run, found in chosen:
        rows = run.frame
        assert rows is not None
        places = found.rows[found.rows >= 0]
        used = len(set(places.tolist()))
        source = _source_of(run, found, words)
        if used < len(rows):
            yield f"{len(rows) - used:,} of the {len(rows):,} rows of {run.id} are left out"
        if len(places) > used:
            yield f"rows of {run.id} are there more than once"
        if (np.diff(places) < 0).any():
            yield f"rows of {run.id} are in another order"
        if source.columns_left_out:
            yield f"columns of {run.id} are left out: {', '.join(source.columns_left_out)}"
        if source.renamed:
            pairs = ", ".join(f"{old} is {new}" for new, old in source.renamed.items())
            yield f"columns of {run.id} are renamed: {pairs}"
        if found.changed:
            yield f"{found.changed:,} cells are not as {run.id} gave them"
    by_column = came.mean(0) if len(frame) else np.zeros(len(words))
    if new := [name for name, share in zip(words, by_column, strict=True) if not share]:
        yield f"columns of no run: {', '.join(new)}"
    if count := int((~came.any(axis=1)).sum()):
        yield f"{count:,} rows of no run"
