"""
Users and roles with their policies: in bulk, or one by one where the bulk read is refused.

GetAccountAuthorizationDetails tells everything of all users or roles in a few pages. An identity
that may only list (AWS's ViewOnlyAccess, say) is refused it; then the same columns are put
together with several requests for each user or role, and a note says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.values import tags_of, texts
from aibrain_jupyter.shared.error_handler import PermissionDeniedError

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["User", "Role"]
_BULK = "GetAccountAuthorizationDetails"


def entities(details: Details, kind: Kind) -> list[Row]:
    """
    Return every user or role as a record with the keys of IAM's UserDetail or RoleDetail.

    A key that is missing was not given. Inline policies are under ``InlinePolicies``, a mapping
    of name to document (None: the document was not given).

    Raises:
        PermissionDeniedError: neither the bulk read nor the plain listing is allowed.
    """
    ctx = details.ctx
    try:
        found = listed(ctx, "iam", _BULK, f"{kind}DetailList", {"Filter": [kind]})
    except PermissionDeniedError:
        records = listed(ctx, "iam", f"List{kind}s", f"{kind}s")
        details.note(f"iam:{_BULK} was refused, so each {kind.lower()} was read by itself.")
        return ctx.map(lambda record: _completed(details, kind, record), records)
    return [
        {
            **each,
            "InlinePolicies": {
                p.get("PolicyName") or "?": p.get("PolicyDocument")
                for p in each.get(f"{kind}PolicyList") or ()
            },
        }
        for each in found
    ]


def common_columns(entity: Mapping[str, Any]) -> Row:
    """Return the columns users and roles share; what was not given is left out."""
    row: Row = {
        "arn": entity.get("Arn"),
        "path": entity.get("Path"),
        "created": entity.get("CreateDate"),
    }
    if "AttachedManagedPolicies" in entity:
        row["attached_policies"] = texts(
            p.get("PolicyArn") or p.get("PolicyName") for p in entity["AttachedManagedPolicies"]
        )
    if "InlinePolicies" in entity:
        row["inline_policies"] = entity["InlinePolicies"]
    if not entity.get("is_incomplete"):
        boundary = entity.get("PermissionsBoundary") or {}
        row["permissions_boundary"] = boundary.get("PermissionsBoundaryArn")
        row["tags"] = tags_of(entity.get("Tags"))
    return row


_EXTRA_COLUMNS = {
    # What only GetUser and GetRole tell: the listings leave it out.
    "User": ("permissions_boundary", "tags"),
    "Role": ("permissions_boundary", "tags", "last_used", "last_used_region", "days_idle"),
}


def _completed(details: Details, kind: Kind, record: Mapping[str, Any]) -> Row:
    name = record.get(f"{kind}Name") or ""
    params = {f"{kind}Name": name or None}
    entity: Row = dict(record)
    full = details.ask("iam", f"Get{kind}", params, item=name, columns=_EXTRA_COLUMNS[kind])
    if full is None:
        entity["is_incomplete"] = True
    else:
        entity |= full.get(kind) or {}
    attached = details.ask_all(
        "iam",
        f"ListAttached{kind}Policies",
        "AttachedPolicies",
        params,
        item=name,
        columns=["attached_policies"],
    )
    if attached is not None:
        entity["AttachedManagedPolicies"] = attached
    names = details.ask_all(
        "iam", f"List{kind}Policies", "PolicyNames", params, item=name, columns=["inline_policies"]
    )
    if names is not None:
        entity["InlinePolicies"] = {p: _document(details, kind, name, p) for p in names}
    if kind == "User":
        groups = details.ask_all(
            "iam", "ListGroupsForUser", "Groups", params, item=name, columns=["groups"]
        )
        if groups is not None:
            entity["GroupList"] = texts(group.get("GroupName") for group in groups)
    return entity


def _document(details: Details, kind: Kind, name: str, policy: str) -> Any:
    answer = details.ask(
        "iam",
        f"Get{kind}Policy",
        {f"{kind}Name": name, "PolicyName": policy},
        item=f"{name} {policy}",
        columns=["inline_policies"],
    )
    return None if answer is None else answer.get("PolicyDocument")
