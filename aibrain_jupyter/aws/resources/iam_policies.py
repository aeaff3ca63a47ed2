"""Customer managed IAM policies, with the document in force, in one bulk read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.policies.columns import managed_policy
from aibrain_jupyter.aws.resources.columns.iam import POLICIES
from aibrain_jupyter.aws.resources.details import Details, Row, listed

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
    return details.result([policy_columns(policy) for policy in policies], POLICIES)


def policy_columns(policy: Mapping[str, Any]) -> Row:
    """Return the columns of a ManagedPolicyDetail."""
    versions = policy.get("PolicyVersionList") or []
    in_force: Mapping[str, Any] = next((v for v in versions if v.get("IsDefaultVersion")), {})
    return {
        "policy_name": policy["Arn"].rpartition("/")[2],
        "arn": policy["Arn"],
        "policy_id": policy.get("PolicyId"),
        "path": policy.get("Path"),
        "created": policy.get("CreateDate"),
        "updated": policy.get("UpdateDate"),
        "attachments": policy.get("AttachmentCount"),
        "boundary_uses": policy.get("PermissionsBoundaryUsageCount"),
        "default_version": policy.get("DefaultVersionId"),
        "versions": len(versions),
        **managed_policy(in_force.get("Document")),
    }
