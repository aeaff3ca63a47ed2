"""The account as IAM sees it: root, password policy, how many of what. One row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.aws.resources.details import Details, Row
from aibrain_jupyter.aws.resources.services.identity._iam_credential_report import (
    ROOT,
    CredentialReport,
    fetch_report,
)
from aibrain_jupyter.aws.resources.services.identity.iam_account import ACCOUNT
from aibrain_jupyter.aws.resources.values import latest
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_DEFAULT_POLICY: Final = {
    "MinimumPasswordLength": 8,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": False,
    "RequireNumbers": False,
    "RequireSymbols": False,
}
"""AWS's own, as the IAM User Guide has it: 8 characters, three of four kinds, no expiry."""


def export_iam_account(ctx: CallContext) -> ToolResult:
    """
    Export what IAM says of the account as a whole.

    Returns:
        One row. Root's last use is as of ``credentials_as_of``: the credential report may be
        four hours old.

    Raises:
        PermissionDeniedError: the identity lacks ``iam:GetAccountSummary``.

    Source:
        IAM API reference, GetAccountSummary and PasswordPolicy.
    """
    details = Details(ctx)
    row: Row = {"alias": None}
    for page in pages(ctx, "iam", "GetAccountSummary", {}):
        row |= summary_columns(page.get("SummaryMap") or {})
    aliases = details.ask_all("iam", "ListAccountAliases", "AccountAliases", columns=["alias"])
    row["alias"] = next(iter(aliases or []), None)
    row |= details.read(
        password_columns, "iam", "GetAccountPasswordPolicy", {}, item="", absent=("NoSuchEntity",)
    )
    report = fetch_report(details, columns=root_columns(None))
    if report is not None:
        row |= root_columns(report)
    return details.result([row], ACCOUNT.columns)


def summary_columns(summary: Mapping[str, int]) -> Row:
    """Return the columns of a SummaryMap."""

    def is_set(name: str) -> Any:
        value: Any = summary.get(name)
        return value if value is None or isinstance(value, Unreadable) else value > 0

    return {
        "root_mfa_active": is_set("AccountMFAEnabled"),
        "root_has_access_keys": is_set("AccountAccessKeysPresent"),
        "users": summary.get("Users"),
        "groups": summary.get("Groups"),
        "roles": summary.get("Roles"),
        "policies": summary.get("Policies"),
        "identity_providers": summary.get("Providers"),
        "mfa_devices": summary.get("MFADevices"),
        "mfa_devices_in_use": summary.get("MFADevicesInUse"),
        "server_certificates": summary.get("ServerCertificates"),
    }


def password_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetAccountPasswordPolicy; ``{}``: there is none, AWS's default is."""
    policy = answer.get("PasswordPolicy", _DEFAULT_POLICY) or {}
    days = policy.get("MaxPasswordAge") or None
    return {
        "has_password_policy": "PasswordPolicy" in answer,
        "password_min_length": policy.get("MinimumPasswordLength"),
        "password_needs_upper": policy.get("RequireUppercaseCharacters"),
        "password_needs_lower": policy.get("RequireLowercaseCharacters"),
        "password_needs_number": policy.get("RequireNumbers"),
        "password_needs_symbol": policy.get("RequireSymbols"),
        "passwords_expire": policy.get("ExpirePasswords", days is not None),
        "password_max_age_days": days,
        "password_reuse_prevention": policy.get("PasswordReusePrevention") or 0,
        "password_hard_expiry": policy.get("HardExpiry", False),
        "users_may_change_password": policy.get("AllowUsersToChangePassword"),
    }


def root_columns(report: CredentialReport | None) -> Row:
    """Return the columns the credential report gives of root."""
    line = report.lines.get(ROOT, {}) if report else {}
    used = [line.get(f"access_key_{number}_last_used_date") for number in (1, 2)]
    return {
        "root_password_last_used": line.get("password_last_used"),
        "root_key_last_used": latest(used),
        "credentials_as_of": report.generated if report else None,
    }
