"""
Who is told of alerts: Slack, Teams, mail, a webhook, by apprise (extra ``notify``).

A receiver's address may hold a secret, so it is no setting that is listed: the environment variable
``AIBRAIN_NOTIFY``, or the file that the setting ``notify_file`` names, one address a line. Messages
are a title and a sentence, no row. They are sent in a thread of its own, tried three times; a
receiver that is down delays nobody else.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.alerts.kept import note_told
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError, ToolLoadError
from aibrain_jupyter.shared.texts.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aibrain_jupyter.execution.metrics.alerts.states import Alert
    from aibrain_jupyter.execution.runs.history.history import History

    _Told = tuple[str, str, Callable[[str], object]]
    _Message = _Told | None
    """Title, body and whom to tell how that went; None: the thread ends."""

PAUSES_S: Final = (2.0, 10.0)
"""Before the second and the third try."""
_ENVIRONMENT: Final = "AIBRAIN_NOTIFY"
_MISSING: Final = "the extra notify is not installed: pip install 'aibrain_jupyter[notify]'"


def receivers() -> list[str]:
    """
    Return the addresses that are told, as apprise writes them (``slack://…``, ``json://…``).

    Raises:
        ParameterError: the file of the settings cannot be read.
    """
    if text := os.environ.get(_ENVIRONMENT, ""):
        return text.split()
    name = get_settings().get("notify_file")
    if not name:
        return []
    try:
        lines = Path(name).expanduser().read_text("utf-8").splitlines()
    except OSError as exc:
        raise ParameterError(
            f"The addresses in notify_file cannot be read: {exc.strerror or exc}.",
            next_steps=["One address a line, or the environment variable AIBRAIN_NOTIFY."],
        ) from exc
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def title_of(alert: Alert) -> str:
    """Return the title of a message: ``firing: throttled``."""
    return redact(f"{alert.state}: {alert.rule.name}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the history of alerts, which is told who was told."""

    history: History
    key: int

    def __call__(self, words: str) -> None:
        """Write down how a receiver was told."""
        note_told(self.history, self.key, words)


class Notifier:
    """The threads that send, one a receiver, begun ahead by `prepare`."""

    def __init__(self) -> None:
        self._queues: dict[str, queue.Queue[_Message]] = {}
        self._lock = threading.Lock()
        self._unsent: list[tuple[str, int, _Told]] = []
        self._all_sent = threading.Condition(self._lock)

    def tell(self, title: str, body: str, done: Callable[[str], object]) -> None:
        """
        Send a message to each receiver, in order; `done` is told how that went, once for each.

        Returns at once.
        """
        try:
            found = receivers()
        except ParameterError as exc:
            done(exc.what)
            return
        title, body = redact(title), redact(body)
        for number, address in enumerate(found, 1):
            message = (title, body, done)
            with self._lock:
                self._unsent.append((address, number, message))
            self._queue_of(address, number).put(message)

    def prepare(self) -> None:
        """Have the threads of the receivers there are, and what they send with."""
        with contextlib.suppress(ParameterError):
            for number, address in enumerate(receivers(), 1):
                self._queue_of(address, number)

    def take_back(self, seconds: float = 0.0) -> list[dict[str, Any]]:
        """
        Return what was not sent, and begin to send it no more: ``address``, ``number``, ``title``,
        ``body``, and ``key`` where it has an entry in the history.

        What is being sent has so many seconds to arrive; after that it is among them, for who told
        it dies with the process: rather told twice than not at all.
        """
        waiting = [one for todo in self._queues.values() for one in _all_of(todo)]
        with self._all_sent:
            self._all_sent.wait_for(lambda: len(self._unsent) <= len(waiting), timeout=seconds)
            unsent, self._unsent = self._unsent, []
        return [
            {"address": address, "number": number, "title": title, "body": body, **_entry(done)}
            for address, number, (title, body, done) in unsent
        ]

    def wait(self, seconds: float) -> bool:
        """Wait until everything is sent or given up, so long at most; tell whether it is."""
        with self._all_sent:
            return self._all_sent.wait_for(lambda: not self._unsent, timeout=seconds)

    def stop(self) -> None:
        """Have the threads end when they have sent what there is; nobody waits for it."""
        with self._lock:
            for todo in self._queues.values():
                todo.put(None)
            self._queues = {}

    def _queue_of(self, address: str, number: int) -> queue.Queue[_Message]:
        with self._lock:
            if address not in self._queues:
                todo = self._queues[address] = queue.Queue()
                arguments = (todo, address, number)
                threading.Thread(
                    target=self._work, args=arguments, name="aibrain-notify", daemon=True
                ).start()
            return self._queues[address]

    def _work(self, todo: queue.Queue[_Message], address: str, number: int) -> None:
        with contextlib.suppress(ImportError):
            _teller().add(address)  # takes a second, which the first message has not
        while (message := todo.get()) is not None:
            title, body, done = message
            try:
                done(f"receiver {number}: {sent(address, title, body)}")
            except Exception as exc:  # noqa: BLE001 - one service's fault must not end the next
                done(f"receiver {number}: not told, {type(exc).__name__}")
            with self._all_sent:
                self._unsent = [one for one in self._unsent if one[2] is not message]
                self._all_sent.notify_all()


def _all_of(todo: queue.Queue[_Message]) -> Iterator[_Told]:
    with contextlib.suppress(queue.Empty):
        while True:
            if (message := todo.get_nowait()) is not None:
                yield message


def _entry(done: Callable[[str], object]) -> dict[str, Any]:
    return {"key": done.key} if isinstance(done, Entry) else {}


def _teller() -> Any:
    """
    Return what sends, which follows no redirect.

    Where one leads, a message is asked for and not left: it would be told to nobody, and called
    told. Raises ImportError: the extra is not installed.
    """
    import apprise

    asset = apprise.AppriseAsset()
    asset.http_redirects = False
    return apprise.Apprise(asset=asset)


def sent(address: str, title: str, body: str) -> str:
    """Send a message; return how that went, in words without the address."""
    try:
        teller = _teller()
    except ImportError:
        return _MISSING
    if not teller.add(address):
        return "its address is none that apprise knows"
    for pause in (*PAUSES_S, 0.0):
        if teller.notify(title=title, body=body):
            return "told"
        time.sleep(pause)
    return "not reached, tried 3 times"


def check_receivers() -> None:
    """
    Refuse what cannot work before it is needed.
    Raises ToolLoadError: apprise is missing. ParameterError: an address that it does not know.
    """
    found = receivers()
    if not found:
        raise ParameterError(
            "There is no receiver to be told.",
            next_steps=[f"Set {_ENVIRONMENT} where the kernel starts, or notify_file."],
        )
    try:
        import apprise
    except ImportError:
        raise ToolLoadError(
            "Receivers need the package apprise.",
            next_steps=["%pip install 'aibrain_jupyter[notify]'"],
        ) from None
    for number, address in enumerate(found, 1):
        if not apprise.Apprise().add(address):
            raise ParameterError(
                f"The address of receiver {number} is none that apprise knows.",
                next_steps=["For example json://host:port/path, slack://…, mailto://…"],
            )


@cache
def get_notifier() -> Notifier:
    """Return who tells, in this process."""
    return Notifier()
