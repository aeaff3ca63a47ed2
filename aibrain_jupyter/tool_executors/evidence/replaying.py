"""The tool that makes a plan of last period's items: what was asked then, as it fits now."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.states import PURGED, REJECTED, SUPERSEDED, state_of
from aibrain_jupyter.evidence.plans.plan import OCCURRENCE
from aibrain_jupyter.evidence.plans.replay import (
    GONE,
    PROPOSED,
    Change,
    Move,
    Then,
    period_before,
    replay,
)
from aibrain_jupyter.evidence.saving.times import audit_of
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.evidence.store.names import slug
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError, EvidenceError, ParameterError
from aibrain_jupyter.shared.frames.stack import table_of
from aibrain_jupyter.tool_executors.evidence.again import asked_of
from aibrain_jupyter.tool_executors.evidence.common import Reads
from aibrain_jupyter.tool_executors.typed_parameters import typed_parameters
from aibrain_jupyter.tool_executors.views import period_of
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.store.store import Item
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.texts.periods import Period

_COLUMNS: Final = dict.fromkeys(("row", "what", "old", "new", "status", "remark"), "str")
_OUT_OF_USE: Final = (SUPERSEDED, REJECTED, PURGED)
_PATTERN: Final = frozenset("*?[:")
"""What a name of a place has that stands for several."""


def _replay(ctx: CallContext, period: str, of: str, file: str, add_new: bool) -> pd.DataFrame:
    """
    Write the plan that asks again for what was collected, and return what is not as it was.

    Returns:
        A row for each change: ``row`` of the plan (empty: all), ``what``, ``old``, ``new``,
        ``status`` (moved, proposed, gone, left out, to be checked, kept) and ``remark``, all str.
        ``attrs["evidence"]`` has a verdict, and the status: 0 all fits, 2 somebody has to look.

    Raises:
        EvidenceError: nothing was collected for the old period.
        ParameterError: a period is none, or the file is there already.
    """
    new = period_of(period, ctx.asked_at)
    old = period_of(of, ctx.asked_at) if of else period_before(new)
    items = [item for item in default_store().items() if state_of(item) not in _OUT_OF_USE]
    meant = [(item, span) for item in items if (span := _span_of(item, old)) is not None]
    if not meant:
        raise EvidenceError(
            f"No item is for {old}.",
            next_steps=[
                "Name the period that was collected: --of FY2026",
                "%aibrain evidence list",
            ],
        )
    move = Move(old, new, get_settings().get("fiscal_year_start"))
    thens = [_then(item, span) for item, span in meant]
    plan, changes = replay(thens, move, period, f"replay-{slug(period)}")
    latest = max(then.at for then in thens)
    changes += _as_of_today(plan["rows"], old, _seen_since(items, latest), add_new=add_new)
    path = Path(file or f"plan-{slug(period)}.yml").expanduser()
    _write(path, plan)
    frame = table_of([dataclasses.asdict(change) for change in changes], _COLUMNS)
    counts = frame["status"].value_counts()
    said = ", ".join(f"{count:,} {status}" for status, count in counts.items())
    verdict = (
        f"{path}: {len(plan['rows']):,} rows for {new}, as {old}; {said or 'all as it was'}. "
        f"Nothing was asked: %aibrain evidence collect {path} --dry-run"
    )
    is_settled = {*counts.index} <= {"kept", "moved"}
    frame.attrs["evidence"] = {"verdict": verdict, "status": 0 if is_settled else 2}
    return frame


def _span_of(item: Item, old: Period) -> Period | None:
    """Return the period an item is for, if that is the old one or a part of it."""
    manifest = item.manifest()
    span = audit_of(manifest)
    assert old.start is not None
    assert old.end is not None
    if span is None:
        as_of = dt.datetime.fromisoformat(manifest["times"]["as_of"]["from"])
        return old if old.start <= as_of < old.end else None
    is_within = span.start and span.end and old.start <= span.start and span.end <= old.end
    return span if is_within else None


def _then(item: Item, span: Period) -> Then:
    manifest = item.manifest()
    at = dt.datetime.fromisoformat(manifest["times"]["collected"]["from"])
    then = Then(
        item.id,
        str(manifest["title"]),
        codes_of(item),
        span,
        at,
        planned={**(manifest.get("collection") or {}), "exclude": _excluded(manifest)},
    )
    if manifest["kind"] == "external":
        return then
    if manifest["kind"] == "sample":
        sample = manifest["sample"]
        return dataclasses.replace(then, sample=sample, of=sample["population"]["item"])
    try:
        asked = asked_of(item.id, resolved=False)
    except AibrainError as exc:
        return dataclasses.replace(then, why=f"{exc.what} {exc.why}".strip())
    return dataclasses.replace(
        then,
        tool=asked.tool,
        parameters=asked.parameters,
        accounts=tuple(asked.places.get("accounts", ())),
        regions=tuple(asked.places.get("regions", ())),
        profile=asked.profile,
    )


def _excluded(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a plan excluded for its row; what is for everything applies by itself."""
    keys = ("where", "reason", "decided_by", "until")
    said = [one for one in manifest.get("exclusions") or () if one.get("row")]
    return [{key: one[key] for key in keys if one.get(key)} for one in said]


