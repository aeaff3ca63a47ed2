"""
The tools of evidence, thin: typed parameters in, a frame or a page out; see ``evidence/tools.py``.

Each works at the store of the settings (``evidence_folder``) and gives what there is to see.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from aibrain_jupyter.evidence.decisions import codes as coding
from aibrain_jupyter.evidence.listing import LEDGER_COLUMNS, LIST_COLUMNS, item_row, ledger_row
from aibrain_jupyter.evidence.samples.draws import Draw, made_of_incomplete, save_sample
from aibrain_jupyter.evidence.samples.sampling import size_for
from aibrain_jupyter.evidence.samples.test_sheets import KEY, read_sheet, sheet_of
from aibrain_jupyter.evidence.saving.attaching import attach_file, is_link
from aibrain_jupyter.evidence.saving.card import card_part, card_text
from aibrain_jupyter.evidence.saving.notebook import own_notebook, save_notebook
from aibrain_jupyter.evidence.saving.reading import rows_of
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import MOMENT, Times
from aibrain_jupyter.evidence.store import anchors, standalone
from aibrain_jupyter.evidence.store.default import copied, default_store, gone
from aibrain_jupyter.evidence.store.ledger import os_user
from aibrain_jupyter.evidence.store.remembered import copies_of, remembered_head, replaced_in
from aibrain_jupyter.evidence.verification.package_check import is_package, verify_package
from aibrain_jupyter.evidence.verification.report import ALTERED, NOTE
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from aibrain_jupyter.shared.frames.known import known_of
from aibrain_jupyter.shared.texts.moments import parse_moment
from aibrain_jupyter.tool_executors.evidence.before_saving import day_of, preview, preview_frame
from aibrain_jupyter.tool_executors.evidence.common import Reads, Writes, codes_given, saved
from aibrain_jupyter.tool_executors.evidence.known import known_of_frame
from aibrain_jupyter.tool_executors.evidence.reviewing import items_for, manifest_now
from aibrain_jupyter.tool_executors.evidence.saver import RunSaver
from aibrain_jupyter.tool_executors.views import period_of
from aibrain_jupyter.writers.export import export_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.evidence.store.store import Item
    from aibrain_jupyter.shared.base_tool import CallContext


@dataclass(frozen=True)
class Card:
    """A card to be shown: HTML where a front end can, text elsewhere."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


# --- what goes in -----------------------------------------------------------------------------


def _save(ctx: CallContext, frame: Any, **given: Any) -> pd.DataFrame:
    """Save a frame, which its cells tell the run of."""
    if not issubclass(type(frame), pd.DataFrame):
        raise ParameterError(f"A frame is saved, not {type(frame).__name__}.")
    store = default_store()
    known = known_of(frame) or known_of_frame(frame, ctx.asked_at)
    saving = _saving(
        given,
        given["title"] or known.title,
        _as_of(given, ctx.asked_at) or known.times,
        kind=known.kind,
        key=given["key"] or known.key,
        views=given["formats"],
    )
    if given["dry_run"]:
        words = {name: given[name] for name in ("period", "until", "basis", "formats")}
        told = pd.DataFrame()
        told.attrs["evidence"] = {"item": None, "message": preview_frame(frame, saving, **words)}
        return told
    with store.draft(saving.title) as draft:
        item = save_frame(store, draft, frame, saving, known.sections, requests=known.requests)
    return saved(store, item)


def _attach(ctx: CallContext, file: str, **given: Any) -> pd.DataFrame:
    """Save a file or a link from elsewhere."""
    store, times = default_store(), _as_of(given, ctx.asked_at)
    if times is None:
        raise ParameterError("It is not said as of when it is.", next_steps=["as_of=2026-06-30"])
    title = given["title"] or (file if is_link(file) else Path(file).stem)
    saving = _saving(given, title, times)
    who = given["said_by"] or os_user()["name"]
    return saved(store, attach_file(store, file, saving, source=given["source"], said_by=who))


