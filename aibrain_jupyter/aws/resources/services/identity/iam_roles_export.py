"""
IAM roles. Last use comes from the bulk read or from GetRole: ListRoles leaves it out, and a role
read from there would look never used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.policies.columns import trust_policy
from aibrain_jupyter.aws.resources.details import Details, Row
from aibrain_jupyter.aws.resources.services.identity._iam_entities import common_columns, entities
from aibrain_jupyter.aws.resources.services.identity.iam_roles import ROLES
from aibrain_jupyter.aws.resources.values import days_between, texts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_TRACKED_DAYS = 400
_ONLY_LISTED = ("description", "max_session_s")


def export_iam_roles(ctx: CallContext) -> ToolResult:
    """
    Export the IAM roles of an account, service-linked ones included.

    Returns:
        One row per role, ordered by name.

    Raises:
        PermissionDeniedError: the identity lacks both ``iam:GetAccountAuthorizationDetails`` and
            ``iam:ListRoles``.

    Source:
        IAM API reference, RoleDetail, Role and RoleLastUsed.
    """
    details = Details(ctx)
    roles = entities(details, "Role")
    plain = {}
    if any("MaxSessionDuration" not in role for role in roles):
        listing = details.ask_all("iam", "ListRoles", "Roles", columns=_ONLY_LISTED) or []
        plain = {role.get("Arn"): role for role in listing}
    rows = []
    for role in roles:
        whole = {**plain.get(role.get("Arn"), {}), **role}
        row = role_columns(whole)
        row |= trust_policy(whole.get("AssumeRolePolicyDocument"), account=ctx.target.account)
        if not role.get("is_incomplete"):
            row |= use_columns(role, details.now)
        rows.append(row)
    return details.result(rows, ROLES.columns)


def role_columns(role: Mapping[str, Any]) -> Row:
    """Return the columns of a RoleDetail but those of its trust policy."""
    path = role.get("Path")
    row: Row = {
        "role_name": role.get("RoleName"),
        "role_id": role.get("RoleId"),
        "description": role.get("Description") or None,
        "is_service_linked": None if path is None else path.startswith("/aws-service-role/"),
        "max_session_s": role.get("MaxSessionDuration"),
    }
    if "InstanceProfileList" in role:
        row["instance_profiles"] = texts(p.get("Arn") for p in role["InstanceProfileList"])
    return row | common_columns(role)


def use_columns(role: Mapping[str, Any], now: dt.datetime) -> Row:
    """Return the columns of a RoleLastUsed."""
    use = role.get("RoleLastUsed") or {}
    used = use.get("LastUsedDate")
    days = days_between(used or role.get("CreateDate"), now)
    # Without a use on record there was none in the days IAM looks back: at least so long.
    at_least = days if used or not isinstance(days, int) else min(days, _TRACKED_DAYS)
    return {"last_used": used, "last_used_region": use.get("Region"), "days_idle": at_least}
