"""The index of a package as data: what index.json has, and what the page and the table show."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.states import APPROVED, code_states, state_of
from aibrain_jupyter.evidence.packaging.snapshot import COMMENT
from aibrain_jupyter.evidence.saving.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.evidence.packaging.choosing import Choice
    from aibrain_jupyter.evidence.packaging.contents import PackedItem
    from aibrain_jupyter.evidence.packaging.not_in_it import Lack
    from aibrain_jupyter.evidence.packaging.snapshot import Snapshot
    from aibrain_jupyter.evidence.store.ledger import Event
    from aibrain_jupyter.evidence.store.store import Item

SCHEMA: Final = 1
_TABLE: Final = (
    *("item", "title", "codes", "state", "approved", "delivery", "as_of", "collected", "saved"),
    *("rows", "status", "remarks", "comments", "data_file", "data_sha256", "part"),
)


def index_of(
    found: Snapshot,
    choice: Choice,
    packed: Sequence[PackedItem],
    lacks: Sequence[Lack],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the index; `about` is what is said of the package: name, what was asked, parts."""
    items = [item_record(one) for one in packed]
    codes: dict[tuple[str, str], list[str]] = {(str(code), code.kind): [] for code in choice.codes}
    for one in packed:
        for code in codes_of(one.item):
            if code in choice.codes:
                codes[(str(code), code.kind)].append(one.item.id)
    dated = [item for item in items if item["as_of"]]
    oldest = min(dated, key=lambda item: str(item["as_of_from"]), default=None)
    return {
        "schema": SCHEMA,
        **about,
        "store": found.store.id,
        "head": found.head.head,
        "ledger_as_of": iso(found.head.time),
        "oldest_as_of": {k: oldest[k] for k in ("item", "title", "as_of")} if oldest else None,
        "not_in_it": [lack.as_record() for lack in lacks],
        "codes": [
            {"code": code, "kind": kind, "items": ids}
            for (code, kind), ids in sorted(codes.items())
        ],
        "items": items,
    }


def item_record(one: PackedItem) -> dict[str, Any]:
    """Return an item as the index has it; times are texts, UTC."""
    item, manifest = one.item, one.manifest
    times = manifest.get("times", {})
    approval = next((e for e in reversed(item.events) if e.type == "approve"), None)
    is_approved = approval is not None and state_of(item) == APPROVED
    return {
        "item": item.id,
        "title": manifest["title"],
        "kind": manifest.get("kind", ""),
        "codes": [str(code) for code in codes_of(item)],
        "state": state_of(item),
        "approved": _by_whom(approval, item) if approval is not None and is_approved else "",
        "delivery": {str(code): state for code, state in code_states(item).items() if state},
        "as_of": times.get("as_of", {}).get("words", ""),
        "as_of_from": times.get("as_of", {}).get("from", ""),
        "collected": _span(times.get("collected", {})),
        "audit_period": (times.get("audit_period") or {}).get("words", ""),
        "saved": iso(item.saved.time),
        "rows": item.saved.facts.get("rows"),
        "status": manifest["status"],
        "says": manifest.get("completeness", {}).get("statement", ""),
        "remarks": [*manifest.get("incomplete_because", ()), *times.get("remarks", ())],
        "is_demo": bool(item.saved.facts.get("is_demo")),
        "comments": _comments(one),
        "manifest_sha256": item.manifest_sha256,
        "files": _files(one),
    }


def as_json(index: Mapping[str, Any]) -> bytes:
    """Return index.json."""
    return json.dumps(index, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def as_table(index: Mapping[str, Any], ending: str) -> bytes:
    """Return the items as a table, a row each, as ``csv`` or ``xlsx``."""
    import pandas as pd

    from aibrain_jupyter.writers.provenance import Provenance
    from aibrain_jupyter.writers.text import write_csv

    frame = pd.DataFrame([_row(item) for item in index["items"]], columns=list(_TABLE))
    frame = frame.astype({"rows": "Int64", "part": "Int64"})
    is_demo = any(item["is_demo"] for item in index["items"])
    provenance = Provenance({"is_demo": is_demo, "rows": len(frame)})
    target = io.BytesIO()
    if ending == "xlsx":
        from aibrain_jupyter.writers.xlsx import write_xlsx

        write_xlsx(frame, target, provenance)
    else:
        write_csv(frame, target, provenance)
    return target.getvalue()


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    data = next((f for f in item["files"] if f["is_data"]), {"path": "", "sha256": ""})
    return {
        **{name: item.get(name) for name in _TABLE},
        "codes": ", ".join(item["codes"]),
        "delivery": ", ".join(f"{code}: {state}" for code, state in item["delivery"].items()),
        "remarks": " ".join(item["remarks"]),
        "comments": "\n".join(f"{c['time']} {c['who']}: {c['text']}" for c in item["comments"]),
        "data_file": data["path"],
        "data_sha256": data["sha256"],
    }


def _files(one: PackedItem) -> list[dict[str, Any]]:
    rows = {file["path"]: file.get("rows") for file in one.manifest["files"]}
    made = {m.name: m.why for m in one.made}
    found = []
    for name, entry in zip(one.names(), one.entries, strict=True):
        sums = {"bytes": entry.length, "sha256": entry.sha256}
        is_data = name.startswith(("data/", "files/"))
        said = {"name": name, "path": entry.path, "is_data": is_data, "rows": rows.get(name)}
        found.append({**said, **sums, "made": made.get(name, "")})
    return found


def _comments(one: PackedItem) -> list[dict[str, str]]:
    return [
        {"time": iso(e.time), "who": e.actor.get("name", ""), "text": str(e.facts["text"])}
        for e in one.item.events
        if e.type == COMMENT and e.facts.get("audience") == "auditor"
    ]


def _by_whom(event: Event, item: Item) -> str:
    """Return who approved an item, when and why; who collected it, too, is said to have."""
    reason = f": {event.facts['reason']}" if event.facts.get("reason") else ""
    name = event.actor.get("name", "")
    is_own = name == item.saved.actor.get("name")
    return f"{name}{' (who collected it, too)' if is_own else ''}, {iso(event.time)}{reason}"


def _span(times: Mapping[str, str]) -> str:
    first, last = times.get("from", ""), times.get("to", "")
    return first if first == last else f"{first} to {last}"
