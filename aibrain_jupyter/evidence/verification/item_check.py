"""Items: each file as it was saved, none missing, none that was not saved."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.verification.report import (
    ALTERED,
    ANCHORS,
    DRAFTS,
    HEAD,
    INCOMPLETE,
    ITEMS,
    LEDGER,
    LOCK,
    MANIFEST,
    NOTE,
    STORE,
    Report,
    digest,
    files_below,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_KNOWN = {STORE, LEDGER, HEAD, LOCK, ITEMS, DRAFTS, ANCHORS}
_LEFT_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints"}


def check_items(folder: Path, events: list[dict[str, Any]], report: Report, item: str) -> None:
    saved = {e["item"]: e for e in events if e["type"] == "save"}
    purged = {e["item"] for e in events if e["type"] == "purge"}
    superseded = {e["item"] for e in events if e["type"] == "supersede"}
    if item and item not in saved:
        report.tell(INCOMPLETE, f"{ITEMS}/{item}", "there is no item of that id")
    for name, event in saved.items():
        if item and name != item:
            continue
        if name in purged:
            if (folder / ITEMS / name).exists():
                report.tell(NOTE, f"{ITEMS}/{name}", "purged, its files are still being removed")
            continue
        report.items += 1
        facts = event["facts"]
        if facts.get("status") == INCOMPLETE and name not in superseded:
            report.tell(INCOMPLETE, f"{ITEMS}/{name}", "it was saved incomplete")
        home = _home(folder, name, event is events[-1], report)
        if home is not None:
            _check_item(home, name, facts["manifest_sha256"], report)
    for event in events:
        about = saved.get(event.get("item", ""))
        bound = event["facts"].get("manifest_sha256")
        if event["type"] == "approve" and (
            about is None or bound != about["facts"]["manifest_sha256"]
        ):
            report.tell(ALTERED, f"event {event['seq']}", "it approves another manifest")


def _home(folder: Path, name: str, is_last: bool, report: Report) -> Path | None:
    """Return the folder of an item; one that was saved and not yet moved is still a draft."""
    for room in (ITEMS, DRAFTS, ITEMS):
        if (folder / room / name).is_dir():
            if room == DRAFTS:
                report.tell(NOTE, f"{DRAFTS}/{name}", "saved, and not yet moved to its place")
            return folder / room / name
    report.tell(ALTERED, f"{ITEMS}/{name}", "the item is missing")
    return None


def _check_item(home: Path, name: str, expected: str, report: Report) -> None:
    where = f"{ITEMS}/{name}"
    try:
        text = (home / MANIFEST).read_bytes()
    except OSError as exc:
        report.tell(ALTERED, f"{where}/{MANIFEST}", f"it cannot be read: {exc.strerror}")
        return
    if hashlib.sha256(text).hexdigest() != expected:
        report.tell(ALTERED, f"{where}/{MANIFEST}", "it is not the manifest that was saved")
        return
    listed = {entry["path"]: entry for entry in json.loads(text)["files"]}
    found = {path.relative_to(home).as_posix(): path for path in files_below(home)}
    found.pop(MANIFEST, None)
    for path in sorted(found.keys() - listed.keys()):
        _tell_extra(f"{where}/{path}", report)
    for path in sorted(listed.keys() - found.keys()):
        report.tell(ALTERED, f"{where}/{path}", "it is missing")
    present = sorted(listed.keys() & found.keys())
    with ThreadPoolExecutor(4) as pool:
        digests = pool.map(_digest_or_fault, (found[path] for path in present))
        for path, got in zip(present, digests, strict=True):
            report.files += 1
            entry = listed[path]
            if isinstance(got, str):
                report.tell(ALTERED, f"{where}/{path}", f"it cannot be read: {got}")
            elif got != (entry["bytes"], entry["sha256"]):
                report.tell(ALTERED, f"{where}/{path}", _difference(got, entry))


def _digest_or_fault(path: Path) -> tuple[int, str] | str:
    if path.is_symlink():
        return "it is a link"
    try:
        return digest(path)
    except OSError as exc:
        return exc.strerror or type(exc).__name__


def _difference(got: tuple[int, str], entry: dict[str, Any]) -> str:
    if got[0] != entry["bytes"]:
        return f"it has {got[0]} bytes, {entry['bytes']} were saved"
    return f"its SHA-256 is {got[1][:16]}…, {entry['sha256'][:16]}… was saved"


def check_extra(
    folder: Path, events: Iterable[dict[str, Any]], on_disk: set[str], report: Report
) -> None:
    for path in sorted(folder.iterdir()):
        if path.name not in _KNOWN:
            _tell_extra(path.name, report)
    saved = {event["item"] for event in events if event["type"] == "save"}
    for name in sorted(on_disk - saved):
        if (folder / ITEMS / name).exists():
            _tell_extra(f"{ITEMS}/{name}", report)
        elif not name.endswith(LOCK):
            report.tell(NOTE, f"{DRAFTS}/{name}", "a save that has not ended, or was interrupted")


def _tell_extra(where: str, report: Report) -> None:
    is_harmless = bool(_LEFT_BY_SYSTEMS & set(PurePosixPath(where).parts))
    report.tell(NOTE if is_harmless else ALTERED, where, "it was not saved here")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()
