"""Paths of a package: fit for Windows, macOS and Linux, and not longer than 120 characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST: Final = 120
"""Windows takes 260 characters with the folder it is unpacked in."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9_(][A-Za-z0-9 ._()+,=@-]*(?<![ .])")
_DEVICES: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


def refuse_unfit(paths: Iterable[str]) -> None:
    """
    Raise an `EvidenceError` for a path that another system cannot unpack, or two that it takes for
    one.
    """
    seen: dict[str, str] = {}
    for path in paths:
        why = fault_of_path(path)
        if not why and (other := seen.setdefault(path.lower(), path)) is not path:
            why = "it is there twice" if other == path else f"{other} is the same without case"
        if why:
            raise EvidenceError(
                f"No package was made: {path} cannot be unpacked everywhere.",
                why=why,
                next_steps=["Give the item a shorter or plainer title, and save it again."],
                facts={"file": path, "status": "2"},
            )


def fault_of_path(path: str) -> str:
    """Return why a path is not fit for every system; empty: it is."""
    if len(path) > LONGEST:
        return f"it has {len(path)} characters, {LONGEST} are the most"
    for part in path.split("/"):
        if not _PLAIN.fullmatch(part) or _DEVICES.fullmatch(part):
            return f"{part!r} is no name on every system"
    return ""
