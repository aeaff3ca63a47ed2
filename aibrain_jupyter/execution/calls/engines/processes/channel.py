"""
What processes and kernel tell each other while calls go on: that one began, how far it is, stop.

A socket of the machine with a key of its own, and messages of JSON: nothing is unpickled. loky's
own pipes carry parcels and answers, and only those.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
from multiprocessing.connection import (
    Client,
    Connection,
    Listener,
    answer_challenge,
    deliver_challenge,
)
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CLOSED: Final = (OSError, EOFError)
_AGAIN_S: Final = 0.05


class Channel:
    """The kernel's end. `heard` by run: told ``index, what, process id`` in a thread of ours."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        # Without the key: whoever dies, or stands still, while it shows its own keeps nobody up.
        self._listener = Listener(None)
        self._is_closed = threading.Event()
        self.address = self._listener.address
        self.heard: dict[str, Callable[[int, Sequence[int], int], object]] = {}
        self._ends: set[Connection[Any, Any]] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name="aibrain-channel", daemon=True).start()

    def tell_all(self, message: dict[str, Any]) -> None:
        """Send a message to every process."""
        data = json.dumps(message).encode()
        with self._lock:
            ends = tuple(self._ends)
        for end in ends:
            with contextlib.suppress(*_CLOSED):
                end.send_bytes(data)

    def close(self) -> None:
        """Close every end."""
        self._is_closed.set()
        self._listener.close()
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            with contextlib.suppress(*_CLOSED):
                end.close()

    def _accept(self) -> None:
        while True:
            try:
                end = self._listener.accept()
            except _CLOSED:  # the listener, or whoever came has gone, or there are no files left
                if self._is_closed.wait(_AGAIN_S):
                    return
                continue
            threading.Thread(
                target=self._listen, args=(end,), name="aibrain-channel", daemon=True
            ).start()

    def _listen(self, end: Connection[Any, Any]) -> None:
        from multiprocessing import AuthenticationError

        try:
            deliver_challenge(end, self.key)
            answer_challenge(end, self.key)
        except (AuthenticationError, *_CLOSED):  # somebody else of this machine, or gone
            end.close()
            return
        with self._lock:
            self._ends.add(end)
        with contextlib.suppress(*_CLOSED):
            while True:
                said = json.loads(end.recv_bytes())
                hear = self.heard.get(said["run"])
                if hear is not None:
                    hear(said["index"], said["what"], said["process"])
        with self._lock:
            self._ends.discard(end)


class WorkerEnd:
    """A worker's end; `on_stop` is told the id of a run that is over."""

    def __init__(self, address: Any, key: bytes, on_stop: Callable[[str], object]) -> None:
        self._end = Client(address, authkey=key)
        self._on_stop = on_stop
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, name="aibrain-channel", daemon=True).start()

    def say(self, run: str, index: int, what: Sequence[int]) -> None:
        """Tell the kernel; nobody listens any more when it is gone."""
        message = {"run": run, "index": index, "what": list(what), "process": os.getpid()}
        with self._lock, contextlib.suppress(*_CLOSED):
            self._end.send_bytes(json.dumps(message).encode())

    def _listen(self) -> None:
        with contextlib.suppress(*_CLOSED):
            while True:
                self._on_stop(json.loads(self._end.recv_bytes())["stop"])
