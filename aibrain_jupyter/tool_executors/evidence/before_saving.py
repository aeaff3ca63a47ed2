"""What is said of a save before anything is asked or written: its words, and what it would do."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import Code
from aibrain_jupyter.evidence.saving.saving import ALWAYS, find_secrets, keys_said
from aibrain_jupyter.evidence.saving.secret_scan import scan_text
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.tool_executors.views import period_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.saving.saving import Saving
    from aibrain_jupyter.evidence.store.store import Store

_NAMED: Final = 5


def said_words(
    *, period: str = "", title: str = "", until: str = "", basis: str = ""
) -> dict[str, Any]:
    """
    Return the fields of `Saving` that are said in words; those that are empty are left out.

    Args:
        period: The audit period it is for; the tool's own ``period`` chooses rows.

        title: What it is called.

        until: The last day it has to be kept.

        basis: On which basis.

    Raises:
        InputError: a period or a day is none.
    """
    said = {
        "title": title,
        "audit": period_of(period) if period else None,
        "retain_until": day_of(until, "until"),
        "retain_basis": basis,
    }
    return {name: value for name, value in said.items() if value}


def refuse_secret_words(said: Mapping[str, str]) -> None:
    """
    Refuse, before anything is asked, what would stop the save when all has been asked.

    Raises:
        EvidenceError: a text, by the name it was given under, looks like a secret.
    """
    for name, text in said.items():
        if kinds := [kind for _, kind in scan_text(text.encode("utf-8", "replace"))]:
            raise EvidenceError(
                f"Nothing ran: what {name} says looks like it holds a secret.",
                why=f"It has {kinds[0]}, and nothing leaves a store again.",
                next_steps=["Say it without the secret."],
            )


def preview(
    codes: Sequence[str],
    title: str,
    key: RowKey,
    *,
    files: str = "the provider's answers, requests, ",
    formats: Sequence[str] = (),
    secrets: str = "",
    **said: str,
) -> Message:
    """
    Return what a save would do, with nothing written.

    Args:
        codes: What the rows would answer.

        title: What the run is called.

        key: What tells its rows apart, places included.

        files: What is saved besides the data, with manifest and card.

        formats: In which formats besides.

        secrets: What a look for secrets found, where there are rows to look at.

        said: As of `said_words`.
    """
    found = {"title": title, **said_words(**said)}
    audit, until = found.get("audit"), found.get("retain_until")
    answers = ", ".join(str(Code.parse(code)) for code in codes)
    lines = (
        f"Answers: {answers}",
        f"Audit period: {audit} ({audit.edges})" if audit else "Audit period: none said",
        f"Rows told apart by: {key.why or ', '.join(key.columns) or 'there is one row'}",
        f"Files: data as {', '.join((*ALWAYS, *formats))}; {files}manifest, card",
        f"Kept until: {until}, {found.get('retain_basis', 'no basis said')}" if until else "",
        store_said(default_store()),
        secrets or "Secrets are looked for in everything before it is saved; a find stops it.",
    )
    return Message(f"Would be saved: {found['title']}", tuple(filter(None, lines)))


def preview_frame(frame: pd.DataFrame, saving: Saving, **said: Any) -> Message:
    """Return what a save of a frame would do; refused is what the save would refuse."""
    with tempfile.TemporaryDirectory() as folder:
        found = find_secrets(Path(folder), frame)
    places = ", ".join(f"{one.place} ({one.kind})" for one in found[:_NAMED])
    secrets = f"! {len(found):,} places look like secrets: {places}" if found else "Secrets: none"
    keys = keys_said(frame, saving)
    key = RowKey(tuple(keys["columns"]), why=keys.get("why", ""))
    told = preview(
        list(map(str, saving.codes)), saving.title, key, files="", secrets=secrets, **said
    )
    return replace(told, title=f"{told.title}, {len(frame):,} rows", is_warning=bool(found))


def store_said(store: Store) -> str:
    """Return where a store is, what is in it, and whether it can be written to."""
    there = next(path for path in (store.folder, *store.folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return f"Store: {store.folder}, which cannot be written to"
    if not store.exists:
        return f"Store: {store.folder}, made by the first save"
    try:
        return f"Store: {store.folder}, {len(store.items()):,} items"
    except EvidenceError as exc:
        return f"Store: {store.folder}. {exc.what}"


def day_of(text: str, name: str) -> dt.date | None:
    """Return a day; None: nothing is written."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise ParameterError(
            f"{name} takes a day, not {text!r}.", next_steps=[f"Write {name}=2033-12-31."]
        ) from exc
