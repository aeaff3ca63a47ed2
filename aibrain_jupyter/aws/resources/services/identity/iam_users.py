"""IAM users and their access keys."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, each, listing, written
from aibrain_jupyter.aws.resources.services.identity.iam_policies import POLICY_COLUMNS
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time
from aibrain_jupyter.shared.frames.columns import TAGS, Column


def _access_key(number: int) -> tuple[Column, ...]:
    key = f"access_key_{number}"
    return (
        flag(f"{key}_active", f"whether access key {number} exists and is active"),
        time(f"{key}_last_rotated", "when the key was made, UTC; NaT: there is no such key"),
        count(
            f"{key}_age_days",
            "whole days from making the key to the collection",
            absent="there is no such key",
        ),
        time(
            f"{key}_last_used",
            "when the key last signed a request, UTC; NaT: no use on record, which is not proof "
            "of no use before tracking began in April 2015",
        ),
        text(f"{key}_last_used_service", "the service that request went to"),
        text(f"{key}_last_used_region", "the region that request went to"),
    )


USERS: Final = written(
    "iam",
    "users",
    "IAM users: console access, MFA, access keys and their age, policies.",
    (
        text("user_name", "name of the user"),
        text("arn", "ARN of the user"),
        text("user_id", "unique id; a user made again under the same name has another"),
        text("path", "IAM path"),
        time("created", "when the user was made, UTC"),
        flag("console_access", "whether the user has a password for the console"),
        time(
            "password_last_used",
            "last sign-in with the password, UTC; NaT: none on record, which is not proof that "
            "there is no password (see console_access)",
            absent="no sign-in on record",
        ),
        time(
            "password_last_changed",
            "last change of the password, UTC; NaT: no password, or no credential report",
        ),
        time(
            "password_next_rotation",
            "when the password expires, UTC; NaT: no password, or passwords do not expire",
        ),
        flag("mfa_active", "whether an MFA device is enabled for the user"),
        nested("mfa_types", "kinds of the MFA devices: virtual, security key, hardware"),
        *_access_key(1),
        *_access_key(2),
        count(
            "days_idle",
            "whole days from the last use of password or access key to the collection; of a user "
            "with no use on record, from the making",
        ),
        nested("groups", "names of the groups the user is in"),
        *POLICY_COLUMNS,
        time(
            "credentials_as_of",
            "when the password, MFA and key facts were true, UTC: IAM makes its credential report "
            "at most every four hours",
        ),
        TAGS,
    ),
    (
        "iam:GetAccountAuthorizationDetails",
        "iam:GetCredentialReport",
        "iam:GenerateCredentialReport",
        "iam:ListMFADevices",
        # Only for users the credential report does not know:
        "iam:GetUser",
        "iam:GetLoginProfile",
        "iam:ListAccessKeys",
        "iam:GetAccessKeyLastUsed",
        # Only where the bulk read is refused:
        "iam:ListUsers",
        "iam:ListGroupsForUser",
        "iam:ListAttachedUserPolicies",
        "iam:ListUserPolicies",
        "iam:GetUserPolicy",
    ),
    is_global=True,
    traps=("The credential report may be up to four hours old: credentials_as_of has its time.",),
    code=f"{__package__}.iam_users_export:export_iam_users",
)


IAM_ACCESS_KEYS: Final = declared(
    "iam",
    "access_keys",
    "Access keys of IAM users, one row per key: age, status, last use.",
    (
        text("access_key_id", "id of the key, which is no secret", "AccessKeyId"),
        text("user_name", "user it belongs to", "UserName"),
        text("status", "Active or Inactive", "Status"),
        time("created", "when it was made, UTC", "CreateDate"),
        count(
            "age_days",
            "whole days from making the key to the collection",
            "days(CreateDate, here.now)",
        ),
        time(
            "last_used",
            "last use, UTC; NaT: none since 2015-04-22",
            "GetAccessKeyLastUsed.LastUsedDate",
        ),
        count(
            "days_since_used",
            "whole days from the last use to the collection; of a key never used, from its making",
            "days(GetAccessKeyLastUsed.LastUsedDate || CreateDate, here.now)",
        ),
        text(
            "last_used_service",
            "service of the last use; N/A: never used",
            "GetAccessKeyLastUsed.ServiceName",
        ),
        text(
            "last_used_region",
            "region of the last use; N/A: never used",
            "GetAccessKeyLastUsed.Region",
        ),
    ),
    (
        listing("iam:ListUsers", "Users"),
        each("iam:ListAccessKeys", "AccessKeyMetadata", {"UserName": "UserName"}),
        detail(
            "iam:GetAccessKeyLastUsed", {"AccessKeyId": "AccessKeyId"}, member="AccessKeyLastUsed"
        ),
    ),
    is_global=True,
    traps=("Keys of the root user are not listed: iam_account tells whether there are any.",),
)
