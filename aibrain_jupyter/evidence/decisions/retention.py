"""
Retention: until when an item is kept, what holds it longer, and its removal on purpose.

Nothing expires by itself. A purge leaves a tombstone in the ledger (id, hashes, reason, who), with
which the store still verifies; a hold wins over everything.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.decisions.codes import not_purged
from aibrain_jupyter.evidence.verification.item_check import standing_holds
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from aibrain_jupyter.evidence.store.ledger import Event
    from aibrain_jupyter.evidence.store.store import Item, Store


def retain_until(item: Item) -> tuple[dt.date | None, str]:
    """Return the last day an item has to be kept, and on which basis; None: nobody said."""
    for event in reversed(item.events):
        if said := event.facts.get("retain_until"):
            return dt.date.fromisoformat(said), str(event.facts.get("retain_basis", ""))
    return None, ""


def is_held(item: Item) -> bool:
    """Tell whether a hold is on the item: each release lifts one, the oldest first."""
    return bool(standing_holds((event.type, event.facts) for event in item.events))


def retain(store: Store, item: Item, until: dt.date, basis: str) -> Event:
    """Say until when an item is kept, and on which basis (a contract, a standard)."""
    if not basis.strip():
        raise EvidenceError(
            "It is not said on which basis it is kept.",
            next_steps=["Add: basis='the contract, the standard'"],
        )
    facts = {"retain_until": until.isoformat(), "retain_basis": basis.strip()}
    with store.deciding(item) as now:
        not_purged(now)
        return store.ledger.append("retain", item=item.id, facts=facts)


def hold(store: Store, item: Item, reason: str) -> Event:
    """Keep an item from being purged until this hold, and any other, is released."""
    facts = {"reason": _given(reason)}
    with store.deciding(item) as now:
        not_purged(now)
        return store.ledger.append("hold", item=item.id, facts=facts)


def release(store: Store, item: Item, reason: str) -> Event:
    """
    Lift the hold of an item; of several, the oldest.

    Raises:
        EvidenceError: there is none.
    """
    facts = {"reason": _given(reason)}
    with store.deciding(item) as now:
        if not is_held(now):
            raise EvidenceError(f"There is no hold on {item.id}.")
        return store.ledger.append("release", item=item.id, facts=facts)


def purge(store: Store, name: str, reason: str, *, now: dt.datetime | None = None) -> Event:
    """
    Remove the files of one item, past its retention, and leave its tombstone.

    Raises:
        EvidenceError: it is held, is still to be kept, nobody said until when, or the clock
            contradicts the ledger.
        UnknownNameError: there is no item of that id.
    """
    now = now or dt.datetime.now(dt.UTC)
    with store.ledger.locked():
        item = store.item(name)  # under the lock: a hold that came meanwhile wins
        until, basis = retain_until(item)
        if item.is_purged:
            raise EvidenceError(f"{item.id} is purged already.")
        if is_held(item):
            raise EvidenceError(
                f"{item.id} is on hold.", next_steps=[f"%aibrain evidence release {item.id}"]
            )
        if store.ledger.contradicts(now):
            raise EvidenceError(
                f"{item.id} is not purged: the clock contradicts the ledger.",
                why=f"It says {now:%Y-%m-%d %H:%M:%S}Z, an event of the ledger is later.",
                next_steps=["Set the clock of this machine."],
            )
        if until is None:
            raise EvidenceError(
                f"Nobody said until when {item.id} is to be kept.",
                next_steps=[f"%aibrain evidence retain {item.id} until=2033-12-31 basis='…'"],
            )
        if now.date() <= until:
            raise EvidenceError(f"{item.id} is to be kept until {until}.", why=basis)
        event = store.ledger.append("purge", item=item.id, facts=_tombstone(item, reason))
        store.remove_files(item.id)
    return event


def _tombstone(item: Item, reason: str) -> dict[str, Any]:
    files = [{"path": f["path"], "sha256": f["sha256"]} for f in item.manifest()["files"]]
    return {
        "reason": _given(reason),
        "manifest_sha256": item.manifest_sha256,
        "title": item.saved.facts.get("title", ""),
        "files": files,
    }


def _given(reason: str) -> str:
    if not reason.strip():
        raise EvidenceError("A reason is missing.", next_steps=["Add: --reason 'why'"])
    return reason.strip()
