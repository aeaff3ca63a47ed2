"""The documents of a library: items, their names and versions, and what changed when."""

from __future__ import annotations

import datetime as dt
import random
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.sharepoint.quickxor import quickxor
from aibrain_jupyter.sharepoint.server.answers import GraphRefusal, not_found

if TYPE_CHECKING:
    from collections.abc import Iterator

FAIL, RENAME, REPLACE = "fail", "rename", "replace"
_FORBIDDEN: Final = re.compile(
    r'["*:<>?/\\|\x00-\x1f]|^\s|[\s.]$|^~\$|_vti_|^\.lock$|^desktop\.ini$'
    r"|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$",
    re.IGNORECASE,
)
_LONGEST_PATH: Final = 400


@dataclass(slots=True)
class Item:
    """A file (with `content`) or a folder (None); `changed` is its place among all changes."""

    id: str
    name: str
    parent: str
    content: bytes | None = None
    version: int = 1
    changed: int = 0
    is_deleted: bool = False
    created: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    modified: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    file_times: dict[str, str] = field(default_factory=dict)
    by: str = "Ann Auditor"
    hash: str = ""
    is_locked: bool = False

    @property
    def etag(self) -> str:
        """As Graph writes it: the id of the list item and the version."""
        return f'"{{{self.id}}},{self.version}"'


class Drive:
    """A library. `quota` is in bytes; `rewrites_office`: Office files get other bytes."""

    def __init__(self, name: str, site: str, *, quota: int = 1 << 40) -> None:
        self.name, self.site, self.quota = name, site, quota
        # The same library has the same ids each time it is made.
        self._chance = random.Random(f"{site}/{name}")  # noqa: S311
        self.id = f"b!{self._chance.randbytes(20).hex()}"
        self.rewrites_office = False
        self.forgotten = 0
        self.lock = threading.RLock()
        self.items: dict[str, Item] = {}
        self.changes = 0
        self.root = self._add(Item(self._new_id(), "root", ""))

    def at(self, path: str) -> Item | None:
        """Return the item of a path from the root, None where there is none."""
        found: Item | None = self.root
        for name in filter(None, path.split("/")):
            found = self.child(found.id, name) if found else None
        return found

    def item(self, name: str) -> Item:
        """Return an item by its id."""
        found = self.root if name == "root" else self.items.get(name)
        if found is None or found.is_deleted:
            raise not_found()
        return found

    def child(self, parent: str, name: str) -> Item | None:
        """Return the item of a name in a folder; case does not count."""
        return next((i for i in self.children(parent) if i.name.lower() == name.lower()), None)

    def children(self, parent: str) -> list[Item]:
        """Return what is in a folder."""
        with self.lock:
            return [i for i in self.items.values() if i.parent == parent and not i.is_deleted]

    def path_of(self, item: Item) -> str:
        """Return the path from the root: empty for it, else with ``/`` first."""
        return f"{self.path_of(self.items[item.parent])}/{item.name}" if item.parent else ""

    def folder(self, path: str) -> Item:
        """Return the folder of a path; what is missing of it is made."""
        found = self.root
        for name in filter(None, path.split("/")):
            there = self.child(found.id, name)
            if there is None:
                self.check_name(name, path)
            elif there.content is not None:
                raise _taken(name)
            found = there or self.make_folder(found, name)
        return found

    def make_folder(self, parent: Item, name: str, conflict: str = FAIL) -> Item:
        """Make a folder."""
        with self.lock:
            name, there = self._name(parent, name, conflict)
            return there or self._add(Item(self._new_id(), name, parent.id))

    def write(
        self,
        path: str,
        content: bytes,
        *,
        conflict: str = REPLACE,
        if_match: str = "",
        file_times: dict[str, str] | None = None,
    ) -> tuple[Item, bool]:
        """Write a file and return it, and whether it is new."""
        folder, _, name = path.strip("/").rpartition("/")
        with self.lock:
            self.check_name(name, path)
            parent = self.folder(folder)
            name, there = self._name(parent, name, conflict)
            if there and there.content is None:
                raise _taken(name)
            if if_match and (there is None or there.etag != if_match):
                raise changed()
            if there and there.is_locked:
                raise GraphRefusal(423, "resourceLocked", "The resource is locked.")
            if self.used + len(content) > self.quota:
                raise GraphRefusal(507, "quotaLimitReached", "The quota is used up.")
            if self.rewrites_office and name.lower().endswith((".docx", ".xlsx", ".pptx")):
                content = content + b"<!-- properties -->"
            item = there or Item(self._new_id(), name, parent.id)
            item.content, item.hash = content, quickxor(content)
            item.file_times = file_times or {}
            return self._add(item), there is None

    def move(self, item: Item, parent: Item, name: str) -> Item:
        """Move or rename."""
        with self.lock:
            self.check_name(name, name)
            there = self.child(parent.id, name)
            if there and there is not item:
                raise _taken(name)
            item.name, item.parent = name, parent.id
            return self._add(item)

    def delete(self, item: Item) -> None:
        """Delete an item and what is in it."""
        with self.lock:
            for inner in self.children(item.id):
                self.delete(inner)
            item.is_deleted = True
            self._add(item)

    def changed_since(self, seen: int) -> Iterator[Item]:
        """Yield what changed after a place among the changes, oldest first."""
        with self.lock:
            found = sorted(self.items.values(), key=lambda item: item.changed)
        return (i for i in found if i.changed > seen)

    @property
    def used(self) -> int:
        """The bytes of all files."""
        return sum(len(i.content or b"") for i in self.items.values() if not i.is_deleted)

    def check_name(self, name: str, path: str) -> None:
        """Refuse a name that SharePoint forbids, or a path that is too long."""
        if not name or _FORBIDDEN.search(name):
            raise GraphRefusal(400, "invalidRequest", "The name is not valid.", inner="invalidPath")
        site = self.site.partition("/")[2]
        if len(f"{site}/{self.name}/{path.strip('/')}".encode("utf-16-le")) // 2 > _LONGEST_PATH:
            raise GraphRefusal(
                400, "invalidRequest", "The path is too long.", inner="pathIsTooLong"
            )

    def _name(self, parent: Item, name: str, conflict: str) -> tuple[str, Item | None]:
        """Return the name to use, and what is replaced."""
        there = self.child(parent.id, name)
        if there is None or conflict == REPLACE:
            return name, there
        if conflict != RENAME:
            raise _taken(name)
        stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
        number = 1
        while self.child(parent.id, f"{stem} {number}{dot}{ending}"):
            number += 1
        return f"{stem} {number}{dot}{ending}", None

    def _add(self, item: Item) -> Item:
        self.changes += 1
        if item.id in self.items:
            item.version += 1
            item.modified = dt.datetime.now(dt.UTC)
        item.changed = self.changes
        self.items[item.id] = item
        return item

    def _new_id(self) -> str:
        return f"01{self._chance.randbytes(16).hex().upper()}"


