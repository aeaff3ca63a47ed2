"""
The runs of this process and the profile in use.

Frames are kept by the user's own variables and by the cache; the session keeps
only the newest run's frame and those of the newest background runs, which are
collected later, so that a day of work does not fill the memory.
"""

from __future__ import annotations

import threading
from bisect import insort
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.history.history import History
from aibrain_jupyter.shared.config import get_settings, user_dir
from aibrain_jupyter.shared.frames.known import look_up_by

if TYPE_CHECKING:
    import weakref
    from pathlib import Path

    from aibrain_jupyter.execution.provenance.kept_rows import SealedParts
    from aibrain_jupyter.execution.runs.background import BackgroundRun
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.execution.runs.under_way import RunUnderWay
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.error_handler import AibrainError

COMPLETE: Final = "complete"
"""The outcome word of a run that misses nothing."""

KEEP_JOBS: Final = 20
"""Background runs that are remembered with their rows; one that goes on is never forgotten."""

_RUNS_AT_ONCE: Final = 10
"""For how many runs a kernel takes numbers at first; each time twice as many."""
_MOST_AT_ONCE: Final = 80


@dataclass(frozen=True, slots=True)
class Together:
    """
    Runs that were carried out as one, such as those of a plan: `runs` by id, `problems` of requests
    that could not even be planned, and the `cell` that asks for what is missing.
    """

    id: str
    title: str
    cell: str
    runs: tuple[str, ...] = ()
    problems: tuple[tuple[ToolSpec, AibrainError], ...] = ()


class Session:
    """
    What this kernel did with the tools.

    `runs` are those that have ended, in the order they began; `jobs` the background runs, also
    those that go on, oldest first; `under_way` every run that goes on, by id; `together` which of
    the newest were carried out as one. `last_error` is the exception behind the last failed cell or
    background run, for ``%aibrain tb``.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.jobs: list[BackgroundRun] = []
        self.under_way: dict[str, RunUnderWay] = {}
        self.together: list[Together] = []
        self._last_error: BaseException | None = None
        self._has_failed_last = False
        self._free = range(0)
        self._next = range(0)
        self._at_once = _RUNS_AT_ONCE
        self._last = 0
        self._sealed: dict[str, tuple[weakref.ref[Any], SealedParts]] = {}
        self._history: History | None = None
        self._history_in: Path | None = None
        self._lock = threading.Lock()

    @property
    def last(self) -> Run | None:
        """Of the runs that have ended the one that began last, or None."""
        return self.runs[-1] if self.runs else None

    @property
    def last_error(self) -> BaseException | None:
        """The exception behind the last failed cell or background run."""
        return self._last_error

    @last_error.setter
    def last_error(self, error: BaseException | None) -> None:
        self._last_error, self._has_failed_last = error, error is not None

    @property
    def newest_error(self) -> BaseException | None:
        """The same, unless a run has ended since."""
        return self._last_error if self._has_failed_last else None

    @property
    def profile(self) -> str:
        """The profile of runs that name none; empty for AWS's default chain."""
        return str(get_settings().get("profile"))

    def next_run_id(self) -> str:
        """Return a new run id, ``r1``, ``r2``, …: no other kernel's run has it or will have it."""
        with self._lock:
            if not self._free:
                self._free, self._next = self._next, range(0)
                if self._free and self._free[0] <= self._last:  # of another file, meanwhile
                    self._free = range(0)
            if not self._free:
                # Some at once: to take one is a write to disk, and a hit in memory has no time for
                # it. Where nothing can be written they only go on here.
                count = self._at_once
                first = self.history.take_numbers(count, self._last) or self._last + 1
                self._free = range(first, first + count)
            self._last, self._free = self._free[0], self._free[1:]
            if len(self._free) == self._at_once // 2 and not self._next:
                self._take_more()
            return f"r{self._last}"

    def _take_more(self) -> None:
        """Have more numbers taken behind the answer, before they are needed."""
        count = self._at_once = min(2 * self._at_once, _MOST_AT_ONCE)

        def use(first: int) -> None:
            self._next = range(first, first + count)

        self.history.take_numbers_soon(count, self._free[-1], use)

    def keep(self, run: Run, *, has_begun: bool = True) -> None:
        """
        Add a finished run, also to the history, and let go of the frames of earlier ones.

        `has_begun` tells whether it was entered there by `begin`.
        """
        parts = None
        if any(call.rows is not None and not call.entry for call in run.calls):
            from aibrain_jupyter.execution.provenance.kept_rows import seal_parts

            parts = seal_parts(run)
        with self._lock:
            self._sealed = {k: v for k, v in self._sealed.items() if v[0]() is not None}
            if parts is not None:
                self._sealed[run.id] = parts
            self._has_failed_last = False
            before = self.runs
            insort(before, run, key=lambda one: int(one.id[1:]))
            # The earlier ones have let go of their rows already, all but the last before this.
            for at in range(len(before) - 2, -1, -1):
                if before[at].frame is None and not before[at].outcomes:
                    break
                before[at] = before[at].without_values()
        self.history.finish(run) if has_begun else self.history.add(run)
        # Not before: whoever looks finds it going on or in the history, always in one of them.
        self.under_way.pop(run.id, None)

    def sealed_parts(self, run_id: str) -> SealedParts:
        """
        Return the results of a run's calls that were sealed: some are not in the cache.

        They are there as long as its frame is in memory.
        """
        frame, parts = self._sealed.get(run_id, (lambda: None, []))
        return [] if frame() is None else parts

    def keep_together(self, one: Together) -> None:
        """Remember what runs had in common, and let go of the oldest."""
        with self._lock:
            self.together = [*self.together[1 - KEEP_JOBS :], one]

    def find_together(self, run_id: str = "") -> Together | None:
        """Return the runs that were carried out as one of that id; empty: as the last thing."""
        if run_id:
            return next((one for one in self.together if one.id == run_id), None)
        newest, last = next(reversed(self.together), None), self.last
        if newest is None or last is None or last.id in newest.runs:
            return newest
        return newest if int(newest.id[1:]) > int(last.id[1:]) else None

    def add_job(self, job: BackgroundRun) -> None:
        """Remember a background run, and let go of the oldest that have ended."""
        with self._lock:
            self.jobs.append(job)
            ended = [one for one in self.jobs if not one.is_running]
            for one in ended[: max(len(self.jobs) - KEEP_JOBS, 0)]:
                self.jobs.remove(one)

    def find_job(self, run_id: str) -> BackgroundRun | None:
        """Return the background run of that id, or None."""
        return next((job for job in self.jobs if job.id == run_id), None)

    def find(self, run_id: str) -> Run | None:
        """Return the ended run of that id, or None."""
        return next((run for run in self.runs if run.id == run_id), None)

    def last_incomplete(self) -> Run | None:
        """Return the newest run that misses something which no later run of its cell has."""
        whole: set[str] = set()
        for run in reversed(self.runs):
            if run.outcome_word == COMPLETE:
                whole.add(run.request.text)
            elif run.request.text not in whole:
                return run
        return None

    @property
    def history(self) -> History:
        """The runs of this user, of other kernels too."""
        folder = user_dir("data")
        if self._history is None or self._history_in != folder:
            self._history, self._history_in = History(folder / "history.sqlite"), folder
        return self._history


@cache
def get_session() -> Session:
    """Return the session of this process."""
    look_up_by("aibrain_jupyter.execution.provenance.known:known_of")
    return Session()
