"""
Save a set: data, requests, raw answers, manifest and card, as one item.

What is known of it comes as sections of a manifest, from whoever collected it. An item with gaps,
a total that does not agree, or none that confirms an empty list, is incomplete under every name.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter._version import __version__
from aibrain_jupyter.evidence.decisions.exclusions import exclusions_of, mark, row_named
from aibrain_jupyter.evidence.samples.sampling import keys_of
from aibrain_jupyter.evidence.saving.card import card_html, card_text
from aibrain_jupyter.evidence.saving.claims import reasons_against, what_rows_mean
from aibrain_jupyter.evidence.saving.secret_scan import refuse_secrets, scan
from aibrain_jupyter.evidence.saving.times import iso
from aibrain_jupyter.evidence.store.names import slug
from aibrain_jupyter.evidence.store.store import COLLECTED, INCOMPLETE
from aibrain_jupyter.evidence.verification.report import MANIFEST, digest, files_below
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.frames.row_key import NO_KEY, RowKey
from aibrain_jupyter.shared.texts.utf8 import in_utf8, without_halves
from aibrain_jupyter.writers.provenance import Provenance
from aibrain_jupyter.writers.table import with_index
from aibrain_jupyter.writers.text import write_csv, write_jsonl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from aibrain_jupyter.evidence.decisions.codes import Code
    from aibrain_jupyter.evidence.saving.secret_scan import Found
    from aibrain_jupyter.evidence.saving.times import Times
    from aibrain_jupyter.evidence.store.draft import Draft
    from aibrain_jupyter.evidence.store.store import Item, Store
    from aibrain_jupyter.shared.texts.periods import Period

ALWAYS: Final = ("csv", "jsonl")
VIEWS: Final = ("xlsx", "parquet")
"""Formats that are written on request."""


@dataclass(frozen=True, slots=True)
class Saving:
    """
    How a set is saved.

    `title` names it, `kind` is ``collected``, ``derived``, ``sample``, ``test sheet`` or
    ``external``; `codes` are what it answers, `times` when it is of, `audit` the audit period it is
    for. `key` are the columns that somebody named to tell one row from another, or what its tool
    says of them (a `RowKey`); `views` are further formats, `accepted` places that look like secrets
    and are none, `retain_until` and `retain_basis` how long it is kept, `supplements` the item it
    adds to.
    """

    title: str
    codes: Sequence[Code]
    times: Times
    kind: str = "collected"
    audit: Period | None = None
    key: Sequence[str] | RowKey = NO_KEY
    views: Sequence[str] = ()
    accepted: Sequence[str] = ()
    retain_until: dt.date | None = None
    retain_basis: str = ""
    supplements: str = ""
    work: Mapping[str, str] = field(default_factory=dict)


def save_frame(
    store: Store,
    draft: Draft,
    frame: pd.DataFrame,
    saving: Saving,
    sections: Mapping[str, Any],
    *,
    requests: Iterable[Mapping[str, Any]] = (),
) -> Item:
    """
    Save a frame as an item.

    Args:
        store: Where.

        draft: The item's draft; raw answers lie in its folder ``raw`` already.

        frame: The rows.

        saving: How.

        sections: What is known of it: ``source``, ``completeness``, ``secrets``, ``cache``,
            ``derived``, ``sample``, ``is_demo``; ``against``, sentences, makes it incomplete.

        requests: The call log, a mapping a request.

    Raises:
        ParameterError: a key that was named is missing or double, or a format is not known.
        EvidenceError: it looks like there are secrets, or the disk is full.
    """
    frame = _as_saved(frame)
    keys = keys_said(frame, saving)
    today, row = dt.datetime.now(dt.UTC).date(), row_named(sections.get("collection"))
    rows, excluded = mark(frame, exclusions_of(store, today, row))
    _write_data(draft, rows, saving, Provenance(facts_of(sections)))
    _write_requests(draft, requests)
    about = {
        **sections,
        "rows": len(rows),
        "exclusions": excluded,
        "keys": keys,
        "columns": [{"name": str(name), "dtype": str(kind)} for name, kind in rows.dtypes.items()],
    }
    return save_files(store, draft, saving, about)


def find_secrets(folder: Path, frame: pd.DataFrame) -> list[Found]:
    """Write a frame as it would be saved into an empty folder, and return what is found in it."""
    path = folder / "data.jsonl"
    write_jsonl(_as_saved(frame), path, Provenance({}))
    return scan(folder, [path])


def save_files(store: Store, draft: Draft, saving: Saving, sections: Mapping[str, Any]) -> Item:
    """Save what lies in the draft, with manifest and card; arguments as of `save_frame`."""
    # The other formats of the data have the cells of its JSON lines.
    same = {f"data/{slug(saving.title)}.{ending}" for ending in ("csv", *VIEWS)}
    paths = {path.relative_to(draft.folder).as_posix(): path for path in files_below(draft.folder)}
    scanned = [path for name, path in paths.items() if name not in same]
    # The cards say what the manifest says, the ledger its title and codes.
    manifest = _manifest(draft, saving, sections)
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode("utf-8", "replace")
    accepted = refuse_secrets(draft.folder, scanned, saving.accepted, {MANIFEST: text})
    manifest["secrets"] = {**manifest["secrets"], "accepted": accepted}
    last = store.ledger.last()
    head = last.head if last else ""
    listed = {**manifest, "files": _files(draft), "id": draft.item}
    draft.path("card.html", media_type="text/html").write_bytes(in_utf8(card_html(listed, head)))
    draft.path("card.txt", media_type="text/plain").write_bytes(in_utf8(card_text(listed, head)))
    facts: dict[str, Any] = {
        "title": saving.title,
        "kind": saving.kind,
        "codes": [code.as_fact() for code in saving.codes],
        "rows": manifest.get("rows"),
        "is_demo": bool(manifest.get("is_demo")),
    }
    if saving.retain_until:
        facts["retain_until"] = saving.retain_until.isoformat()
        facts["retain_basis"] = saving.retain_basis
    if saving.supplements:
        facts["supplements"] = saving.supplements
    return store.commit(draft, manifest, status=manifest["status"], facts=facts)


def _as_saved(frame: pd.DataFrame) -> pd.DataFrame:
    """
    Return the frame as it is saved: texts as column names, each once, an index that says something
    as columns, and nothing that is in no row (``attrs``, categories), which nobody would see.
    """
    frame = with_index(frame).copy(deep=False)
    names = [without_halves(str(name)) for name in frame.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ParameterError(
            f"More than one column is named {twice[0]!r}.",
            next_steps=["Rename them: each column of evidence has a name of its own."],
        )
    frame.columns, frame.attrs = names, {}
    for name, cells in frame.items():
        if str(cells.dtype) == "category":
            frame[name] = cells.cat.remove_unused_categories()
    return frame


def keys_said(frame: pd.DataFrame, saving: Saving) -> dict[str, Any]:
    """
    Return what tells one row from another, of a set without rows as it is said.

    A key that somebody named has to hold, and so has that of a derived set. Where the rows that
    were collected do not hold the key of their tool, they have none, and it is said why.
    """
    frame = _as_saved(frame)
    is_declared = isinstance(saving.key, RowKey)
    named = saving.key if isinstance(saving.key, RowKey) else RowKey(tuple(saving.key))
    must_hold = not is_declared or saving.kind == "derived"
    why = named.why or _left_out(frame, named)
    if why and not (must_hold and len(frame)):
        return {"columns": [], "why": why}
    if named.why:
        raise ParameterError(
            "The rows of a derived set need a key.",
            why="Nothing declares which columns tell one row from another.",
            next_steps=[f"Add --key with some of: {', '.join(map(str, frame))}."],
        )
    try:
        if len(frame):
            keys_of(frame, named.columns, named.may_lack)
    except ParameterError as exc:
        if must_hold:
            raise
        return {"columns": [], "why": f"By {', '.join(named.columns)}: {exc.what}"}
    may_lack = {"may_lack": list(named.may_lack)} if named.may_lack else {}
    return {"columns": list(named.columns), **may_lack, "unique": True}


def _left_out(frame: pd.DataFrame, key: RowKey) -> str:
    missing = ", ".join(name for name in key.columns if name not in frame)
    return f"The key is not in the data: the rows were chosen without {missing}." if missing else ""


def _write_data(draft: Draft, frame: pd.DataFrame, saving: Saving, provenance: Provenance) -> None:
    for unknown in set(saving.views) - {*ALWAYS, *VIEWS}:
        raise ParameterError(
            f"{unknown!r} is no format.", next_steps=[f"Formats: {', '.join((*ALWAYS, *VIEWS))}."]
        )
    try:
        _write_formats(draft, frame, saving, provenance)
    except (TypeError, ValueError, OverflowError) as exc:
        raise ParameterError(
            "The frame cannot be saved: a cell is of a kind that no file can hold.",
            why=str(exc),
            next_steps=["Make such cells text: frame.astype({'COLUMN': str})"],
        ) from exc


def _write_formats(
    draft: Draft, frame: pd.DataFrame, saving: Saving, provenance: Provenance
) -> None:
    stem, about = slug(saving.title), {"rows": len(frame), "columns": len(frame.columns)}
    write_csv(frame, draft.path(f"data/{stem}.csv", **about), provenance)
    write_jsonl(frame, draft.path(f"data/{stem}.jsonl", **about), provenance)
    if "xlsx" in saving.views:
        from aibrain_jupyter.writers.xlsx import write_xlsx

        write_xlsx(frame, draft.path(f"data/{stem}.xlsx", **about, is_view=True), provenance)
    if "parquet" in saving.views:
        from aibrain_jupyter.writers.parquet import write_parquet

        write_parquet(frame, draft.path(f"data/{stem}.parquet", **about, is_view=True), provenance)


def _write_requests(draft: Draft, requests: Iterable[Mapping[str, Any]]) -> None:
    lines = [json.dumps(dict(request), default=str, sort_keys=True) for request in requests]
    if lines:
        path = draft.path("requests.jsonl", rows=len(lines))
        path.write_text("\n".join(lines) + "\n", "utf-8")


def _manifest(
    draft: Draft,
    saving: Saving,
    sections: Mapping[str, Any],
) -> dict[str, Any]:
    completeness = dict(sections.get("completeness", {}))
    against: list[str] = [*sections.get("against", ())]
    if completeness:
        against += [*completeness.pop("against", ()), *reasons_against(completeness)]
        completeness["statement"] = what_rows_mean(completeness)
    now = dt.datetime.now(dt.UTC)
    times = saving.times.as_facts(saving.audit)
    times["remarks"] += saving.times.remarks_when_saved(now)
    found = {
        **sections,
        "title": saving.title,
        "kind": saving.kind,
        "codes": [code.as_fact() for code in saving.codes],
        "times": {**times, "saved": iso(now)},
        "completeness": completeness,
        "status": INCOMPLETE if against else COLLECTED,
        "against": None,
        "incomplete_because": against,
        "secrets": {**sections.get("secrets", {}), "accepted": []},
        "work": dict(saving.work),
        "environment": {
            "aibrain_jupyter": __version__,
            "python": sys.version.split()[0],
            "platform": platform.platform(),
        },
    }
    return {name: value for name, value in found.items() if value not in (None, {}, "")}


def _files(draft: Draft) -> list[dict[str, Any]]:
    found = []
    for path in sorted(files_below(draft.folder)):
        length, sha256 = digest(path)
        name = path.relative_to(draft.folder).as_posix()
        found.append({"path": name, "bytes": length, "sha256": sha256})
    return found


def facts_of(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the writers stamp files with, of the sections of a manifest."""
    return {"is_demo": bool(sections.get("is_demo")), **sections.get("source", {})}
