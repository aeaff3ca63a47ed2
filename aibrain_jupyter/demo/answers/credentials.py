"""The credential report as IAM writes it: moto leaves out the root user, regions and services."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final

from moto.iam.models import iam_backends

from aibrain_jupyter.demo.accounts import PROD, Account
from aibrain_jupyter.demo.clock import moment

if TYPE_CHECKING:
    from moto.iam.models import AccessKey, User

    from aibrain_jupyter.demo.protocols import AwsRequest

_KEY: Final = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_COLUMNS: Final = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{number}_{name}" for number in (1, 2) for name in _KEY),
    *(f"cert_{number}_{name}" for number in (1, 2) for name in ("active", "last_rotated")),
)
_NONE_ACTIVE: Final = {name: "false" for name in _COLUMNS if name.endswith("_active")}


def credential_report(account: Account, _request: AwsRequest) -> dict[str, Any]:
    """``iam:GetCredentialReport``."""
    users = iam_backends[account.account_id]["aws"].users.values()
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="N/A", lineterminator="\n")
    writer.writeheader()
    for row in (_root_row(account), *map(_user_row, users)):
        writer.writerow(_NONE_ACTIVE | row)
    return {
        "Content": text.getvalue().encode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": dt.datetime.now(dt.UTC).replace(microsecond=0),
    }


def _root_row(account: Account) -> dict[str, str]:
    is_good = account is PROD
    created = _time(moment("2018-04-12"))
    used = _time(moment("2024-01-02" if is_good else "2026-09-30"))
    key = () if is_good else ("true", created, used, "us-east-1", "ec2")
    return {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{account.account_id}:root",
        "user_creation_time": created,
        "password_enabled": "not_supported",
        "password_last_used": used,
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": _word(is_good),
        **_key_cells(1, key),
    }


def _user_row(user: User) -> dict[str, str]:
    created = _time(user.create_date)
    row = {
        "user": user.name,
        "arn": user.arn,
        "user_creation_time": created,
        "password_enabled": _word(bool(user.password)),
        "mfa_active": _word(bool(user.mfa_devices)),
    }
    if user.password:
        used = user.password_last_used
        row["password_last_used"] = _time(used) if used else "no_information"
        row["password_last_changed"] = created
    for number, key in enumerate(user.access_keys[:2], 1):
        row |= _key_cells(number, _of_key(key))
    return row


def _of_key(key: AccessKey) -> tuple[str, ...]:
    cells = (_word(key.status == "Active"), _time(key.create_date))
    used = key.last_used
    return (*cells, _time(used.timestamp), used.region, used.service) if used else cells


def _key_cells(number: int, cells: tuple[str, ...]) -> dict[str, str]:
    return {f"access_key_{number}_{name}": cell for name, cell in zip(_KEY, cells, strict=False)}


def _time(value: dt.datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _word(value: bool) -> str:
    return "true" if value else "false"
