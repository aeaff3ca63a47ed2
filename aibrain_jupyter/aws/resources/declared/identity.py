"""Who may do what: IAM groups, keys and providers, Identity Center."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import Resource, declared, detail, each, listing
from aibrain_jupyter.shared.frames.columns import FLAG, NESTED, TEXT, TIME, Column

IAM_GROUPS: Final = declared(
    "iam",
    "groups",
    "IAM groups: members and policies.",
    (
        Column("group_name", TEXT, "name of the group", "GroupName"),
        Column("arn", TEXT, "ARN of the group", "Arn"),
        Column("group_id", TEXT, "stable id of the group", "GroupId"),
        Column("path", TEXT, "path of the group", "Path"),
        Column("created", TIME, "when it was made, UTC", "CreateDate"),
        Column("members", NESTED, "names of its users", "all(GetGroup[].UserName)"),
        Column(
            "attached_policies",
            NESTED,
            "ARNs of its managed policies",
            "all(ListAttachedGroupPolicies[].PolicyArn)",
        ),
        Column("inline_policies", NESTED, "names of its inline policies", "all(ListGroupPolicies)"),
        Column(
            "is_administrator",
            FLAG,
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


IAM_ACCESS_KEYS: Final = declared(
    "iam",
    "access_keys",
    "Access keys of IAM users, one row per key: age, status, last use.",
    (
        Column("access_key_id", TEXT, "id of the key, which is no secret", "AccessKeyId"),
        Column("user_name", TEXT, "user it belongs to", "UserName"),
        Column("status", TEXT, "Active or Inactive", "Status"),
        Column("created", TIME, "when it was made, UTC", "CreateDate"),
        Column(
            "last_used",
            TIME,
            "last use, UTC; NaT: none since 2015-04-22",
            "GetAccessKeyLastUsed.AccessKeyLastUsed.LastUsedDate",
        ),
        Column(
            "last_used_service",
            TEXT,
            "service of the last use; N/A: never used",
            "GetAccessKeyLastUsed.AccessKeyLastUsed.ServiceName",
        ),
        Column(
            "last_used_region",
            TEXT,
            "region of the last use; N/A: never used",
            "GetAccessKeyLastUsed.AccessKeyLastUsed.Region",
        ),
    ),
    (
        listing("iam:ListUsers", "Users"),
        each("iam:ListAccessKeys", "AccessKeyMetadata", {"UserName": "UserName"}),
        detail("iam:GetAccessKeyLastUsed", {"AccessKeyId": "AccessKeyId"}),
    ),
    is_global=True,
    traps=("Keys of the root user are not listed: iam_account tells whether there are any.",),
)


IAM_IDENTITY_PROVIDERS: Final = declared(
    "iam",
    "identity_providers",
    "SAML and OpenID Connect providers that may sign in.",
    (
        Column("arn", TEXT, "ARN of the provider", "Arn"),
        Column(
            "kind",
            TEXT,
            "SAML or OIDC",
            "contains(Arn || '', ':saml-provider/') && 'SAML' || 'OIDC'",
        ),
        Column(
            "created",
            TIME,
            "when it was made, UTC",
            "not_null(GetSAMLProvider.CreateDate, GetOpenIDConnectProvider.CreateDate, CreateDate)",
        ),
        Column(
            "valid_until",
            TIME,
            "when its SAML metadata expire, UTC; NaT: OIDC, or not said",
            "not_null(GetSAMLProvider.ValidUntil, ValidUntil)",
        ),
        Column("url", TEXT, "issuer of an OIDC provider; NA: SAML", "GetOpenIDConnectProvider.Url"),
        Column(
            "client_ids",
            NESTED,
            "audiences of an OIDC provider",
            "all(GetOpenIDConnectProvider.ClientIDList)",
        ),
        Column(
            "thumbprints",
            NESTED,
            "thumbprints of an OIDC provider's certificates",
            "all(GetOpenIDConnectProvider.ThumbprintList)",
        ),
        Column(
            "assertion_encryption",
            TEXT,
            "Required or Allowed: encrypted SAML assertions; NA: not set",
            "GetSAMLProvider.AssertionEncryptionMode",
        ),
        Column(
            "tags",
            NESTED,
            "tags as a mapping; empty: none",
            "tags(not_null(GetSAMLProvider.Tags, GetOpenIDConnectProvider.Tags))",
        ),
    ),
    (
        listing("iam:ListSAMLProviders", "SAMLProviderList"),
        detail("iam:GetSAMLProvider", {"SAMLProviderArn": "Arn"}),
    ),
    (
        listing("iam:ListOpenIDConnectProviders", "OpenIDConnectProviderList"),
        detail("iam:GetOpenIDConnectProvider", {"OpenIDConnectProviderArn": "Arn"}),
    ),
    is_global=True,
)


IAM_SERVER_CERTIFICATES: Final = declared(
    "iam",
    "server_certificates",
    "TLS certificates kept in IAM and their expiry.",
    (
        Column("certificate_name", TEXT, "name of the certificate", "ServerCertificateName"),
        Column("arn", TEXT, "ARN of the certificate", "Arn"),
        Column("created", TIME, "when it was uploaded, UTC", "UploadDate"),
        Column("expires", TIME, "expiry, UTC", "Expiration"),
        Column("path", TEXT, "path of the certificate", "Path"),
    ),
    (listing("iam:ListServerCertificates", "ServerCertificateMetadataList"),),
    is_global=True,
)


SSO_ASSIGNMENTS: Final = declared(
    "sso-admin",
    "assignments",
    "IAM Identity Center: who has which permission set on which account, one row each.",
    (
        Column("permission_set", TEXT, "ARN of the permission set", "ListPermissionSets"),
        Column(
            "permission_set_name",
            TEXT,
            "name of the permission set",
            "DescribePermissionSet.PermissionSet.Name",
        ),
        Column(
            "session_duration",
            TEXT,
            "length of a session, ISO 8601",
            "DescribePermissionSet.PermissionSet.SessionDuration",
        ),
        Column(
            "managed_policies",
            NESTED,
            "ARNs of its managed policies",
            "all(ListManagedPoliciesInPermissionSet[].Arn)",
        ),
        Column(
            "inline_policy",
            NESTED,
            "its inline policy; NA: none",
            "policy(GetInlinePolicyForPermissionSet.InlinePolicy)",
        ),
        Column(
            "assigned_account",
            TEXT,
            "account it gives access to",
            "ListAccountsForProvisionedPermissionSet",
        ),
        Column("principal_type", TEXT, "USER or GROUP", "PrincipalType"),
        Column("principal_id", TEXT, "id in the identity store", "PrincipalId"),
        Column(
            "principal_name",
            TEXT,
            "name of the user or group",
            "DescribeUser.UserName || DescribeGroup.DisplayName",
        ),
        Column(
            "instance", TEXT, "ARN of the Identity Center instance", "ListInstances.InstanceArn"
        ),
        Column("identity_store", TEXT, "id of its identity store", "ListInstances.IdentityStoreId"),
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
)


RESOURCES: Final[tuple[Resource, ...]] = (
    IAM_ACCESS_KEYS,
    IAM_GROUPS,
    IAM_IDENTITY_PROVIDERS,
    IAM_SERVER_CERTIFICATES,
    SSO_ASSIGNMENTS,
)
