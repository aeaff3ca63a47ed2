"""Anchors: signed heads, which show a tail that was cut and a ledger that was rebuilt."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.verification.ed25519 import is_signed
from aibrain_jupyter.evidence.verification.report import (
    ALTERED,
    ANCHORS,
    DRAFTS,
    INCOMPLETE,
    LEDGER,
    LOCK,
    NOTE,
    Report,
    canonical,
    files_below,
    tell_extra,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


ANCHOR_FILES = {"anchor": ".json", "timestamp": ".tsr"}
"""What the file of an anchor ends in."""


def anchor_name(kind: str, seq: int) -> str:
    """Return the name of an anchor's file: of the event that signs, or the one that is stamped."""
    return f"{seq:06}{ANCHOR_FILES[kind]}"


def signed_text(event: dict[str, Any]) -> bytes:
    """Return what an anchor signs: its own event, which names the hash of the one before."""
    facts = {name: value for name, value in event["facts"].items() if name != "signature"}
    body = {name: value for name, value in event.items() if name != "hash"}
    return canonical({**body, "facts": facts})


def stamped_text(store: str, seq: int, head: str) -> bytes:
    """Return what a time stamp is of."""
    return canonical({"head": head, "seq": seq, "store": store})


def check_anchors(
    folder: Path, events: list[dict[str, Any]], report: Report, keys: Sequence[str]
) -> None:
    """Check every anchor against the ledger, and that none is missing."""
    trusted, expected = set(keys), dict(_expected(events))
    for path in sorted(files_below(folder / ANCHORS)):
        where = path.relative_to(folder).as_posix()
        event = expected.pop(path.name, None) if path.parent.name == ANCHORS else None
        if event is None:
            tell_extra(where, report)
        elif not _is_as_written(path, event):
            report.tell(ALTERED, where, "it is not as the ledger has it")
        else:
            _check_anchor(where, event, events, trusted, report)
    for name, event in expected.items():
        if _is_as_written(staged(folder, name), event):
            report.tell(NOTE, f"{ANCHORS}/{name}", "written, and not yet moved to its place")
            _check_anchor(f"{ANCHORS}/{name}", event, events, trusted, report)
        else:
            report.tell(ALTERED, f"{ANCHORS}/{name}", "it is missing")
    if trusted and not report.anchored:
        report.tell(ALTERED, ANCHORS, "no anchor is signed with a key that is trusted")


def _expected(events: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each anchor's file and its event."""
    for event in events:
        if event["type"] in ANCHOR_FILES:
            is_stamp = event["type"] == "timestamp"
            yield anchor_name(event["type"], (event["facts"] if is_stamp else event)["seq"]), event


def staged(folder: Path, name: str) -> Path:
    """Return where an anchor's file waits until the ledger has its event."""
    return folder / DRAFTS / f"{name}{LOCK}"


def _is_as_written(path: Path, event: dict[str, Any]) -> bool:
    """Tell whether the file of an anchor is there and holds what the ledger says."""
    if path.is_symlink() or not path.is_file():
        return False
    text = path.read_bytes()
    if event["type"] == "timestamp":
        return hashlib.sha256(text).hexdigest() == str(event["facts"]["tsr_sha256"])
    return text == canonical({n: v for n, v in event.items() if n != "hash"}) + b"\n"


def _check_anchor(
    where: str,
    event: dict[str, Any],
    events: list[dict[str, Any]],
    trusted: set[str],
    report: Report,
) -> None:
    facts = event["facts"]
    if event["type"] == "timestamp":
        seq = facts["seq"]
        if not 0 < seq <= len(events) or events[seq - 1]["hash"] != facts["head"]:
            report.tell(ALTERED, where, "it is of another ledger")
        return
    try:
        key, signature = bytes.fromhex(facts["key"]), bytes.fromhex(facts["signature"])
    except ValueError:
        key = signature = b""
    if not is_signed(key, signature, signed_text(event)):
        report.tell(ALTERED, where, "its signature does not hold")
    elif facts["store"] != events[0]["facts"].get("store"):
        report.tell(ALTERED, where, "it is of another store")
    elif not trusted or facts["key"] in trusted:
        report.anchored = max(report.anchored, event["seq"])


def keys_of(events: Sequence[dict[str, Any]], head: str = "") -> list[str]:
    """Return the keys that signed a ledger, up to a head (``seq:hash``) if one is given."""
    seq = head.partition(":")[0]
    last = int(seq) if seq.isascii() and seq.isdigit() else len(events)
    return [
        event["facts"]["key"]
        for event in events
        if event["type"] == "anchor" and event["seq"] <= last and "key" in event["facts"]
    ]


def trusted_keys(keys: Sequence[str], report: Report) -> list[str]:
    """Return the keys that are keys, and tell of the others: nothing can be shown with them."""
    found = [key.strip().lower() for key in keys]
    for key in found:
        if not re.fullmatch("[0-9a-f]{64}", key):
            what = (
                f"{key[:32]!r} is no public key: it has 64 hexadecimal digits, package.json has it"
            )
            report.tell(INCOMPLETE, "key", what)
    return [key for key in found if re.fullmatch("[0-9a-f]{64}", key)]


def check_expected(events: list[dict[str, Any]], head: str, report: Report) -> None:
    seq, _, start = head.partition(":")
    if not (seq.isascii() and seq.isdigit()) or len(start) < 16:
        report.tell(INCOMPLETE, "head", f"{head!r} is no seq:hash with 16 digits or more")
        return
    at = next((event for event in events if event["seq"] == int(seq)), None)
    if at is None:
        report.tell(ALTERED, LEDGER, f"it ends before event {seq}: its tail was cut")
    elif not at["hash"].startswith(start):
        report.tell(ALTERED, LEDGER, f"event {seq} is not the one that was anchored")
    else:
        report.anchored = max(report.anchored, int(seq))
