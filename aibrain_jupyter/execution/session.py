"""
The runs of this process and the profile in use.

Frames are kept by the user's own variables and by the cache; the session keeps
only the newest run's frame, so that a day of work does not fill the memory.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.tables import UTC, table_of

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.run import Run

_HISTORY = {
    "run": "str",
    "started": UTC,
    "cell": "str",
    "calls": "Int64",
    "rows": "Int64",
    "gaps": "Int64",
    "from_cache": "Int64",
    "seconds": "Float64",
    "outcome": "str",
    "is_demo": "bool",
}


class Session:
    """
    What this kernel did with the tools.

    `last_error` is the exception behind the last failed cell, for ``%aibrain tb``.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.last_error: BaseException | None = None
        self._count = 0
        self._lock = threading.Lock()

    @property
    def last(self) -> Run | None:
        """The newest run, or None."""
        return self.runs[-1] if self.runs else None

    @property
    def profile(self) -> str:
        """The profile of runs that name none; empty for AWS's default chain."""
        return str(get_settings().get("profile"))

    @profile.setter
    def profile(self, name: str) -> None:
        get_settings().set("profile", name, "%aibrain profile use")

    def next_run_id(self) -> str:
        """Return a new run id: ``r1``, ``r2``, …"""
        with self._lock:
            self._count += 1
            return f"r{self._count}"

    def keep(self, run: Run) -> None:
        """Add a finished run and let go of the frame of the one before."""
        with self._lock:
            if self.runs:
                self.runs[-1].forget_values()
            self.runs.append(run)

    def find(self, run_id: str) -> Run | None:
        """Return the run of that id, or None."""
        return next((run for run in self.runs if run.id == run_id), None)

    def history(self) -> pd.DataFrame:
        """
        Return the runs of this process, newest first.

        Returns:
            One row per run: ``run``, ``started`` (UTC), ``cell`` (as written), ``calls``,
            ``rows``, ``gaps``, ``from_cache`` (Int64), ``seconds`` (Float64), ``outcome``
            (``complete``, ``gaps``, ``cancelled``, ``failed``) and ``is_demo`` (bool).
        """
        rows = [
            {
                "run": run.id,
                "started": run.started_at,
                "cell": run.request.text,
                "calls": run.summary.calls,
                "rows": run.summary.rows,
                "gaps": len(run.summary.gaps),
                "from_cache": run.summary.from_cache,
                "seconds": round(run.summary.seconds, 3),
                "outcome": run.outcome_word,
                "is_demo": run.summary.is_demo,
            }
            for run in reversed(self.runs)
        ]
        return table_of(rows, _HISTORY)


@cache
def get_session() -> Session:
    """Return the session of this process."""
    return Session()
