"""IAM users: everything in two bulk reads, the kinds of MFA devices asked for one by one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.details import Details, Row
from aibrain_jupyter.aws.resources.services.identity._iam_credential_report import (
    CredentialReport,
    fetch_report,
)
from aibrain_jupyter.aws.resources.services.identity._iam_credentials import (
    ONLY_IN_REPORT,
    days_idle,
    from_report,
    one_by_one,
)
from aibrain_jupyter.aws.resources.services.identity._iam_entities import common_columns, entities
from aibrain_jupyter.aws.resources.services.identity.iam_users import USERS
from aibrain_jupyter.aws.resources.values import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_iam_users(ctx: CallContext) -> ToolResult:
    """
    Export the IAM users of an account; root is in ``iam.account``.

    Returns:
        One row per user, ordered by name. Passwords and keys are as of ``credentials_as_of``:
        the credential report may be four hours old. Access key 1 and 2 are in the report's
        order; without a report, the older one is key 1.

    Raises:
        PermissionDeniedError: the identity lacks both ``iam:GetAccountAuthorizationDetails`` and
            ``iam:ListUsers``.

    Source:
        IAM API reference, UserDetail; IAM User Guide, credential reports.
    """
    details = Details(ctx)
    users = entities(details, "User")
    report = fetch_report(details, columns=ONLY_IN_REPORT) if users else None

    def row_of(user: Mapping[str, Any]) -> Row:
        row = user_columns(user)
        name = row["user_name"]
        line = _line_of(user, report)
        if report is not None and line is not None:
            row |= from_report(details, name, line) | {"credentials_as_of": report.generated}
        else:
            row |= one_by_one(details, name) | {"credentials_as_of": details.now}
        row["days_idle"] = days_idle(row, details.now)
        return row

    return details.result(ctx.map(row_of, users), USERS.columns)


def user_columns(user: Mapping[str, Any]) -> Row:
    """Return the columns of a UserDetail."""
    row = {"user_name": user.get("UserName"), "user_id": user.get("UserId")} | common_columns(user)
    if "GroupList" in user:
        row["groups"] = texts(user["GroupList"])
    return row


def _line_of(user: Mapping[str, Any], report: CredentialReport | None) -> Mapping[str, Any] | None:
    """Return the user's line; a line of an earlier user of the same name is not theirs."""
    line = report.lines.get(user.get("UserName") or "") if report else None
    if line is None:
        return None
    moments = (line.get("user_creation_time"), user.get("CreateDate"))
    if not all(isinstance(each, dt.datetime) for each in moments):
        return None
    in_report, in_listing = (each.replace(microsecond=0) for each in moments if each)
    return line if in_report == in_listing else None
