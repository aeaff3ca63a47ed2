"""
The limits AWS showed earlier, for the next kernel to begin with.

A small JSON file, ``limits.json`` in the user's data folder: account, service, endpoint and
operation, with the measured rate and burst. A run that begins at last week's rate is refused a
tenth as often, and even a limit remembered twice too high or too low is soon measured anew.
Nothing depends on it: a file that is missing, damaged or cannot be written means that rates are
measured again.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.token_bucket import Limit
from aibrain_jupyter.cache.disk.folder import write_whole
from aibrain_jupyter.shared.config import user_dir

if TYPE_CHECKING:
    from pathlib import Path

_KEPT_S: Final = 30 * 86_400
_MOST: Final = 2_000
_MOST_OF_ACCOUNT: Final = 50
_NEWS: Final = 0.2
"""The least change of a rate that is worth writing."""


class RememberedLimits:
    """Limits by key, in memory and in `path`. Safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._limits: dict[str, tuple[Limit, float]] | None = None
        self._by_account: dict[str, dict[str, Limit]] | None = None
        self._told: dict[str, tuple[Limit, float | None]] = {}

    def find(self, key: str) -> Limit | None:
        """Return the limit last measured for `key`, None if there is none of this month."""
        with self._lock:
            if told := self._told.get(key):
                limit, empty_at = told
                if empty_at is None:
                    return limit
                refilled = limit.rate * (time.monotonic() - empty_at)
                return Limit(limit.rate, min(limit.burst, refilled))
            found = self._all().get(key)
        return found[0] if found else None

    def of_account(self, account: str) -> dict[str, Limit]:
        """Return the newest limits of an account, by key; costs the same however many there are."""
        with self._lock:
            if self._by_account is None:
                self._by_account = {}
                for key, (limit, _) in sorted(self._all().items(), key=lambda item: -item[1][1]):
                    found = self._by_account.setdefault(key.partition(" ")[0], {})
                    if len(found) < _MOST_OF_ACCOUNT:
                        found[key] = limit
            return dict(self._by_account.get(account, ()))

    def take_over(self, key: str, limit: Limit, *, is_spent: bool) -> None:
        """
        Begin with a limit that another process measured, as long as this one lives.

        `is_spent`: others have just asked for as much as they may, so that nothing of the burst is
        left.
        """
        with self._lock:
            self._told[key] = limit, time.monotonic() if is_spent else None
            while len(self._told) > _MOST:
                del self._told[next(iter(self._told))]

    def known(self) -> dict[str, Limit]:
        """Return the limits by key: account, service, endpoint, operation, spaces between."""
        with self._lock:
            return {key: limit for key, (limit, _) in self._all().items() if key.count(" ") == 3}

    def keep(self, key: str, limit: Limit) -> None:
        """Remember `limit`; written when it differs from what the file has."""
        now = time.time()
        with self._lock:
            limits = self._all()
            before = limits.get(key)
            if before and abs(limit.rate - before[0].rate) <= _NEWS * before[0].rate:
                return
            # What other kernels wrote meanwhile stays.
            limits = self._limits = {**limits, **_read(self._path, now), key: (limit, now)}
            self._by_account = None
            newest = sorted(limits.items(), key=lambda item: item[1][1])[-_MOST:]
            text = json.dumps(
                {name: [one.rate, one.burst, int(at)] for name, (one, at) in newest}, indent=0
            )
            # A read-only or full disk: the next kernel measures again.
            with contextlib.suppress(OSError):
                write_whole(self._path, text.encode())

    def _all(self) -> dict[str, tuple[Limit, float]]:
        if self._limits is None:
            self._limits = _read(self._path, time.time())
        return self._limits


def remembered_limits() -> RememberedLimits:
    """Return the limits of this user."""
    return _of(user_dir("data") / "limits.json")


_of: Final = cache(RememberedLimits)


def _read(path: Path, now: float) -> dict[str, tuple[Limit, float]]:
    """Return what the file holds; nothing if it is missing, damaged or somebody's joke."""
    try:
        found: Any = json.loads(path.read_bytes())
        return {
            str(key): (Limit(max(0.5, float(rate)), max(0.0, float(burst))), float(at))
            for key, (rate, burst, at) in found.items()
            if 0 <= now - at < _KEPT_S
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
