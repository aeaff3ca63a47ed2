"""
The store as of one event, the head of a package: items, states, and the extract of its ledger.

It is the last event that says something of items; what packing itself wrote after it (receipts,
deliveries, their anchors) is left out, so that the same items give the same package again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.packaging.contents import DATA, Entry, lost
from aibrain_jupyter.evidence.store.anchors import can_sign, own_key, sign_head
from aibrain_jupyter.evidence.store.ledger import Event
from aibrain_jupyter.evidence.verification.anchor_check import ANCHOR_FILES, anchor_name
from aibrain_jupyter.evidence.verification.ledger_check import check_head, check_store, read_ledger
from aibrain_jupyter.evidence.verification.lock import held
from aibrain_jupyter.evidence.verification.report import (
    ALTERED,
    ANCHORS,
    HEAD,
    LEDGER,
    STORE,
    Report,
    canonical,
)
from aibrain_jupyter.evidence.verification.withheld import withhold
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aibrain_jupyter.evidence.store.store import Item, Store

COMMENT: Final = "comment"
INTERNAL: Final = "internal"
_ALWAYS: Final = ("store", *ANCHOR_FILES)
"""Events of the store that every extract has in full."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A store as of its event `head`: the `events` up to it, and the `items` as they were then."""

    store: Store
    events: tuple[dict[str, Any], ...]
    head: Event
    items: tuple[Item, ...]

    def ledger(self, items: Collection[str]) -> Iterator[Entry]:
        """Yield the extract of the ledger for some items, and what belongs to it, as entries."""
        shown = [_shown(event, items) for event in self.events]
        text = b"".join(canonical(event) + b"\n" for event in shown)
        yield Entry.of(f"{DATA}/{LEDGER}", text)
        yield Entry.of(f"{DATA}/{HEAD}", f"{self.head.head}\n".encode("ascii"))
        yield Entry.of(f"{DATA}/{STORE}", self._bytes_of(STORE))
        for event in self.events:
            if event["type"] in ANCHOR_FILES:
                name = anchor_name(event["type"], event["facts"].get("seq", event["seq"]))
                text = canonical({n: v for n, v in event.items() if n != "hash"}) + b"\n"
                if event["type"] == "timestamp":
                    text = self._bytes_of(f"{ANCHORS}/{name}")
                yield Entry.of(f"{DATA}/{ANCHORS}/{name}", text)

    def signers(self) -> list[str]:
        """Return the public keys (hex) that signed heads, the first that did first."""
        signed = (e["facts"]["key"] for e in self.events if e["type"] == "anchor")
        return list(dict.fromkeys(map(str, signed)))

    def _bytes_of(self, name: str) -> bytes:
        try:
            return (self.store.folder / name).read_bytes()
        except OSError as exc:
            raise lost("", name, exc.strerror or str(exc)) from exc


def snapshot(store: Store, *, signs: bool = True) -> Snapshot:
    """
    Return the store as of its last event of items; `signs` its head, with the extra ``sign``.

    Raises:
        EvidenceError: there is nothing in it, or its ledger was altered.
    """
    events = _checked_events(store)
    key = own_key() if signs and can_sign() else ""
    if key and not _anchors(events, key):
        sign_head(store)
        events = _checked_events(store)
    events = events[: min(_anchors(events, key), default=_last_said(events))]
    head = Event.read(canonical(events[-1]))
    items = (
        replace(item, events=tuple(event for event in item.events if event.seq <= head.seq))
        for item in store.items()
        if item.saved.seq <= head.seq
    )
    return Snapshot(store, tuple(events), head, tuple(items))


def _checked_events(store: Store) -> list[dict[str, Any]]:
    report = Report()
    with held(store.folder):
        events = read_ledger(store.folder, report)
        if events:
            check_store(store.folder, events[0], report)
            check_head(store.folder, events, report)
    if faults := [f"{f.where}: {f.what}" for f in report.findings if f.kind == ALTERED]:
        raise EvidenceError(
            "No package was made: the ledger of the store was altered.",
            why="; ".join(faults),
            next_steps=["%aibrain evidence verify says more."],
            facts={"status": "2"},
        )
    return events


def _last_said(events: list[dict[str, Any]]) -> int:
    """Return the place of the last event that packing did not write."""
    packages = {e["facts"].get("name") for e in events if e["type"] == "package"}
    for event in reversed(events):
        is_ours = event["type"] == "deliver" and event["facts"].get("package") in packages
        if not is_ours and event["type"] not in ("package", "anchor"):
            return int(event["seq"])
    return len(events)


def _anchors(events: list[dict[str, Any]], key: str) -> list[int]:
    """Return the places of the anchors, by a key or (empty) any, after what was said last."""
    said = _last_said(events)
    return [
        event["seq"]
        for event in events[said:]
        if event["type"] == "anchor" and event["facts"]["key"].startswith(key)
    ]


def _shown(event: dict[str, Any], items: Collection[str]) -> dict[str, Any]:
    """
    Return an event as the extract has it: in full, or withheld.

    What is said of items that are not packed stays at home, and so does an internal comment. An
    event of before events had a grain cannot be withheld, and is shown.
    """
    is_internal = event["type"] == COMMENT and event["facts"].get("audience") != "auditor"
    if not is_internal and (event["item"] in items or event["type"] in _ALWAYS):
        return event
    line = withhold(event)
    if line is None and is_internal:
        raise EvidenceError(f"Event {event['seq']} is an internal comment that cannot be withheld.")
    return line or event
