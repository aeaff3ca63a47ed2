"""Files of an item made anew with pseudonyms, each in its own form, so that it reads as before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.packaging.people.hidden import has_files
from aibrain_jupyter.evidence.saving.reading import frame_of
from aibrain_jupyter.evidence.saving.saving import facts_of
from aibrain_jupyter.writers.provenance import Provenance
from aibrain_jupyter.writers.text import write_csv

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from aibrain_jupyter.evidence.packaging.people.pseudonyms import Pseudonyms

_CHUNK: Final = 1 << 20
_OVERLAP: Final = 64
_PDF: Final = "%PDF-"
VIEWS: Final = (".csv", ".xlsx", ".parquet")
"""Endings of the files that are made of the rows."""
_JSON: Final = (".json", ".ipynb")


def write_view(name: str, target: Path, manifest: Mapping[str, Any], rows: Path) -> None:
    """Write a table of an item, by its name, of the rows with pseudonyms and their manifest."""
    frame = frame_of(rows.read_text("utf-8").split("\n")[:-1], manifest)
    provenance = Provenance(facts_of(manifest))
    if name.endswith(".xlsx"):
        from aibrain_jupyter.writers.xlsx import write_xlsx

        write_xlsx(frame, target, provenance)
    elif name.endswith(".parquet"):
        from aibrain_jupyter.writers.parquet import write_parquet

        write_parquet(frame, target, provenance)
    else:
        write_csv(frame, target, provenance)


def write_masked(
    source: Path, target: Path, people: Pseudonyms, columns: Collection[str] = ()
) -> bool:
    """
    Write a text anew, with pseudonyms, and tell whether anything was changed.

    Args:
        source: The text as it is saved: JSON by its members, a line each or a whole, or plain.

        target: Where to.

        people: Their pseudonyms.

        columns: Members of JSON lines that are people, whatever they are.
    """
    is_changed = False
    with source.open(encoding="utf-8", newline="") as old, target.open("wb") as new:
        is_whole = source.suffix.lower() in _JSON
        for text in [old.read()] if is_whole else old:
            masked = _masked_text(text, people, columns, indent=1 if is_whole else None)
            is_changed |= masked != text
            new.write(masked.encode("utf-8"))
    return is_changed


def is_text(path: Path) -> bool:
    """Tell whether a file is text in UTF-8, and nothing else lies in it."""
    before = ""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while chunk := file.read(_CHUNK):
                if "\0" in chunk or has_files(before + chunk) or chunk.startswith(_PDF):
                    return False
                before = chunk[-_OVERLAP:]
    except UnicodeDecodeError:
        return False
    return True


def _masked_text(
    text: str, people: Pseudonyms, columns: Collection[str], indent: int | None
) -> str:
    """Return a text with pseudonyms; JSON in its form, where it is an object or a list."""
    try:
        old = json.loads(text) if text[:1] in ("{", "[") else None
    except ValueError:
        old = None
    if old is None:
        return people.masked(text)
    if isinstance(old, dict):
        new: Any = {name: _masked(cell, people, name in columns) for name, cell in old.items()}
    else:
        new = _masked(old, people, False)
    end = "\n" if text.endswith("\n") else ""
    return text if new == old else json.dumps(new, indent=indent, ensure_ascii=False) + end


def _masked(value: Any, people: Pseudonyms, is_person: bool) -> Any:
    """Return a JSON value with pseudonyms, in the names of members too."""
    if isinstance(value, str):
        new = people.masked(value)
        return people.of(value) if is_person and value and new == value else new
    if isinstance(value, dict):
        return {people.masked(k): _masked(each, people, is_person) for k, each in value.items()}
    if isinstance(value, list):
        return [_masked(each, people, is_person) for each in value]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return people.of(str(value)) if is_person and is_number else value
