"""
What can be wrong with an entry or a folder, and how the user hears of it once.

The errors here are caught by the manager: each becomes a miss or a value that
is kept in memory only, never an exception in a cell. What the user gets is one
`CacheWarning` for each kind of problem and process.
"""

import threading
import warnings

from aibrain_jupyter.shared.error_handler import CacheError


class CacheWarning(UserWarning):
    """The cache works around a problem; results are right, some are not kept."""


class NotStorableError(CacheError):
    """The value cannot be stored so that it comes back exactly as it was."""


class EndlessError(NotStorableError):
    """The value repeats its own parts so often that nobody can write it out, or copy it."""


class DamagedError(CacheError):
    """The file is truncated, altered, foreign or in the wrong place."""


class OtherFormatError(CacheError):
    """The file was written by another version of the format or of pandas."""


class DiskRefusedError(CacheError):
    """The folder or the key file is not safe to use."""


class WarnOnce:
    """Warns of each kind of problem once."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def warn(self, kind: str, message: str) -> None:
        """Give `message` as a `CacheWarning` unless `kind` was warned of before."""
        with self._lock:
            if kind in self._seen:
                return
            self._seen.add(kind)
        warnings.warn(message, CacheWarning, stacklevel=3)

    def warn_of(self, kind: str, message: str, exc: CacheError) -> None:
        """Do as `warn`, and say why and what to do."""
        self.warn(kind, " ".join([message, exc.what, *exc.next_steps]))
