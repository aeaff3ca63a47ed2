"""Administrators: every user and role with every policy it has, own or of a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from aibrain_jupyter.aws.policies.columns import left_out, managed_policy
from aibrain_jupyter.aws.policies.questions import attaches
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.services.identity.iam_administrators import IAM_ADMINISTRATORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_Record = Mapping[str, Any]
_Kind = Literal["User", "Role", "Group"]
_Grant = tuple[str | None, Any]
"""A policy, and whether it allows everything."""


def export_iam_administrators(ctx: CallContext) -> ToolResult:
    """
    Export who may do everything in an account.

    Returns:
        One row per principal, group and policy, ordered by name. A policy that could not be read
        is a row whose ``allows_everything`` is not known.

    Raises:
        PermissionDeniedError: the identity lacks ``iam:GetAccountAuthorizationDetails``.

    Source:
        IAM API reference, UserDetail, RoleDetail, GroupDetail and ManagedPolicyDetail.
    """
    details = Details(ctx)
    managed = {
        policy.get("Arn"): _in_force(policy)
        for policy in _all(ctx, "LocalManagedPolicy", "Policies")
    }
    groups = {
        group.get("GroupName"): list(_own("Group", group, managed))
        for group in _all(ctx, "Group", "GroupDetailList")
    }
    rows = []
    for user in _all(ctx, "User", "UserDetailList"):
        rows += [_row("User", user, *grant) for grant in _own("User", user, managed)]
        rows += [_row("User", user, *grant, name) for name, grant in _through(user, groups)]
    for role in _all(ctx, "Role", "RoleDetailList"):
        rows += [_row("Role", role, *grant) for grant in _own("Role", role, managed)]
    return details.result(rows, IAM_ADMINISTRATORS.columns)


def _all(ctx: CallContext, kind: str, key: str) -> list[Any]:
    operation = "GetAccountAuthorizationDetails"
    return listed(ctx, "iam", operation, key, {"Filter": [kind]})


def _own(kind: _Kind, record: _Record, managed: Mapping[Any, Any]) -> Iterator[_Grant]:
    """Give the policies of a principal itself that allow everything, or cannot be read."""
    if "AttachedManagedPolicies" not in record:
        yield None, left_out()
    for attached in record.get("AttachedManagedPolicies") or ():
        arn = attached.get("PolicyArn")
        answer = attaches([attached], "AdministratorAccess")
        if answer is False:
            # Of AWS's own policies only that one is everything; of the account's, all came.
            answer = managed.get(arn, False if ":aws:policy/" in str(arn) else left_out())
        if answer is not False:
            yield arn, answer
    for inline in record.get(f"{kind}PolicyList") or ():
        answer = managed_policy(inline.get("PolicyDocument"))["allows_everything"]
        if answer is not False:
            yield inline.get("PolicyName"), answer


def _through(user: _Record, groups: Mapping[Any, list[_Grant]]) -> Iterator[tuple[Any, _Grant]]:
    """Give the groups of a user with such policies."""
    if "GroupList" not in user:
        yield None, (None, left_out())
    for name in user.get("GroupList") or ():
        for grant in groups.get(name, [(None, left_out())]):
            yield name, grant


def _in_force(policy: _Record) -> Any:
    versions = policy.get("PolicyVersionList") or ()
    document = next((v.get("Document") for v in versions if v.get("IsDefaultVersion")), None)
    return managed_policy(document)["allows_everything"]


def _row(
    kind: _Kind, record: _Record, policy: str | None, answer: Any, through: str | None = None
) -> Row:
    boundary = record.get("PermissionsBoundary") or {}
    return {
        "principal_name": record.get(f"{kind}Name"),
        "kind": kind.lower(),
        "arn": record.get("Arn"),
        "through": through,
        "policy": policy,
        "allows_everything": answer,
        "permissions_boundary": boundary.get("PermissionsBoundaryArn"),
    }
