"""
IAM's credential report: passwords, MFA and keys of every user in one answer.

IAM makes it at most every four hours, so it can be that old (`generated` says when). A report
that exists is taken as it is; only when there is none, one is asked for and waited for, a minute
at most. Making the report changes nothing in the account.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import ProviderError
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.aws.resources.details import Details

ROOT = "<root_account>"
LONGEST_WAIT_S = 60.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0
_NO_REPORT = ("ReportNotPresent", "ReportExpired")
_NOT_YET = (*_NO_REPORT, "ReportInProgress")


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """The report: when it was made (aware, UTC; None: not said) and its lines by user name.

    A cell is a truth value, a time (aware, UTC) or a text, by its column; None where the report has
    ``N/A`` and its like. Root's line is under `ROOT`.
    """

    generated: dt.datetime | None
    lines: Mapping[str, Mapping[str, Any]]


def fetch_report(details: Details, *, columns: Iterable[str]) -> CredentialReport | None:
    """Return the credential report; None, with a gap in `columns`, when it is not given."""
    ctx = details.ctx
    waited, pause, was_ordered = 0.0, _FIRST_PAUSE_S, False
    while True:
        operation = "iam:GetCredentialReport"
        try:
            answer = call(ctx, "iam", "GetCredentialReport", {})
            return _report_of(details, answer, columns)
        except ProviderError as error:
            ctx.check()
            if (code := error.facts.get("code")) not in _NOT_YET:
                details.missing(_gap_of(error, operation, columns))
                return None
        if code in _NO_REPORT and not was_ordered:
            operation = "iam:GenerateCredentialReport"
            try:
                call(ctx, "iam", "GenerateCredentialReport", {})
            except ProviderError as error:
                ctx.check()
                details.missing(_gap_of(error, operation, columns))
                return None
            was_ordered = True
        if waited >= LONGEST_WAIT_S:
            why = f"IAM had not made the credential report after {waited:.0f} s."
            details.missing(_gap(Outcome.TIMED_OUT, why, operation, columns))
            return None
        ctx.cancelled.wait(pause)
        ctx.check()
        waited, pause = waited + pause, min(pause * 2, _LONGEST_PAUSE_S)


def _report_of(
    details: Details, answer: Mapping[str, Any], columns: Iterable[str]
) -> CredentialReport | None:
    try:
        lines = parse_report(answer["Content"])
    except (AttributeError, KeyError, TypeError, ValueError, csv.Error) as exc:
        why = f"The credential report cannot be read ({type(exc).__name__}: {exc})."
        details.missing(_gap(Outcome.FAILED, why, "iam:GetCredentialReport", columns))
        return None
    return CredentialReport(answer.get("GeneratedTime"), lines)


def parse_report(content: bytes) -> dict[str, dict[str, Any]]:
    """
    Return the lines of the report by user name; a byte order mark in front is none of a name.

    Raises:
        ValueError: it is not the report: not UTF-8, or without a column of users.
    """
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    if "user" not in (lines.fieldnames or ()):
        raise ValueError("it has no column of users")
    return {
        line["user"]: {name: _value_of(name, text) for name, text in line.items() if name}
        for line in lines
    }


def _value_of(column: str, text: str | None) -> Any:
    """Return a cell of the report: more than half of them are times."""
    if column.endswith(("_active", "_enabled")):
        return flag(text)
    return word(text) if column.endswith(("user", "arn", "_service", "_region")) else moment(text)


def flag(text: str | None) -> bool | None:
    """Return a truth value of the report; None for ``N/A`` and ``not_supported``."""
    return {"true": True, "false": False}.get((text or "").lower())


def moment(text: str | None) -> dt.datetime | None:
    """Return a time of the report; None for ``N/A``, ``no_information``, ``not_supported``."""
    if not text or not text[0].isdigit():
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return Unreadable(text, "it is not a time")  # type: ignore[return-value]  # fits any cell
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def word(text: str | None) -> str | None:
    """Return a text of the report; None for ``N/A`` and its like."""
    return None if text in (None, "", "N/A", "no_information", "not_supported") else text


def _gap_of(error: ProviderError, operation: str, columns: Iterable[str]) -> Gap:
    action = error.facts.get("action", operation)
    return _gap(error.outcome, error.reason, operation, columns, action)


def _gap(
    outcome: Outcome, why: str, operation: str, columns: Iterable[str], action: str = ""
) -> Gap:
    action = action or operation
    return Gap(outcome, why, operation=operation, action=action, columns=tuple(columns))
