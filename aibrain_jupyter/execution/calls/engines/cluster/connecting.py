"""
A client of a cluster, one that trusts nobody there more than it has to, and waits for nobody.

It takes messages of msgpack and nothing that has to be unpickled: not as a result, not in a word of
a worker (`guarded.py`), and not as the exception of a task, which Dask would unpickle as soon as it
comes (`_Futures`). Versions are
compared by ourselves, since Dask only warns. Who can reach the scheduler is for TLS to decide. It
leaves within a moment, whether the scheduler answers or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter._version import __version__
from aibrain_jupyter.execution.calls.engines.call_in_thread import call_in_thread
from aibrain_jupyter.execution.calls.engines.cluster.refusals import (
    NO_SCHEDULER,
    check_files,
    unreachable,
)
from aibrain_jupyter.shared.error_handler import (
    ConnectionFailedError,
    ParameterError,
    ToolLoadError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aibrain_jupyter.execution.calls.engines.cluster.address import Address

CONNECT_S: Final = 10.0
ANSWER_S: Final = 20.0
"""How long workers may take to say what they are."""
WORKER_S: float = 30.0
"""How long a run waits for the first worker of a cluster that has none."""
_FAREWELL_S: Final = 0.05
"""
How long a client takes to leave. A scheduler that stands still, or that the network has lost, finds
out by the end of its connection; the others need a tenth of it.
"""
_OURS: Final = "aibrain_jupyter"
_SAME: Final = (_OURS, "distributed", "pandas", "numpy")
"""What must be the same everywhere: parcels and answers are made with it."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that was connected to: its client, and what its workers are."""

    client: Any
    address: Address
    workers: Mapping[str, Mapping[str, Any]]

    @property
    def threads(self) -> int:
        """How many parcels its workers take at the same time."""
        return sum(int(worker.get("nthreads", 1)) for worker in self.workers.values())


@contextlib.asynccontextmanager
async def connected(address: Address, *, needs_workers: bool = True) -> AsyncIterator[Cluster]:
    """
    Give a cluster, for the time of the block.

    Args:
        address: Of its scheduler.

        needs_workers: Whether to wait for one, and to refuse other versions.

    Raises:
        ToolLoadError: `distributed` is not installed here, or this package not on the workers.
        ConnectionFailedError: the scheduler cannot be reached, or it has no worker.
        ParameterError: TLS is not configured, or a version differs.
    """
    client = await _client(address)
    try:
        if needs_workers:
            await _wait_for_worker(client, address)
        workers = await _workers(client, address, compares=needs_workers)
        yield Cluster(client, address, workers)
    finally:
        await _leave(client)


async def _workers(
    client: Any, address: Address, *, compares: bool
) -> dict[str, Mapping[str, Any]]:
    """Return what its workers are, all of which must answer where versions are compared."""
    try:
        if compares:
            await _compare_versions(client)
        async with asyncio.timeout(ANSWER_S):
            return dict((await client.scheduler.identity(n_workers=-1))["workers"])
    except (TimeoutError, OSError) as exc:
        raise ConnectionFailedError(
            f"The cluster at {address.url} has not said what its workers are.",
            why=f"A part of it stands still or is cut off: no answer within {ANSWER_S:.0f} s.",
            next_steps=[
                "Run the cell again: a silent worker is given up after worker-ttl (60 s, advised).",
                "Go on in this kernel: --engine local.",
            ],
        ) from exc


async def _leave(client: Any) -> None:
    """Say farewell, and go: what is still held there is let go as the connection ends."""
    try:
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_FAREWELL_S):
                await client.close()
    finally:
        _hang_up(client)


def _hang_up(client: Any) -> None:
    """End the connections and tasks of a client, awaiting nothing."""
    if client.status == "closed":
        return
    client.status = "closed"
    for callback in client._periodic_callbacks.values():
        callback.stop()
    if client._handle_report_task is not None:
        client._handle_report_task.cancel()
    if client.scheduler_comm is not None:
        client.scheduler_comm.abort()
    for comms in (*client.rpc.available.values(), *client.rpc.occupied.values()):
        for comm in tuple(comms):
            comm.abort()


