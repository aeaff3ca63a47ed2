"""
What the verification of a store has to say, and how events and files are hashed.

This folder imports nothing but Python's standard library (3.10 or later) and itself: it is
also given to auditors as one file (see `standalone`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALTERED, INCOMPLETE, NOTE = "altered", "incomplete", "note"
SCHEMA = 1
FIRST = "0" * 64
STORE, LEDGER, HEAD, LOCK = "store.json", "ledger.jsonl", "ledger.head", ".lock"
ITEMS, DRAFTS, ANCHORS, MANIFEST = "items", "drafts", "anchors", "manifest.json"
_CHUNK = 1 << 20
_LEFT_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class Finding:
    """What was found: `kind` (altered, incomplete, note), `where`, `what`."""

    kind: str
    where: str
    what: str


@dataclass
class Report:
    """
    What came of a verification: `findings`, the `head` (``seq:hash``), counts, and by which key
    (hex) a package was `signed_by`.
    """

    findings: list[Finding] = field(default_factory=list)
    head: str = ""
    items: int = 0
    files: int = 0
    anchored: int = 0
    signed_by: str = ""

    @property
    def status(self) -> int:
        """0 whole, 1 altered, 2 incomplete."""
        kinds = {finding.kind for finding in self.findings}
        return 1 if ALTERED in kinds else 2 if INCOMPLETE in kinds else 0

    @property
    def verdict(self) -> str:
        """One line."""
        word = ("whole", "ALTERED", "incomplete")[self.status]
        anchored = f"anchored to event {self.anchored}" if self.anchored else "no anchor"
        signed = f", signed by key {self.signed_by[:16]}" if self.signed_by else ""
        said = f"{self.items} items, {self.files} files, head {self.head}, {anchored}{signed}"
        return f"{word}: {said}"

    @property
    def alterations(self) -> str:
        """What was altered, and where; empty: nothing."""
        return "; ".join(f"{f.where}: {f.what}" for f in self.findings if f.kind == ALTERED)

    def tell(self, kind: str, where: str, what: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, where, what))


def tell_extra(where: str, report: Report) -> None:
    """Tell of a file or folder that was not saved here."""
    is_harmless = bool(_LEFT_BY_SYSTEMS & set(PurePosixPath(where).parts))
    report.tell(NOTE if is_harmless else ALTERED, where, "it was not saved here")


def canonical(value: Any) -> bytes:
    """Return the one way a value is written as JSON, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def hash_of(event: dict[str, Any]) -> str:
    """Return the SHA-256 of an event without its own ``hash``."""
    body = {name: value for name, value in event.items() if name != "hash"}
    return hashlib.sha256(canonical(body)).hexdigest()


def digest(path: Path) -> tuple[int, str]:
    """Return the length and SHA-256 of a file."""
    found, length = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            length += len(chunk)
    return length, found.hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file and link below a folder, and every empty folder."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
            yield from files_below(path)
        else:
            yield path
