"""
The disk tier: opened on first use, or refused with one warning.

joblib is imported here and only then. The tier is a real ``joblib.Memory`` whose
store backend is ours; a folder or key file that is not safe means that there is
no disk tier in this process.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.cache.disk.folder import claim_folder
from aibrain_jupyter.cache.problems import DiskRefusedError, WarnOnce

if TYPE_CHECKING:
    from pathlib import Path

    from aibrain_jupyter.cache.counters import Counters
    from aibrain_jupyter.cache.disk.store import AibrainStore


class DiskTier:
    """A ``joblib.Memory`` in `directory` and the counts beside it."""

    def __init__(
        self, directory: Path, limit_bytes: int, *, counters: Counters, warnings: WarnOnce
    ) -> None:
        self.directory = directory
        self._limit_bytes = limit_bytes
        self._counters = counters
        self._warnings = warnings
        self._memory: Any = None
        self._is_refused = False
        self._lock = threading.Lock()

    @property
    def memory(self) -> Any:
        """The ``joblib.Memory``, or None when the disk is refused."""
        with self._lock:
            if self._memory is None and not self._is_refused:
                try:
                    self._memory = self._open()
                except DiskRefusedError as exc:
                    self._is_refused = True
                    self._warnings.warn_of("refused", "Results are kept in memory only.", exc)
        return self._memory

    @property
    def store(self) -> AibrainStore | None:
        """The store of `memory`."""
        memory = self.memory
        return None if memory is None else memory.store_backend

    def _open(self) -> Any:
        claim_folder(self.directory)
        import joblib

        from aibrain_jupyter.cache.disk.store import BACKEND

        memory = joblib.Memory(
            self.directory / "entries",
            backend=BACKEND,
            verbose=0,
            backend_options={
                "limit_bytes": self._limit_bytes,
                "warnings": self._warnings,
                "on_evict": partial(self._counters.add, "evictions"),
            },
        )
        self._counters.keep_in(self.directory / "statistics.sqlite")
        return memory
