"""
Read a plan from its YAML file. Everything that can be wrong with it is found before anything runs.

What a tool takes is not known here: whoever carries the plan out checks tools and parameters.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from aibrain_jupyter.evidence.decisions.codes import CONTROL, RFI, Code
from aibrain_jupyter.evidence.plans.plan import (
    ONCE,
    RHYTHMS,
    Check,
    CollectionPlan,
    PlannedExclusion,
    PlanRow,
    Sampling,
)
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.texts.periods import UTC, parse_period
from aibrain_jupyter.shared.texts.strict_yaml import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_OF_PLAN: Final = (
    *("plan", "title", "framework", "period", "zone", "accounts", "regions", "profile"),
    *("every", "valid", "due", "rows"),
)
_OF_ROW: Final = (
    *("id", "title", "controls", "rfi", "why", "tool", "document", "parameters", "accounts"),
    *("regions", "profile", "checks", "sample", "exclude", "every", "valid", "due", "owner"),
)
_INHERITED: Final = ("accounts", "regions", "profile", "every", "valid", "due")


def read_plan(
    file: str | Path,
    *,
    period: str = "",
    fiscal_year_start: int = 1,
    now: dt.datetime | None = None,
) -> CollectionPlan:
    """
    Return the plan of a file.

    Args:
        file: A YAML file.

        period: The audit period, in place of the file's.

        fiscal_year_start: Month (1 to 12) in which a fiscal year begins.

        now: What relative periods count from, aware; None: now.

    Raises:
        ParameterError: the file cannot be read, or something in it does not fit, with its row.
    """
    path = Path(file).expanduser()
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as exc:
        raise ParameterError(
            f"There is no plan file {file}.",
            next_steps=[f"%aibrain evidence plans soc2-aws {file}: writes one to change"],
        ) from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise ParameterError(f"{file} cannot be read.", why=str(exc)) from exc
    return parse_plan(text, path.name, period=period, fiscal_year_start=fiscal_year_start, now=now)


def parse_plan(
    text: str,
    name: str,
    *,
    period: str = "",
    fiscal_year_start: int = 1,
    now: dt.datetime | None = None,
) -> CollectionPlan:
    """Return the plan of a text; `name` is its file's. Arguments and errors as of `read_plan`."""
    plan = _Reader(_mapping_of(text, name), f"The plan {name}", _OF_PLAN)
    words = period or plan.text("period")
    if not words:
        raise plan.refuse("period", "needs the audit period it is for", "period: FY2026")
    title = plan.text("plan") or Path(name).stem
    rows = plan.list("rows")
    if not rows:
        raise plan.refuse("rows", "has no rows", "rows: with `- id: users` and what follows")
    inherited = {key: plan.given[key] for key in _INHERITED if key in plan.given}
    found = [
        _row(row, number, name, inherited, plan.text("framework"))
        for number, row in enumerate(rows, 1)
    ]
    for row in found:
        if sum(one.id == row.id for one in found) > 1:
            raise ParameterError(
                f"More than one row of {name} has the id {row.id!r}.",
                next_steps=["Give each row an id of its own: items are told apart by it."],
            )
    span = parse_period(
        words, fiscal_year_start=fiscal_year_start, now=now, zone=plan.text("zone") or UTC
    )
    if span.start is None or span.end is None:
        raise plan.refuse("period", f"has a period that is open at one end: {words}", "FY2026")
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return CollectionPlan(title, plan.text("title") or title, span, words, tuple(found), sha256)


def _mapping_of(text: str, name: str) -> dict[str, Any]:
    try:
        found = load_yaml(text)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f"Line {mark.line + 1} of {name}" if mark else name
        step = getattr(exc, "note", "") or "Put a value that holds ': ' or ' #' in quotes."
        raise ParameterError(
            f"{where} cannot be read.", why=getattr(exc, "problem", "") or "", next_steps=[step]
        ) from exc
    if not isinstance(found, dict):
        raise ParameterError(
            f"{name} is no plan.", next_steps=["A plan begins with: plan:, period: and rows:"]
        )
    return found


