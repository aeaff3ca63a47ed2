"""
Last period's items become this period's plan: what was asked then, with its dates moved.

Nothing is asked for it. What is moved, proposed, gone or left out is a change of its own, old and
new, so that whoever replays sees it before anything runs.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import RFI
from aibrain_jupyter.evidence.plans.plan import MONTHS_OF, OCCURRENCE, ONCE, is_needed
from aibrain_jupyter.evidence.store.names import slug
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.periods import Period, is_relative_period, parse_period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aibrain_jupyter.evidence.decisions.codes import Code

MOVED: Final = "moved"
PROPOSED: Final = "proposed"
GONE: Final = "gone"
LEFT_OUT: Final = "left out"
CHECK: Final = "to be checked"
KEPT: Final = "kept"
_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PERIOD: Final = "period"
_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Then:
    """
    What an item was asked with: `tool` (empty: a person attached it), its `parameters`, patterns of
    `accounts` and `regions`, `profile`; `audit` is the period it was for, `at` when it was asked,
    `planned` what its plan said, `sample` how it was drawn and of which item (`of`). `why` tells
    why it cannot be asked for again; empty: it can.
    """

    item: str
    title: str
    codes: tuple[Code, ...]
    audit: Period
    at: dt.datetime
    tool: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    profile: str = ""
    planned: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What of a row (empty: of all) was `old` and is `new`, and what that is: `MOVED`, …"""

    row: str
    what: str
    old: str
    new: str
    status: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """From one period to another; `fiscal_year_start` is the month a fiscal year begins in."""

    old: Period
    new: Period
    fiscal_year_start: int = 1

    @property
    def months(self) -> int:
        """How many months later the new one begins."""
        return _month(self.new.start) - _month(self.old.start)

    def day(self, day: dt.date) -> dt.date:
        """Return the same day so many months later; the last of a month stays the last."""
        return _later(day, self.months)

    def has(self, day: dt.date) -> bool:
        """Tell whether a day is in the old period, or is the one after it."""
        assert self.old.start is not None
        assert self.old.end is not None
        return self.old.start.date() <= day <= self.old.end.date()


_DAY_LONG: Final = dt.timedelta(days=1)


def period_before(new: Period) -> Period:
    """
    Return the period of the same length just before one.

    Raises:
        ParameterError: it is open at one end.
    """
    if new.start is None or new.end is None:
        raise ParameterError(
            "A plan is for a period with both ends.", next_steps=["Write for example FY2027."]
        )
    first = _later(new.start.date(), _month(new.start) - _month(new.end))
    start = new.start.replace(year=first.year, month=first.month, day=first.day)
    return dataclasses.replace(new, start=start, end=new.start)


def replay(
    items: Sequence[Then], move: Move, words: str, name: str
) -> tuple[dict[str, Any], list[Change]]:
    """
    Return the plan that asks again for what was asked, as its file has it, and what changed.

    Args:
        items: What was collected for the old period.

        move: From which period to which.

        words: How the new period is called.

        name: What the plan is called.
    """
    rows: dict[str, dict[str, Any]] = {}
    row_of: dict[str, str] = {}
    spans: dict[str, list[Period]] = {}
    changes: list[Change] = []
    for then in items:
        if then.why:
            changes.append(Change("", then.title, then.item, "", LEFT_OUT, then.why))
            continue
        if then.of:
            continue
        parameters, moved = _parameters(then, move)
        row = _row(then, parameters)
        found = _same(row, rows) or _free(str(then.planned.get("row") or slug(then.title)), rows)
        if found in rows:
            _add_codes(rows[found], row)
        else:
            rows[found] = {"id": found, **row}
            changes += [dataclasses.replace(change, row=found) for change in moved]
        row_of[then.item] = found
        spans.setdefault(found, []).append(then.audit)
    for then in items:
        if then.of and not then.why:
            changes.append(_sampled(then, rows, row_of))
    for found, own in spans.items():
        changes += _rhythm(rows[found], own, move)
    plan = {"plan": name, "title": f"{name}, as {move.old}", "period": words}
    if move.new.zone != "UTC":
        plan["zone"] = move.new.zone
    return {**plan, "rows": list(rows.values())}, changes


