"""IAM groups."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, text, time

IAM_GROUPS: Final = declared(
    "iam",
    "groups",
    "IAM groups: members and policies.",
    (
        text("group_name", "name of the group", "GroupName"),
        text("arn", "ARN of the group", "Arn"),
        text("group_id", "stable id of the group", "GroupId"),
        text("path", "path of the group", "Path"),
        time("created", "when it was made, UTC", "CreateDate"),
        nested("members", "names of its users", "all(GetGroup[].UserName)"),
        nested(
            "attached_policies",
            "ARNs of its managed policies",
            "all(ListAttachedGroupPolicies[].PolicyArn)",
        ),
        nested("inline_policies", "names of its inline policies", "all(ListGroupPolicies)"),
        flag(
            "is_administrator",
            "whether AWS's own AdministratorAccess is attached, by its ARN; other policies may "
            "give as much",
            "attaches(ListAttachedGroupPolicies, 'AdministratorAccess')",
        ),
    ),
    (
        listing("iam:ListGroups", "Groups"),
        detail("iam:GetGroup", {"GroupName": "GroupName"}, records="Users"),
        detail(
            "iam:ListAttachedGroupPolicies", {"GroupName": "GroupName"}, records="AttachedPolicies"
        ),
        detail("iam:ListGroupPolicies", {"GroupName": "GroupName"}, records="PolicyNames"),
    ),
    is_global=True,
)
