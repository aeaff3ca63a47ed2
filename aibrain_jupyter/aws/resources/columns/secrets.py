"""Columns of the Secrets Manager and Certificate Manager resources. Never a secret value."""

from __future__ import annotations

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

SECRETS: tuple[Column, ...] = (
    Column("secret_name", TEXT, "name of the secret; its value is never read"),
    Column("arn", TEXT, "ARN of the secret"),
    Column("description", TEXT, "description; NA: none"),
    Column("kms_key", TEXT, "key that encrypts it; NA: the aws/secretsmanager key"),
    Column("rotation_enabled", FLAG, "whether it is rotated automatically"),
    Column("rotation_days", COUNT, "days between rotations; NA: none, or a schedule expression"),
    Column("rotation_schedule", TEXT, "schedule expression; NA: none"),
    Column(
        "rotation_function", TEXT, "ARN of the rotating function; NA: none, or managed rotation"
    ),
    Column("created", TIME, "when the secret was made, UTC"),
    Column("last_rotated", TIME, "last rotation, UTC; NaT: never rotated"),
    Column("next_rotation", TIME, "when it is rotated next, UTC; NaT: it is not rotated"),
    Column("last_changed", TIME, "last change of any kind, UTC"),
    Column("last_accessed", TIME, "day its value was last read, UTC; NaT: not on record"),
    Column("days_since_rotation", COUNT, "whole days since the last rotation, else the making"),
    Column("deletion_date", TIME, "when its deletion was asked for, UTC; NaT: it was not"),
    Column("owning_service", TEXT, "AWS service that manages it; NA: none"),
    Column("primary_region", TEXT, "region of its primary when replicated; NA: not replicated"),
    Column("has_policy", FLAG, "whether there is a resource policy"),
    Column(
        "policy_allows_everyone",
        FLAG,
        ALLOWS_EVERYONE,
    ),
    Column("policy", NESTED, "the resource policy; NA: none"),
    TAGS,
)

CERTIFICATES: tuple[Column, ...] = (
    Column("domain_name", TEXT, "main domain name of the certificate"),
    Column("arn", TEXT, "ARN of the certificate"),
    Column("alternative_names", NESTED, "all names it is valid for"),
    Column("status", TEXT, "such as ISSUED, EXPIRED, PENDING_VALIDATION"),
    Column("certificate_type", TEXT, "AMAZON_ISSUED, IMPORTED or PRIVATE"),
    Column("issuer", TEXT, "certificate authority; NA: not issued yet"),
    Column("valid_from", TIME, "start of validity, UTC; NaT: not issued yet"),
    Column("valid_until", TIME, "end of validity, UTC; NaT: not issued yet"),
    Column("days_to_expiry", COUNT, "whole days from the collection to its end; negative: expired"),
    Column("key_algorithm", TEXT, "such as RSA-2048 or EC_prime256v1"),
    Column("signature_algorithm", TEXT, "such as SHA256WITHRSA"),
    Column("is_in_use", FLAG, "whether a resource uses it"),
    Column("in_use_by", NESTED, "ARNs of the resources that use it"),
    Column("renewal_eligibility", TEXT, "ELIGIBLE or INELIGIBLE for managed renewal"),
    Column("renewal_status", TEXT, "state of the last managed renewal; NA: there was none"),
    Column("transparency_logging", FLAG, "whether it is written to transparency logs"),
    TAGS,
)
