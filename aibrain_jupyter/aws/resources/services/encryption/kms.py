"""
KMS keys, AWS managed ones included.

Source: KMS API reference, KeyMetadata and GetKeyRotationStatus.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, joined, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, policy, tags, text, time

_ROTATES = "NA: not asked, KMS rotates only customer keys that are symmetric and made by KMS"


CAN_ROTATE: Final = (
    "DescribeKey.KeyManager=='CUSTOMER' && DescribeKey.KeySpec=='SYMMETRIC_DEFAULT'"
    " && DescribeKey.Origin=='AWS_KMS'"
)
"""Whether KMS can rotate a key by itself; asking for others is an error."""

_ROTATION: Final = "GetKeyRotationStatus"


KEYS: Final = declared(
    "kms",
    "keys",
    "KMS keys: state, rotation, who may use them.",
    (
        text("key_id", "id of the key", "KeyId"),
        text("arn", "ARN of the key", "KeyArn"),
        nested("aliases", "aliases of the key", "all(ListAliases[].AliasName)"),
        text("description", "description; NA: none", "none_if_empty(DescribeKey.Description)"),
        text(
            "key_manager", "CUSTOMER, or AWS for keys that services make", "DescribeKey.KeyManager"
        ),
        text("state", "such as Enabled, Disabled, PendingDeletion", "DescribeKey.KeyState"),
        time("created", "when the key was made, UTC", "DescribeKey.CreationDate"),
        time(
            "deletion_date",
            "when it will be deleted, UTC; NaT: not scheduled",
            "DescribeKey.DeletionDate",
        ),
        text("key_spec", "such as SYMMETRIC_DEFAULT or RSA_2048", "DescribeKey.KeySpec"),
        text(
            "key_usage",
            "ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC, KEY_AGREEMENT",
            "DescribeKey.KeyUsage",
        ),
        text(
            "origin",
            "who made the key material: AWS_KMS, EXTERNAL, AWS_CLOUDHSM, …",
            "DescribeKey.Origin",
        ),
        time(
            "material_expires",
            "when imported key material expires, UTC; NaT: it does not",
            "DescribeKey.ValidTo",
        ),
        flag("is_multi_region", "whether it is a multi-Region key", "DescribeKey.MultiRegion"),
        flag(
            "rotation_enabled",
            f"whether KMS rotates the key; {_ROTATES}",
            "GetKeyRotationStatus.KeyRotationEnabled",
        ),
        count(
            "rotation_period_days",
            f"days between rotations; {_ROTATES}",
            f"where({_ROTATION}.KeyRotationEnabled, {_ROTATION}.RotationPeriodInDays)",
        ),
        time(
            "next_rotation",
            "when it is rotated next, UTC; NaT: it is not rotated",
            "GetKeyRotationStatus.NextRotationDate",
        ),
        nested(
            "policy_principals",
            "who its policy allows something, as kind:identifier",
            "principals(always(GetKeyPolicy.Policy))",
        ),
        *policy("GetKeyPolicy.Policy", "the key policy", is_always_there=True),
        tags("ListResourceTags"),
    ),
    (
        listing("kms:ListKeys", "Keys"),
        # An alias that AWS reserves for a service, not used yet, has no key.
        joined("kms:ListAliases", "Aliases", key="TargetKeyId", to="KeyId"),
        detail("kms:DescribeKey", {"KeyId": "KeyId"}, member="KeyMetadata"),
        detail("kms:GetKeyRotationStatus", {"KeyId": "KeyId"}, when=CAN_ROTATE),
        detail("kms:GetKeyPolicy", {"KeyId": "KeyId"}, fixed={"PolicyName": "default"}),
        detail("kms:ListResourceTags", {"KeyId": "KeyId"}, records="Tags"),
    ),
    traps=("Grants are not read: they give access besides the key policy.",),
)
