"""
A store: a folder of saved items, each immutable, and a ledger of everything that happened to them.

A save is complete or absent: the draft is written and synced, then the ledger says it, then the
folder moves to its place. What a kill leaves in between, the next writer finishes or removes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import shutil
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.store.anchors import place_staged
from aibrain_jupyter.evidence.store.draft import Draft, remove_abandoned
from aibrain_jupyter.evidence.store.ledger import (
    Event,
    Ledger,
    not_writable,
    replace_file,
    sync_folder,
)
from aibrain_jupyter.evidence.store.names import new_id
from aibrain_jupyter.evidence.verification.report import (
    DRAFTS,
    ITEMS,
    LEDGER,
    MANIFEST,
    SCHEMA,
    STORE,
    Report,
    canonical,
)
from aibrain_jupyter.evidence.verification.verify import verify
from aibrain_jupyter.shared.error_handler import EvidenceError, UnknownNameError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COLLECTED: Final = "collected"
INCOMPLETE: Final = "incomplete"


@dataclass(frozen=True, slots=True)
class Item:
    """
    One saved set of a `store`'s folder: its `id`, the event that saved it, every event since.
    """

    id: str
    store: Path
    saved: Event
    events: tuple[Event, ...] = field(default=(), repr=False)

    @property
    def folder(self) -> Path:
        """Where its files are now: the next save moves those of one that was interrupted."""
        placed, waiting = (self.store / room / self.id for room in (ITEMS, DRAFTS))
        return waiting if waiting.exists() and not placed.exists() else placed

    @property
    def manifest_sha256(self) -> str:
        """The SHA-256 of its manifest, which approvals are bound to."""
        return str(self.saved.facts["manifest_sha256"])

    @property
    def is_purged(self) -> bool:
        """Whether its files were removed on purpose."""
        return any(event.type == "purge" for event in self.events)

    def manifest(self) -> dict[str, Any]:
        """
        Return its manifest.

        Raises:
            EvidenceError: it was purged, or the manifest is not as it was saved.
        """
        if self.is_purged:
            raise EvidenceError(f"{self.id} was purged: its tombstone in the ledger is left.")
        try:
            text = self._read_manifest()
        except OSError as exc:
            raise _altered(self.id, exc.strerror or str(exc)) from exc
        if hashlib.sha256(text).hexdigest() != self.manifest_sha256:
            raise _altered(self.id, "It is not the manifest that was saved.")
        found: dict[str, Any] = json.loads(text)
        return found

    def _read_manifest(self) -> bytes:
        try:
            return (self.folder / MANIFEST).read_bytes()
        except FileNotFoundError:  # it was moved to its place meanwhile, by whoever saved it
            return (self.store / ITEMS / self.id / MANIFEST).read_bytes()


class Store:
    """The store in `folder`; nothing is made on disk before something is saved."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).expanduser().absolute()
        self.ledger = Ledger(self.folder, self._check_schema)

    @property
    def exists(self) -> bool:
        """Whether something was saved in it."""
        return (self.folder / STORE).exists() or (self.folder / LEDGER).exists()

    @property
    def id(self) -> str:
        """The id of the store, given when it was made."""
        first = self._events()[:1]
        return str(first[0].facts.get("store", "")) if first else ""

    def make(self) -> None:
        """
        Make the folder, 0700, and begin its ledger, unless it is there.

        Raises:
            EvidenceError: it cannot be made, or something else is in the folder.
        """
        if self.exists and self.ledger.last():
            self._check_schema()
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise not_writable(self.folder, exc) from exc
        with self.ledger.locked():
            if self.ledger.last():
                return
            self._refuse_foreign_folder()
            for room in (ITEMS, DRAFTS):
                (self.folder / room).mkdir(mode=0o700, exist_ok=True)
            store = uuid.uuid4().hex
            text = canonical({"schema": SCHEMA, "store": store}) + b"\n"
            replace_file(self.folder, self.folder / STORE, text)
            sha256 = hashlib.sha256(text).hexdigest()
            self.ledger.append("store", facts={"store": store, "store_sha256": sha256})

    @contextmanager
    def draft(self, title: str, *, day: dt.date | None = None) -> Iterator[Draft]:
        """
        Give a draft to write an item's files into; left without `commit`, it is removed.

        Raises:
            EvidenceError: the disk is full or cannot be written.
        """
        self.make()
        day = day or dt.datetime.now(dt.UTC).date()
        taken = {event.item for event in self._events()}
        with self.ledger.locked():  # who cleans up meanwhile takes the lock of any draft he sees
            draft = Draft(self.folder, new_id(title, day, taken))
        try:
            yield draft
        except OSError as exc:  # of a file of the draft
            raise not_writable(self.folder, exc) from exc
        finally:
            if draft.folder.exists() and draft.item not in {item.id for item in self.items()}:
                draft.discard()
            draft.release()

    def commit(
        self,
        draft: Draft,
        manifest: Mapping[str, Any],
        *,
        status: str = COLLECTED,
        facts: Mapping[str, Any] | None = None,
    ) -> Item:
        """
        Save a draft and return its item.

        Args:
            draft: Its files are written.

            manifest: What is known of it; ``id``, ``store``, ``schema`` and ``files`` are added.

            status: `COLLECTED` or `INCOMPLETE`.

            facts: What else the ledger keeps of it: title, codes, what it supplements.

        Raises:
            EvidenceError: the disk is full or cannot be written; nothing was saved.
        """
        named = {**manifest, "id": draft.item, "store": self.id, "schema": SCHEMA, "status": status}
        try:
            text = draft.seal(named)
        except OSError as exc:
            raise not_writable(self.folder, exc) from exc
        sha256 = hashlib.sha256(text).hexdigest()
        with self.ledger.locked():
            self._finish_interrupted()
            about = {**(facts or {}), "manifest_sha256": sha256, "status": status}
            self.ledger.append("save", item=draft.item, facts=about)
            # It is saved. What cannot be moved now counts where it is, and the next save moves it.
            with contextlib.suppress(OSError):
                self._move(draft.item)
        return self.item(draft.item)

    def items(self) -> list[Item]:
        """Return the items, in the order they were saved; purged ones too."""
        events = self._events()
        by_item: dict[str, list[Event]] = {}
        for event in events:
            by_item.setdefault(event.item, []).append(event)
        return [
            Item(event.item, self.folder, event, tuple(by_item[event.item]))
            for event in events
            if event.type == "save"
        ]

    def item(self, name: str) -> Item:
        """
        Return an item by its id, or the only one whose id begins or ends so.

        Raises:
            UnknownNameError: there is none, or more than one.
        """
        items = {item.id: item for item in self.items()}
        if name in items:
            return items[name]
        meant = [i for i in items if name and (i.startswith(name) or i.endswith(name))]
        if len(meant) == 1:
            return items[meant[0]]
        steps = ["%aibrain evidence list gives the items."]
        if meant:
            raise UnknownNameError(
                f"{len(meant)} evidence items begin or end with {name!r}.",
                next_steps=[f"Name one: {', '.join(meant[-5:])}", *steps],
            )
        raise unknown_name("evidence item", name, items, next_steps=steps)

    @contextmanager
    def deciding(self, item: Item) -> Iterator[Item]:
        """Keep other writers out, and give an item with what was decided about it until now."""
        with self.ledger.locked():
            yield self.item(item.id)

    def verify(self, item: str = "", *, head: str = "", keys: Sequence[str] = ()) -> Report:
        """Return what the verification of the store, or of one item, finds."""
        if not self.exists:
            raise EvidenceError(
                f"There is no evidence store in {self.folder.name}.",
                next_steps=["Save something first: %aibrain iam_users --save RFI-014"],
            )
        return verify(self.folder, item, head, keys)

    def remove_files(self, item: str) -> None:
        """Remove the files of an item whose purge the ledger has."""
        for room in (ITEMS, DRAFTS):  # a save that was interrupted is still a draft
            shutil.rmtree(self.folder / room / item, ignore_errors=True)

    def _events(self) -> list[Event]:
        if not self.exists:
            return []
        self._check_schema()
        return self.ledger.events()

    def _move(self, item: str) -> None:
        (self.folder / ITEMS).mkdir(mode=0o700, exist_ok=True)  # copies lose empty folders
        (self.folder / DRAFTS / item).rename(self.folder / ITEMS / item)
        sync_folder(self.folder / ITEMS)

    def _finish_interrupted(self) -> None:
        """Finish the saves and purges that the ledger has, and remove drafts nobody works at."""
        items = self.items()
        place_staged(self.folder, self.ledger.events())
        for item in items:
            if item.is_purged:
                self.remove_files(item.id)
            elif item.folder.parent.name == DRAFTS:
                with contextlib.suppress(OSError):  # it counts where it is
                    self._move(item.id)
        if removed := remove_abandoned(self.folder, frozenset(item.id for item in items)):
            self.ledger.append("recover", facts={"abandoned_drafts": removed})

    def _check_schema(self) -> None:
        if not self.exists:
            return
        try:
            found = dict(json.loads((self.folder / STORE).read_bytes())).get("schema")
        except (OSError, ValueError, TypeError) as exc:
            raise EvidenceError(
                f"The evidence store {self.folder.name} cannot be used: {STORE} cannot be read.",
                why=str(exc),
                next_steps=["%aibrain evidence verify says what was altered."],
            ) from exc
        if found != SCHEMA:
            raise EvidenceError(
                f"The evidence store {self.folder.name} has schema {found}; this version writes "
                f"schema {SCHEMA}.",
                next_steps=["Use the version of aibrain_jupyter that made it, or another folder."],
            )

    def _refuse_foreign_folder(self) -> None:
        known = {ITEMS, DRAFTS, STORE}
        others = [p.name for p in self.folder.iterdir() if p.name not in known and p.name[0] != "."]
        if others:
            raise EvidenceError(
                f"The folder {self.folder.name} is no evidence store, and it is not empty.",
                why=f"It holds {', '.join(sorted(others)[:3])}.",
                next_steps=[
                    "Name an empty folder: %config AibrainMagics.evidence_folder = 'FOLDER'"
                ],
            )


def _altered(item: str, why: str) -> EvidenceError:
    return EvidenceError(
        f"The manifest of {item} cannot be used.",
        why=why,
        next_steps=[f"%aibrain evidence verify {item} says what was altered."],
    )