async def _client(address: Address) -> Any:
    try:
        # It takes half a second: Cancel is heard meanwhile.
        distributed = await call_in_thread(None, partial(import_module, "distributed"))
        from distributed.security import Security

        from aibrain_jupyter.execution.calls.engines.cluster.guarded import guarded
    except ModuleNotFoundError as exc:
        raise ToolLoadError(
            f"The Dask engine needs the module {exc.name!r}, which is not installed.",
            next_steps=[f'Run %pip install "{_OURS}[distributed]" and try again.'],
        ) from exc
    security = Security(require_encryption=True) if address.is_safe else None
    if security is not None:
        check_files(security, address)
    client = distributed.Client(
        guarded(address.url),
        asynchronous=True,
        set_as_default=False,
        security=security,
        serializers=["msgpack", "pickle"],
        deserializers=["msgpack"],
        timeout=CONNECT_S,
        name=_OURS,
    )
    client.futures = _Futures(client.futures)
    is_there = False
    try:
        # The client's own time-out does not hold where a handshake fails.
        async with asyncio.timeout(CONNECT_S):
            await client
        is_there = True
    except NO_SCHEDULER as exc:
        raise unreachable(exc, address, CONNECT_S) from exc
    finally:
        if not is_there:
            _hang_up(client)
    return client


async def _wait_for_worker(client: Any, address: Address) -> None:
    try:
        async with asyncio.timeout(WORKER_S):
            await client.wait_for_workers(1, timeout=WORKER_S + 1)
    except TimeoutError as exc:
        raise ConnectionFailedError(
            f"The cluster at {address.url} has no worker.",
            why=f"None has come within {WORKER_S:.0f} s.",
            next_steps=[
                f"Start one: dask worker {address.url}",
                "Go on in this kernel: --engine local.",
            ],
        ) from exc


async def _compare_versions(client: Any) -> None:
    """Refuse a cluster whose parts are of other versions than this kernel's."""
    async with asyncio.timeout(ANSWER_S):
        # As `Client.get_versions`, which also looks at packages that do not matter to us.
        scheduler = await client.scheduler.versions(packages=[_OURS])
        workers = await client.scheduler.broadcast(
            msg={"op": "versions", "packages": [_OURS]}, on_error="ignore"
        )
    own = own_versions()
    others = {"the scheduler": scheduler, **{f"worker {name}": w for name, w in workers.items()}}
    for name, found in others.items():
        theirs = versions_in(found)
        if theirs.get(_OURS) is None and name != "the scheduler":
            raise ToolLoadError(
                f"{_OURS} is not installed on {name}.",
                next_steps=[f'Install it there: pip install "{_OURS}[distributed]=={__version__}"'],
            )
        wrong = [part for part in own if theirs.get(part) not in (own[part], None)]
        if theirs.get(_OURS) is None:
            raise ToolLoadError(
                f"{_OURS} is not installed where the scheduler runs.",
                why="A scheduler looks at the functions it passes on.",
                next_steps=[f'Install it there: pip install "{_OURS}[distributed]=={__version__}"'],
            )
        if wrong:
            said = "; ".join(f"{part} {theirs[part]} there, {own[part]} here" for part in wrong)
            raise ParameterError(
                f"{name[0].upper()}{name[1:]} has other versions than this kernel.",
                why=f"{said}.",
                next_steps=["Give cluster and kernel the same image, or the same requirements."],
            )


def own_versions() -> dict[str, str]:
    """Return the versions of this kernel that a cluster must have as well."""
    from importlib.metadata import version

    own = {name: version(name) for name in _SAME if name != _OURS}
    return {"python": _minor(platform.python_version()), _OURS: __version__, **own}


def versions_in(found: Any) -> dict[str, str | None]:
    """Return the same of what a scheduler or a worker says of itself."""
    said_packages = found.get("packages") if isinstance(found, dict) else None
    packages = said_packages if isinstance(said_packages, dict) else {}
    said = {name: packages.get(name) for name in _SAME}
    python = packages.get("python")
    return {"python": _minor(str(python)) if python else None, **said}


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


class _Futures(dict[Any, Any]):
    """
    The futures of a client by key. Whoever looks one up gets it without its way to unpickle.

    Dask unpickles the exception of a task where it marks its future as failed, by `set_error`. Our
    tasks raise nothing, so what comes there is not ours, and is not looked at.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the state of a future, shielded."""
        state = super().get(key, default)
        return state if state is None else _Shielded(state)


class _Shielded:
    __slots__ = ("_state",)

    def __init__(self, state: Any) -> None:
        self._state = state

    def set_error(self, exception: Any, traceback: Any) -> None:
        """Mark the future as failed, whatever is said of it."""
        self._state.set_error(TaskFailedError("the task of a worker failed"), None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._state, name)


class TaskFailedError(Exception):
    """A task raised, or killed its worker too often. What it said was not read."""