def _taken(name: str) -> GraphRefusal:
    return GraphRefusal(409, "nameAlreadyExists", f"An item named {name} exists.")


def changed() -> GraphRefusal:
    """Return the refusal of a version that is not the one asked for."""
    return GraphRefusal(412, "resourceModified", "The resource was changed meanwhile.")


def described(drive: Drive, item: Item, base: str, download: str) -> dict[str, Any]:
    """Return an item as Graph shows it."""
    who = {"user": {"displayName": item.by, "email": "ann@contoso.example"}}
    times = {"createdDateTime": iso(item.created), "lastModifiedDateTime": iso(item.modified)}
    found: dict[str, Any] = {
        "id": item.id,
        "name": item.name,
        "eTag": item.etag,
        **times,
        "createdBy": who,
        "lastModifiedBy": who,
        "size": _size(drive, item),
        "webUrl": f"https://{drive.site}/{drive.name}{drive.path_of(item)}",
        "fileSystemInfo": {**times, **item.file_times},
        "parentReference": {"driveId": drive.id, "driveType": "documentLibrary"},
    }
    if item.parent:
        above = drive.items[item.parent]
        path = f"/drives/{drive.id}/root:{drive.path_of(above)}"
        found["parentReference"] |= {"id": above.id, "name": above.name, "path": path}
    if item.is_deleted:
        keep = ("id", "parentReference")  # of a library, Graph does not say the name
        return {**{k: found[k] for k in keep}, "deleted": {"state": "deleted"}}
    if item.content is None:
        found["folder"] = {"childCount": len(drive.children(item.id))}
        return found if item.parent else {**found, "root": {}}
    mime = "text/csv" if item.name.endswith(".csv") else "application/octet-stream"
    found["cTag"] = f'"c:{{{item.id}}},{item.version}"'
    found["file"] = {"mimeType": mime, "hashes": {"quickXorHash": item.hash}}
    found["@microsoft.graph.downloadUrl"] = download
    return found


def iso(at: dt.datetime) -> str:
    """Return a time as Graph writes it."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _size(drive: Drive, item: Item) -> int:
    if item.content is not None:
        return len(item.content)
    return sum(_size(drive, inner) for inner in drive.children(item.id))
