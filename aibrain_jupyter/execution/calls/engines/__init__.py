"""
What carries jobs out. Every engine has one interface, and one place chooses it.

However it does it (threads here, other processes, a cluster): each job ends in exactly one
`CallOutcome`, and Cancel ends the run with what there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.execution.calls.job import CallOutcome, Job
    from aibrain_jupyter.execution.calls.limits import SharedLimits
    from aibrain_jupyter.execution.loop.cancel_token import CancelToken
    from aibrain_jupyter.shared.events import Listener


class Engine(Protocol):
    """Carries jobs out; ``engines/local.py`` says what each argument is."""

    async def __call__(
        self,
        jobs: Sequence[Job],
        *,
        max_parallel: int,
        per_key: int = 8,
        emit: Listener,
        token: CancelToken,
        limits: SharedLimits | None = None,
        run_timeout: float | None = None,
        on_outcome: Callable[[CallOutcome], object] = ...,
    ) -> list[CallOutcome]:
        """Run every job and return how each ended, in the order of `jobs`."""


def choose_engine() -> Engine:
    """Return the engine of a run: the one of this process."""
    from aibrain_jupyter.execution.calls.engines.local import execute_jobs

    return execute_jobs
