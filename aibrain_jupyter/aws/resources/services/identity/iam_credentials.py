"""
The credentials of IAM users: from IAM's credential report, or asked for user by user.

The report has passwords, MFA and keys of every user in one answer.
IAM makes it at most every four hours, so it can be that old (`generated` says when). A report
that exists is taken as it is; only when there is none, one is asked for and waited for, a minute
at most. Making the report changes nothing in the account. Users it does not know (made after it, or
no report at all) are asked for one by one. That costs four requests and more a user and cannot tell
when a password was changed last.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.resources.values import days_between
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.aws.resources.details import Details, Row

ROOT = "<root_account>"
LONGEST_WAIT_S = 60.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0
_NO_REPORT = ("ReportNotPresent", "ReportExpired")
_NOT_YET = (*_NO_REPORT, "ReportInProgress")

ONLY_IN_REPORT = ("password_last_changed", "password_next_rotation")
_KEYS = (1, 2)
_ABSENT = ("NoSuchEntity",)
_USES = ("password_last_used", "access_key_1_last_used", "access_key_2_last_used")


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


def from_report(details: Details, user: str, line: Mapping[str, str]) -> Row:
    """Return the credential columns of a line of the report; MFA types are asked for."""
    row: Row = {
        "console_access": flag(line.get("password_enabled")),
        "password_last_used": moment(line.get("password_last_used")),
        "password_last_changed": moment(line.get("password_last_changed")),
        "password_next_rotation": moment(line.get("password_next_rotation")),
        "mfa_active": flag(line.get("mfa_active")),
        "mfa_types": [],
    }
    for number in _KEYS:
        key = f"access_key_{number}"
        made = moment(line.get(f"{key}_last_rotated"))
        row |= {
            f"{key}_active": flag(line.get(f"{key}_active")),
            f"{key}_last_rotated": made,
            f"{key}_age_days": days_between(made, details.now),
            f"{key}_last_used": moment(line.get(f"{key}_last_used_date")),
            f"{key}_last_used_service": word(line.get(f"{key}_last_used_service")),
            f"{key}_last_used_region": word(line.get(f"{key}_last_used_region")),
        }
    if row["mfa_active"]:
        row["mfa_types"] = None
        devices = _mfa_devices(details, user, columns=["mfa_types"])
        if devices is not None:
            row["mfa_types"] = mfa_types(devices)
    return row


def one_by_one(details: Details, user: str) -> Row:
    """Return the credential columns of a user as IAM tells now, each with its own request."""
    params = {"UserName": user}
    row = details.read(_password_use, "iam", "GetUser", params, item=user, also=["days_idle"])
    row |= details.read(_console, "iam", "GetLoginProfile", params, item=user, absent=_ABSENT)
    devices = _mfa_devices(details, user, columns=["mfa_active", "mfa_types"])
    if devices is not None:
        row |= {"mfa_active": bool(devices), "mfa_types": mfa_types(devices)}
    keys = details.ask_all(
        "iam",
        "ListAccessKeys",
        "AccessKeyMetadata",
        params,
        item=user,
        columns=[
            *(name for number in _KEYS for name in _key_columns(number, {}, {}, details.now)),
            "days_idle",
        ],
    )
    if keys is not None:
        oldest_first = sorted(keys, key=lambda key: key["CreateDate"])
        for number, key in zip(_KEYS, (*oldest_first, {}, {}), strict=False):
            row |= _key_row(details, user, number, key)
    return row


def days_idle(row: Row, now: dt.datetime) -> int | None:
    """Return the whole days since the last use; None: none on record, or a use is unknown."""
    if any(name not in row for name in _USES):
        return None
    return days_between(max((row[name] for name in _USES if row[name]), default=None), now)


def mfa_types(devices: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the kinds of MFA devices, as their serial numbers tell."""
    return sorted({_mfa_type(device.get("SerialNumber", "")) for device in devices})


def _mfa_type(serial: str) -> str:
    if ":u2f/" in serial:
        return "security key"
    # A virtual device's serial number is an ARN, a hardware token's is printed on it.
    return "virtual" if serial.startswith("arn:") else "hardware"


def _mfa_devices(details: Details, user: str, *, columns: list[str]) -> list[Any] | None:
    return details.ask_all(
        "iam", "ListMFADevices", "MFADevices", {"UserName": user}, item=user, columns=columns
    )


def _password_use(answer: Mapping[str, Any]) -> Row:
    return {"password_last_used": (answer.get("User") or {}).get("PasswordLastUsed")}


def _console(answer: Mapping[str, Any]) -> Row:
    return {"console_access": "LoginProfile" in answer}


def _key_row(details: Details, user: str, number: int, key: Mapping[str, Any]) -> Row:
    unused = _key_columns(number, key, {}, details.now)
    if not key:
        return unused
    used = [name for name in unused if "_last_used" in name]
    answer = details.ask(
        "iam",
        "GetAccessKeyLastUsed",
        {"AccessKeyId": key["AccessKeyId"]},
        item=f"{user} {key['AccessKeyId']}",
        columns=[*used, "days_idle"],
    )
    if answer is None:
        return {name: value for name, value in unused.items() if name not in used}
    return _key_columns(number, key, answer.get("AccessKeyLastUsed") or {}, details.now)


def _key_columns(
    number: int, key: Mapping[str, Any], use: Mapping[str, Any], now: dt.datetime
) -> Row:
    name = f"access_key_{number}"
    made = key.get("CreateDate")
    return {
        f"{name}_active": key.get("Status") == "Active",
        f"{name}_last_rotated": made,
        f"{name}_age_days": days_between(made, now),
        f"{name}_last_used": use.get("LastUsedDate"),
        f"{name}_last_used_service": word(use.get("ServiceName")),
        f"{name}_last_used_region": word(use.get("Region")),
    }
