"""How a package is laid out: the entries of each of its parts, and what its bag says of it."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter._version import __version__
from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.packaging.contents import DATA, Entry
from aibrain_jupyter.evidence.packaging.index_data import as_json, as_table, index_of
from aibrain_jupyter.evidence.packaging.index_page import index_page
from aibrain_jupyter.evidence.packaging.not_in_it import lacks_of
from aibrain_jupyter.evidence.packaging.people.columns import people_record
from aibrain_jupyter.evidence.packaging.portals import said_of
from aibrain_jupyter.evidence.store.standalone import NAME, verifier
from aibrain_jupyter.evidence.verification.package_check import RECORD
from aibrain_jupyter.evidence.verification.report import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from aibrain_jupyter.evidence.packaging.choosing import Asked, Choice
    from aibrain_jupyter.evidence.packaging.contents import PackedItem
    from aibrain_jupyter.evidence.packaging.not_in_it import Lack
    from aibrain_jupyter.evidence.packaging.snapshot import Snapshot

SCHEMA: Final = 1
_ED25519: Final = bytes.fromhex("302a300506032b6570032100")
"""What stands before an Ed25519 public key in DER (RFC 8410)."""


@dataclass
class Layout:
    """
    A package before it is written; `prints` makes a page a PDF, `lacks` is what page one tells.
    """

    name: str
    found: Snapshot
    choice: Choice
    asked: Asked
    packed: Sequence[PackedItem]
    portal: str
    extras: Sequence[Entry]
    prints: Callable[[bytes], bytes] | None = None
    lacks: list[Lack] = field(init=False)
    people: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.lacks = lacks_of(self.choice, self.packed)
        self.people = people_record(self.packed)
        ids = {one.item.id for one in self.packed}
        self._ledger = list(self.found.ledger(ids))

    def entries(
        self, parts: Sequence[Sequence[PackedItem]], names: Sequence[Path], number: int
    ) -> list[Entry]:
        """Return all entries of the part `number` (from 0)."""
        items = [entry for one in parts[number] for entry in one.entries]
        return [*items, *self.fixed(parts, names, number)]

    def fixed(
        self, parts: Sequence[Sequence[PackedItem]], names: Sequence[Path], number: int = 0
    ) -> list[Entry]:
        """Return the entries of a part that are not its items'."""
        index = self._index(parts, names, number)
        pages = {
            "index.html": index_page(index),
            "index.json": as_json(index),
            "index.csv": as_table(index, "csv"),
            NAME: verifier(),
            f"{DATA}/{RECORD}": self._record(parts, names, number),
        }
        if self.prints:
            pages["index.pdf"] = self.prints(pages["index.html"])
        if find_spec("xlsxwriter"):
            pages["index.xlsx"] = as_table(index, "xlsx")
        for key in self.found.signers():
            pages[f"keys/{key[:16]}.pem"] = _pem(key)
        return [
            *(Entry.of(path, text) for path, text in pages.items()),
            *self._ledger,
            *(self.extras if number == 0 else ()),
        ]

    def info(self, count: int, number: int) -> dict[str, str]:
        """Return what bag-info.txt says."""
        codes = ", ".join(map(str, self.choice.codes))
        said = {
            "External-Identifier": self.name,
            "External-Description": f"Audit evidence, {len(self.packed)} items, for: {codes}",
            "Bagging-Date": f"{self.found.head.time:%Y-%m-%d}",
            "Bag-Software-Agent": f"aibrain_jupyter {__version__}",
            "Internal-Sender-Identifier": self.found.head.head,
        }
        if count > 1:
            group = f"{self.name} of {self.found.store.id}"
            said |= {"Bag-Group-Identifier": group, "Bag-Count": f"{number + 1} of {count}"}
        return said

    def _index(
        self, parts: Sequence[Sequence[PackedItem]], names: Sequence[Path], number: int
    ) -> dict[str, Any]:
        files = Counter(
            {
                str(code): sum(len(o.entries) for o in self.packed if code in codes_of(o.item))
                for code in self.choice.codes
            }
        )
        about: Mapping[str, Any] = {
            "name": self.name,
            "asked": self.asked.as_record(),
            "portal": said_of(self.portal, files.items()) if self.portal else "",
            "part": number + 1,
            "parts": [
                {"file": name.name, "items": [one.item.id for one in part]}
                for name, part in zip(names, parts, strict=True)
            ],
            "is_encrypted": False,
            "people": self.people,
        }
        index = index_of(self.found, self.choice, self.packed, self.lacks, about)
        of = {one.item.id: n for n, part in enumerate(parts, 1) for one in part}
        for item in index["items"]:
            item["part"] = of[item["item"]]
        return index

    def _record(
        self, parts: Sequence[Sequence[PackedItem]], names: Sequence[Path], number: int
    ) -> bytes:
        """Return what the verifier has to know."""
        record = {
            "schema": SCHEMA,
            "name": self.name,
            "head": self.found.head.head,
            "keys": self.found.signers(),
            "part": number + 1,
            "parts": [name.name for name in names],
            "items": [one.as_record() for one in parts[number]],
            "elsewhere": [o.item.id for n, p in enumerate(parts) if n != number for o in p],
            "missing": [lack.as_record() for lack in self.lacks if lack.kind == "missing"],
            "extras": [entry.path for entry in self.extras if number == 0],
        }
        return canonical(record) + b"\n"


def _pem(key: str) -> bytes:
    """Return a public key as openssl reads it."""
    text = base64.b64encode(_ED25519 + bytes.fromhex(key)).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode()
