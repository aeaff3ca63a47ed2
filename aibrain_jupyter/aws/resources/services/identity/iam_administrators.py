"""Who may do everything in an account, and by which policy."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import written
from aibrain_jupyter.aws.resources.shapes import flag, text

IAM_ADMINISTRATORS: Final = written(
    "iam",
    "administrators",
    "Administrators: users and roles that may do everything, by which policy and group.",
    (
        text("principal_name", "name of the user or role"),
        text("kind", "user or role"),
        text("arn", "ARN of the user or role"),
        text("through", "the group that has the policy; NA: it is the principal's own"),
        text("policy", "ARN of the managed policy or name of the inline one"),
        flag(
            "allows_everything",
            "whether that policy allows every action on every resource: AWS's AdministratorAccess, "
            "or statements that come to it; true, or not known where it cannot be read",
        ),
        text("permissions_boundary", "ARN of the policy that limits it; NA: there is none"),
    ),
    ("iam:GetAccountAuthorizationDetails",),
    is_global=True,
    traps=(
        "One row for each policy that makes somebody an administrator.",
        "Root is not listed, and who may give themselves a policy is an administrator as well.",
    ),
    code=f"{__package__}.iam_administrators_export:export_iam_administrators",
    key=("arn", "policy", "through?"),
)
