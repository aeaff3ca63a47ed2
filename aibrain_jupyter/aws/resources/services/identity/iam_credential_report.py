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
from typing import TYPE_CHECKING

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import ProviderError

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
    """The report: when it was made (aware, UTC) and its lines by user name, root's by `ROOT`."""

    generated: dt.datetime
    lines: Mapping[str, Mapping[str, str]]


def fetch_report(details: Details, *, columns: Iterable[str]) -> CredentialReport | None:
    """Return the credential report; None, with a gap in `columns`, when it is not given."""
    ctx = details.ctx
    waited, pause, was_ordered = 0.0, _FIRST_PAUSE_S, False
    while True:
        operation = "iam:GetCredentialReport"
        try:
            answer = call(ctx, "iam", "GetCredentialReport", {})
            return CredentialReport(answer["GeneratedTime"], parse_report(answer["Content"]))
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
            details.missing(
                Gap(
                    Outcome.TIMED_OUT,
                    f"IAM had not made the credential report after {waited:.0f} s.",
                    operation=operation,
                    action=operation,
                    columns=tuple(columns),
                )
            )
            return None
        ctx.cancelled.wait(pause)
        ctx.check()
        waited, pause = waited + pause, min(pause * 2, _LONGEST_PAUSE_S)


def parse_report(content: bytes) -> dict[str, dict[str, str]]:
    """Return the lines of the report by user name."""
    return {line["user"]: line for line in csv.DictReader(io.StringIO(content.decode()))}


def flag(text: str | None) -> bool | None:
    """Return a truth value of the report; None for ``N/A`` and ``not_supported``."""
    return {"true": True, "false": False}.get((text or "").lower())


def moment(text: str | None) -> dt.datetime | None:
    """Return a time of the report; None for ``N/A``, ``no_information``, ``not_supported``."""
    if not text or not text[0].isdigit():
        return None
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def word(text: str | None) -> str | None:
    """Return a text of the report; None for ``N/A`` and its like."""
    return None if text in (None, "", "N/A", "no_information", "not_supported") else text


def _gap_of(error: ProviderError, operation: str, columns: Iterable[str]) -> Gap:
    return Gap(
        outcome=error.outcome,
        why=error.why or error.what,
        operation=operation,
        action=error.facts.get("action", operation),
        columns=tuple(columns),
    )
