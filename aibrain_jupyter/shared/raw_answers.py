"""
The raw answers of a run: what the provider said, as parsed, a JSON line a page.

One file for each call that was answered by its source, ``0007.jsonl.gz`` for the call of that
number, written while pages arrive, so that no more than the pages under way is in memory. A line
has ``request`` (as in the call log), ``sha256`` and ``bytes`` of the body as it came (null for a
stream, whose contents are not kept here) and ``answer``, whose secrets the provider's code has
hidden. Times are ISO 8601, bytes base64.

A disk that is full costs the raw answers, never the rows: they are then not kept, and why is said.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import os
import threading
from typing import IO, TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.call_log import described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LEVEL: Final = 3
"""Of gzip: half the time of the usual one, for files that are a tenth larger."""
_OF_THE_LIST: Final = ("page", "rows")
"""What is only known when the answer has been read; the call log has it under the same id."""


class RawFolder:
    """
    The raw answers of one run. Safe to use from any thread.

    `fault` is why they are not kept, empty while they are. Whoever still asks after `close` (a
    call that was given up) writes nothing more: files that were hashed must not change.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fault = ""
        self._calls: dict[int, RawAnswers] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    def of_call(self, number: int) -> RawAnswers:
        """Return what keeps the answers of one call; its file is made with its first answer."""
        with self._lock:
            return self._calls.setdefault(number, RawAnswers(self, f"{number:04d}.jsonl.gz"))

    @property
    def files(self) -> dict[int, str]:
        """The names of the files there are, by the number of their call."""
        return {} if self.fault else {n: call.name for n, call in self._calls.items() if call.pages}

    @property
    def is_open(self) -> bool:
        """Whether answers are kept."""
        return not (self._is_closed or self.fault)

    def __enter__(self) -> None:
        """Keep what is answered until the end of the block."""

    def __exit__(self, *_: object) -> None:
        """Finish every file; nothing is added any more."""
        self._is_closed = True
        for call in self._calls.values():
            call.close()

    def give_up(self, error: OSError) -> None:
        """Keep nothing of this run, and remember why."""
        self.fault = f"{type(error).__name__}: {error.strerror or error}"


class RawAnswers:
    """The raw answers of one call; `pages` counts them."""

    def __init__(self, run: RawFolder, name: str) -> None:
        self.name = name
        self.pages = 0
        self._run = run
        self._files: tuple[IO[bytes] | gzip.GzipFile, ...] = ()
        self._lock = threading.Lock()

    def page(
        self, note: Sequence[Any], answer: Mapping[str, Any], sha256: str | None, length: int | None
    ) -> None:
        """
        Keep an answer.

        Args:
            note: What is noted of its request (``shared/call_log.py``).

            answer: As parsed, secrets hidden.

            sha256: Of the body as it came; None: a stream.

            length: Of the body as it came, in bytes; None: a stream.
        """
        request = {k: v for k, v in described(note).items() if k not in _OF_THE_LIST}
        line = {"request": request, "sha256": sha256, "bytes": length, "answer": answer}
        text = json.dumps(line, default=_plain, ensure_ascii=False, separators=(",", ":"))
        with self._lock:
            if not self._run.is_open:
                return
            try:
                self._files = self._files or self._opened()
                self._files[0].write(text.encode("utf-8", "surrogatepass") + b"\n")
            except OSError as exc:
                self._run.give_up(exc)
            self.pages += 1

    def take(self, data: bytes, pages: int, fault: str = "") -> None:
        """Keep the whole file of a call that another process made; `fault`: why there is none."""
        with self._lock:
            if not self._run.is_open:
                return
            if fault:
                self._run.fault = fault
                return
            try:
                if pages:
                    with self._created() as file:
                        file.write(data)
            except OSError as exc:
                self._run.give_up(exc)
            self.pages = pages

    def close(self) -> None:
        """Finish the file."""
        with self._lock:
            files, self._files = self._files, ()
            try:
                for file in files:
                    file.close()
            except OSError as exc:
                self._run.give_up(exc)

    def _opened(self) -> tuple[gzip.GzipFile, IO[bytes]]:
        """Return the packed file and the one that it is written to."""
        file = self._created()
        # Without name and time: the same answers are the same bytes.
        return gzip.GzipFile("", "wb", _LEVEL, file, mtime=0), file

    def _created(self) -> IO[bytes]:
        folder = self._run.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(folder / self.name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        return os.fdopen(number, "wb")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    return str(value)
