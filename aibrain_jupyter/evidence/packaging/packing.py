"""
Make a package: choose, lay out, write beside, say it in the ledger, and only then move to its name.

Whatever goes wrong before, nothing is at the name that was asked for. The same store and the same
words give the same bytes; a package that is there already is left as it is.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.states import DELIVERED, code_states, take_code_step
from aibrain_jupyter.evidence.packaging.bag import Bag, FolderSink, ZipSink
from aibrain_jupyter.evidence.packaging.choosing import choose, codes_for
from aibrain_jupyter.evidence.packaging.contents import packed_item
from aibrain_jupyter.evidence.packaging.forms.oscal import oscal_entry
from aibrain_jupyter.evidence.packaging.forms.pdf import pdf_of, with_pdf
from aibrain_jupyter.evidence.packaging.layout import Layout
from aibrain_jupyter.evidence.packaging.not_in_it import lacks_of
from aibrain_jupyter.evidence.packaging.parts import names_of_parts, parts_of
from aibrain_jupyter.evidence.packaging.portals import fitted, portal_named
from aibrain_jupyter.evidence.packaging.snapshot import COMMENT, snapshot
from aibrain_jupyter.evidence.packaging.work import not_writable, work_beside
from aibrain_jupyter.evidence.store.anchors import can_sign, sign_text
from aibrain_jupyter.evidence.store.ledger import sync_folder
from aibrain_jupyter.evidence.store.names import slug
from aibrain_jupyter.evidence.verification.bag_check import TAGS
from aibrain_jupyter.evidence.verification.report import digest
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aibrain_jupyter.evidence.packaging.choosing import Asked, Missing
    from aibrain_jupyter.evidence.packaging.contents import Change, Extra, PackedItem
    from aibrain_jupyter.evidence.packaging.not_in_it import Lack
    from aibrain_jupyter.evidence.packaging.people.masking import Masking
    from aibrain_jupyter.evidence.store.store import Store

_FOLDER: Final = "folder"


@dataclass(frozen=True, slots=True)
class Options:
    """
    How a package is made: with raw answers, for which portal (of `PORTALS`), how many bytes a part
    may have (None: one part, or what the portal accepts), with cards and index as PDF too, and with
    OSCAL, whose observations were made by the `methods` named.
    """

    with_raw: bool = False
    portal: str = ""
    most_bytes: int | None = None
    with_pdf: bool = False
    with_oscal: bool = False
    methods: tuple[str, ...] = ()

    @property
    def part_bytes(self) -> int | None:
        """Bytes of a part at the most."""
        return self.most_bytes or portal_named(self.portal).most_bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a package, with its length and SHA-256 (of a folder: of its tag manifest)."""

    file: Path
    length: int
    sha256: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """
    What was made: its `name`, `parts`, what it `lacks`, whether it was there `already`, and which
    columns have `people` as they are (``item``, ``column``, ``why``, ``rows``).
    """

    name: str
    parts: tuple[Part, ...]
    lacks: tuple[Lack, ...]
    already: bool
    people: tuple[Mapping[str, Any], ...] = ()


def pack(
    store: Store,
    file: Path,
    asked: Asked,
    options: Options = Options(),
    *,
    missing: Sequence[Missing] = (),
    changes: Sequence[Change] = (),
    extras: Sequence[Extra] = (),
    masking: Masking | None = None,
) -> Package:
    """
    Make a package and return what was made; see `contents` for `changes` and `extras`.

    With a `masking` people leave under pseudonyms, and nothing leaves that still names them.

    Raises:
        EvidenceError: a file is gone or altered, nothing can be packed, one item is larger than a
            part, or another package has the name. Nothing is at the name then.
        ParameterError: nothing can be written there.
    """
    portal_named(options.portal)
    file = _target(file, options)
    found = snapshot(store)
    choice = choose(found, asked, missing)
    with work_beside(file) as work:
        packed = [packed_item(item, with_raw=options.with_raw) for item in choice.items]
        packed = masking.of_all(packed, work / "masked") if masking else packed
        prints = partial(pdf_of, at=found.head.time) if options.with_pdf else None
        more = [with_pdf(prints)] if prints else []
        more += [fitted(options.portal, work)] if options.portal else []
        for change in (*changes, *more):
            packed = [change(one) for one in packed]
        added = [entry for extra in extras for entry in extra(packed)]
        if options.with_oscal:
            lacks = lacks_of(choice, packed)
            added.append(oscal_entry(file.stem, found.head, packed, lacks, options.methods))
        layout = Layout(file.stem, found, choice, asked, packed, options.portal, added, prints)
        parts = parts_of(packed, layout.fixed([packed], [file]), options.part_bytes)
        names = names_of_parts(file, len(parts))
        if masking:
            for number in range(len(parts)):
                masking.refuse_left(layout.entries(parts, names, number))
        written = [
            _write(layout, parts, names, number, work, options) for number in range(len(parts))
        ]
        # Nobody writes to the store from the last look at it until the package has its name.
        with store.ledger.locked():
            rest = [(n, p) for n, p in zip(names, written, strict=True) if not _is_there(n, p)]
            already = not rest
            for name, _ in rest:
                if name.exists():
                    raise _taken(name)
            _refuse_changed(store, layout)
            if not already:
                _say(store, layout, names, written, options, masking)
                for name, part in rest:
                    _take_place(part.file, name)
                sync_folder(file.parent)
            _deliver(store, layout)
    moved = (Part(n, p.length, p.sha256, p.items) for n, p in zip(names, written, strict=True))
    return Package(layout.name, tuple(moved), tuple(layout.lacks), already, tuple(layout.people))


