"""
Runs that outlive the kernel: what was asked, how each call ended, when and how long.

A small SQLite file in the user's data folder, shared by all kernels. It holds no
rows of any frame and no secret: cells are kept as written, with names of
variables instead of their values, and what looks like a secret hidden. A run is
entered when its plan is known and completed at its end, so that one whose kernel
died is there to be resumed. Both are written a moment later, behind the answer,
several things at once: a commit waits for the disk and costs as much as a cell that
memory answers. Whoever reads first has it written before, and so does the end of the
process; a killed one loses the last moment. SQLite keeps its rollback journal, because
its write-ahead log does not work on network home folders. A history that cannot be
written never fails a run: it warns once.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import os
import sqlite3
import threading
import time
import weakref
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aibrain_jupyter.execution.calls.outcomes import rows_in
from aibrain_jupyter.execution.runs.history.reads import UNFINISHED, HistoryFile, one_writer
from aibrain_jupyter.execution.runs.history.schema import (
    insert,
    insert_calls,
    let_go_of_old,
    plain,
    prune,
    take_numbers,
)
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.texts.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from pathlib import Path

    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.run import Run

KEEP_RUNS: Final = 5_000
KEEP_CALLS: Final = 200_000
"""About 40 MB: the oldest runs go when all runs together have more calls."""
KEEP_DAYS: Final = 400
"""A little more than a year: last year's audit of the same control can be looked up."""
LOOKS_FOR_OLD_S: Final = 3600.0
CallRow = tuple[Any, ...]
_Writing: TypeAlias = "Callable[[sqlite3.Connection], None]"
NOT_ENDED: Final = ("", None, None, "", "", "", "")
ROWS, SOURCE = 6, 8
LATER_S: Final = 0.15
"""A run that goes on longer is there, as unfinished, when its kernel is killed."""


class _Behind:
    """
    What waits to be written together, in the order it came; safe from any thread.

    `write` is called with at least one thing, never in two threads at once; it must not raise.
    """

    def __init__(self, write: Callable[[list[_Writing]], None]) -> None:
        self._write = write
        self._begin()
        _all.add(self)

    def _begin(self) -> None:
        self._process = os.getpid()
        self._waiting: dict[Hashable, _Writing] = {}
        self._lock = threading.Lock()
        self._writing = threading.RLock()
        self._has_some: threading.Event | None = None

    def put(self, key: Hashable, write: _Writing) -> None:
        """Have something written soon; `key` names it for `take_back`."""
        if self._process != os.getpid():
            self._begin()  # a forked child: what waited is its parent's to write
        with self._lock:
            self._waiting[key] = write
            if self._has_some is None:
                self._has_some = threading.Event()
                arguments = (weakref.ref(self), self._has_some)
                threading.Thread(
                    target=_write_soon, args=arguments, name="aibrain-history", daemon=True
                ).start()
                weakref.finalize(self, self._has_some.set)
        self._has_some.set()

    def take_back(self, key: Hashable) -> bool:
        """Take something back; tell whether it still waited."""
        with self._lock:
            return self._waiting.pop(key, None) is not None

    def flush(self) -> None:
        """Write what waits, now and here."""
        if self._process != os.getpid():
            self._begin()
        with self._writing:
            with self._lock:
                found = list(self._waiting.values())
                self._waiting.clear()
            if found:
                self._write(found)


def _write_soon(of: weakref.ref[_Behind], has_some: threading.Event) -> None:
    """Serve one history, until it is gone."""
    while True:
        has_some.wait()
        time.sleep(LATER_S)
        has_some.clear()
        behind = of()
        if behind is None:
            return
        behind.flush()
        del behind


_all: Final[weakref.WeakSet[_Behind]] = weakref.WeakSet()


@atexit.register
def flush_all() -> None:
    """Write what waits in this process."""
    for one in list(_all):
        one.flush()


