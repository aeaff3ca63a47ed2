"""IAM Identity Center."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, each, listing
from aibrain_jupyter.aws.resources.shapes import nested, text

SSO_ASSIGNMENTS: Final = declared(
    "sso-admin",
    "assignments",
    "IAM Identity Center: who has which permission set on which account, one row each.",
    (
        text("permission_set", "ARN of the permission set", "ListPermissionSets"),
        text("permission_set_name", "name of the permission set", "DescribePermissionSet.Name"),
        text(
            "session_duration",
            "length of a session, ISO 8601",
            "DescribePermissionSet.SessionDuration",
        ),
        nested(
            "managed_policies",
            "ARNs of its managed policies",
            "all(ListManagedPoliciesInPermissionSet[].Arn)",
        ),
        nested(
            "inline_policy",
            "its inline policy; NA: none",
            "policy(GetInlinePolicyForPermissionSet.InlinePolicy)",
        ),
        text(
            "assigned_account",
            "account it gives access to",
            "ListAccountsForProvisionedPermissionSet",
        ),
        text("principal_type", "USER or GROUP", "PrincipalType"),
        text("principal_id", "id in the identity store", "PrincipalId"),
        text(
            "principal_name",
            "name of the user or group",
            "DescribeUser.UserName || DescribeGroup.DisplayName",
        ),
        text("instance", "ARN of the Identity Center instance", "ListInstances.InstanceArn"),
        text("identity_store", "id of its identity store", "ListInstances.IdentityStoreId"),
    ),
    (
        listing("sso-admin:ListInstances", "Instances", action="sso:ListInstances"),
        each(
            "sso-admin:ListPermissionSets",
            "PermissionSets",
            {"InstanceArn": "InstanceArn"},
            action="sso:ListPermissionSets",
        ),
        detail(
            "sso-admin:DescribePermissionSet",
            {"InstanceArn": "InstanceArn", "PermissionSetArn": "ListPermissionSets"},
            member="PermissionSet",
            action="sso:DescribePermissionSet",
        ),
        detail(
            "sso-admin:ListManagedPoliciesInPermissionSet",
            {"InstanceArn": "InstanceArn", "PermissionSetArn": "ListPermissionSets"},
            records="AttachedManagedPolicies",
            action="sso:ListManagedPoliciesInPermissionSet",
        ),
        detail(
            "sso-admin:GetInlinePolicyForPermissionSet",
            {"InstanceArn": "InstanceArn", "PermissionSetArn": "ListPermissionSets"},
            action="sso:GetInlinePolicyForPermissionSet",
        ),
        each(
            "sso-admin:ListAccountsForProvisionedPermissionSet",
            "AccountIds",
            {"InstanceArn": "InstanceArn", "PermissionSetArn": "ListPermissionSets"},
            action="sso:ListAccountsForProvisionedPermissionSet",
        ),
        each(
            "sso-admin:ListAccountAssignments",
            "AccountAssignments",
            {
                "InstanceArn": "InstanceArn",
                "PermissionSetArn": "ListPermissionSets",
                "AccountId": "ListAccountsForProvisionedPermissionSet",
            },
            action="sso:ListAccountAssignments",
        ),
        detail(
            "identitystore:DescribeUser",
            {"IdentityStoreId": "ListInstances.IdentityStoreId", "UserId": "PrincipalId"},
            when="PrincipalType=='USER'",
            absent=("ResourceNotFoundException",),
        ),
        detail(
            "identitystore:DescribeGroup",
            {"IdentityStoreId": "ListInstances.IdentityStoreId", "GroupId": "PrincipalId"},
            when="PrincipalType=='GROUP'",
            absent=("ResourceNotFoundException",),
        ),
    ),
    traps=(
        "Identity Center lives in one region: ask there, in the management or delegated account.",
        "A permission set that is assigned to nobody has no row.",
    ),
    key=("permission_set", "assigned_account", "principal_type", "principal_id"),
)
