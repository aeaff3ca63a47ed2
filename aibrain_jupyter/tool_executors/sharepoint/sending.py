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
    """A file here, where it goes in the library, and the item it is of (empty: none)."""

    file: Path
    path: str
    item: str = ""


def outgoing(params: Mapping[str, Any]) -> list[Outgoing]:
    """
    Return what a request sends, in order.

    Raises:
        InputError: nothing is named, or a file is not there.
        EvidenceError: something is not approved, and ``unreviewed`` is not said.
    """
    to, names = str(params.get("to") or "").strip("/"), params.get("files") or ()
    if names:
        if not params.get("unreviewed"):
            raise EvidenceError(
                "Files that are no evidence were reviewed by nobody.",
                next_steps=["Send them all the same with unreviewed=true."],
            )
        return [found for name in names for found in _of_folder(Path(name).expanduser(), to)]
    items = _items(default_store(), params)
    if not params.get("unreviewed"):
        _refuse_unreviewed(items)
    return [found for item in items for found in _of_item(item, to)]


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
        if not params.get("unreviewed"):
            answering = [item for item in answering if state_of(item) == APPROVED]
        named += [item for item in answering if not item.is_purged]
    if not named:
        raise ParameterError(
            "There is nothing to upload: no approved item was named or answers that RFI.",
            next_steps=["%aibrain evidence list shows the items and their states."],
        )
    return list({item.id: item for item in named}.values())


def _refuse_unreviewed(items: Iterable[Item]) -> None:
    for item in items:
        if (state := state_of(item)) != APPROVED:
            raise EvidenceError(
                f"{item.id} is {state}: only approved evidence is uploaded.",
                next_steps=[
                    f"%aibrain evidence approve {item.id}",
                    "Send it all the same with unreviewed=true.",
                ],
            )


def _of_item(item: Item, to: str) -> list[Outgoing]:
    codes = codes_of(item)
    folder = f"{to or (codes[0].code if codes else _NO_CODE)}/{item.id}"
    return [
        Outgoing(file, f"{folder}/{file.relative_to(item.folder).as_posix()}", item.id)
        for file in sorted(item.folder.rglob("*"))
        if file.is_file()
    ]


def _of_folder(path: Path, to: str) -> list[Outgoing]:
    if not path.exists():
        raise ParameterError(f"There is no file {path}.", next_steps=["Name a file or a folder."])
    base = path.parent if path.is_file() else path
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return [Outgoing(f, f"{to}/{f.relative_to(base).as_posix()}".strip("/")) for f in files]
