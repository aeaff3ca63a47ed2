"""
Masking: people of some columns leave under pseudonyms, in every file of every item of a package.

A `Masking` changes packed items (see ``contents.py``): first it learns who they are, of all items,
then it makes each item's files anew. The stored item stays as it is. What cannot be masked
(a picture, the ledger) is refused by name, unless somebody accepts the file.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.packaging.contents import RAW, lost
from aibrain_jupyter.evidence.packaging.people.columns import rows_in, texts_in
from aibrain_jupyter.evidence.packaging.people.files import VIEWS, is_text, write_masked, write_view
from aibrain_jupyter.evidence.packaging.people.hidden import readings
from aibrain_jupyter.evidence.packaging.people.pseudonyms import METHOD, Pseudonyms
from aibrain_jupyter.evidence.saving.reading import is_data
from aibrain_jupyter.evidence.saving.saving import facts_of
from aibrain_jupyter.evidence.saving.secret_scan import UNREADABLE, unpacked_texts
from aibrain_jupyter.evidence.verification.report import MANIFEST, digest
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from aibrain_jupyter.evidence.packaging.contents import Entry, PackedItem

_RAW_WHY: Final = "raw answers name people whose rows are not in the set, and are not masked"
_TEXTS: Final = ("str", "object", "string", "category", "Int64", "int64")
_FORM: Final = frozenset(
    {"id", "store", "schema", "status", "kind", "files", "columns", "keys", "environment", "times"}
)
"""Members of a manifest that are its form: they name no person of a row."""
_ROWS: Final = "data/"
_MADE: Final = (".pyz", ".pdf", ".parquet")
"""Endings of files that are no text, and made of what is looked into; of others none is packed."""
_MOST: Final = 5


class Masking:
    """
    Pseudonyms for the people of `columns`, made with `key`.

    `accepted` are files, by name in the item or path in the package, that are left as they are.
    """

    def __init__(self, columns: Sequence[str], key: bytes, accepted: Collection[str] = ()) -> None:
        self.columns, self._key = tuple(columns), key
        self._why = f"people of {', '.join(columns)} have pseudonyms; the store has it as saved"
        self._accepted = frozenset(accepted)
        self._people = Pseudonyms(key, ())

    def of_all(self, items: Sequence[PackedItem], folder: Path) -> list[PackedItem]:
        """
        Return the items of a package, masked; new files are written into `folder`.

        Raises:
            UnknownNameError: no item has a column of that name.
            ParameterError: a column has no texts.
            EvidenceError: a file is not as it was saved, or cannot be masked.
        """
        self._learn(items)
        return [self._masked(item, folder) for item in items]

    def _learn(self, items: Iterable[PackedItem]) -> None:
        """Learn who is in the columns, of all items."""
        known: set[str] = set()
        cells: set[str] = set()
        for item in items:
            dtypes = {c["name"]: c["dtype"] for c in item.manifest.get("columns", ())}
            known |= set(dtypes)
            for name in self.columns:
                if dtypes.get(name, "str") not in _TEXTS:
                    raise ParameterError(
                        f"{name} of {item.item.id} cannot be masked: it is {dtypes[name]}.",
                        next_steps=["Mask columns of texts."],
                    )
            mine = [name for name in self.columns if name in dtypes]
            for row in rows_in(item) if mine else ():
                cells.update(text for name in mine for text in _names(row.get(name)))
        for name in self.columns:
            if name not in known:
                raise unknown_name("column", name, known)
        self._people = Pseudonyms(self._key, cells)

    def _masked(self, item: PackedItem, folder: Path) -> PackedItem:
        """Return an item with new files, where they have somebody."""
        found, manifest, left = item, self._masked_manifest(item), []
        rows: Path | None = None
        # Rows first: workbooks and the like are made of them.
        for name in sorted(item.names(), key=lambda name: (not is_data(name), name)):
            if name.startswith(RAW):
                found = found.without(name, _RAW_WHY)
            elif self._is_accepted(name, item):
                left.append(name)
            elif name != MANIFEST:
                made = self._made(item, name, manifest, rows, folder)
                found = found.replaced(name, made, self._why) if made else found
                rows = made if made and is_data(name) else rows
        if manifest == item.manifest and not found.made and not left:
            return found
        about = {"manifest_sha256": item.item.manifest_sha256, "left_as_they_are": left}
        manifest["masked"] = {**self.as_record(), **about}
        text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
        return replace(found.replaced(MANIFEST, text, self._why), manifest=manifest)

    def as_record(self) -> dict[str, Any]:
        """Return what a package says of it, and nothing that leads back to a person."""
        return {
            "columns": list(self.columns),
            "method": METHOD,
            "key": self._people.key_id,
            "people": len(self._people.people),
        }

    def refuse_left(self, entries: Iterable[Entry]) -> None:
        """
        Look into every file of a package, and refuse it where one still names somebody.

        Raises:
            EvidenceError: it names the files, never whom they name.
        """
        places = [
            entry.path
            for entry in entries
            if not (entry.path.endswith(_MADE) or self._accepted & {entry.path, _name(entry)})
            and (next(self._people.found(entry.path), None) or self._is_named_in(entry))
        ]
        if places:
            more = f" and {len(places) - _MOST} more" if len(places) > _MOST else ""
            raise EvidenceError(
                "No package was made: somebody who is masked is still named in it.",
                why=f"{', '.join(places[:_MOST])}{more}",
                next_steps=[
                    "A name that is a common word too? Accept the file: --accept FILE",
                    "The ledger cannot be masked: it names who decided, and why.",
                ],
                facts={"file": places[0], "status": "2"},
            )

    def _masked_manifest(self, item: PackedItem) -> dict[str, Any]:
        """Return the manifest of an item with pseudonyms; its form stays as it is."""
        return {
            name: value if name in _FORM else self._masked_value(value)
            for name, value in item.manifest.items()
        }

    def _masked_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._people.masked(value)
        if isinstance(value, dict):
            return {name: self._masked_value(each) for name, each in value.items()}
        return [self._masked_value(each) for each in value] if isinstance(value, list) else value

    def _made(
        self,
        item: PackedItem,
        name: str,
        manifest: dict[str, Any],
        rows: Path | None,
        folder: Path,
    ) -> Path | None:
        """Return a file of an item with pseudonyms; None where nobody is in it."""
        entry = item.entry(name)
        assert entry is not None
        if isinstance(entry.content, bytes):
            raise lost(item.item.id, name, "It was changed before it was masked.")
        try:
            is_saved = digest(entry.content) == (entry.length, entry.sha256)
        except OSError:
            is_saved = False
        if not is_saved:
            raise lost(item.item.id, name, "It is gone, or not as it was saved.")
        target = folder / item.item.id / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith(_ROWS) and name.endswith(VIEWS):
            # Tables say where their rows are from, too.
            if rows is None and facts_of(manifest) != facts_of(item.manifest):
                rows = _rows_of(item)
            if rows is not None:
                write_view(name, target, manifest, rows)
            return rows and target
        if not is_text(entry.content):
            raise EvidenceError(
                f"No package was made: {name} of {item.item.id} cannot be masked.",
                why="It is no text, or has pictures or packed files in it: nobody can tell here "
                "whom it shows.",
                next_steps=[f"It shows nobody? --accept {name}", "Or leave the item out."],
                facts={"item": item.item.id, "file": name, "status": "2"},
            )
        columns = self.columns if is_data(name) else ()
        return target if write_masked(entry.content, target, self._people, columns) else None

    def _is_accepted(self, name: str, item: PackedItem) -> bool:
        entry = item.entry(name)
        return bool(self._accepted & {name, entry.path if entry else name})

    def _is_named_in(self, entry: Entry) -> bool:
        try:
            return any(
                next(self._people.found(reading), None)
                for text in _texts_of(entry)
                for reading in readings(text)
            )
        except UNREADABLE:
            return True


def _texts_of(entry: Entry) -> Iterator[str]:
    content = entry.content
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
        for inner, chunks in unpacked_texts(file):
            yield " ".join(inner)
            for chunk in chunks:
                yield chunk.replace(b"\0", b"").decode("utf-8", "replace")


def _rows_of(item: PackedItem) -> Path | None:
    """Return the file with the rows of an item as they were saved; None: it has none."""
    entries = (item.entry(name) for name in item.names() if is_data(name))
    return next((e.content for e in entries if e and not isinstance(e.content, bytes)), None)


def _names(cell: Any) -> Iterator[str]:
    """Yield what a cell of a masked column names, of numbers too."""
    is_number = isinstance(cell, int) and not isinstance(cell, bool)
    yield from ([str(cell)] if is_number else texts_in(cell))


def _name(entry: Entry) -> str:
    return entry.path.rpartition(f"/{entry.item}/")[2] if entry.item else entry.path
