"""
What goes into a package: for each item a list of files, which others may change or add to.

The seam for masking, portals and OSCAL::

    Change = Callable[[PackedItem], PackedItem]          # one item: other files, left out, made
    Extra = Callable[[Sequence[PackedItem]], Sequence[Entry]]   # further files, below data/

Both are given to `packing.pack` (``changes=``, ``extras=``). A change returns
``packed.replaced(name, content, why)``, ``packed.without(name, why)`` or ``packed.with_file(…)``;
what it did is in the package's record, so that the verifier knows it, and on the first page.
Content is bytes or a file: nothing large is read into memory. It must be the same on every run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.verification.item_check import MASKED
from aibrain_jupyter.evidence.verification.report import ITEMS, MANIFEST, digest
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path

    from aibrain_jupyter.evidence.store.store import Item

DATA: Final = "data"
"""The folder of a bag's payload, which has the layout of a store."""
RAW: Final = "raw/"


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One file of a package: its `path` in the bag, its `content` (bytes, or the file that has it),
    and the length and SHA-256 that are written; another fails the package. `item` is whose it is.
    """

    path: str
    content: bytes | Path
    length: int
    sha256: str
    item: str = ""

    @classmethod
    def of(cls, path: str, content: bytes | Path, item: str = "") -> Entry:
        """Return the entry of what is there now; a file is read once for its SHA-256."""
        if isinstance(content, bytes):
            return cls(path, content, len(content), hashlib.sha256(content).hexdigest(), item)
        return cls(path, content, *digest(content), item)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of an item that is not in the package, by its `name` in the item, and `why`."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Made:
    """
    A file of an item that is not as it was saved: its `name` in the item, `of` which saved file it
    was made, `how` as one word (``masked``, ``array``, ``pdf``), and `why` in words.
    """

    name: str
    of: str
    how: str
    why: str


@dataclass(frozen=True, slots=True)
class PackedItem:
    """
    An item as it is packed: the `item` as of the package's head, its `manifest`, its `entries`,
    what is `left_out` and what was `made`, each by name in the item.
    """

    item: Item
    manifest: Mapping[str, Any]
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...] = ()
    made: tuple[Made, ...] = ()

    def entry(self, name: str) -> Entry | None:
        """Return the entry of a file by its name in the item; None: it is not packed."""
        return next((e for e in self.entries if e.path == self._path(name)), None)

    def names(self) -> list[str]:
        """Return the names, in the item, of the files that are packed."""
        return [entry.path.removeprefix(self._path("")) for entry in self.entries]

    def without(self, name: str, why: str) -> PackedItem:
        """Return it without a file."""
        kept = tuple(e for e in self.entries if e.path != self._path(name))
        return replace(self, entries=kept, left_out=(*self.left_out, LeftOut(name, why)))

    def replaced(
        self, name: str, content: bytes | Path, why: str, *, how: str = MASKED
    ) -> PackedItem:
        """Return it with other content for a file of that name."""
        new = Entry.of(self._path(name), content, self.item.id)
        entries = tuple(new if e.path == new.path else e for e in self.entries)
        return replace(self, entries=entries, made=(*self.made, Made(name, name, how, why)))

    def with_file(
        self, name: str, content: bytes | Path, why: str, *, of: str, how: str
    ) -> PackedItem:
        """Return it with one file more, made of a saved one."""
        new = Entry.of(self._path(name), content, self.item.id)
        made = (*self.made, Made(name, of, how, why))
        return replace(self, entries=(*self.entries, new), made=made)

    def as_record(self) -> dict[str, Any]:
        """Return what the package's record has of it, for the verifier."""
        made = []
        for one in self.made:
            if entry := self.entry(one.name):
                about = {"path": one.name, "of": one.of, "how": one.how, "why": one.why}
                made.append({**about, "bytes": entry.length, "sha256": entry.sha256})
        out = [{"path": one.name, "why": one.why} for one in self.left_out]
        return {"id": self.item.id, "left_out": out, "made": made}

    def _path(self, name: str) -> str:
        return f"{DATA}/{ITEMS}/{self.item.id}/{name}"


Change = Callable[[PackedItem], PackedItem]
Extra = Callable[[Sequence[PackedItem]], Sequence[Entry]]


def packed_item(item: Item, *, with_raw: bool = False) -> PackedItem:
    """
    Return an item with every file of its manifest; raw answers on request.

    Raises:
        EvidenceError: its manifest is gone or altered.
    """
    try:
        manifest = item.manifest()
    except EvidenceError as exc:
        raise lost(item.id, MANIFEST, exc.why or exc.what) from exc
    home, here = item.folder, f"{DATA}/{ITEMS}/{item.id}"
    entries, left_out = [], []
    for file in manifest["files"]:
        name = file["path"]
        if name.startswith(RAW) and not with_raw:
            left_out.append(LeftOut(name, "raw answers are given on request"))
        else:
            path = f"{here}/{name}"
            entries.append(Entry(path, home / name, file["bytes"], file["sha256"], item.id))
    try:
        text = (home / MANIFEST).read_bytes()
    except OSError as exc:
        raise lost(item.id, MANIFEST, exc.strerror or str(exc)) from exc
    entries.append(Entry(f"{here}/{MANIFEST}", text, len(text), item.manifest_sha256, item.id))
    return PackedItem(item, manifest, tuple(entries), tuple(left_out))


def lost(item: str, name: str, why: str) -> EvidenceError:
    """Return the error of a file that cannot be packed: no package is there then."""
    whose = f"{name} of {item}" if item else name
    return EvidenceError(
        f"No package was made: {whose} cannot be packed.",
        why=why,
        next_steps=[
            f"%aibrain evidence verify {item}".rstrip() + " says what is missing or was altered.",
            "Restore the file from a copy, or collect the item again.",
        ],
        facts={"item": item, "file": name, "status": "2"},
    )
