"""Items: each file as it was saved, none missing, none that was not saved."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
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
    tell_extra,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ARRAY, MASKED = "array", "masked"
_KNOWN = {STORE, LEDGER, HEAD, LOCK, ITEMS, DRAFTS, ANCHORS}


def items_of(
    folder: Path, events: list[dict[str, Any]], report: Report, item: str
) -> dict[str, dict[str, Any]]:
    """Return the events of the items whose files are to be checked; tell of the others."""
    saved: dict[str, dict[str, Any]] = {}
    for event in events:
        if event["type"] == "save" and saved.setdefault(event["item"], event) is not event:
            report.tell(ALTERED, f"event {event['seq']}", "it saves an item a second time")
    superseded = {e["item"] for e in events if e["type"] == "supersede"}
    if item and item not in saved:
        report.tell(INCOMPLETE, f"{ITEMS}/{item}", "there is no item of that id")
    found = {name: event for name, event in saved.items() if item in ("", name)}
    for name, event in list(found.items()):
        where = f"{ITEMS}/{name}"
        if is_purged(events, name):
            del found[name]
            _check_purge(folder, name, events, report)
        elif event["facts"].get("status") == INCOMPLETE and name not in superseded:
            report.tell(INCOMPLETE, where, "it was saved incomplete")
        if name in found and not (folder / ITEMS / name).exists() and _home(folder, name):
            report.tell(NOTE, f"{DRAFTS}/{name}", "saved, and not yet moved to its place")
    _check_approvals(events, saved, report)
    report.items = len(found)
    return found


def _check_purge(folder: Path, name: str, events: list[dict[str, Any]], report: Report) -> None:
    """Check that a purge was allowed, and that nothing but its own files is left of the item."""
    about = [event for event in events if event["item"] == name]
    at = next(place for place, event in enumerate(about) if event["type"] == "purge")
    tombstone = about[at]["facts"]
    if standing_holds((event["type"], event["facts"]) for event in about[:at]):
        report.tell(ALTERED, f"event {about[at]['seq']}", "it purges an item that is on hold")
    if tombstone["manifest_sha256"] != about[0]["facts"].get("manifest_sha256"):
        report.tell(ALTERED, f"event {about[at]['seq']}", "it purges another manifest")
    own = {entry["path"]: entry["sha256"] for entry in tombstone["files"]}
    own[MANIFEST] = tombstone["manifest_sha256"]
    for room in (ITEMS, DRAFTS):
        home = folder / room / name
        left = {path.relative_to(home).as_posix(): path for path in files_below(home)}
        if home.is_symlink() or not all(_is_left_of(path, left[path], own) for path in left):
            report.tell(ALTERED, f"{room}/{name}", "purged, and something else is in its place")
        elif home.exists():
            report.tell(NOTE, f"{room}/{name}", "purged, its files are still being removed")


def _is_left_of(name: str, path: Path, own: dict[str, str]) -> bool:
    """Tell whether a purge left this: one of the item's files, or a folder that it emptied."""
    if path.is_dir() and not path.is_symlink():
        return any(file.startswith(f"{name}/") for file in own)
    return _sha256(path) == own.get(name)


