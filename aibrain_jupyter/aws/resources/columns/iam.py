"""Columns of the IAM resources."""

from __future__ import annotations

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column


def _access_key(number: int) -> tuple[Column, ...]:
    key = f"access_key_{number}"
    return (
        Column(f"{key}_active", FLAG, f"whether access key {number} exists and is active"),
        Column(
            f"{key}_last_rotated", TIME, "when the key was made, UTC; NaT: there is no such key"
        ),
        Column(f"{key}_age_days", COUNT, "whole days from making the key to the collection"),
        Column(
            f"{key}_last_used",
            TIME,
            "when the key last signed a request, UTC; NaT: no use on record, which is not proof "
            "of no use before tracking began in April 2015",
        ),
        Column(f"{key}_last_used_service", TEXT, "the service that request went to"),
        Column(f"{key}_last_used_region", TEXT, "the region that request went to"),
    )


_POLICIES = (
    Column("attached_policies", NESTED, "ARNs of the attached managed policies"),
    Column("inline_policies", NESTED, "inline policies as a mapping of name to document"),
    Column("permissions_boundary", TEXT, "ARN of the boundary policy; NA: there is none"),
)

USERS: tuple[Column, ...] = (
    Column("user_name", TEXT, "name of the user"),
    Column("arn", TEXT, "ARN of the user"),
    Column("user_id", TEXT, "unique id; a user made again under the same name has another"),
    Column("path", TEXT, "IAM path"),
    Column("created", TIME, "when the user was made, UTC"),
    Column("console_access", FLAG, "whether the user has a password for the console"),
    Column(
        "password_last_used",
        TIME,
        "last sign-in with the password, UTC; NaT: none on record, which is not proof that "
        "there is no password (see console_access)",
        absent="no sign-in on record",
    ),
    Column(
        "password_last_changed",
        TIME,
        "last change of the password, UTC; NaT: no password, or no credential report",
    ),
    Column(
        "password_next_rotation",
        TIME,
        "when the password expires, UTC; NaT: no password, or passwords do not expire",
    ),
    Column("mfa_active", FLAG, "whether an MFA device is enabled for the user"),
    Column("mfa_types", NESTED, "kinds of the MFA devices: virtual, security key, hardware"),
    *_access_key(1),
    *_access_key(2),
    Column(
        "days_idle",
        COUNT,
        "whole days from the last use of password or access key to the collection; NA: no use on "
        "record, or a credential is unknown",
    ),
    Column("groups", NESTED, "names of the groups the user is in"),
    *_POLICIES,
    Column(
        "credentials_as_of",
        TIME,
        "when the password, MFA and key facts were true, UTC: IAM makes its credential report at "
        "most every four hours",
    ),
    TAGS,
)

ROLES: tuple[Column, ...] = (
    Column("role_name", TEXT, "name of the role"),
    Column("arn", TEXT, "ARN of the role"),
    Column("role_id", TEXT, "unique id; a role made again under the same name has another"),
    Column("path", TEXT, "IAM path"),
    Column("created", TIME, "when the role was made, UTC"),
    Column("description", TEXT, "description; NA: none"),
    Column("is_service_linked", FLAG, "whether an AWS service owns the role"),
    Column("trust_principals", NESTED, "who may assume the role, as kind:identifier"),
    Column("trusted_accounts", NESTED, "ids of other accounts it trusts; * is everybody"),
    Column(
        "is_cross_account", FLAG, "whether another account, or everybody, is trusted to assume it"
    ),
    Column(
        "requires_external_id",
        FLAG,
        "whether every statement that trusts another account asks for sts:ExternalId; NA: no "
        "other account is trusted",
    ),
    Column("trust_policy", NESTED, "the trust policy document"),
    Column(
        "last_used",
        TIME,
        "last use, UTC; NaT: none within IAM's tracking period (400 days), not proof of none ever",
        absent="no use within IAM's tracking period",
    ),
    Column("last_used_region", TEXT, "the region of the last use"),
    Column(
        "days_idle",
        COUNT,
        "whole days from the last use to the collection; NA: see last_used",
        absent="no use within IAM's tracking period",
    ),
    Column("max_session_s", COUNT, "longest session, seconds"),
    *_POLICIES,
    Column("instance_profiles", NESTED, "ARNs of the instance profiles that hold the role"),
    TAGS,
)

POLICIES: tuple[Column, ...] = (
    Column("policy_name", TEXT, "name of the customer managed policy"),
    Column("arn", TEXT, "ARN of the policy"),
    Column("policy_id", TEXT, "unique id"),
    Column("path", TEXT, "IAM path"),
    Column("created", TIME, "when the policy was made, UTC"),
    Column("updated", TIME, "when its default version last changed, UTC"),
    Column("attachments", COUNT, "users, groups and roles it is attached to"),
    Column("boundary_uses", COUNT, "users and roles that have it as permissions boundary"),
    Column(
        "allows_everything",
        FLAG,
        "whether a statement allows every action on every resource without a condition; false is "
        "not proof of few permissions",
    ),
    Column("default_version", TEXT, "id of the version in force"),
    Column("versions", COUNT, "versions kept, at most five"),
    Column("document", NESTED, "the document of the version in force"),
)

ACCOUNT: tuple[Column, ...] = (
    Column("alias", TEXT, "account alias; NA: none"),
    Column("root_mfa_active", FLAG, "whether the root user has an MFA device"),
    Column("root_has_access_keys", FLAG, "whether the root user has access keys"),
    Column("root_password_last_used", TIME, "last sign-in as root, UTC; NaT: none on record"),
    Column(
        "root_key_last_used", TIME, "last request signed by a root key, UTC; NaT: none on record"
    ),
    Column("credentials_as_of", TIME, "when the last-used facts of root were true, UTC"),
    Column("users", COUNT, "IAM users"),
    Column("groups", COUNT, "IAM groups"),
    Column("roles", COUNT, "IAM roles"),
    Column("policies", COUNT, "customer managed policies"),
    Column("identity_providers", COUNT, "SAML and OpenID Connect providers"),
    Column("mfa_devices", COUNT, "MFA devices"),
    Column("mfa_devices_in_use", COUNT, "MFA devices assigned to a user or root"),
    Column("server_certificates", COUNT, "server certificates kept in IAM"),
    Column("has_password_policy", FLAG, "whether the account sets its own; false: AWS's default"),
    Column("password_min_length", COUNT, "characters; NA: no password policy"),
    Column("password_needs_upper", FLAG, "upper-case letter required; NA: no password policy"),
    Column("password_needs_lower", FLAG, "lower-case letter required; NA: no password policy"),
    Column("password_needs_number", FLAG, "digit required; NA: no password policy"),
    Column("password_needs_symbol", FLAG, "symbol required; NA: no password policy"),
    Column("password_max_age_days", COUNT, "days until a password expires; NA: they do not expire"),
    Column("password_reuse_prevention", COUNT, "remembered passwords; NA: reuse is allowed"),
    Column("password_hard_expiry", FLAG, "whether an expired password needs an administrator"),
    Column("users_may_change_password", FLAG, "whether users may change their own password"),
)
