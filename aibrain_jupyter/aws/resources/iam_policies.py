"""Customer managed IAM policies, with the document in force, in one bulk read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.iam import POLICIES
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.policy_documents import allows_everything, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_iam_policies(ctx: CallContext) -> ToolResult:
    """
    Export the customer managed policies of an account; AWS's own are the same everywhere.

    Returns:
        One row per policy, ordered by name.

    Raises:
        PermissionDeniedError: the identity lacks ``iam:GetAccountAuthorizationDetails``.

    Source:
        IAM API reference, ManagedPolicyDetail.
    """
    details = Details(ctx)
    policies = listed(
        ctx,
        "iam",
        "GetAccountAuthorizationDetails",
        "Policies",
        {"Filter": ["LocalManagedPolicy"]},
    )
    rows = [
        policy_columns(policy)
        | details.made(
            document_columns,
            policy,
            item=policy.get("Arn"),
            operation="iam:GetAccountAuthorizationDetails",
        )
        for policy in policies
    ]
    return details.result(rows, POLICIES)


def policy_columns(policy: Mapping[str, Any]) -> Row:
    """Return the columns of a ManagedPolicyDetail but those of its document."""
    arn = policy.get("Arn")
    return {
        "policy_name": arn.rpartition("/")[2] if arn else policy.get("PolicyName"),
        "arn": arn,
        "policy_id": policy.get("PolicyId"),
        "path": policy.get("Path"),
        "created": policy.get("CreateDate"),
        "updated": policy.get("UpdateDate"),
        "attachments": policy.get("AttachmentCount"),
        "boundary_uses": policy.get("PermissionsBoundaryUsageCount"),
        "default_version": policy.get("DefaultVersionId"),
        "versions": len(policy.get("PolicyVersionList") or ()),
    }


def document_columns(policy: Mapping[str, Any]) -> Row:
    """Return the columns of the document in force of a ManagedPolicyDetail."""
    versions = policy.get("PolicyVersionList") or []
    in_force: Mapping[str, Any] = next((v for v in versions if v.get("IsDefaultVersion")), {})
    document = parsed(in_force.get("Document"))
    return {
        "allows_everything": None if document is None else allows_everything(document),
        "document": document,
    }