def standing_holds(events: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return the reasons of the holds that are not released, of an item's events (type, facts)."""
    standing: list[str] = []
    for kind, facts in events:
        reason = str(facts.get("reason", ""))
        if kind == "hold" and reason not in standing:  # said again, it is the same hold
            standing.append(reason)
        elif kind == "release":
            del standing[:1]
    return standing


def _sha256(path: Path) -> str:
    got = digest_or_fault(path)
    return got if isinstance(got, str) else got[1]


def is_purged(events: list[dict[str, Any]], item: str) -> bool:
    """Tell whether the ledger has a purge of the item."""
    return any(event["type"] == "purge" and event["item"] == item for event in events)


def _check_approvals(
    events: list[dict[str, Any]], saved: dict[str, dict[str, Any]], report: Report
) -> None:
    for event in events:
        if event["type"] == "approve":
            about = saved.get(event["item"], {"facts": {}})["facts"].get("manifest_sha256")
            if about is None or event["facts"].get("manifest_sha256") != about:
                report.tell(ALTERED, f"event {event['seq']}", "it approves another manifest")


def _home(folder: Path, name: str) -> Path | None:
    """Return the folder of an item; one that was saved and not yet moved is still a draft."""
    # Places are tried twice, since it may be moved in between.
    homes = (folder / room / name for room in (ITEMS, DRAFTS, ITEMS))
    return next((home for home in homes if home.is_dir() and not home.is_symlink()), None)


def check_item(
    folder: Path,
    name: str,
    event: dict[str, Any],
    report: Report,
    packed: dict[str, Any] | None = None,
) -> None:
    """
    Check the manifest of an item and each of its files, and that there is none besides.

    `packed` is what a package's record has of it: files that were left out, or made of others.
    """
    expected = event["facts"]["manifest_sha256"]
    home, where = _home(folder, name), f"{ITEMS}/{name}"
    if home is None:
        report.tell(ALTERED, where, "the item is missing")
        return
    if isinstance(fault := digest_or_fault(home / MANIFEST), str):
        report.tell(ALTERED, f"{where}/{MANIFEST}", f"it cannot be read: {fault}")
        return
    text = (home / MANIFEST).read_bytes()
    if masked := _masked_manifest(packed):
        # What the ledger has is another: that it was made of it only the packer says, and signs.
        what = f"it is masked, and not the one the ledger has ({expected[:16]}…): {masked['why']}"
        report.tell(NOTE, f"{where}/{MANIFEST}", what)
        expected = masked["sha256"]
    if hashlib.sha256(text).hexdigest() != expected:
        report.tell(ALTERED, f"{where}/{MANIFEST}", "it is not the manifest that was saved")
        return
    listed = _listed(text)
    if listed is None:
        report.tell(ALTERED, f"{where}/{MANIFEST}", "it is no manifest")
        return
    found = {path.relative_to(home).as_posix(): path for path in files_below(home)}
    found.pop(MANIFEST, None)
    if packed is not None:
        listed = as_packed(where, packed, listed, found, report)
    for path in sorted(found.keys() - listed.keys()):
        tell_extra(f"{where}/{path}", report)
    for path in sorted(listed.keys() - found.keys()):
        report.tell(ALTERED, f"{where}/{path}", "it is missing")
    present = sorted(listed.keys() & found.keys())
    with ThreadPoolExecutor(4) as pool:
        digests = pool.map(digest_or_fault, (found[path] for path in present))
        for path, got in zip(present, digests, strict=True):
            report.files += 1
            entry = listed[path]
            if isinstance(got, str):
                report.tell(ALTERED, f"{where}/{path}", f"it cannot be read: {got}")
            elif got != (entry["bytes"], entry["sha256"]):
                report.tell(ALTERED, f"{where}/{path}", _difference(got, entry))


def _listed(text: bytes) -> dict[str, dict[str, Any]] | None:
    """Return what a manifest has of each file, by its path; None: it is none."""
    try:
        files = [(f["path"], f["bytes"], f["sha256"], f) for f in json.loads(text)["files"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(isinstance(path, str) and isinstance(sha, str) for path, _, sha, _ in files):
        return None
    return {path: entry for path, _, _, entry in files}


def _masked_manifest(packed: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what a package says of a manifest that is masked in it; None: it is not."""
    made = packed["made"] if packed else ()
    return next((m for m in made if m["path"] == MANIFEST and m["how"] == MASKED), None)


def as_packed(
    where: str,
    packed: dict[str, Any],
    listed: dict[str, dict[str, Any]],
    found: dict[str, Path],
    report: Report,
) -> dict[str, dict[str, Any]]:
    """Return the files that a package has of an item, and tell of those that are not as saved."""
    expected = dict(listed)
    for out in packed["left_out"]:
        if out["path"] in expected.keys() - found.keys():
            del expected[out["path"]]
            report.tell(NOTE, f"{where}/{out['path']}", f"left out: {out['why']}")
    for made in (made for made in packed["made"] if made["path"] != MANIFEST):
        place, saved = f"{where}/{made['path']}", listed.get(made["of"])
        if saved is None or made["path"] in listed.keys() - {made["of"]}:
            report.tell(ALTERED, place, "it is made of no saved file")
            continue
        expected[made["path"]] = made
        is_array = made["how"] == ARRAY
        if not is_array:
            what = "not as it was saved" if made["path"] == made["of"] else f"made of {made['of']}"
            report.tell(NOTE, place, f"{what}: {made['why']}")
        elif made["path"] in found and sums_of_lines(found[made["path"]]) != saved["sha256"]:
            report.tell(ALTERED, place, f"it has not the rows of {made['of']} as they were saved")
    return expected


def sums_of_lines(path: Path) -> str:
    """Return the SHA-256 of the JSON lines that a JSON array was made of, or an empty text."""
    sums, before = hashlib.sha256(), b""
    with path.open("rb") as file:
        if file.readline() != b"[\n":
            return ""
        for line in file:
            if line == b"]\n":
                sums.update(before)
                return "" if file.read(1) else sums.hexdigest()
            if before and not before.endswith(b",\n"):
                return ""
            sums.update(before[:-2] + b"\n" if before else b"")
            before = line
    return ""


def digest_or_fault(path: Path) -> tuple[int, str] | str:
    """Return the length and SHA-256 of a file, or why it cannot be read."""
    if path.is_symlink():
        return "it is a link"
    if path.exists() and not path.is_file():
        return "it is no file"
    try:
        return digest(path)
    except OSError as exc:
        return exc.strerror or type(exc).__name__


def _difference(got: tuple[int, str], entry: dict[str, Any]) -> str:
    if got[0] != entry["bytes"]:
        return f"it has {got[0]} bytes, {entry['bytes']} were saved"
    return f"its SHA-256 is {got[1][:16]}…, {entry['sha256'][:16]}… was saved"


def check_extra(folder: Path, events: Iterable[dict[str, Any]], report: Report) -> None:
    """Tell of every file and folder that was not saved here."""
    for path in sorted(folder.iterdir()):
        if path.name not in _KNOWN:
            tell_extra(path.name, report)
        elif path.is_symlink():
            report.tell(ALTERED, path.name, "it is a link")
        elif path.name in (ITEMS, DRAFTS, ANCHORS) and not path.is_dir():
            report.tell(ALTERED, path.name, "it is no folder")
    saved = {event["item"] for event in events if event["type"] == "save"}
    for name in sorted((names(folder / ITEMS) | names(folder / DRAFTS)) - saved):
        if (folder / ITEMS / name).exists():
            tell_extra(f"{ITEMS}/{name}", report)
        elif (draft := folder / DRAFTS / name).is_dir() and not draft.is_symlink():
            report.tell(NOTE, f"{DRAFTS}/{name}", "a save that has not ended, or was interrupted")
        elif not name.endswith(LOCK):
            tell_extra(f"{DRAFTS}/{name}", report)
    for name in sorted(saved & names(folder / ITEMS) & names(folder / DRAFTS)):
        # A saved draft moves in one step: it is never at both places.
        tell_extra(f"{DRAFTS}/{name}", report)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()
