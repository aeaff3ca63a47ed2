"""How big caches and stores are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.advanced_cache import get_cache_manager
from aibrain_jupyter.execution.dashboard.state import Size
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import evidence_folder, get_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_FILES: Final = 20_000
"""Of a store: a folder that has more is said to have at least so much."""


def sizes_of() -> list[Size]:
    """Return the memory cache, the disk cache, the history and the evidence store, if any."""
    settings = get_settings()
    stats = get_cache_manager().get_advanced_stats()
    memory, disk = stats["memory_entries"], stats["disk_entries"]
    found = [
        Size(
            "memory cache",
            stats["memory_bytes"],
            _count(memory, "result"),
            settings.get("memory_limit_mb") << 20,
        )
    ]
    if stats["disk_enabled"]:
        limit = settings.get("disk_limit_mb") << 20
        found.append(Size("disk cache", stats["disk_bytes"], _count(disk, "result"), limit))
    history = get_session().history.path
    if history.exists():
        found.append(Size("history and metrics", history.stat().st_size))
    store = evidence_folder()
    if store.is_dir():
        files, size, is_all = _folder(store)
        found.append(Size("evidence store", size, f"{'' if is_all else 'at least '}{files}"))
    return found


def _folder(store: Path) -> tuple[str, int, bool]:
    count = size = 0
    for entry in _files(store):
        count += 1
        size += entry.stat(follow_symlinks=False).st_size
        if count == _MOST_FILES:
            return _count(count, "file"), size, False
    return _count(count, "file"), size, True


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        yield entry
        except OSError:
            continue  # it was moved meanwhile


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
