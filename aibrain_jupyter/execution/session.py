"""
The runs of this process and the profile in use.

Frames are kept by the user's own variables and by the cache; the session keeps
only the newest run's frame, so that a day of work does not fill the memory.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.history import History
from aibrain_jupyter.shared.config import get_settings, user_dir

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.run import Run


class Session:
    """
    What this kernel did with the tools.

    `last_error` is the exception behind the last failed cell, for ``%aibrain tb``.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.last_error: BaseException | None = None
        self._count = 0
        self._kept: History | None = None
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
        self.use_profile(name, "%aibrain profile use")

    def use_profile(self, name: str, source: str) -> None:
        """Put a profile in use, instead of configured accounts; `source` is who asked for it."""
        get_settings().set("profile", name, source)
        get_settings().set("accounts", "", source)

    def reset_profile(self) -> None:
        """Fall back to the configured profile and accounts."""
        get_settings().unset("profile")
        get_settings().unset("accounts")

    def next_run_id(self) -> str:
        """Return a new run id: ``r1``, ``r2``, …"""
        with self._lock:
            self._count += 1
            return f"r{self._count}"

    def keep(self, run: Run) -> None:
        """Add a finished run, also to the history, and let go of the frame of the one before."""
        with self._lock:
            if self.runs:
                self.runs[-1].forget_values()
            self.runs.append(run)
        self._history().add(run)

    def find(self, run_id: str) -> Run | None:
        """Return the run of that id, or None."""
        return next((run for run in self.runs if run.id == run_id), None)

    def history(self) -> pd.DataFrame:
        """Return the runs of this user, of other kernels too, newest first: see `History.frame`."""
        return self._history().frame()

    def _history(self) -> History:
        path = user_dir("data") / "history.sqlite"
        if self._kept is None or self._kept.path != path:
            self._kept = History(path)
        return self._kept


@cache
def get_session() -> Session:
    """Return the session of this process."""
    return Session()
