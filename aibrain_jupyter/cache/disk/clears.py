"""
What was cleared lately, so that an answer that was under way does not undo it.

A fetch or refresh that began before a clear brings what was to be forgotten. Each
clear is written down with its time, in this process and in a small file for the other
kernels, before anything is removed; whoever stores looks there before and after. So
whichever comes first, the entry is gone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import threading
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.cache.disk.folder import open_private, write_whole
from aibrain_jupyter.cache.freshness import latest_now
from aibrain_jupyter.cache.selection import Selection
from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aibrain_jupyter.cache.entries import About

KEEP_S: Final = 86_400.0
"""No fetch lasts longer than this."""

_REWRITE_BYTES: Final = 64_000


class Clears:
    """The clears of one folder; `file` gives where they are written, None without a disk."""

    def __init__(self, file: Callable[[], Path | None]) -> None:
        self._file = file
        self._own: list[tuple[float, Selection]] = []
        self._read: list[tuple[float, Selection]] = []
        self._version: tuple[int, int] = (0, 0)
        self._lock = threading.Lock()

    def note(self, wanted: Selection) -> None:
        """Write down that these entries are cleared now."""
        now = latest_now()  # what began before a clock was set back began before this
        path = self._file()
        with self._lock:
            self._own = [*(c for c in self._own if c[0] > now - KEEP_S), (now, wanted)]
            if path is not None:
                with contextlib.suppress(OSError):  # other kernels will not know
                    _append(path, now, wanted)

    def has_since(self, begun: float | None, about: About) -> bool:
        """Tell whether an entry whose collection began then was cleared since; None: no."""
        if begun is None:
            return False
        with self._lock:
            self._look()
            found = (*self._own, *self._read)
        return any(
            at > begun and _fits(wanted, about, age=at - begun) for at, wanted in reversed(found)
        )

    def _look(self) -> None:
        path = self._file()
        if path is None:
            return
        try:
            status = path.stat()
            version = status.st_mtime_ns, status.st_size
            if version != self._version:
                self._read, self._version = _lines(path), version
        except OSError:
            self._read = []


def _fits(wanted: Selection, about: About, *, age: float) -> bool:
    """Tell whether the entry was meant, at the age it had when it was cleared."""
    if wanted.older_than is not None and age <= wanted.older_than:
        return False
    return dataclasses.replace(wanted, older_than=None).fits(about)


def _append(path: Path, now: float, wanted: Selection) -> None:
    line = json.dumps({"at": now, **dataclasses.asdict(wanted)}) + "\n"
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > _REWRITE_BYTES:
            kept = [
                json.dumps({"at": at, **dataclasses.asdict(earlier)})
                for at, earlier in _lines(path)
                if at > now - KEEP_S
            ]
            write_whole(path, ("\n".join([*kept, line])).encode())
            return
    with open_private(os.fspath(path), "a") as file:
        file.write(line)


def _lines(path: Path) -> list[tuple[float, Selection]]:
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        # Cut short by a killed kernel, or not ours.
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, ParameterError):
            fields = json.loads(line)
            found.append((float(fields.pop("at")), Selection(**fields)))
    return found
