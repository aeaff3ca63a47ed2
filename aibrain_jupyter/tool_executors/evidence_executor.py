"""
The tools of evidence, thin: typed parameters in, a frame or a page out; see ``evidence_tools.py``.

Each works at the store of the settings (``evidence_folder``) and gives what there is to see.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from aibrain_jupyter.evidence.decisions import codes as coding
from aibrain_jupyter.evidence.decisions import exclusions, retention, states
from aibrain_jupyter.evidence.listing import LEDGER_COLUMNS, LIST_COLUMNS, item_row, ledger_row
from aibrain_jupyter.evidence.samples.draws import Draw, save_sample
from aibrain_jupyter.evidence.samples.sampling import size_for
from aibrain_jupyter.evidence.samples.test_sheets import KEY, read_sheet, sheet_of
from aibrain_jupyter.evidence.saving.attaching import attach_file, is_link
from aibrain_jupyter.evidence.saving.card import card_html, card_text
from aibrain_jupyter.evidence.saving.reading import rows_of
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import MOMENT, Times
from aibrain_jupyter.evidence.store import anchors, standalone
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.evidence.store.ledger import os_user
from aibrain_jupyter.evidence.verification.report import ALTERED
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError, unknown_name
from aibrain_jupyter.shared.texts.moments import parse_moment
from aibrain_jupyter.shared.tools.handler import FunctionHandler
from aibrain_jupyter.tool_executors.evidence_saver import RunSaver, said_of
from aibrain_jupyter.tool_executors.views import period_of
from aibrain_jupyter.tool_executors.what_is_known import known_of_frame
from aibrain_jupyter.writers.export import export_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.evidence.decisions.codes import Code
    from aibrain_jupyter.evidence.store.store import Item, Store
    from aibrain_jupyter.shared.base_tool import CallContext


@dataclass(frozen=True)
class _Writes(FunctionHandler):
    """A tool that changes the store."""

    writes: ClassVar[bool] = True


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


def _save(ctx: CallContext, frame: Any, *, collected: Any = None, **given: Any) -> pd.DataFrame:
    """Save a frame; `collected` is what is `Known` of it, None: nothing but its rows."""
    if not isinstance(frame, pd.DataFrame):
        raise ParameterError(f"A frame is saved, not {type(frame).__name__}.")
    store = default_store()
    known = collected or known_of_frame(frame, ctx.asked_at)
    saving = _saving(
        given,
        given["title"] or known.title,
        _as_of(given, ctx.asked_at) or known.times,
        kind=known.kind,
        key=given["key"] or known.key,
        views=given["formats"],
    )
    with store.draft(saving.title) as draft:
        item = save_frame(store, draft, frame, saving, known.sections, requests=known.requests)
    return _saved(store, item)


def _attach(ctx: CallContext, file: str, **given: Any) -> pd.DataFrame:
    """Save a file or a link from elsewhere."""
    store, times = default_store(), _as_of(given, ctx.asked_at)
    if times is None:
        raise ParameterError("It is not said as of when it is.", next_steps=["as_of=2026-06-30"])
    title = given["title"] or (file if is_link(file) else Path(file).stem)
    saving = _saving(given, title, times)
    who = given["said_by"] or os_user()["name"]
    return _saved(store, attach_file(store, file, saving, source=given["source"], said_by=who))


def _sample(ctx: CallContext, item: str, **given: Any) -> pd.DataFrame:
    """Draw a sample of an item and save it."""
    store = default_store()
    population = store.item(item)
    keys = _lines(given["keys"]) if given["keys"] else ()
    asked = Draw(given["n"], given["seed"], given["by"], given["key"], keys, given["basis"])
    title = given["title"] or f"Sample of {population.saved.facts['title']}"
    saving = _saving(given, title, _times_of(population), kind="sample", of=population)
    return _saved(store, save_sample(store, population, asked, saving))


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
    sections["tested"] = {"sample": sample.id, "attributes": attributes, "counts": counts}
    with store.draft(saving.title) as draft:
        return _saved(store, save_frame(store, draft, rows, saving, sections))


# --- what there is ----------------------------------------------------------------------------


def _list(ctx: CallContext, code: str) -> pd.DataFrame:
    """Return the items."""
    items = default_store().items()
    if code:
        meant = [i for i in items if any(code in (str(c), c.code) for c in coding.codes_of(i))]
        if not meant and items:
            known = {str(c) for item in items for c in coding.codes_of(item)}
            raise unknown_name("code", code, known, next_steps=["%aibrain evidence list"])
        items = meant
    rows = [item_row(item) for item in items]
    return pd.DataFrame(rows, columns=list(LIST_COLUMNS)).astype({"rows": "Int64"})


def _show(ctx: CallContext, item: str) -> Card:
    """Return the card of an item as it is now."""
    store = default_store()
    found = store.item(item)
    last = store.ledger.last()
    now = {**found.manifest(), "status": states.state_of(found)}
    now["codes"] = [code.as_fact() for code in coding.codes_of(found)]
    return Card(*(make(now, last.head if last else "") for make in (card_html, card_text)))


def _rows(ctx: CallContext, item: str) -> pd.DataFrame:
    """Return the rows of an item."""
    return rows_of(default_store().item(item))


def _ledger(ctx: CallContext) -> pd.DataFrame:
    """Return every event."""
    events = default_store().ledger.events()
    return pd.DataFrame([ledger_row(event) for event in events], columns=list(LEDGER_COLUMNS))


def _verify(ctx: CallContext, item: str, head: str, trust: Sequence[str]) -> pd.DataFrame:
    """Return what the verification finds; ``attrs["evidence"]`` has verdict and status."""
    store = default_store()
    meant = store.item(item).id if item else ""
    report = store.verify(meant, head=head or anchors.remembered_head(store), keys=trust)
    frame = pd.DataFrame(
        [dataclasses.astuple(f) for f in report.findings], columns=["finding", "where", "what"]
    )
    frame.attrs["evidence"] = {"verdict": report.verdict, "status": report.status}
    if report.status == 1:
        raise EvidenceError(
            f"The evidence store is {report.verdict}.",
            why="; ".join(f"{f.where}: {f.what}" for f in report.findings if f.kind == ALTERED),
            next_steps=["Restore it from a copy that verifies, and find out who wrote to it."],
        )
    return frame


# --- what is decided --------------------------------------------------------------------------


def _codes(ctx: CallContext, item: str, withdraw: Sequence[str], **given: Any) -> pd.DataFrame:
    """Change the codes of an item."""
    store = default_store()
    found = store.item(item)
    gone = [coding.named(coding.codes_of(found), text) for text in withdraw]
    coding.change_codes(store, found, add=_codes_given(given), withdraw=gone)
    return _saved(store, found)


def _step(name: str) -> FunctionHandler:
    """Return the tool that takes a step of `states.STEPS`."""

    def take(ctx: CallContext, item: str, reason: str, strict: bool = False) -> pd.DataFrame:
        store = default_store()
        _, odd = states.take_step(store, store.item(item), name, reason=reason, is_strict=strict)
        found = _saved(store, store.item(item))
        if odd:
            warnings.warn(odd, stacklevel=2)
        return found

    return _Writes(take)


def _code_step(name: str) -> FunctionHandler:
    """Return the tool that takes a step of `states.CODE_STEPS`."""

    def take(ctx: CallContext, item: str, codes: Sequence[str], **said: str) -> pd.DataFrame:
        store = default_store()
        states.take_code_step(store, store.item(item), name, codes, **said)
        return _saved(store, store.item(item))

    return _Writes(take)


def _kept(name: str) -> FunctionHandler:
    """Return the tool that holds or releases an item."""
    change = getattr(retention, name)

    def take(ctx: CallContext, item: str, reason: str) -> pd.DataFrame:
        store = default_store()
        change(store, store.item(item), reason)
        return _saved(store, store.item(item))

    return _Writes(take)


def _retain(ctx: CallContext, item: str, until: str, basis: str) -> pd.DataFrame:
    """Say until when an item is kept."""
    store, last = default_store(), _day(until, "until")
    if last is None:
        raise ParameterError("It is not said until when.", next_steps=["Write until=2033-12-31."])
    retention.retain(store, store.item(item), last, basis)
    return _saved(store, store.item(item))


def _purge(ctx: CallContext, item: str, reason: str) -> pd.DataFrame:
    """Remove the files of an item."""
    store = default_store()
    found = store.item(item)
    retention.purge(store, found.id, reason)
    return _saved(store, found)


def _exclude(
    ctx: CallContext, where: Mapping[str, str] | None, reason: str, decided_by: str, until: str
) -> pd.DataFrame:
    """Exclude rows on purpose."""
    store = default_store()
    exclusions.exclude(store, where or {}, reason, decided_by, _day(until, "until"))
    return _exclusions(ctx)


def _exclusions(ctx: CallContext) -> pd.DataFrame:
    """Return the exclusions that apply today."""
    found = exclusions.exclusions_of(default_store(), dt.datetime.now(dt.UTC).date())
    names = [field.name for field in dataclasses.fields(exclusions.Exclusion)]
    return pd.DataFrame([e.as_fact() for e in found], columns=names)


def _lift(ctx: CallContext, name: str, reason: str) -> pd.DataFrame:
    """End an exclusion."""
    store = default_store()
    known = [e.name for e in exclusions.exclusions_of(store, dt.datetime.now(dt.UTC).date())]
    if name not in known:
        raise unknown_name("exclusion", name, known)
    exclusions.lift(store, name, reason)
    return _exclusions(ctx)


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
    path.write_bytes(standalone.verifier())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return pd.DataFrame([{"file": str(path), "sha256": sha256, "use": f"python {path} STORE"}])


# --- how they are called ----------------------------------------------------------------------


def _saving(given: Mapping[str, Any], title: str, times: Times, **more: Any) -> Saving:
    of = more.pop("of", None)
    codes = _codes_given(given) or (list(coding.codes_of(of)) if of else [])
    return Saving(
        title,
        codes,
        times,
        audit=period_of(given["period"]) if given.get("period") else None,
        accepted=given.get("accept", ()),
        retain_until=_day(given.get("until", ""), "until"),
        retain_basis=given.get("basis", ""),
        supplements=given.get("supplements", ""),
        **more,
    )


def _codes_given(given: Mapping[str, Any]) -> list[Code]:
    kinds = {"rfi": coding.RFI, "control": coding.CONTROL}
    return [coding.Code.parse(text, kind) for name, kind in kinds.items() for text in given[name]]


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


def _saved(store: Store, item: Item) -> pd.DataFrame:
    """
    Anchor what was just written, and return the item as a row.

    ``attrs["evidence"]`` has its id and what is to be said of it.
    """
    anchor(store)
    now = store.item(item.id)
    frame = pd.DataFrame([item_row(now)])
    frame.attrs["evidence"] = {"item": item.id, "message": said_of(now)}
    return frame


def _day(text: str, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise ParameterError(
            f"{name} takes a day, not {text!r}.", next_steps=[f"Write {name}=2033-12-31."]
        ) from exc


def _lines(file: str) -> list[str]:
    try:
        text = Path(file).expanduser().read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise ParameterError(f"{file} cannot be read.", why=str(exc)) from exc
    return [line.strip() for line in text.splitlines() if line.strip()]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {answer}" for answer, count in counts.items())


SAVE, ATTACH, SAMPLE, TESTED = _Writes(_save), _Writes(_attach), _Writes(_sample), _Writes(_tested)
LIST, SHOW, ROWS, LEDGER = (FunctionHandler(f) for f in (_list, _show, _rows, _ledger))
VERIFY, EXCLUSIONS = FunctionHandler(_verify), FunctionHandler(_exclusions)
SUBMIT, APPROVE, REJECT, REOPEN, SUPERSEDE = map(_step, states.STEPS)
DELIVER, ACCEPT, RETURN = map(_code_step, states.CODE_STEPS)
HOLD, RELEASE = map(_kept, ("hold", "release"))
CODES, RETAIN, PURGE = _Writes(_codes), _Writes(_retain), _Writes(_purge)
EXCLUDE, LIFT = _Writes(_exclude), _Writes(_lift)
SAMPLE_SIZE, SHEET = FunctionHandler(_sample_size), FunctionHandler(_sheet)
SIGN, TIMESTAMP, VERIFIER = _Writes(_sign), _Writes(_timestamp), FunctionHandler(_verifier)
begin_save = RunSaver
