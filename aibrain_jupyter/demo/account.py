"""
Start and stop the embedded AWS account, and know whether it runs.

moto's server is a process of its own: it would share the kernel's interpreter lock, and a
kernel that restarts must not leave it behind. The profiles exist in the client pool only; no
environment variable and no file is changed.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final

from aibrain_jupyter.aws.clients.pool import SessionProfile
from aibrain_jupyter.demo.accounts import ACCOUNTS, REGIONS
from aibrain_jupyter.shared.error_handler import DemoError
from aibrain_jupyter.sharepoint.sites import Site, session_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.aws.clients.pool import ClientPool
    from aibrain_jupyter.demo.accounts import Account

START_LIMIT_S: Final = 90
_STOP_LIMIT_S: Final = 5
_QUOTED_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """
    The running embedded AWS.

    `accounts` maps each of `profiles` to its 12-digit account id; `regions` are the enabled
    ones; `pid` is the server's process, `graph` the address of its Graph (SharePoint), `today` the
    ISO date of its last events (empty: always the same day); `is_later`: it is one audit period
    later; `is_granted`: no region is refused.
    """

    endpoint: str
    profiles: tuple[str, ...]
    accounts: Mapping[str, str]
    regions: tuple[str, ...]
    pid: int
    graph: str = ""
    today: str = ""
    is_later: bool = False
    is_granted: bool = False


@dataclass(frozen=True, slots=True)
class _Running:
    account: DemoAccount
    process: subprocess.Popen[str]


_lock = threading.Lock()
_running: _Running | None = None


def start_demo(
    pool: ClientPool,
    *,
    latency_ms: int = 0,
    today: str = "",
    is_later: bool = False,
    is_granted: bool = False,
) -> DemoAccount:
    """
    Start the embedded account and make its profiles known to `pool`.

    A running one of the same period and access is kept as it is, with the latency it was started
    with; another one is ended, and its days are those of the new one: whatever else differed
    between the two would be read as a change. It ends with this process, however this process ends.

    Args:
        pool: Where the profiles ``demo-prod`` and ``demo-dev`` are added.

        latency_ms: Delay of every answer in milliseconds, to see progress and concurrency.

        today: The ISO date on which its last events are; empty: always the same day.

        is_later: One audit period later: the changes of ``demo/later/differences.py`` were made.

        is_granted: No region is refused: what was incomplete can be completed.

    Raises:
        DemoError: moto is not installed, or the server did not come up in time.
    """
    global _running
    wanted = (is_later, is_granted)
    with _lock:
        if _running is not None and wanted != (
            _running.account.is_later,
            _running.account.is_granted,
        ):
            today = _running.account.today
            _end(_running.process)
        if _running is None or _running.process.poll() is not None:
            _running = _start(latency_ms, today, *wanted)
        account = _running.account
        for known in ACCOUNTS:
            profile = _profile(known, account)
            # Adding it again would make the pool forget the clients it has.
            if pool.session_profiles.get(known.profile) != profile:
                pool.add_profile(profile)
        session_sites["demo"] = _site(account.graph)
        return account


def stop_demo(pool: ClientPool) -> bool:
    """Stop the embedded account and forget its profiles; tell whether it was running."""
    global _running
    with _lock:
        for known in ACCOUNTS:
            pool.remove_profile(known.profile)
        session_sites.pop("demo", None)
        stopped, _running = _running, None
        if stopped is None:
            return False
        was_running = stopped.process.poll() is None
        _end(stopped.process)
        return was_running


def demo_status() -> DemoAccount | None:
    """Return the running account, or None."""
    running = _running
    if running is None or running.process.poll() is not None:
        return None
    return running.account


def _profile(known: Account, demo: DemoAccount) -> SessionProfile:
    return SessionProfile(
        name=known.profile,
        access_key_id=known.access_key_id,
        secret_access_key=known.secret_access_key,
        session_token="demo",  # noqa: S106
        region=REGIONS[0],
        endpoint_url=demo.endpoint,
        account=known.account_id,
        is_demo=True,
        edition="later" * demo.is_later,
    )


def _site(graph: str) -> Site:
    host, path, token = "contoso.sharepoint.com", "/sites/audit", "demo"
    return Site("demo", host, path, graph=graph, credential=token, is_demo=True)


def _start(latency_ms: int, today: str, is_later: bool, is_granted: bool) -> _Running:
    arguments = [str(latency_ms), today, "later" * is_later, "granted" * is_granted]
    if find_spec("moto") is None or find_spec("flask") is None:
        raise DemoError(
            "The embedded demo account needs moto's server, which is not installed.",
            next_steps=['Run %pip install "aibrain_jupyter[demo]" and try again.'],
            facts={"cause": "package-missing"},
        )
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", "aibrain_jupyter.demo.server", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=_server_environment(),
            # Interrupting the kernel interrupts its process group; the server is not meant.
            start_new_session=True,
        )
        try:
            ports = _wait_for_ports(process, errors)
        except BaseException:
            _end(process)
            raise
    account = DemoAccount(
        endpoint=f"http://127.0.0.1:{ports['port']}",
        graph=f"http://127.0.0.1:{ports['graph']}",
        profiles=tuple(known.profile for known in ACCOUNTS),
        accounts=MappingProxyType({known.profile: known.account_id for known in ACCOUNTS}),
        regions=REGIONS,
        pid=process.pid,
        today=today,
        is_later=is_later,
        is_granted=is_granted,
    )
    return _Running(account, process)


def _wait_for_ports(process: subprocess.Popen[str], errors: IO[str]) -> dict[str, int]:
    assert process.stdout is not None
    timer = threading.Timer(START_LIMIT_S, process.kill)
    timer.daemon = True
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
    try:
        return dict(json.loads(line))
    except ValueError as exc:
        process.kill()
        status = process.wait()
        errors.seek(0)
        said = [text.rstrip() for text in errors if text.strip()][-_QUOTED_LINES:]
        raise DemoError(
            "The embedded demo account did not start.",
            why=" | ".join(said) or f"Its server ended with status {status} and said nothing.",
            next_steps=[
                'Run %pip install --upgrade "aibrain_jupyter[demo]" and try again.',
                f"Run {sys.executable} -m aibrain_jupyter.demo.server to see the server itself.",
            ],
        ) from exc


def _server_environment() -> dict[str, str]:
    """Return our environment without the user's AWS settings, which are none of its business."""
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("AWS_", "MOTO_"))}
    return {
        **kept,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
        # The same data every time: order of sets, and times moto takes as local.
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
    }


def _end(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
