"""
A package: its bag, the extract of the ledger it comes with, and its items as they were approved.

The extract has every event of the store up to a head, in full or withheld (see `withheld`), so it
belongs to that head and to no other; an anchor that somebody kept elsewhere says that the store
had it.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.verification.anchor_check import (
    ANCHOR_FILES,
    check_anchors,
    check_expected,
    keys_of,
    trusted_keys,
)
from aibrain_jupyter.evidence.verification.bag_check import (
    DECLARATION,
    SIGNATURE,
    check_bag,
    check_signature,
)
from aibrain_jupyter.evidence.verification.item_check import check_item, items_of, names
from aibrain_jupyter.evidence.verification.ledger_check import check_head, check_store, read_ledger
from aibrain_jupyter.evidence.verification.report import (
    ALTERED,
    ANCHORS,
    HEAD,
    INCOMPLETE,
    ITEMS,
    LEDGER,
    NOTE,
    STORE,
    Report,
    tell_extra,
)
from aibrain_jupyter.evidence.verification.unpacking import unpack
from aibrain_jupyter.evidence.verification.withheld import WITHHELD, is_about

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORD = "package.json"
_KNOWN = {STORE, LEDGER, HEAD, ANCHORS, ITEMS, RECORD}
_COMMENT = "comment"
_DECISIONS = ("submit", "approve", "reject", "reopen", "supersede")


def is_package(path: Path) -> bool:
    """Tell whether a path is a package, packed or unpacked, rather than a store."""
    return path.is_file() or (path / DECLARATION).exists() or bool(_only_bag(path))


def verify_package(
    path: Path | str, item: str = "", head: str = "", keys: Sequence[str] = ()
) -> Report:
    """
    Verify a package: a zip, or the folder it was unpacked to.

    Args:
        path: The zip, or the folder.

        item: The id of an item; empty: all. The bag is checked as a whole either way.

        head: ``seq:hash`` as it was printed or kept elsewhere; the hash may be shortened to 16.

        keys: Public keys (hex) that are trusted; empty: those that the package names itself.
    """
    path, report = Path(path), Report()
    if not path.is_file():
        _check(_only_bag(path) or path, report, item, head, keys)
        return report
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        if bag := unpack(path, Path(folder), report):
            _check(bag, report, item, head, keys)
    return report


def _only_bag(path: Path) -> Path | None:
    """Return the bag that is the only thing in a folder."""
    inside = [*path.iterdir()] if path.is_dir() else []
    return inside[0] if len(inside) == 1 and (inside[0] / DECLARATION).exists() else None


def _check(bag: Path, report: Report, item: str, head: str, keys: Sequence[str]) -> None:
    check_bag(bag, report)
    keys = trusted_keys(keys, report)
    data = bag / "data"
    record = _record(data, report)
    events = read_ledger(data, report, is_extract=True)
    if not events or WITHHELD in events[0]:
        report.tell(ALTERED, LEDGER, "it does not begin as a ledger does")
        return
    report.head = f"{events[-1]['seq']}:{events[-1]['hash']}"
    check_store(data, events[0], report)
    check_head(data, events, report)
    check_anchors(data, events, report, keys)
    if head:
        check_expected(events, head, report)
    check_signature(bag, keys_of(events), keys, report)
    known = keys_of(events, head) if head and not keys else []
    if known and report.signed_by and report.signed_by not in known:
        # Whoever can add to a ledger can add a key of their own, and sign with it.
        what = "it is by a key that signed nothing up to the head that was given"
        report.tell(INCOMPLETE, SIGNATURE, what)
    if record:
        _check_items(data, record, events, item, report)


def _record(data: Path, report: Report) -> dict[str, Any]:
    """Return what the package says of itself, or nothing where that cannot be used."""
    try:
        found = json.loads((data / RECORD).read_bytes())
        lists = {name: list(found[name]) for name in ("items", "elsewhere", "missing", "extras")}
        _texts(*lists["elsewhere"], *lists["extras"], found["head"])
        for lack in lists["missing"]:
            _texts(lack["code"], lack["why"])
        for one in lists["items"]:
            _texts(one["id"])
            for file in (*one["left_out"], *one["made"]):
                _texts(file["path"], file["why"])
            for file in one["made"]:
                _texts(file["of"], file["how"], file["sha256"])
                _ = file["bytes"]
        return {**lists, "head": found["head"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as exc:
        report.tell(ALTERED, RECORD, f"it cannot be read: {type(exc).__name__}")
        return {}


def _texts(*values: Any) -> None:
    """Raise TypeError for what is no text."""
    if odd := [value for value in values if not isinstance(value, str)]:
        raise TypeError(f"{odd[0]!r} is no text")


def _check_items(
    data: Path, record: dict[str, Any], events: list[dict[str, Any]], item: str, report: Report
) -> None:
    packed = {one["id"]: one for one in record["items"]}
    if record["head"] != report.head:
        report.tell(ALTERED, RECORD, "it is of another head than the ledger has")
    _check_withheld(events, {*packed, *record["elsewhere"]}, report)
    told = [event for event in events if WITHHELD not in event]
    about = [e for e in told if not e["item"] or e["item"] in packed]
    todo = items_of(data, about, report, item)
    for name in sorted(packed.keys() - {e["item"] for e in about if e["type"] == "save"}):
        report.tell(ALTERED, f"{ITEMS}/{name}", "the ledger has no such item")
    for name in sorted(names(data / ITEMS) - packed.keys()):
        tell_extra(f"{ITEMS}/{name}", report)
    extras = {path.removeprefix("data/").split("/")[0] for path in record["extras"]}
    for name in sorted(names(data) - _KNOWN - extras):
        tell_extra(name, report)
    for name, event in todo.items():
        _check_approved(name, about, report)
        check_item(data, name, event, report, packed[name])
    for lack in record["missing"]:
        report.tell(INCOMPLETE, str(lack["code"]), f"asked for and missing: {lack['why']}")
    if record["elsewhere"]:
        what = f"{len(record['elsewhere'])} items of this package are in its other parts"
        report.tell(NOTE, RECORD, what)


def _check_approved(name: str, events: list[dict[str, Any]], report: Report) -> None:
    """Tell of an item whose last decision is no approval; that it is of its manifest is checked."""
    decided = [e["type"] for e in events if e["item"] == name and e["type"] in _DECISIONS]
    if decided[-1:] != ["approve"]:
        last = decided[-1] if decided else "nobody decided"
        report.tell(INCOMPLETE, f"{ITEMS}/{name}", f"it is not approved: {last}")


def _check_withheld(events: list[dict[str, Any]], items: set[str], report: Report) -> None:
    """Tell of events that must not be withheld: what was decided about a packed item, say."""
    count = 0
    for event in (event for event in events if WITHHELD in event):
        count += 1
        item = next((item for item in sorted(items) if is_about(event, item)), "")
        if item and event["type"] != _COMMENT:
            report.tell(
                ALTERED, f"event {event['seq']}", f"a {event['type']} of {item} is withheld"
            )
        elif event["type"] in ("store", *ANCHOR_FILES):
            report.tell(ALTERED, f"event {event['seq']}", f"a {event['type']} is withheld")
    if count:
        what = f"{count} of {len(events)} events are withheld: of other items, or internal comments"
        report.tell(NOTE, LEDGER, what)