class _Reader:
    """Takes values out of a mapping of the plan, and refuses what does not fit, with its place."""

    def __init__(self, given: Any, where: str, known: Sequence[str]) -> None:
        self.where = where
        if not isinstance(given, dict):
            raise ParameterError(f"{where} is {type(given).__name__}, not `key: value` lines.")
        for key in given:
            if key not in known:
                raise unknown_name("key", str(key), known, of=where[0].lower() + where[1:])
        self.given: Mapping[str, Any] = given

    def text(self, key: str) -> str:
        """Return a text; empty: there is none."""
        value = self.given.get(key)
        if value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool)):
            return "" if value is None else str(value).strip()
        raise self.refuse(key, f"has {key}: that is no text", f"{key}: some words")

    def list(self, key: str) -> list[Any]:
        """Return a list; one value is a list of it."""
        value = self.given.get(key)
        if value is None:
            return []
        return list(value) if isinstance(value, list) else [value]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a text with commas is one."""
        if key in self.given and self.given[key] in ([], "", None):
            raise self.refuse(key, f"names nothing with {key}", f"leave {key} out")
        found = self.list(key)
        if any(isinstance(value, (dict, list, bool)) for value in found):
            raise self.refuse(key, f"has {key}: that is no list of texts", f"{key}: [a, b]")
        return tuple(str(value).strip() for value in found)

    def read(self, key: str, parse: Callable[[str], Any], example: str) -> Any:
        """Return what `parse` makes of a text; None: there is none."""
        text = self.text(key)
        if not text:
            return None
        try:
            return parse(text)
        except (ValueError, ParameterError) as exc:
            raise self.refuse(key, f"has {key}: {text}", f"{key}: {example}") from exc

    def refuse(self, key: str, what: str, example: str) -> ParameterError:
        """Return the error for a value."""
        return ParameterError(f"{self.where} {what}.", next_steps=[f"Write for example {example}"])


def _row(
    given: Any, number: int, name: str, inherited: Mapping[str, Any], framework: str
) -> PlanRow:
    named = given.get("id") if isinstance(given, dict) else None
    row = _Reader(given, f"Row {named or number} of {name}", _OF_ROW)
    tool, document = row.text("tool"), row.text("document")
    if not row.text("id"):
        raise row.refuse("id", "has no id", "id: users")
    if bool(tool) == bool(document):
        raise row.refuse(
            "tool",
            "names a tool and a document" if tool else "names neither a tool nor a document",
            "tool: iam_users, or document: 'the signed policy' for what a person attaches",
        )
    codes = tuple(dict.fromkeys(_codes(row, "controls", framework) + _codes(row, "rfi", "")))
    if not codes:
        raise row.refuse("controls", "answers no code", "controls: [CC6.1] or rfi: [RFI-014]")
    parameters = row.given.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise row.refuse("parameters", "has parameters that are no `key: value`", "columns: [arn]")
    scope = _Reader({**inherited, **row.given}, row.where, _OF_ROW)
    every = scope.text("every") or ONCE
    if every not in RHYTHMS:
        steps = [f"Write one of: {', '.join(RHYTHMS)}."]
        where = row.where[0].lower() + row.where[1:]
        raise unknown_name("rhythm", every, RHYTHMS, of=where, next_steps=steps)
    return PlanRow(
        id=row.text("id"),
        title=row.text("title") or tool or document,
        codes=codes,
        tool=tool,
        document=document,
        parameters=parameters,
        accounts=scope.texts("accounts"),
        regions=scope.texts("regions"),
        profile=scope.text("profile"),
        why=row.text("why"),
        checks=tuple(_check(each, row) for each in row.list("checks")),
        sample=_sampling(row) if row.given.get("sample") else None,
        exclude=tuple(_exclusion(each, row) for each in row.list("exclude")),
        every=every,
        valid=scope.read("valid", _duration, "90d"),
        due=scope.read("due", _duration, "14d"),
        owner=row.text("owner"),
    )


def _codes(row: _Reader, key: str, framework: str) -> list[Code]:
    if key not in row.given:
        return []
    texts = row.texts(key)
    if key == "rfi":
        return [Code.parse(text, RFI) for text in texts]
    return [
        Code.parse(f"{framework}:{text}" if framework and ":" not in text else text, CONTROL)
        for text in texts
    ]


def _check(given: Any, row: _Reader) -> Check:
    keys = ("name", "where", "needs")
    check = _Reader(given, f"A check of {row.where[0].lower()}{row.where[1:]}", keys)
    where, needs = check.text("where"), check.text("needs")
    if bool(where) == bool(needs):
        what = "has a where and a needs" if where else "has no where"
        raise check.refuse("where", what, 'where: "not has_mfa", or needs: "is_logging"')
    found = Check(check.text("name"), where or needs, is_needed=bool(needs))
    return found if found.name else replace(found, name=found.rule)


def _sampling(row: _Reader) -> Sampling:
    given = _Reader(row.given["sample"], f"The sample of {row.where}", ("n", "seed", "by"))
    n = given.read("n", int, "25")
    if not n or n < 1:
        raise given.refuse("n", "does not say how many rows", "n: 25")
    by = given.texts("by") if "by" in given.given else ()
    return Sampling(n, given.text("seed"), by)


def _exclusion(given: Any, row: _Reader) -> PlannedExclusion:
    keys = ("where", "reason", "decided_by", "until")
    found = _Reader(given, f"An exclusion of {row.where}", keys)
    where = found.given.get("where")
    if not isinstance(where, dict) or not where:
        raise found.refuse("where", "does not say what it leaves out", "where: {region: eu-west-3}")
    for key in ("reason", "decided_by"):
        if not found.text(key):
            raise found.refuse(key, f"has no {key}", f"{key}: …")
    until = found.read("until", dt.date.fromisoformat, "2026-12-31")
    if not all(
        isinstance(value, (str, int, float)) and str(value).strip() for value in where.values()
    ):
        raise found.refuse(
            "where", "has a cell that is no single value", "where: {region: eu-west-3}"
        )
    cells = {str(name): str(value) for name, value in where.items()}
    return PlannedExclusion(cells, found.text("reason"), found.text("decided_by"), until)


def _duration(text: str) -> dt.timedelta:
    if text.replace(".", "", 1).isdigit():
        raise ValueError("90 of what?")  # elsewhere seconds; here everybody means days
    return dt.timedelta(seconds=parse_duration(text))
