"""
Customer managed IAM policies, AWS's own being the same everywhere; columns about policies.

Source: IAM API reference, ManagedPolicyDetail.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time

POLICY_COLUMNS: Final = (
    nested("attached_policies", "ARNs of the attached managed policies"),
    nested("inline_policies", "inline policies as a mapping of name to document"),
    text("permissions_boundary", "ARN of the boundary policy; NA: there is none"),
)


_IN_FORCE: Final = "always(PolicyVersionList[?IsDefaultVersion] | [0].Document)"


IAM_POLICIES: Final = declared(
    "iam",
    "policies",
    "Customer managed IAM policies: documents, attachments, full administrators.",
    (
        text("policy_name", "name of the customer managed policy", "after_slash(Arn)"),
        text("arn", "ARN of the policy", "Arn"),
        text("policy_id", "unique id", "PolicyId"),
        text("path", "IAM path", "Path"),
        time("created", "when the policy was made, UTC", "CreateDate"),
        time("updated", "when its default version last changed, UTC", "UpdateDate"),
        count("attachments", "users, groups and roles it is attached to", "AttachmentCount"),
        count(
            "boundary_uses",
            "users and roles that have it as permissions boundary",
            "PermissionsBoundaryUsageCount",
        ),
        flag(
            "allows_everything",
            "whether its statements allow every action on every resource; a condition counts only "
            "if it must be met (not IfExists, Not…, ForAllValues, Null) and not everybody meets "
            "it (TLS, times, headers); false is not proof of few permissions",
            f"everything({_IN_FORCE})",
        ),
        text("default_version", "id of the version in force", "DefaultVersionId"),
        count("versions", "versions kept, at most five", "count(PolicyVersionList)"),
        nested("document", "the document of the version in force", f"policy({_IN_FORCE})"),
    ),
    (
        listing(
            "iam:GetAccountAuthorizationDetails",
            "Policies",
            fixed={"Filter": ["LocalManagedPolicy"]},
        ),
    ),
    is_global=True,
    traps=("A policy that is no full administrator may still lead to one.",),
)