def _notebook(ctx: CallContext, file: str, *, ran: Any = None, **given: Any) -> pd.DataFrame:
    """Save the executed notebook; `ran` is what this kernel was given, by execution count."""
    store, file = default_store(), file or own_notebook()
    now = Times(MOMENT, *[ctx.asked_at] * 4)
    saving = _saving(given, given["title"] or Path(file).stem, now)
    return saved(store, save_notebook(store, file, saving, ran))


def _sample(ctx: CallContext, item: str, **given: Any) -> pd.DataFrame:
    """Draw a sample of an item and save it."""
    store = default_store()
    population = store.item(item)
    keys = _lines(given["keys"]) if given["keys"] else ()
    asked = Draw(given["n"], given["seed"], given["by"], given["key"], keys, given["basis"])
    title = given["title"] or f"Sample of {population.saved.facts['title']}"
    saving = _saving(given, title, _times_of(population), kind="sample", of=population)
    return saved(store, save_sample(store, population, asked, saving))


def _tested(ctx: CallContext, item: str, file: str, **given: Any) -> pd.DataFrame:
    """Read a test sheet back and save it."""
    store = default_store()
    sample = store.item(item)
    rows, attributes, counts = read_sheet(sample, Path(file).expanduser())
    work = {
        name.capitalize(): given[name]
        for name in ("objective", "procedure", "conclusion")
        if given[name]
    }
    work["Result"] = "; ".join(f"{name}: {_counted(counts[name])}" for name in attributes)
    title = given["title"] or f"Test of {sample.saved.facts['title']}"
    saving = _saving(
        given, title, _times_of(sample), kind="test sheet", of=sample, key=[KEY], work=work
    )
    kept = ("source", "sample", "is_demo")
    sections: dict[str, Any] = {k: v for k, v in sample.manifest().items() if k in kept}
    sections["against"] = made_of_incomplete(sample)
    sections["tested"] = {"sample": sample.id, "attributes": attributes, "counts": counts}
    with store.draft(saving.title) as draft:
        return saved(store, save_frame(store, draft, rows, saving, sections))


# --- what there is ----------------------------------------------------------------------------


def _list(ctx: CallContext, code: str) -> pd.DataFrame:
    """Return the items."""
    rows = [item_row(item) for item in items_for(default_store(), code)]
    return pd.DataFrame(rows, columns=list(LIST_COLUMNS)).astype({"rows": "Int64"})


def _show(ctx: CallContext, item: str) -> Card:
    """Return the card of an item as it is now."""
    store = default_store()
    found = store.item(item)
    last = store.ledger.last()
    now = manifest_now(found)
    return Card(*(make(now, last.head if last else "") for make in (card_part, card_text)))


def _rows(ctx: CallContext, item: str) -> pd.DataFrame:
    """Return the rows of an item."""
    return rows_of(default_store().item(item))


def _ledger(ctx: CallContext) -> pd.DataFrame:
    """Return every event."""
    events = default_store().ledger.events()
    return pd.DataFrame([ledger_row(event) for event in events], columns=list(LEDGER_COLUMNS))


def _verify(ctx: CallContext, item: str, head: str, trust: Sequence[str]) -> pd.DataFrame:
    """
    Return what the verification of the store, an item or a package finds.

    ``attrs["evidence"]`` has verdict and status.
    """
    path = Path(item).expanduser()
    if is_file := bool(item) and path.exists() and is_package(path):
        report = verify_package(path, head=head, keys=trust)
    else:
        store = default_store()
        meant = store.item(item).id if item else ""
        known = remembered_head(store)
        report = store.verify(meant, head=head or known, keys=trust)
        if replaced := replaced_in(store):  # one that was never signed here is none of ours
            report.tell(NOTE if known else ALTERED, store.folder.name, gone(replaced))
        if others := copies_of(store):
            report.tell(NOTE, store.folder.name, copied(others))
    frame = pd.DataFrame(
        [dataclasses.astuple(f) for f in report.findings], columns=["finding", "where", "what"]
    )
    frame.attrs["evidence"] = {"verdict": report.verdict, "status": report.status}
    if report.status == 1:
        raise EvidenceError(
            f"{path.name if is_file else 'The evidence store'} is {report.verdict}.",
            why=report.alterations,
            next_steps=[
                "Ask whoever packed it for another copy."
                if is_file
                else "Restore it from a copy that verifies, and find out who wrote to it."
            ],
        )
    return frame


