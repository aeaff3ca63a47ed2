"""Folders: whether cache, history and evidence can be kept there, and how much room there is."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LITTLE: Final = 1 << 30
"""Below this much room (1 GiB) an export of a large organization may not fit."""


def examine_folders(folders: Mapping[str, Path]) -> Iterator[Examined]:
    """Yield whether each folder, by what is kept in it, can be written; none is made."""
    for name, folder in folders.items():
        yield _folder(name, folder)


def _folder(name: str, folder: Path) -> Examined:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    shown = _short(folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
        room = shutil.disk_usage(there).free
    except OSError as exc:
        why = f"{shown}: {exc.strerror or exc}"
        step = f"Make {shown} writable, or set another."
        if there.is_file():
            step = f"Set another folder: {_short(there)} is a file."
        return Examined(f"folder of the {name}", RED, why, step)
    if room < _LITTLE:
        left = f"{shown}, {room / 2**20:,.0f} MiB left"
        return Examined(f"folder of the {name}", AMBER, left, "Make room on that disk.")
    if folder.exists() and os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & 0o022:
        open_to = f"{shown} can be written by other users of this computer"
        return Examined(f"folder of the {name}", AMBER, open_to, f"chmod go-w {shown}")
    is_made = "" if folder.exists() else ", made when it is used first"
    return Examined(f"folder of the {name}", GREEN, f"{shown}{is_made}")


def _short(folder: Path) -> str:
    """Return a path without the name of the user."""
    try:
        return f"~/{folder.relative_to(folder.home())}"
    except (ValueError, RuntimeError):
        return str(folder)
