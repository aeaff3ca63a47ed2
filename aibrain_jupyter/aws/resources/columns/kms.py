"""Columns of the KMS resources."""

from __future__ import annotations

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

_ROTATES = "NA: not asked, KMS rotates only customer keys that are symmetric and made by KMS"

KEYS: tuple[Column, ...] = (
    Column("key_id", TEXT, "id of the key"),
    Column("arn", TEXT, "ARN of the key"),
    Column("aliases", NESTED, "aliases of the key"),
    Column("description", TEXT, "description; NA: none"),
    Column("key_manager", TEXT, "CUSTOMER, or AWS for keys that services make"),
    Column("state", TEXT, "such as Enabled, Disabled, PendingDeletion"),
    Column("created", TIME, "when the key was made, UTC"),
    Column("deletion_date", TIME, "when it will be deleted, UTC; NaT: not scheduled"),
    Column("key_spec", TEXT, "such as SYMMETRIC_DEFAULT or RSA_2048"),
    Column("key_usage", TEXT, "ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC, KEY_AGREEMENT"),
    Column("origin", TEXT, "who made the key material: AWS_KMS, EXTERNAL, AWS_CLOUDHSM, …"),
    Column("material_expires", TIME, "when imported key material expires, UTC; NaT: it does not"),
    Column("is_multi_region", FLAG, "whether it is a multi-Region key"),
    Column("rotation_enabled", FLAG, f"whether KMS rotates the key; {_ROTATES}"),
    Column("rotation_period_days", COUNT, f"days between rotations; {_ROTATES}"),
    Column("next_rotation", TIME, "when it is rotated next, UTC; NaT: it is not rotated"),
    Column("policy_principals", NESTED, "who its policy allows something, as kind:identifier"),
    Column(
        "policy_allows_everyone",
        FLAG,
        ALLOWS_EVERYONE,
    ),
    Column("policy", NESTED, "the key policy"),
    TAGS,
)
