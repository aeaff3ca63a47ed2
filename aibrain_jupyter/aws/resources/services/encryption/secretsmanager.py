"""
Secrets, those waiting for deletion included. GetSecretValue is never called.

Source: Secrets Manager API reference, SecretListEntry and GetResourcePolicy.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, policy, tags, text, time

SECRETS: Final = declared(
    "secretsmanager",
    "secrets",
    "Secrets: rotation, age, key, policy. Never a value.",
    (
        text("secret_name", "name of the secret; its value is never read", "Name"),
        text("arn", "ARN of the secret", "ARN"),
        text("description", "description; NA: none", "none_if_empty(Description)"),
        text("kms_key", "key that encrypts it; NA: the aws/secretsmanager key", "KmsKeyId"),
        flag("rotation_enabled", "whether it is rotated automatically", "present(RotationEnabled)"),
        count(
            "rotation_days",
            "days between rotations; NA: none, or a schedule expression",
            "RotationRules.AutomaticallyAfterDays",
        ),
        text(
            "rotation_schedule", "schedule expression; NA: none", "RotationRules.ScheduleExpression"
        ),
        text(
            "rotation_function",
            "ARN of the rotating function; NA: none, or managed rotation",
            "none_if_empty(RotationLambdaARN)",
        ),
        time("created", "when the secret was made, UTC", "CreatedDate"),
        time("last_rotated", "last rotation, UTC; NaT: never rotated", "LastRotatedDate"),
        time(
            "next_rotation",
            "when it is rotated next, UTC; NaT: it is not rotated",
            "NextRotationDate",
        ),
        time("last_changed", "last change of any kind, UTC", "LastChangedDate"),
        time(
            "last_accessed",
            "day its value was last read, UTC; NaT: not on record",
            "LastAccessedDate",
        ),
        count(
            "days_since_rotation",
            "whole days since the last rotation, else the making",
            "days(LastRotatedDate || CreatedDate, here.now)",
        ),
        time(
            "deletion_date", "when its deletion was asked for, UTC; NaT: it was not", "DeletedDate"
        ),
        text("owning_service", "AWS service that manages it; NA: none", "OwningService"),
        text(
            "primary_region",
            "region of its primary when replicated; NA: not replicated",
            "PrimaryRegion",
        ),
        *policy(
            "GetResourcePolicy.ResourcePolicy",
            "the resource policy; NA: none",
            has="whether there is a resource policy",
        ),
        tags("Tags"),
    ),
    (
        listing("secretsmanager:ListSecrets", "SecretList", fixed={"IncludePlannedDeletion": True}),
        detail("secretsmanager:GetResourcePolicy", {"SecretId": "ARN"}),
    ),
)
