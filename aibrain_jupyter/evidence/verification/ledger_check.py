"""The ledger: every event as it was written, each following from the one before."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.verification.report import (
    ALTERED,
    FIRST,
    HEAD,
    INCOMPLETE,
    LEDGER,
    NOTE,
    SCHEMA,
    STORE,
    Report,
    canonical,
    hash_of,
)
from aibrain_jupyter.evidence.verification.withheld import WITHHELD, fault_of_withheld

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_NAME = 100
"""Letters of an item's id at the most; disks take 255, and those of locks are longer."""
_BEGINS = b'{"actor":{'
_NEEDED: dict[str, tuple[tuple[str, type], ...]] = {
    "store": (("store", str), ("store_sha256", str)),
    "save": (("manifest_sha256", str), ("status", str)),
    "purge": (("manifest_sha256", str), ("files", list)),
    "anchor": (("store", str), ("key", str), ("signature", str)),
    "comment": (("text", str), ("audience", str)),
    "timestamp": (("seq", int), ("head", str), ("tsr_sha256", str)),
}
"""What the facts of an event must have."""


def read_ledger(folder: Path, report: Report, *, is_extract: bool = False) -> list[dict[str, Any]]:
    """
    Return the events up to the first that is not as it was written, and tell of that.

    An extract of a ledger, in a package, has events that are withheld: they say nothing.
    """
    try:
        lines = (folder / LEDGER).read_bytes().split(b"\n")
    except OSError as exc:
        report.tell(ALTERED, LEDGER, f"it cannot be read: {exc.strerror}")
        return []
    events: list[dict[str, Any]] = []
    torn = lines.pop().rstrip(b"\0")  # where the power went, blocks may be empty
    for number, line in enumerate(lines, 1):
        fault = _fault_of(line, number, events[-1] if events else None, is_extract=is_extract)
        if isinstance(fault, str):
            report.tell(ALTERED, f"{LEDGER} line {number}", fault)
            return events
        events.append(fault)
    if torn and _BEGINS.startswith(torn[: len(_BEGINS)]):
        report.tell(NOTE, LEDGER, "its last line is unfinished: a write was interrupted")
    elif torn:
        report.tell(ALTERED, LEDGER, "something was added after its last event")
    for one, other in pairwise(events):
        if other["time"] < one["time"]:
            what = f"event {other['seq']} says {other['time']}, the one before {one['time']}"
            report.tell(NOTE, LEDGER, f"a clock contradicts the ledger: {what}")
    return events


def _fault_of(
    line: bytes, number: int, before: dict[str, Any] | None, *, is_extract: bool
) -> dict[str, Any] | str:
    """Return the event of a line, or what is wrong with it."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return "it is no JSON"
    if not isinstance(event, dict) or canonical(event) != line:
        return "it is not written as events are"
    if event.get("seq") != number:
        return f"event {event.get('seq')} stands where {number} belongs"
    if event.get("prev") != (before["hash"] if before else FIRST):
        return "it does not follow from the event before"
    if is_extract and WITHHELD in event:
        return fault_of_withheld(event) or {**event, "facts": {}}
    if event.get("hash") != hash_of(event):
        return "its hash is not that of what it says"
    if not _is_event(event):
        return "it has not what an event has"
    return event


def _is_event(event: dict[str, Any]) -> bool:
    """Tell whether an event has its members; an item's name leads nowhere but into the store."""
    facts, needed = event.get("facts"), _NEEDED.get(str(event.get("type")), ())
    return (
        all(isinstance(event.get(name), str) for name in ("time", "type", "item"))
        and not {"/", "\\", "\0", ".."} & {event["item"], *event["item"]}
        and len(event["item"]) <= _LONGEST_NAME
        and bool(event["item"] or event["type"] not in ("save", "purge"))
        and isinstance(facts, dict)
        and all(isinstance(facts.get(name), kind) for name, kind in needed)
        and (event["type"] != "purge" or all(map(_is_file, facts["files"])))
    )


def _is_file(entry: Any) -> bool:
    """Tell whether an entry of a tombstone has what one has."""
    return isinstance(entry, dict) and all(
        isinstance(entry.get(name), str) for name in ("path", "sha256")
    )


def check_store(folder: Path, first: dict[str, Any], report: Report) -> None:
    try:
        text = (folder / STORE).read_bytes()
    except OSError as exc:
        report.tell(ALTERED, STORE, f"it cannot be read: {exc.strerror}")
        return
    if hashlib.sha256(text).hexdigest() != first["facts"].get("store_sha256"):
        report.tell(ALTERED, STORE, "it is not the file the ledger began with")
        return
    try:
        schema = dict(json.loads(text)).get("schema")
    except (ValueError, TypeError):
        report.tell(ALTERED, STORE, "it is not what a store begins with")
        return
    if schema != SCHEMA:
        report.tell(INCOMPLETE, STORE, f"schema {schema} is not known here (known: {SCHEMA})")


def check_head(folder: Path, events: list[dict[str, Any]], report: Report) -> None:
    try:
        text = (folder / HEAD).read_bytes().decode("ascii")
    except (OSError, ValueError):
        report.tell(ALTERED, HEAD, "it is missing or cannot be read")
        return
    last = f"{events[-1]['seq']}:{events[-1]['hash']}\n"
    before = f"{events[-1]['seq'] - 1}:{events[-1]['prev']}\n"
    if text == before:
        report.tell(NOTE, HEAD, "it is one event behind: a write was interrupted")
    elif text != last:
        report.tell(ALTERED, HEAD, f"it says {text.strip()[:24]}, the ledger ends at {last[:24]}")
