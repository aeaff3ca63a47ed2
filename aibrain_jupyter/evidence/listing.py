"""What a list of items, and the ledger as a table, have in a row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.retention import is_held, retain_until
from aibrain_jupyter.evidence.decisions.states import code_states, state_of
from aibrain_jupyter.evidence.saving.times import iso

if TYPE_CHECKING:
    from aibrain_jupyter.evidence.store.ledger import Event
    from aibrain_jupyter.evidence.store.store import Item

LEDGER_COLUMNS: Final = ("seq", "time", "event", "item", "who", "how_known", "facts", "hash")
LIST_COLUMNS: Final = (
    *("item", "title", "codes", "state", "delivery", "rows", "as_of", "collected", "saved"),
    *("remarks", "kept_until", "is_held", "is_demo"),
)


def item_row(item: Item) -> dict[str, Any]:
    """Return an item as a row of `LIST_COLUMNS`; times are texts, UTC."""
    facts, delivery = item.saved.facts, code_states(item)
    times = {} if item.is_purged else item.manifest()["times"]
    until, _ = retain_until(item)
    collected = times.get("collected", {})
    return {
        "item": item.id,
        "title": facts.get("title", ""),
        "codes": ", ".join(map(str, codes_of(item))),
        "state": state_of(item),
        "delivery": ", ".join(f"{code}: {state}" for code, state in delivery.items() if state),
        "rows": facts.get("rows"),
        "as_of": times.get("as_of", {}).get("words", ""),
        "collected": collected.get("to", ""),
        "saved": iso(item.saved.time),
        "remarks": " ".join(times.get("remarks", ())),
        "kept_until": until.isoformat() if until else "",
        "is_held": is_held(item),
        "is_demo": bool(facts.get("is_demo")),
    }


def ledger_row(event: Event) -> dict[str, Any]:
    """Return an event as a row of `LEDGER_COLUMNS`."""
    return {
        "seq": event.seq,
        "time": event.time,
        "event": event.type,
        "item": event.item,
        "who": event.actor.get("name", ""),
        "how_known": event.actor.get("how", ""),
        "facts": json.dumps(dict(event.facts), sort_keys=True),
        "hash": event.hash,
    }
