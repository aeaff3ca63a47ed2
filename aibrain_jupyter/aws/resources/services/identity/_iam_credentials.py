"""
The credentials of one IAM user: from the credential report, or asked for one by one.

The second way is for users the report does not know (made after it, or no report at all). It
costs four requests and more a user and cannot tell when a password was changed last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.services.identity._iam_credential_report import word
from aibrain_jupyter.aws.resources.values import days_between, latest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.aws.resources.details import Details, Row

ONLY_IN_REPORT = ("password_last_changed", "password_next_rotation")
_KEYS = (1, 2)
_ABSENT = ("NoSuchEntity",)
_USES = ("password_last_used", "access_key_1_last_used", "access_key_2_last_used")


def from_report(details: Details, user: str, line: Mapping[str, Any]) -> Row:
    """Return the credential columns of a line of the report; MFA types are asked for."""
    row: Row = {
        "console_access": line.get("password_enabled"),
        "password_last_used": line.get("password_last_used"),
        "password_last_changed": line.get("password_last_changed"),
        "password_next_rotation": line.get("password_next_rotation"),
        "mfa_active": line.get("mfa_active"),
        "mfa_types": [],
    }
    for number in _KEYS:
        key = f"access_key_{number}"
        made = line.get(f"{key}_last_rotated")
        row |= {
            f"{key}_active": line.get(f"{key}_active"),
            f"{key}_last_rotated": made,
            f"{key}_age_days": days_between(made, details.now),
            f"{key}_last_used": line.get(f"{key}_last_used_date"),
            f"{key}_last_used_service": line.get(f"{key}_last_used_service"),
            f"{key}_last_used_region": line.get(f"{key}_last_used_region"),
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
        oldest_first = sorted(keys, key=lambda key: str(key.get("CreateDate") or ""))
        for number, key in zip(_KEYS, (*oldest_first, {}, {}), strict=False):
            row |= _key_row(details, user, number, key)
    return row


def days_idle(row: Row, now: dt.datetime) -> int | None:
    """
    Return the whole days since the last use, or the making of a user with none on record.

    Who never signed in has been idle from the start, and must not be missing where the longest
    idle are looked for. None: a use is unknown.
    """
    if any(name not in row for name in _USES):
        return None
    return days_between(latest(row[name] for name in _USES) or row.get("created"), now)


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
    key_id = key.get("AccessKeyId")
    answer = details.ask(
        "iam",
        "GetAccessKeyLastUsed",
        {"AccessKeyId": key_id},
        item=f"{user} {key_id}",
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
