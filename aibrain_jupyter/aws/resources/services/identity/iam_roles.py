"""IAM roles."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import written
from aibrain_jupyter.aws.resources.services.identity.iam_policies import POLICY_COLUMNS
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time
from aibrain_jupyter.shared.frames.columns import TAGS

ROLES: Final = written(
    "iam",
    "roles",
    "IAM roles: who may assume them, last use, policies.",
    (
        text("role_name", "name of the role"),
        text("arn", "ARN of the role"),
        text("role_id", "unique id; a role made again under the same name has another"),
        text("path", "IAM path"),
        time("created", "when the role was made, UTC"),
        text("description", "description; NA: none"),
        flag("is_service_linked", "whether an AWS service owns the role"),
        nested("trust_principals", "who may assume the role, as kind:identifier"),
        nested("trusted_accounts", "ids of other accounts it trusts; * is everybody"),
        flag("is_cross_account", "whether another account, or everybody, is trusted to assume it"),
        flag(
            "requires_external_id",
            "whether every statement that trusts another account requires a fixed sts:ExternalId; "
            "a condition met without one (IfExists, ForAllValues, Not…) or by any (*, Null) does "
            "not; NA: no other account is trusted",
        ),
        nested("trust_policy", "the trust policy document"),
        time(
            "last_used",
            "last use, UTC; NaT: none within IAM's tracking period (400 days), not proof of none "
            "ever",
            absent="no use within IAM's tracking period",
        ),
        text("last_used_region", "the region of the last use"),
        count(
            "days_idle",
            "whole days from the last use to the collection; of a role with none on record, from "
            "the making, at most the 400 that IAM looks back: it is idle for at least so long",
        ),
        count("max_session_s", "longest session, seconds"),
        *POLICY_COLUMNS,
        nested("instance_profiles", "ARNs of the instance profiles that hold the role"),
        TAGS,
    ),
    (
        "iam:GetAccountAuthorizationDetails",
        "iam:ListRoles",
        # Only where the bulk read is refused:
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
    ),
    is_global=True,
    traps=("Last use is read from the bulk answer: the listing of roles leaves it out.",),
    code=f"{__package__}.iam_roles_export:export_iam_roles",
)
