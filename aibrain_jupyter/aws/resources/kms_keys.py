"""KMS keys: four requests a key, the aliases of the region at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.kms import KEYS
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.policy_documents import (
    allowed_principals,
    allows_everyone,
    of_policy,
    readable_policy,
)
from aibrain_jupyter.aws.resources.values import tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_ROTATION_COLUMNS = ("rotation_enabled", "rotation_period_days", "next_rotation")


def export_kms_keys(ctx: CallContext) -> ToolResult:
    """
    Export the KMS keys of a region, AWS managed ones included.

    Returns:
        One row per key, ordered by key id. Grants are not read: they give access besides the
        key policy.

    Raises:
        PermissionDeniedError: the identity lacks ``kms:ListKeys``.

    Source:
        KMS API reference, KeyMetadata and GetKeyRotationStatus.
    """
    details = Details(ctx)
    keys = listed(ctx, "kms", "ListKeys", "Keys")
    aliases = _aliases_by_key(details) if keys else {}

    def row_of(key: Mapping[str, Any]) -> Row:
        key_id = key.get("KeyId")
        row: Row = {"key_id": key_id, "arn": key.get("KeyArn")}
        if aliases is not None:
            row["aliases"] = sorted(aliases.get(key_id, [])) if key_id else None
        params = {"KeyId": key_id}
        described = details.ask(
            "kms",
            "DescribeKey",
            params,
            item=key_id,
            columns=(*metadata_columns({}), *_ROTATION_COLUMNS),
        )
        if described is not None:
            metadata = described.get("KeyMetadata") or {}
            row |= metadata_columns(metadata)
            if can_rotate(metadata):
                row |= details.read(
                    rotation_columns, "kms", "GetKeyRotationStatus", params, item=key_id
                )
        row |= details.read(
            policy_columns,
            "kms",
            "GetKeyPolicy",
            {**params, "PolicyName": "default"},
            item=key_id,
        )
        tags = details.ask_all(
            "kms", "ListResourceTags", "Tags", params, item=key_id, columns=["tags"]
        )
        if tags is not None:
            row["tags"] = tags_of(tags, key="TagKey", value="TagValue")
        return row

    return details.result(ctx.map(row_of, keys), KEYS)


def _aliases_by_key(details: Details) -> dict[str, list[str]] | None:
    found = details.ask_all("kms", "ListAliases", "Aliases", columns=["aliases"])
    if found is None:
        return None
    by_key: dict[str, list[str]] = {}
    for alias in found:
        # An alias that AWS reserves for a service, not used yet, has no key.
        by_key.setdefault(alias.get("TargetKeyId", ""), []).append(alias.get("AliasName") or "?")
    return by_key


def can_rotate(metadata: Mapping[str, Any]) -> bool:
    """Tell whether KMS can rotate the key by itself; asking for others is an error."""
    return (
        metadata.get("KeyManager") == "CUSTOMER"
        and metadata.get("KeySpec") == "SYMMETRIC_DEFAULT"
        and metadata.get("Origin") == "AWS_KMS"
    )


def metadata_columns(metadata: Mapping[str, Any]) -> Row:
    """Return the columns of a KeyMetadata."""
    return {
        "description": metadata.get("Description") or None,
        "key_manager": metadata.get("KeyManager"),
        "state": metadata.get("KeyState"),
        "created": metadata.get("CreationDate"),
        "deletion_date": metadata.get("DeletionDate"),
        "key_spec": metadata.get("KeySpec"),
        "key_usage": metadata.get("KeyUsage"),
        "origin": metadata.get("Origin"),
        "material_expires": metadata.get("ValidTo"),
        "is_multi_region": metadata.get("MultiRegion"),
    }


def rotation_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetKeyRotationStatus."""
    is_on = answer.get("KeyRotationEnabled")
    return {
        "rotation_enabled": is_on,
        "rotation_period_days": answer.get("RotationPeriodInDays") if is_on else None,
        "next_rotation": answer.get("NextRotationDate"),
    }


def policy_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetKeyPolicy."""
    policy = readable_policy(answer.get("Policy"))
    return {
        "policy_principals": of_policy(allowed_principals, policy),
        "policy_allows_everyone": of_policy(allows_everyone, policy),
        "policy": policy,
    }
