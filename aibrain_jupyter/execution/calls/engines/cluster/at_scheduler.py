"""
What a scheduler is given: who looks after the tasks that it keeps for a run, and for how long.

A scheduler forgets what no client wants any more, so tasks that are to outlive their kernel are
wanted by one that is none: it has the run's name. It goes when nobody has looked after them for as
long as the kernel had said, and at once when nothing is left: no cluster grows by killed kernels.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOOK_S: Final = 1.0
_NO_BOKEH: Final = "distributed.http.scheduler.missing_bokeh"
_LOOKED_AFTER: Final[dict[str, set[str]]] = {}
"""The clients that look after the tasks of a run, by its name."""


def look_after(
    run: str, client: str, keys: Sequence[str], keeps_s: float, *, dask_scheduler: Any
) -> dict[str, Any]:
    """
    Note that a client looks after a run, until it is gone and `keeps_s` seconds more.

    Called on the scheduler's loop. Returns:
        ``states``: of tasks by key, those that are not there left out. ``others``: how many other
        clients look after it, too. ``said``: how often something was said of it, of which the
        scheduler keeps the last thousand times.
    """
    is_new = run not in _LOOKED_AFTER
    clients = _LOOKED_AFTER.setdefault(run, set())
    others = sum(one in dask_scheduler.clients for one in clients - {client})
    clients.add(client)
    if is_new:
        _look_again(dask_scheduler, run, keeps_s, None)
    tasks = dask_scheduler.tasks
    states = {key: str(tasks[key].state) for key in keys if key in tasks}
    topics = getattr(getattr(dask_scheduler, "_broker", None), "_topics", {})
    said = topics[run].count if run in topics else 0
    return {"states": states, "others": others, "said": said}


def open_pages(*, dask_scheduler: Any) -> int:
    """Return the port at which whoever reaches it is shown what runs; 0: no page shows it."""
    import dask

    # Without bokeh the scheduler adds one by itself, which only says that bokeh is missing.
    routes = {*dask.config.get("distributed.scheduler.http.routes", default=())} - {_NO_BOKEH}
    return int(dask_scheduler.http_server.port) if routes else 0


def _look_again(scheduler: Any, run: str, keeps_s: float, gone_at: float | None) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(_LOOK_S, _look, scheduler, run, keeps_s, gone_at)


def _look(scheduler: Any, run: str, keeps_s: float, gone_at: float | None) -> None:
    now = asyncio.get_running_loop().time()
    if any(client in scheduler.clients for client in _LOOKED_AFTER[run]):
        _look_again(scheduler, run, keeps_s, None)
        return
    gone_at = now if gone_at is None else gone_at
    stand_in = scheduler.clients.get(run)
    if stand_in is not None and stand_in.wants_what and now - gone_at < keeps_s:
        _look_again(scheduler, run, keeps_s, gone_at)
        return
    del _LOOKED_AFTER[run]
    scheduler.remove_client(run)  # what it wanted is forgotten; what was said of it, in an hour
