"""Columns of the S3 resources."""

from __future__ import annotations

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

_EFFECTIVE = "in force for the bucket: set on it or on the account"

BUCKETS: tuple[Column, ...] = (
    Column("bucket_name", TEXT, "name of the bucket"),
    Column("arn", TEXT, "ARN of the bucket"),
    Column("region", TEXT, "region the bucket is in"),
    Column("created", TIME, "when the bucket was made, UTC, as the partition's main region tells"),
    Column(
        "is_public",
        FLAG,
        "whether policy or ACL make it public after the public access blocks; access points and "
        "object ACLs are not looked at; NA: a fact it depends on is unknown",
    ),
    Column("is_public_access_blocked", FLAG, "whether all four public access blocks are in force"),
    Column("block_public_acls", FLAG, _EFFECTIVE),
    Column("ignore_public_acls", FLAG, _EFFECTIVE),
    Column("block_public_policy", FLAG, _EFFECTIVE),
    Column("restrict_public_buckets", FLAG, _EFFECTIVE),
    Column("has_public_policy", FLAG, "whether S3 judges the bucket policy public, blocks aside"),
    Column("has_public_acl", FLAG, "whether the ACL grants to everyone or every AWS user"),
    Column("acl_grants", NESTED, "ACL grants as grantee:permission"),
    Column(
        "object_ownership", TEXT, "BucketOwnerEnforced switches ACLs off; NA: no ownership controls"
    ),
    Column("sse_algorithm", TEXT, "default encryption: AES256, aws:kms, aws:kms:dsse, or none"),
    Column("sse_kms_key", TEXT, "key of the default encryption; NA: S3's own or the aws/s3 key"),
    Column("sse_bucket_key", FLAG, "whether an S3 bucket key is used"),
    Column("has_policy", FLAG, "whether there is a bucket policy"),
    Column(
        "is_tls_only",
        FLAG,
        "whether one statement denies everyone every S3 action on the objects without TLS, and no "
        "exception or further condition narrows it; the bucket itself (its listing) and other "
        "statements do not count; false is not proof that plain HTTP is used",
    ),
    Column("policy", NESTED, "the bucket policy; NA: none"),
    Column("versioning", TEXT, "Enabled, Suspended, or Off (never set)"),
    Column("mfa_delete", FLAG, "whether deleting versions needs MFA"),
    Column("has_logging", FLAG, "whether server access logs are written"),
    Column("logging_target_bucket", TEXT, "bucket that gets the access logs; NA: no logging"),
    Column("logging_target_prefix", TEXT, "prefix of the access logs; NA: no logging"),
    Column("object_lock", FLAG, "whether object lock is on"),
    Column("object_lock_mode", TEXT, "GOVERNANCE or COMPLIANCE; NA: no default retention"),
    Column("object_lock_days", COUNT, "default retention, days (a year counts 365)"),
    TAGS,
)