# --- proofs -----------------------------------------------------------------------------------


def _sample_size(ctx: CallContext, population: int, tolerable: float, risk: float) -> pd.DataFrame:
    """Return how many rows attribute sampling asks for."""
    size = size_for(population, tolerable, risk)
    values = {"population": population, "tolerable": tolerable, "risk": risk, "rows": size}
    return pd.DataFrame([values])


def _sheet(ctx: CallContext, item: str, file: str, attributes: Sequence[str]) -> pd.DataFrame:
    """Write the test sheet of a sample."""
    sheet, path = sheet_of(default_store().item(item), attributes), Path(file).expanduser()
    export_frame(sheet, path)
    return sheet


def _sign(ctx: CallContext) -> pd.DataFrame:
    """Sign the head."""
    return pd.DataFrame([ledger_row(anchors.sign_head(default_store()))])


def _timestamp(ctx: CallContext, url: str) -> pd.DataFrame:
    """Have the head stamped by an authority."""
    return pd.DataFrame([ledger_row(anchors.stamp_head(default_store(), url))])


def _verifier(ctx: CallContext, file: str) -> pd.DataFrame:
    """Write the check as one file."""
    path = Path(file).expanduser()
    try:
        path.write_bytes(standalone.verifier())
    except OSError as exc:
        raise ParameterError(f"{file} cannot be written.", why=str(exc)) from exc
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return pd.DataFrame([{"file": str(path), "sha256": sha256, "use": f"python {path} STORE"}])


# --- how they are called ----------------------------------------------------------------------


def _saving(given: Mapping[str, Any], title: str, times: Times, **more: Any) -> Saving:
    of = more.pop("of", None)
    codes = codes_given(given) or (list(coding.codes_of(of)) if of else [])
    return Saving(
        title,
        codes,
        times,
        audit=period_of(given["period"]) if given.get("period") else None,
        accepted=given.get("accept", ()),
        retain_until=day_of(given.get("until", ""), "until"),
        retain_basis=given.get("basis", ""),
        supplements=default_store().item(added).id if (added := given.get("supplements")) else "",
        **more,
    )


def _as_of(given: Mapping[str, Any], now: dt.datetime) -> Times | None:
    """Return the times of what somebody says it is of; None where nobody does."""
    if not given["as_of"]:
        return None
    moment = parse_moment(given["as_of"], now)
    return Times(MOMENT, moment.start, moment.instant or moment.end, now, now)


def _times_of(item: Item) -> Times:
    """Return the times of an item, for one that is made of it."""
    times = item.manifest()["times"]
    parts = (times[part][edge] for part in ("as_of", "collected") for edge in ("from", "to"))
    return Times(times["as_of"]["kind"], *map(dt.datetime.fromisoformat, parts))


def _lines(file: str) -> list[str]:
    try:
        text = Path(file).expanduser().read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise ParameterError(f"{file} cannot be read.", why=str(exc)) from exc
    return [line.strip() for line in text.splitlines() if line.strip()]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {answer}" for answer, count in counts.items())


SAVE, ATTACH, SAMPLE, TESTED = Writes(_save), Writes(_attach), Writes(_sample), Writes(_tested)
NOTEBOOK = Writes(_notebook)
LIST, SHOW, ROWS, LEDGER = (Reads(f) for f in (_list, _show, _rows, _ledger))
VERIFY, SAMPLE_SIZE, SHEET = (Reads(f) for f in (_verify, _sample_size, _sheet))
SIGN, TIMESTAMP, VERIFIER = Writes(_sign), Writes(_timestamp), Reads(_verifier)
begin_save, preview_save = RunSaver, preview
