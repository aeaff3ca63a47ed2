"""What is sent: approved items of evidence, or files; and what the ledger keeps of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.states import APPROVED, state_of
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.evidence.store.store import Item, Store

_NO_CODE: Final = "evidence"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """
    A file here, where it goes in the library, the item it is of (empty: none), and why it may
    not go as long as ``unreviewed`` is not said: the state of its item, or that it is none.
    """

    file: Path
    path: str
    item: str = ""
    unreviewed: str = ""

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.file.stat().st_size


def outgoing(params: Mapping[str, Any], *, is_preview: bool = False) -> list[Outgoing]:
    """
    Return what a request sends, in order; where it `is_preview`, also what would stay here.

    Raises:
        InputError: nothing is named, a file is not there, or two go to one name.
        EvidenceError: something is not approved, and ``unreviewed`` is not said.
    """
    to, names = str(params.get("to") or "").strip("/"), params.get("files") or ()
    goes_anyway = bool(params.get("unreviewed"))
    if names:
        found = [one for name in names for one in _of_folder(Path(name).expanduser(), to)]
    else:
        items = _items(default_store(), params)
        if not (goes_anyway or is_preview):
            items = [item for item in items if not _is_left_out(item, params)]
        found = [one for item in items for one in _of_item(item, to)]
    if not (goes_anyway or is_preview):
        _refuse_unreviewed(found)
    _refuse_twins(found)
    if not found:
        raise ParameterError(
            "There is nothing to upload: no approved item was named or answers that RFI.",
            next_steps=["%aibrain evidence list shows the items and their states."],
        )
    return found


def left_out(params: Mapping[str, Any]) -> list[str]:
    """Return a sentence on each item that answers an RFI and stays here, as nobody approved it."""
    if params.get("files") or params.get("unreviewed"):
        return []
    return [
        f"{item.id} is {state_of(item)}: it was not sent."
        for item in _items(default_store(), params)
        if _is_left_out(item, params)
    ]


def record(rows: Iterable[Mapping[str, Any]], wanted: Sequence[Outgoing], site: str) -> None:
    """Enter into the ledger which items are in SharePoint now, each with all of its files."""
    sent: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    whole = Counter(one.item for one in wanted)
    for row in rows:
        if row["item"]:
            keep = ("path", "id", "etag", "hash", "hash_there", "outcome", "size")
            sent[row["item"]].append({name: row[name] for name in keep})
    if not sent:
        return
    store, library = default_store(), next(row["library"] for row in rows)
    for item, files in sent.items():
        facts = {"site": site, "library": library, "files": files}
        store.ledger.append(
            "upload", item=item, facts={**facts, "missing": whole[item] - len(files)}
        )
    anchor(store)


def _items(store: Store, params: Mapping[str, Any]) -> list[Item]:
    named = [store.item(name) for name in params.get("items") or ()]
    wanted = set(params.get("rfi") or ())
    if wanted:
        answering = [i for i in store.items() if wanted & {c.code for c in codes_of(i)}]
        named += [item for item in answering if not item.is_purged]
    return list({item.id: item for item in named}.values())


def _is_left_out(item: Item, params: Mapping[str, Any]) -> bool:
    """Tell whether an item only answers an RFI: what nobody approved of it is not meant."""
    return item.id not in (params.get("items") or ()) and state_of(item) != APPROVED


def _refuse_unreviewed(found: Iterable[Outgoing]) -> None:
    for one in found:
        if not one.unreviewed:
            continue
        anyway = "Send it all the same with unreviewed=true."
        if not one.item:
            raise EvidenceError(
                "Files that are no evidence were reviewed by nobody.", next_steps=[anyway]
            )
        raise EvidenceError(
            f"{one.item} is {one.unreviewed}: only approved evidence is uploaded.",
            next_steps=[f"%aibrain evidence approve {one.item}", anyway],
        )


def _refuse_twins(found: Iterable[Outgoing]) -> None:
    """Refuse two files that go to one name: SharePoint does not tell upper from lower case."""
    by_path: dict[str, Outgoing] = {}
    for one in found:
        other = by_path.setdefault(one.path.lower(), one)
        if other is not one:
            raise ParameterError(
                f"{other.file} and {one.file} would both be {one.path}.",
                why="SharePoint does not tell upper from lower case." * (other.path != one.path),
                next_steps=["Send them apart, with to=FOLDER, or the folder they are both in."],
            )


def _of_item(item: Item, to: str) -> list[Outgoing]:
    codes = codes_of(item)
    folder = f"{to or (codes[0].code if codes else _NO_CODE)}/{item.id}"
    state = state_of(item)
    against = "" if state == APPROVED else state
    return [
        Outgoing(file, f"{folder}/{file.relative_to(item.folder).as_posix()}", item.id, against)
        for file in sorted(item.folder.rglob("*"))
        if file.is_file()
    ]


def _of_folder(path: Path, to: str) -> list[Outgoing]:
    if not path.exists():
        raise ParameterError(f"There is no file {path}.", next_steps=["Name a file or a folder."])
    base = path.parent if path.is_file() else path
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        if path.is_dir() and not file.resolve().is_relative_to(path.resolve()):
            raise ParameterError(
                f"{file} is a link that leads out of {path}.",
                next_steps=["Name what it leads to by itself, or leave the link out."],
            )
    return [
        Outgoing(f, f"{to}/{f.relative_to(base).as_posix()}".strip("/"), "", "no evidence")
        for f in files
    ]