def _seen_since(items: Iterable[Item], latest: dt.datetime) -> set[str]:
    """Return the regions of what was collected since."""
    found: set[str] = set()
    for item in items:
        manifest = item.manifest()
        if dt.datetime.fromisoformat(manifest["times"]["collected"]["from"]) > latest:
            found.update((manifest.get("source") or {}).get("regions") or ())
    return found


def _as_of_today(
    rows: list[dict[str, Any]], old: Period, regions: set[str], *, add_new: bool
) -> Iterator[Change]:
    """Tell what of the rows is there no more, take it out of them, and propose what is new."""
    for row in [one for one in rows if one.get("tool")]:
        if (why := _refused(row, old)) is not None:
            yield Change(row["id"], "tool", row["tool"], "", GONE, why)
            if not any(row["tool"] == name for name in get_tool_registry().names()):
                rows.remove(row)
    named = [row for row in rows if row.get("accounts") and row.get("tool")]
    known = {name for row in named for name in _names_now(row["tool"])}
    for row in named:
        yield from _without_gone(row, "accounts", known)
    yield from _proposed(named, "accounts", known, add_new=add_new)
    placed = [row for row in rows if row.get("regions")]
    yield from _proposed(placed, "regions", regions - {"global"}, add_new=add_new)


def _refused(row: dict[str, Any], old: Period) -> str | None:
    """Return why a row's tool does not take what it took; None: it does."""
    registry = get_tool_registry()
    try:
        spec = registry.spec(row["tool"])
        handler = registry.handler_of(spec)
        given = {
            k: old.days if v == OCCURRENCE else v for k, v in row.get("parameters", {}).items()
        }
        defaults = {p.name: p.default for p in spec.params if not p.is_required}
        handler.check({**defaults, **spec.preset, **typed_parameters(spec, handler, given)})
    except AibrainError as exc:
        return exc.what
    return None


def _names_now(tool: str) -> Sequence[str]:
    """Return the names of accounts that can be written today."""
    registry = get_tool_registry()
    provider = registry.handler_of(registry.spec(tool)).provider
    return provider.names("profile", {})


def _without_gone(row: dict[str, Any], kind: str, known: set[str]) -> Iterator[Change]:
    gone = [n for n in row[kind] if known and n not in known and not _stands_for_several(row, n)]
    for name in gone:
        left = [each for each in row[kind] if each != name]
        remark = "It is taken out." if left else "The row has no other: it stays, and is refused."
        yield Change(row["id"], kind, name, "", GONE, remark)
        if left:
            row[kind] = left


def _stands_for_several(row: dict[str, Any], name: str) -> bool:
    registry = get_tool_registry()
    provider = registry.handler_of(registry.spec(row["tool"])).provider
    return bool(_PATTERN & set(name)) or (name.isdigit() and provider.is_account(name))


def _proposed(
    rows: list[dict[str, Any]], kind: str, known: set[str], *, add_new: bool
) -> Iterator[Change]:
    """Propose what there is now and no row asks; patterns ask for it by themselves."""
    asked = {name for row in rows for name in row[kind]}
    if not rows or any(_PATTERN & set(name) or name == "all" for name in asked):
        return
    for name in sorted(known - asked):
        remark = "Added to each row that names some." if add_new else "--add-new asks it, too."
        yield Change("", kind, ", ".join(sorted(asked)), name, PROPOSED, remark)
        for row in rows if add_new else ():
            row[kind] = [*row[kind], name]


def _write(path: Path, plan: dict[str, Any]) -> None:
    text = yaml.safe_dump(plan, sort_keys=False, allow_unicode=True, width=100)
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError as exc:
        raise ParameterError(
            f"{path} cannot be written.",
            why=exc.strerror or str(exc),
            next_steps=["Name another file: file=plan.yml"],
        ) from exc


REPLAY = Reads(_replay)
