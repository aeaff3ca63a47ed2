"""
What portals accept, as data, and how an item is made to fit: other types are left out by name.

JSON lines, which none takes, are offered as one JSON array: the same lines with commas between, so
that the verifier gets the saved file back and compares its SHA-256.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.packaging.bag import chunks_of
from aibrain_jupyter.evidence.packaging.contents import lost
from aibrain_jupyter.evidence.verification.item_check import ARRAY, MASKED
from aibrain_jupyter.shared.error_handler import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aibrain_jupyter.evidence.packaging.contents import Change, Entry, PackedItem

MB: Final = 1_000_000
_COMMON: Final = frozenset(
    (
        *("pdf", "docx", "odt", "doc", "xlsx", "ods", "pptx", "odp", "gif", "jpg", "jpeg", "png"),
        *("json", "csv", "md", "txt", "html", "log", "zip", "msg", "mp4"),
    )
)
"""What Drata's interface lists; nothing else is taken for granted of the others."""


@dataclass(frozen=True, slots=True)
class Portal:
    """
    What a portal accepts: the `endings` of files (None: all), the bytes of one at the most (None:
    not known), and how many files a control gets on one day.
    """

    endings: frozenset[str] | None = None
    most_bytes: int | None = None
    most_files: int | None = None


PORTALS: Final[Mapping[str, Portal]] = {
    "folder": Portal(),
    "drata": Portal(_COMMON),
    "vanta": Portal(_COMMON),
    "auditmanager": Portal(_COMMON, most_bytes=100 * MB, most_files=100),
}


def portal_named(name: str) -> Portal:
    """Return a portal by its name; empty: none, everything is accepted."""
    if name and name not in PORTALS:
        raise unknown_name("portal", name, PORTALS)
    return PORTALS.get(name, Portal())


def fitted(name: str, work: Path) -> Change:
    """Return what makes an item fit for a portal; `work` takes what is made."""
    portal = portal_named(name)

    def fit(packed: PackedItem) -> PackedItem:
        for file in packed.names():
            entry = packed.entry(file)
            if entry is None or portal.endings is None:
                continue
            ending = PurePosixPath(file).suffix.lower().removeprefix(".")
            if ending == "jsonl" and not file.startswith("files/"):
                packed = _as_array(packed, file, entry, work)
            elif ending not in portal.endings:
                packed = packed.without(file, f"{name} does not accept .{ending}")
        for file in packed.names():
            entry = packed.entry(file)
            if entry and portal.most_bytes and entry.length > portal.most_bytes:
                most = portal.most_bytes // MB
                packed = packed.without(file, f"{name} accepts {most} MB a file")
        return packed

    return fit


def said_of(name: str, codes: Iterable[tuple[str, int]]) -> str:
    """Return what is to be said of a portal: its name, and codes with more files than a day's."""
    most = portal_named(name).most_files
    many = [f"{code}: {files} files" for code, files in codes if most and files > most]
    return f"{name}; at most {most} files a control and day: {', '.join(many)}" if many else name


def _as_array(packed: PackedItem, file: str, entry: Entry, work: Path) -> PackedItem:
    """Offer JSON lines as one array."""
    name = str(PurePosixPath(file).with_suffix(".json"))
    if name in packed.names():
        return packed.without(file, f"it has {name}, which is accepted")
    target, sums, before = (
        work / f"{packed.item.id}-{file.replace('/', '-')}",
        hashlib.sha256(),
        b"",
    )
    with target.open("xb") as out:
        out.write(b"[\n")
        for line in _lines(chunks_of(entry)):
            sums.update(line + b"\n")
            out.write(before + line)
            before = b",\n"
        out.write(b"\n]\n" if before else b"]\n")
    if sums.hexdigest() != entry.sha256:
        raise lost(packed.item.id, file, "It is not as it was saved.")
    # An array of masked rows has not the rows that were saved.
    how = MASKED if file in {made.name for made in packed.made} else ARRAY
    made = packed.with_file(name, target, f"the rows of {file} as one array", of=file, how=how)
    return made.without(file, f"its rows are in {name}")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text, each without its end."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest
