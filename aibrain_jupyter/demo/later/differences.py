"""
What differs in the demo accounts one audit period later: every difference, and by which change.

Plain data: a comparison of both periods finds these and no other. What changes by itself (ages,
last uses) is in it only where somebody did it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from aibrain_jupyter.demo.accounts import DEV, PROD

NAMES: Final = {
    "cloudtrail_trails": "trail_name",
    "ec2_instances": "name",
    "ec2_security_groups": "group_name",
    "ec2_volumes": "name",
    "iam_access_keys": "user_name",
    "iam_account": "alias",
    "iam_groups": "group_name",
    "iam_roles": "role_name",
    "iam_users": "user_name",
    "kms_keys": "description",
    "lambda_functions": "function_name",
    "s3_buckets": "bucket_name",
    "secretsmanager_secrets": "secret_name",
    "ssm_managed_instances": "platform",
}
"""By tool, the column that a difference is told by, where the key is an id."""


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What one change does to one row.

    `change` is the function in `seeds/later.py`, `kind` what a comparison calls it (``added``,
    ``removed``, ``changed``, ``volatile``), `name` the row's cell in the column of `NAMES`,
    `columns` those that differ. A trail has a row in each region that it covers.
    """

    change: str
    tool: str
    kind: str
    name: str
    columns: tuple[str, ...] = ()
    account: str = PROD.account_id


_changed = partial(Difference, kind="changed")
_added, _removed = partial(Difference, kind="added"), partial(Difference, kind="removed")
DIFFERENCES: Final = (
    _removed("a_user_left", "iam_users", name="erik.lund"),
    _changed("a_user_left", "iam_groups", name="operations", columns=("members",)),
    _added("a_user_joined", "iam_users", name="ivy.chan"),
    _changed("a_user_joined", "iam_groups", name="developers", columns=("members",)),
    _changed(
        "mfa_was_switched_on",
        "iam_users",
        name="chen.wei",
        columns=("mfa_active", "mfa_types"),
    ),
    # Those of chen.wei and of ivy.chan.
    _changed(
        "mfa_was_switched_on",
        "iam_account",
        name=PROD.alias,
        columns=("mfa_devices", "mfa_devices_in_use"),
    ),
    _removed("a_key_was_rotated", "iam_access_keys", name="ci-deployer"),
    _added("a_key_was_rotated", "iam_access_keys", name="ci-deployer"),
    _changed(
        "a_key_was_rotated",
        "iam_users",
        name="ci-deployer",
        columns=("access_key_1_last_rotated",),
    ),
    Difference("somebody_signed_in", "iam_users", "volatile", "ana.lopes", ("password_last_used",)),
    _changed(
        "a_role_may_do_more", "iam_roles", name="orders-function", columns=("attached_policies",)
    ),
    _changed(
        "a_role_trusts_another_account",
        "iam_roles",
        name="migration-2020",
        columns=(
            *("trust_principals", "trusted_accounts", "is_cross_account"),
            *("requires_external_id", "trust_policy"),
        ),
    ),
    _changed(
        "a_password_policy_was_set",
        "iam_account",
        name=DEV.alias,
        columns=(
            *("has_password_policy", "password_min_length", "password_needs_upper"),
            *("password_needs_lower", "password_needs_number", "password_needs_symbol"),
            *("password_reuse_prevention", "users_may_change_password"),
        ),
        account=DEV.account_id,
    ),
    _changed(
        "a_bucket_was_made_public",
        "s3_buckets",
        name=f"{PROD.alias}-legacy-exports",
        columns=("is_public", "has_public_acl", "acl_grants"),
    ),
    _changed(
        "a_bucket_got_another_owner",
        "s3_buckets",
        name=f"{PROD.alias}-website",
        columns=("tags",),
    ),
    _added("a_security_group_was_opened", "ec2_security_groups", name="database"),
    *(
        kind("an_instance_was_replaced", tool, name=name)
        for kind in (_removed, _added)
        for tool, name in (
            ("ec2_instances", "reports-fra"),
            ("ec2_volumes", "reports-fra"),
            ("ssm_managed_instances", "Amazon Linux"),
        )
    ),
    _changed(
        "an_instance_was_tagged",
        "ec2_instances",
        name="george-test",
        columns=("tags",),
        account=DEV.account_id,
    ),
    _changed(
        "a_trail_stopped",
        "cloudtrail_trails",
        name="organization-trail",
        columns=("is_logging", "stopped_logging"),
    ),
    _changed(
        "a_key_is_rotated_now",
        "kms_keys",
        name="Shared with a partner",
        columns=("rotation_enabled",),
    ),
    _removed("a_function_was_deleted", "lambda_functions", name="image-resizer"),
    _added("a_region_is_used_for_secrets", "secretsmanager_secrets", name="prod/reports/database"),
)