class History(HistoryFile):
    """The runs of this user, in one file: how they are written down, and read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._to_warn_of: Exception | None = None
        self._behind = _Behind(self._write_all)
        self._uncounted: set[str] = set()
        self._looks_for_old_at = 0.0

    def take_numbers(self, count: int, after: int) -> int | None:
        """
        Return the first of `count` numbers for runs that no other kernel has or will get.

        All are greater than `after`. None: they cannot be written down, and that was told.
        """
        taken: list[int] = []
        self._write(lambda file: taken.append(take_numbers(file, count, after)))
        return taken[0] if taken else None

    def take_numbers_soon(self, count: int, after: int, use: Callable[[int], None]) -> None:
        """Do the same a moment later, in another thread; `use` is told the first, if there is."""
        self._behind.put("numbers", lambda file: use(take_numbers(file, count, after)))

    def begin(
        self,
        run_id: str,
        plan: Plan,
        *,
        started_at: dt.datetime,
        accepts_from: dt.datetime,
        is_warming: bool = False,
    ) -> None:
        """Enter a run whose plan is known, and its calls, all of them without an outcome."""
        if self._to_warn_of is not None:
            self._warn_of_the_last()
        if not get_settings().get("metrics"):
            self._uncounted.add(run_id)

        def write(file: sqlite3.Connection) -> None:
            values = self._of_plan(run_id, plan, started_at, accepts_from)
            values |= {"calls": len(plan.jobs), "outcome": UNFINISHED, "is_warming": is_warming}
            calls = ((j.index, *j.target.place, j.target.profile, j.title) for j in plan.jobs)
            insert(file, values, ((*call, *NOT_ENDED) for call in calls))

        self._behind.put(("begun", run_id), write)

    def finish(self, run: Run) -> None:
        """Complete a run that was begun: figures, and how each call ended."""
        if self._behind.take_back(("begun", run.id)):
            self.add(run)
            return
        # Without its rows, which nobody may want any more.
        calls, light = list(map(call_row, run.outcomes)), run.without_values()

        def write(file: sqlite3.Connection) -> None:
            self._complete(file, light.id, figures_of(light), calls)

        self._behind.put(("ended", run.id), write)

    def add(self, run: Run) -> None:
        """Enter a run that was over at once, as `begin` and `finish` would."""
        if self._to_warn_of is not None:
            self._warn_of_the_last()
        calls, light = list(map(call_row, run.outcomes)), run.without_values()

        def write(file: sqlite3.Connection) -> None:
            values = self._of_plan(light.id, light.plan, light.started_at, light.accepts_from)
            insert(file, values | figures_of(light), calls)

        self._behind.put(("ended", run.id), write)

    def _of_plan(
        self, run_id: str, plan: Plan, started_at: dt.datetime, accepts_from: dt.datetime
    ) -> dict[str, Any]:
        targets = [job.target for job in plan.jobs]
        places = {target.place for target in targets}
        return {
            "kernel": self.kernel,
            "run": run_id,
            "started": started_at.isoformat(),
            "tool": plan.request.spec.name,
            "cell": redact(plan.request.text),
            "is_demo": any(target.is_demo for target in targets),
            "accounts": json.dumps(sorted({first for first, _ in places if first})),
            "regions": json.dumps(sorted({others for _, others in places if others})),
            "accepts_from": accepts_from.isoformat(),
            "is_background": plan.request.options.background,
            "is_counted": run_id not in self._uncounted,
        }

    def finish_warming(
        self, run_id: str, calls: Sequence[CallRow], *, gaps: int, seconds: float, outcome: str
    ) -> None:
        """Complete a warmed run: `calls` as by `call_row`, `outcome` as in `frame`."""
        values = {
            "calls": len(calls),
            "rows": sum(call[ROWS] or 0 for call in calls),
            "gaps": gaps,
            "from_cache": sum(call[SOURCE] not in ("", LIVE) for call in calls),
            "seconds": round(seconds, 3),
            "outcome": outcome,
        }
        self._behind.put(
            ("ended", run_id), lambda file: self._complete(file, run_id, values, calls)
        )

    def _complete(
        self,
        file: sqlite3.Connection,
        run_id: str,
        values: dict[str, Any],
        calls: Sequence[CallRow],
    ) -> None:
        asked = "SELECT key FROM runs WHERE kernel = ? AND run = ?"
        found = file.execute(asked, (self.kernel, run_id)).fetchone()
        if found is None:
            return  # it could not be begun, and that was told
        changes = ", ".join(f"{name} = ?" for name in values)
        file.execute(
            f"UPDATE runs SET {changes} WHERE key = ?",  # noqa: S608 - our own names
            (*plain(values.values()), *found),
        )
        file.execute("DELETE FROM calls WHERE run_key = ?", found)
        insert_calls(file, found[0], calls)

    def opened(self) -> sqlite3.Connection:
        """Return a connection to the file, with all that waited. Raises sqlite3.Error, OSError."""
        flush_all()
        return self._open()

    def flush(self) -> None:
        """Write what waits to be written, now: that of others in this process as well."""
        flush_all()
        self._warn_of_the_last()

    def _write(self, write: _Writing) -> None:
        self._warn_of_the_last()
        try:
            with closing(self._open()) as file, file:
                write(file)
        except (sqlite3.Error, OSError) as exc:
            self._warn(exc)

    def _write_all(self, writings: Sequence[_Writing]) -> None:
        try:
            with one_writer(), closing(self._open()) as file, file:
                for write in writings:
                    write(file)
                if time.monotonic() >= self._looks_for_old_at:
                    let_go_of_old(file, dt.datetime.now(dt.UTC), days=KEEP_DAYS)
                    self._looks_for_old_at = time.monotonic() + LOOKS_FOR_OLD_S
                prune(file, runs=KEEP_RUNS, calls=KEEP_CALLS)
        except (sqlite3.Error, OSError, ValueError, OverflowError) as exc:
            # In a thread that no cell waits for: the next cell is told.
            self._leave_alone()
            self._to_warn_of = exc

    def _warn_of_the_last(self) -> None:
        if (exc := self._to_warn_of) is not None:
            self._to_warn_of = None
            self._warn(exc)


def figures_of(run: Run) -> dict[str, Any]:
    """Return the columns of a run that has ended, by name."""
    summary, provenance = run.summary, json.dumps(run.provenance)
    # What a cell says may hold a secret, its tool's own words do not.
    if run.request.params and _may_hold_a_secret(run.provenance):
        provenance = redact(provenance)
    return {
        "calls": summary.calls,
        "rows": summary.rows,
        "gaps": len(summary.gaps),
        "from_cache": summary.from_cache,
        "seconds": round(summary.seconds, 3),
        "outcome": run.outcome_word,
        "provenance": provenance,
    }


_WORDS_OF_TOOLS: Final = frozenset(
    {"run", "tool", "accounts", "regions", "collected_from", "collected_to", "sources", "rows"}
    | {"gaps", "is_complete", "is_demo", "operations", "started_at", "seconds", "versions"}
)
"""Of a provenance; they are most of it, and looking through it takes as long as writing it."""


def _may_hold_a_secret(provenance: Mapping[str, Any]) -> bool:
    said = {name: value for name, value in provenance.items() if name not in _WORDS_OF_TOOLS}
    text = json.dumps(said)
    return redact(text) != text


def call_row(outcome: CallOutcome) -> CallRow:
    """Return how a call ended as the history keeps it: in the order of its table, without rows."""
    result, error = outcome.value, outcome.error
    operations = getattr(result, "operations", None)
    return (
        outcome.index,
        *outcome.target.place,
        outcome.target.profile,
        outcome.title,
        str(outcome.outcome),
        rows_in(result),
        round(outcome.seconds, 3),
        getattr(result, "source", ""),
        error.reason if error else "",
        json.dumps(dict(operations)) if operations else "{}",
        getattr(result, "entry", ""),
    )