def _target(file: Path, options: Options) -> Path:
    file = file.expanduser().absolute()
    if options.portal == _FOLDER:
        if options.most_bytes:
            raise ParameterError("A folder has no parts: leave --max-size out.")
        file = file.with_suffix("") if file.suffix.lower() == ".zip" else file
    elif file.suffix.lower() != ".zip":
        raise ParameterError(
            f"{file.name} is no zip.", next_steps=["Name it so: FY2026-v1.zip", "--for folder"]
        )
    if not file.parent.is_dir():
        raise ParameterError(f"There is no folder {file.parent}.", next_steps=["Make it first."])
    return file


def _write(
    layout: Layout,
    parts: list[list[PackedItem]],
    names: list[Path],
    number: int,
    work: Path,
    options: Options,
) -> Part:
    """Write one part into the work folder, synced."""
    bag = Bag(
        layout.entries(parts, names, number),
        layout.info(len(parts), number),
        sign_text if can_sign() else None,
    )
    target, items = work / f"part-{number}", tuple(one.item.id for one in parts[number])
    try:
        if options.portal == _FOLDER:
            target.mkdir()
            bag.write(FolderSink(target))
            length = sum(entry.length for entry in bag.entries)
            return Part(target, length, digest(target / TAGS)[1], items)
        with target.open("xb") as out:
            base = slug(names[number].stem)
            with zipfile.ZipFile(out, "w") as archive:
                bag.write(ZipSink(archive, base, layout.found.head.time), base)
            out.flush()
            os.fsync(out.fileno())
        length, sha256 = digest(target)
    except OSError as exc:
        raise not_writable(names[number], exc) from exc
    if options.part_bytes and length > options.part_bytes:
        raise EvidenceError(f"No package was made: part {number + 1} has {length:,} bytes.")
    return Part(target, length, sha256, items)


def _is_there(name: Path, part: Part) -> bool:
    """Tell whether the very same package is there already."""
    made = name / TAGS if part.file.is_dir() else name
    return made.is_file() and digest(made)[1] == part.sha256


def _say(
    store: Store,
    layout: Layout,
    names: list[Path],
    parts: list[Part],
    options: Options,
    masking: Masking | None,
) -> None:
    """Write the receipt."""
    facts = {
        "name": layout.name,
        "head": layout.found.head.head,
        "items": [one.item.id for one in layout.packed],
        "codes": [str(code) for code in layout.choice.codes],
        "parts": [
            {"file": n.name, "bytes": p.length, "sha256": p.sha256, "items": list(p.items)}
            for n, p in zip(names, parts, strict=True)
        ],
        "options": {
            "raw": options.with_raw,
            "for": options.portal,
            "most_bytes": options.part_bytes,
            "masked": masking.as_record() if masking else None,
            "pdf": options.with_pdf,
            "oscal": options.with_oscal,
            "unapproved": layout.asked.with_unapproved,
        },
        "not_in_it": len(layout.lacks),
        "is_encrypted": False,
    }
    store.ledger.append("package", facts=facts)


def _refuse_changed(store: Store, layout: Layout) -> None:
    """Raise an `EvidenceError` where something was decided about an item while it was packed."""
    packed, head = {one.item.id for one in layout.packed}, layout.found.head.seq
    for event in store.ledger.events()[head:]:
        if event.item in packed and event.type not in ("deliver", COMMENT):
            raise EvidenceError(
                f"No package was made: {event.item} changed while it was packed ({event.type}).",
                next_steps=["Run it again: it takes things as they are now."],
                facts={"item": event.item, "status": "2"},
            )


def _take_place(made: Path, name: Path) -> None:
    """Give a package its name; never in the place of another one."""
    try:
        if not made.is_dir():
            os.link(made, name)
            return
    except FileExistsError:
        raise _taken(name) from None
    except OSError:  # a file system without links
        if name.exists():
            raise _taken(name) from None
    try:
        made.rename(name)
    except OSError as exc:  # on Windows for a file, elsewhere for a folder
        raise (_taken(name) if name.exists() else not_writable(name, exc)) from exc


def _deliver(store: Store, layout: Layout) -> None:
    """Say of each code that it was delivered; what came back or was accepted stays so."""
    items = {item.id: item for item in store.items()}
    for item in (items[one.item.id] for one in layout.packed):
        if any(e.type == "deliver" and e.facts["package"] == layout.name for e in item.events):
            continue  # a package that is there already
        now = code_states(item)
        codes = [c for c in codes_for(item, layout.asked) if now[c] in ("", DELIVERED)]
        if codes:
            named = [str(code) for code in codes]
            take_code_step(store, item, "deliver", named, package=layout.name, is_current=True)


def _taken(file: Path) -> EvidenceError:
    return EvidenceError(
        f"No package was made: there is another one at {file}.",
        why="A package that was given away is never replaced.",
        next_steps=["Name the next version, or remove the other one first."],
    )