def _row(then: Then, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as a plan's file has it, without what is empty."""
    codes: dict[str, list[str]] = {"controls": [], "rfi": []}
    for code in then.codes:
        codes["rfi" if code.kind == RFI else "controls"].append(str(code))
    checks = [_check(check) for check in then.planned.get("checks", ())]
    found: dict[str, Any] = {
        "title": then.title,
        **codes,
        "why": then.planned.get("why", ""),
        "tool": then.tool,
        "document": "" if then.tool else then.title,
        "parameters": dict(parameters),
        "accounts": list(then.accounts),
        "regions": list(then.regions),
        "profile": then.profile,
        "checks": checks,
        "exclude": list(then.planned.get("exclude", ())),
        "owner": then.planned.get("owner", ""),
    }
    return {key: value for key, value in found.items() if value}


def _check(said: Mapping[str, Any]) -> dict[str, str]:
    """Return a check as a plan's file has it, of its verdict."""
    return {"name": said["name"], "needs" if is_needed(said) else "where": said["where"]}


def _same(row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the row that asks for the same; empty: there is none."""
    # What is judged otherwise is a row of its own.
    asks = ("tool", "document", "parameters", "accounts", "regions", "profile", "checks", "exclude")
    for name, other in rows.items():
        if all(row.get(key) == other.get(key) for key in asks):
            return name
    return ""


def _add_codes(row: dict[str, Any], more: Mapping[str, Any]) -> None:
    for kind in ("controls", "rfi"):
        if both := list(dict.fromkeys((*row.get(kind, ()), *more.get(kind, ())))):
            row[kind] = both


def _free(name: str, rows: Mapping[str, Any]) -> str:
    found, number = name, 1
    while found in rows:
        number += 1
        found = f"{name}-{number}"
    return found


def _sampled(then: Then, rows: Mapping[str, dict[str, Any]], row_of: Mapping[str, str]) -> Change:
    found = row_of.get(then.of)
    if not found:
        why = "Its population is not replayed."
        return Change("", then.title, then.item, "", LEFT_OUT, why)
    sample = {"n": then.sample["n"], "by": list(then.sample.get("by") or ())}
    rows[found]["sample"] = {key: value for key, value in sample.items() if value}
    old = f"{sample['n']} rows, seed {then.sample.get('seed')}"
    return Change(found, "sample", old, f"{sample['n']} rows, a new seed", MOVED)


def _rhythm(row: dict[str, Any], spans: Sequence[Period], move: Move) -> Iterator[Change]:
    """Say how often a row is collected, by the periods its items were for."""
    lengths = [_month(span.end) - _month(span.start) for span in spans]
    every = next((name for name, n in MONTHS_OF.items() if n == min(lengths)), ONCE)
    whole = _month(move.old.end) - _month(move.old.start)
    if every == ONCE or min(lengths) >= whole:
        return
    row["every"] = every
    wanted, there = whole // MONTHS_OF[every], len({span.start for span in spans})
    remark = f"{there} of {wanted} had an item" if there < wanted else ""
    status = CHECK if remark else KEPT
    yield Change(row["id"], "every", every, every, status, remark)


# --- parameters -------------------------------------------------------------------------------


def _parameters(then: Then, move: Move) -> tuple[dict[str, Any], list[Change]]:
    found: dict[str, Any] = {}
    changes: list[Change] = []
    for name, value in then.parameters.items():
        if name == _PERIOD and isinstance(value, str):
            found[name], change = _period(then, value, move)
        else:
            found[name] = _moved(value, move)
            remark = "" if found[name] != value else _literal(value)
            status = MOVED if found[name] != value else CHECK if remark else ""
            change = Change("", f"{name}=", _text(value), _text(found[name]), status, remark)
        if change.status:
            changes.append(change)
    return found, changes


def _period(then: Then, text: str, move: Move) -> tuple[str, Change]:
    """Return what stands for a period, and what that is."""
    zone = move.old.zone
    start = move.fiscal_year_start
    span = parse_period(text, fiscal_year_start=start, now=then.at, zone=zone)
    meant = f"{text} ({span.days})" if is_relative_period(text) else text
    what = f"{_PERIOD}="
    if (span.start, span.end) == (then.audit.start, then.audit.end):
        return OCCURRENCE, Change("", what, meant, "the days of each occurrence", MOVED)
    ends = [at for at in (span.start, span.end) if at is not None]
    if is_relative_period(text):
        remark = "It counts from the day it is collected."
        return text, Change("", what, meant, text, CHECK, remark)
    if len(ends) == 2 and all(move.has(at.date()) for at in ends):
        first, last = (move.day(at.date()) for at in (ends[0], ends[1] - _DAY_LONG))
        return f"{first}..{last}", Change("", what, text, f"{first}..{last}", MOVED)
    return text, Change("", what, text, text, CHECK, f"It is not within {move.old}: it stays.")


def _moved(value: Any, move: Move) -> Any:
    """Return a value with the days of the old period as those of the new one."""
    if isinstance(value, str):
        return _DAY.sub(lambda found: _moved_day(found[0], move), value)
    if isinstance(value, list):
        return [_moved(one, move) for one in value]
    if isinstance(value, dict):
        return {key: _moved(one, move) for key, one in value.items()}
    return value


def _moved_day(text: str, move: Move) -> str:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return text
    return move.day(day).isoformat() if move.has(day) else text


def _literal(value: Any) -> str:
    days = ", ".join(dict.fromkeys(_DAY.findall(_text(value))))
    return f"The day {days} is not of the old period: it stays." if days else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _month(at: dt.datetime | None) -> int:
    assert at is not None  # both periods of a move have both ends
    return at.year * _YEAR + at.month - 1


def _later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * _YEAR + day.month - 1 + months, _YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month + 1, last if is_last else min(day.day, last))
