"""The tools by which people look at items and talk about them: the board of a review, comments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.evidence.decisions import codes as coding
from aibrain_jupyter.evidence.decisions import states
from aibrain_jupyter.evidence.reviewing.threads import comment, comments_of
from aibrain_jupyter.evidence.saving.card import DEMO, card_rows
from aibrain_jupyter.evidence.saving.reading import has_rows, rows_of
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.evidence.store.ledger import os_user
from aibrain_jupyter.evidence.store.store import INCOMPLETE
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError, unknown_name
from aibrain_jupyter.shared.verbs.board import Board, Entry, Form, Sheet
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.tool_executors.evidence.common import Reads, Writes, decided
from aibrain_jupyter.tool_executors.evidence.saver import said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.store.store import Item, Store
    from aibrain_jupyter.shared.base_tool import CallContext

_PREVIEW: Final = 10
_COLUMNS: Final = ("seq", "time", "who", "how_known", "audience", "text", "answers")
_OF_STEP: Final = {"Approve": "approve", "Reject": "reject", "Reopen": "reopen"}


def items_for(store: Store, code: str) -> list[Item]:
    """
    Return the items that answer a code; an empty one: all.

    Raises:
        UnknownNameError: no item answers it.
    """
    items = store.items()
    if not code:
        return items
    meant = [i for i in items if any(code in (str(c), c.code) for c in coding.codes_of(i))]
    if not meant and items:
        known = {str(c) for item in items for c in coding.codes_of(item)}
        raise unknown_name("code", code, known, next_steps=["%aibrain evidence list"])
    return meant


def manifest_now(item: Item) -> dict[str, Any]:
    """Return the manifest of an item with what was decided and said since."""
    codes = [code.as_fact() for code in coding.codes_of(item)]
    comments = [one.as_fact() for one in comments_of(item)]
    state = states.state_of(item)
    return {**item.manifest(), "status": state, "codes": codes, "comments": comments}


def _review(ctx: CallContext, item: str, code: str, strict: bool) -> Board:
    """Return the board of the items that are to be reviewed."""
    store = default_store()
    if item and code:
        raise ParameterError("Review takes an item or a code, not both.")
    meant = [store.item(item)] if item else items_for(store, code)
    open_ones = states.STEPS["approve"].of
    ids = [one.id for one in meant if item or states.state_of(one) in open_ones]
    decide = {caption: partial(_decided, store, step, strict) for caption, step in _OF_STEP.items()}
    return Board(
        "Items to review",
        partial(_entries, store, ids),
        partial(_sheet, store, strict),
        (
            Form("Reason", decide),
            Form("Comment", {"Comment": partial(_commented, store)}, "The auditor may read it"),
        ),
        (
            "%aibrain evidence review ITEM: one of them",
            "%aibrain evidence approve ITEM --reason '…'",
            "%aibrain evidence reject ITEM --reason '…'",
            "%aibrain evidence comment ITEM '…' --for auditor",
        ),
    )


def _entries(store: Store, ids: Sequence[str]) -> list[Entry]:
    items = {item.id: item for item in store.items()}
    gone = "gone", "it is not in the store any more"
    return [_entry(items[name]) if name in items else Entry(name, name, *gone) for name in ids]


def _entry(item: Item) -> Entry:
    facts = item.saved.facts
    count = facts.get("rows")
    rows = "a file" if count is None else f"{count:,} row{'s' * (count != 1)}"
    codes = ", ".join(map(str, coding.codes_of(item))) or "no code"
    return Entry(item.id, facts.get("title", ""), states.state_of(item), f"{rows} · {codes}")


def _sheet(store: Store, is_strict: bool, name: str) -> Sheet:
    """Return what a reviewer needs to see of an item, as it is now."""
    item = store.item(name)
    manifest, last = manifest_now(item), store.ledger.last()
    frame = rows_of(item, _PREVIEW) if has_rows(manifest) else None
    rows, sections = item.saved.facts.get("rows"), card_rows(manifest, "")
    total = f"{rows:,}" if rows is not None else "the"
    files = ", ".join(f["path"] for f in manifest["files"])
    bound = [
        ("Manifest's SHA-256", f"{item.manifest_sha256}; an approval is bound to it"),
        ("Head of the ledger", last.head if last else ""),
    ]
    return Sheet(
        tuple(_notices(item, manifest, is_strict)),
        frame,
        f"No rows, but files: {files}"
        if frame is None
        else f"The first {len(frame)} of {total} rows",
        [*((title, said) for title, said in sections if said), ("What is decided about", bound)],
    )


def _notices(item: Item, manifest: dict[str, Any], is_strict: bool) -> list[str]:
    found = [DEMO] if manifest.get("is_demo") else []
    if item.saved.facts["status"] == INCOMPLETE:
        found += [
            "Incomplete: approving it needs a reason.",
            *manifest.get("incomplete_because", ()),
        ]
    found += manifest["times"]["remarks"]
    if os_user()["name"] == (who := item.saved.actor.get("name")):
        what = "you cannot approve it (strict)" if is_strict else "let somebody else approve it"
        found.append(f"{who} collected it, and that is you: {what}.")
    return found


def _decided(
    store: Store, step: str, is_strict: bool, name: str, reason: str, is_on: bool
) -> Message:
    """Take a step, and say what came of it; what was altered is not approved."""
    item = store.item(name)
    if step == "approve":
        refuse_altered(store, item)
    _, odd = states.take_step(store, item, step, reason=reason, is_strict=is_strict)
    anchor(store)
    said = said_of(store.item(name))
    return Message(said.title, (odd,) if odd else (), is_warning=bool(odd))


def refuse_altered(store: Store, item: Item) -> None:
    """Raise an `EvidenceError` where an item, or what the ledger says, is not as it was saved."""
    report = store.verify(item.id)
    if report.status == 1:
        raise EvidenceError(
            f"{item.id} is not approved: it is not as it was saved.",
            why=report.alterations,
            next_steps=[f"%aibrain evidence verify {item.id}"],
        )


def _commented(store: Store, name: str, text: str, is_for_auditor: bool) -> Message:
    """Add a comment, and say for whom it is."""
    audience = "auditor" if is_for_auditor else "internal"
    event = comment(store, store.item(name), text, audience=audience)
    anchor(store)
    return Message(f"Comment {event.seq}: {comments_of(store.item(name))[-1].audience}")


def _comment(ctx: CallContext, item: str, text: str, answers: int, **said: str) -> pd.DataFrame:
    """Say something about an item."""
    store = default_store()
    found = store.item(item)
    comment(store, found, text, audience=said["for"], answers=answers)
    return decided(store, found)


def _comments(ctx: CallContext, item: str) -> pd.DataFrame:
    """Return what was said about an item; ``answers`` is NA where it answers nothing."""
    found = comments_of(default_store().item(item))
    rows = [{name: getattr(one, name) for name in _COLUMNS} for one in found]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"seq": "int64", "answers": "Int64"})


REVIEW, COMMENTS, COMMENT = Reads(_review), Reads(_comments), Writes(_comment)
