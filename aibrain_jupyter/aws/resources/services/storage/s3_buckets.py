"""S3 buckets."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import written
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time
from aibrain_jupyter.shared.frames.columns import TAGS

_EFFECTIVE = "in force for the bucket: set on it or on the account"


BUCKETS: Final = written(
    "s3",
    "buckets",
    "S3 buckets: public access in force, encryption, TLS, versioning, logging, lock.",
    (
        text("bucket_name", "name of the bucket"),
        text("arn", "ARN of the bucket"),
        text("region", "region the bucket is in"),
        time("created", "when the bucket was made, UTC, as the partition's main region tells"),
        flag(
            "is_public",
            "whether policy or ACL make it public after the public access blocks; access points "
            "and object ACLs are not looked at; NA: a fact it depends on is unknown",
        ),
        flag("is_public_access_blocked", "whether all four public access blocks are in force"),
        flag("block_public_acls", _EFFECTIVE),
        flag("ignore_public_acls", _EFFECTIVE),
        flag("block_public_policy", _EFFECTIVE),
        flag("restrict_public_buckets", _EFFECTIVE),
        flag("has_public_policy", "whether S3 judges the bucket policy public, blocks aside"),
        flag("has_public_acl", "whether the ACL grants to everyone or every AWS user"),
        nested("acl_grants", "ACL grants as grantee:permission"),
        text(
            "object_ownership",
            "BucketOwnerEnforced switches ACLs off; NA: no ownership controls",
            absent="no ownership controls, which leaves ACLs on",
        ),
        text("sse_algorithm", "default encryption: AES256, aws:kms, aws:kms:dsse, or none"),
        text("sse_kms_key", "key of the default encryption; NA: S3's own or the aws/s3 key"),
        flag("sse_bucket_key", "whether an S3 bucket key is used"),
        flag("has_policy", "whether there is a bucket policy"),
        flag(
            "is_tls_only",
            "whether one statement denies everyone every S3 action on the objects without TLS, "
            "and no exception or further condition narrows it; the bucket itself (its listing) "
            "and other statements do not count; false is not proof that plain HTTP is used",
        ),
        nested("policy", "the bucket policy; NA: none"),
        text("versioning", "Enabled, Suspended, or Off (never set)"),
        flag("mfa_delete", "whether deleting versions needs MFA"),
        flag("has_logging", "whether server access logs are written"),
        text("logging_target_bucket", "bucket that gets the access logs; NA: no logging"),
        text("logging_target_prefix", "prefix of the access logs; NA: no logging"),
        flag("object_lock", "whether object lock is on"),
        text(
            "object_lock_mode",
            "GOVERNANCE or COMPLIANCE; NA: no default retention",
            absent="no default retention",
        ),
        count(
            "object_lock_days",
            "default retention, days (a year counts 365)",
            absent="no default retention",
        ),
        TAGS,
    ),
    (
        "s3:ListAllMyBuckets",
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketLocation",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketPolicy",
        "s3:GetBucketPolicyStatus",
        "s3:GetBucketAcl",
        "s3:GetBucketOwnershipControls",
        "s3:GetEncryptionConfiguration",
        "s3:GetBucketVersioning",
        "s3:GetBucketLogging",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketTagging",
    ),
    is_global=True,
    traps=(
        "Creation dates are right because they are asked in the partition's main region.",
        "is_public does not look into access points.",
        "Directory, table and vector buckets are not listed: they have APIs of their own.",
    ),
    code=f"{__package__}.s3_buckets_export:export_s3_buckets",
)
