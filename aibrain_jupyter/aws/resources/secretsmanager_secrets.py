"""Secrets Manager secrets: what is known about them. GetSecretValue is never called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.secrets import SECRETS
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.policy_documents import (
    allows_everyone,
    of_policy,
    readable_policy,
)
from aibrain_jupyter.aws.resources.values import days_between, tags_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_secretsmanager_secrets(ctx: CallContext) -> ToolResult:
    """
    Export the secrets of a region, those waiting for deletion included, without any value.

    Returns:
        One row per secret, ordered by name.

    Raises:
        PermissionDeniedError: the identity lacks ``secretsmanager:ListSecrets``.

    Source:
        Secrets Manager API reference, SecretListEntry and GetResourcePolicy.
    """
    details = Details(ctx)
    secrets = listed(
        ctx, "secretsmanager", "ListSecrets", "SecretList", {"IncludePlannedDeletion": True}
    )

    def row_of(secret: Mapping[str, Any]) -> Row:
        return secret_columns(secret, details.now) | details.read(
            policy_columns,
            "secretsmanager",
            "GetResourcePolicy",
            {"SecretId": secret.get("ARN")},
            item=secret.get("Name"),
        )

    return details.result(ctx.map(row_of, secrets), SECRETS)


def secret_columns(secret: Mapping[str, Any], now: dt.datetime) -> Row:
    """Return the columns of a SecretListEntry."""
    rotation = secret.get("RotationRules") or {}
    rotated, created = secret.get("LastRotatedDate"), secret.get("CreatedDate")
    return {
        "secret_name": secret.get("Name"),
        "arn": secret.get("ARN"),
        "description": secret.get("Description") or None,
        "kms_key": secret.get("KmsKeyId"),
        "rotation_enabled": secret.get("RotationEnabled", False),
        "rotation_days": rotation.get("AutomaticallyAfterDays"),
        "rotation_schedule": rotation.get("ScheduleExpression"),
        "rotation_function": secret.get("RotationLambdaARN") or None,
        "created": created,
        "last_rotated": rotated,
        "next_rotation": secret.get("NextRotationDate"),
        "last_changed": secret.get("LastChangedDate"),
        "last_accessed": secret.get("LastAccessedDate"),
        "days_since_rotation": days_between(rotated or created, now),
        "deletion_date": secret.get("DeletedDate"),
        "owning_service": secret.get("OwningService"),
        "primary_region": secret.get("PrimaryRegion"),
        "tags": tags_of(secret.get("Tags")),
    }


def policy_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetResourcePolicy, which has no policy when there is none."""
    policy = readable_policy(answer.get("ResourcePolicy"))
    return {
        "has_policy": policy is not None,
        "policy_allows_everyone": of_policy(allows_everyone, policy),
        "policy": policy,
    }
