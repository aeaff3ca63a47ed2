"""
S3 buckets: seven to eleven requests a bucket, in the bucket's own region. S3 has no bulk read.

Two of them are left out where another answer settles theirs: a bucket whose ACLs are switched off
has its owner's full control and nothing else, and object lock needs versioning.

The listing is asked for in the partition's main region: elsewhere S3 gives the day of the last
change as the creation date. It is asked for in pages (`aws/answers/paging.py`): an answer without
pages is refused to accounts with large quotas and does not tell the buckets' regions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.aws.policies.documents import read
from aibrain_jupyter.aws.policies.questions import refuses_plain_http
from aibrain_jupyter.aws.resources.details import Details, Row
from aibrain_jupyter.aws.resources.services.storage._s3_access import (
    acl_columns,
    block_columns,
    blocks_of,
    is_public,
    only_the_owner,
)
from aibrain_jupyter.aws.resources.services.storage.s3_buckets import BUCKETS
from aibrain_jupyter.aws.resources.values import tags_of
from aibrain_jupyter.aws.target import GLOBAL_REGION
from aibrain_jupyter.shared.coverage import Gap, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_DAYS_PER_YEAR = 365
_NO_BLOCK = ("NoSuchPublicAccessBlockConfiguration",)
_NO_POLICY = ("NoSuchBucketPolicy",)


def export_s3_buckets(ctx: CallContext) -> ToolResult:
    """
    Export the buckets of an account, in every region.

    Returns:
        One row per bucket, ordered by name, with its own ``region``. Public access blocks are
        those in force: set on the bucket or on the account.

    Raises:
        PermissionDeniedError: the identity lacks ``s3:ListAllMyBuckets``.

    Source:
        S3 API reference; S3 User Guide: "Blocking public access to your Amazon S3 storage",
        "Controlling ownership of objects and disabling ACLs" (what reading an ACL gives then),
        "Configuring S3 Object Lock" (versioning cannot be suspended).
    """
    details = Details(ctx)
    found: list[Row] = []
    for page in pages(ctx, "s3", "ListBuckets", {}, region=GLOBAL_REGION):
        owner = (page.get("Owner") or {}).get("ID")
        found += [{**bucket, "OwnerId": owner} for bucket in page.get("Buckets") or ()]
    account_blocks: Mapping[str, Any] | None = {}
    if found:
        account_blocks = details.ask(
            "s3control",
            "GetPublicAccessBlock",
            {"AccountId": ctx.target.account},
            region=GLOBAL_REGION,
            columns=(*block_columns({}, {}), "is_public"),
            absent=_NO_BLOCK,
        )
    rows = ctx.map(lambda bucket: _row_of(details, bucket, account_blocks), found)
    return details.result(rows, BUCKETS.columns)


def _row_of(
    details: Details, bucket: Mapping[str, Any], account_blocks: Mapping[str, Any] | None
) -> Row:
    name = bucket.get("Name")
    if name is None:
        details.missing(
            Gap(
                Outcome.FAILED,
                "A bucket was listed without its name.",
                operation="s3:ListBuckets",
                action="s3:ListAllMyBuckets",
            )
        )
        return {"bucket_name": None, "created": bucket.get("CreationDate")}
    region = bucket.get("BucketRegion") or _region_of(details, name)
    row: Row = {
        "bucket_name": name,
        "arn": f"arn:{details.ctx.target.partition}:s3:::{name}",
        "region": region,
        "created": bucket.get("CreationDate"),
    }
    place = region or GLOBAL_REGION
    params = {"Bucket": name}

    def ask(operation: str, columns: Iterable[str], *absent: str) -> Row | None:
        return details.ask(
            "s3", operation, params, item=name, region=place, columns=columns, absent=absent
        )

    def read(
        reader: Callable[[Mapping[str, Any]], Row],
        operation: str,
        *absent: str,
        also: Collection[str] = (),
    ) -> Row:
        answer = ask(operation, (*reader({}), *also), *absent)
        return {} if answer is None else reader(answer)

    blocks = ask("GetPublicAccessBlock", (*block_columns({}, {}), "is_public"), *_NO_BLOCK)
    row |= block_columns(blocks_of(blocks), blocks_of(account_blocks))
    made_of_policy = (*policy_columns({}, name), "has_public_policy", "is_public")
    policy = ask("GetBucketPolicy", made_of_policy, *_NO_POLICY)
    if policy is not None:
        row |= policy_columns(policy, name)
        row["has_public_policy"] = False
    if row.get("has_policy"):
        row["has_public_policy"] = None
        row |= read(policy_status_columns, "GetBucketPolicyStatus", *_NO_POLICY, also=["is_public"])
    row |= read(ownership_columns, "GetBucketOwnershipControls", "OwnershipControlsNotFoundError")
    owner = bucket["OwnerId"]
    if owner and row.get("object_ownership") == "BucketOwnerEnforced":
        row |= acl_columns(only_the_owner(owner))
    else:
        row |= read(acl_columns, "GetBucketAcl", also=["is_public"])
    row["is_public"] = is_public(row)
    row |= read(
        encryption_columns, "GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"
    )
    row |= read(versioning_columns, "GetBucketVersioning")
    row |= read(logging_columns, "GetBucketLogging")
    if row.get("versioning") in ("Off", "Suspended"):
        row |= lock_columns({})
    else:
        row |= read(
            lock_columns, "GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"
        )
    return row | read(tag_columns, "GetBucketTagging", "NoSuchTagSet")


def _region_of(details: Details, name: str) -> str | None:
    answer = details.ask(
        "s3",
        "GetBucketLocation",
        {"Bucket": name},
        item=name,
        region=GLOBAL_REGION,
        columns=(),  # whatever is wanted: the others are asked in the bucket's own region
    )
    if answer is None:
        return None
    # S3 still spells its two oldest regions in its own way here.
    location = (answer.get("LocationConstraint") or "").strip() or "us-east-1"
    return "eu-west-1" if location == "EU" else str(location)


def policy_columns(answer: Mapping[str, Any], bucket: str) -> Row:
    """Return the columns of GetBucketPolicy; ``{}``: there is none."""
    policy = read(answer.get("Policy"))
    return {
        "has_policy": policy is not None,
        "is_tls_only": refuses_plain_http(policy, bucket),
        "policy": policy,
    }


def policy_status_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetBucketPolicyStatus; ``{}``: there is no policy."""
    return {"has_public_policy": (answer.get("PolicyStatus") or {}).get("IsPublic", False)}


def ownership_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetBucketOwnershipControls; ``{}``: there are none."""
    rules = (answer.get("OwnershipControls") or {}).get("Rules") or [{}]
    return {"object_ownership": rules[0].get("ObjectOwnership")}


def encryption_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetBucketEncryption; ``{}``: there is none."""
    rules = (answer.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or [{}]
    default = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
    return {
        "sse_algorithm": default.get("SSEAlgorithm") or "none",
        "sse_kms_key": default.get("KMSMasterKeyID"),
        "sse_bucket_key": rules[0].get("BucketKeyEnabled", False),
    }


def versioning_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetBucketVersioning; S3 answers nothing for never set."""
    return {
        "versioning": answer.get("Status") or "Off",
        "mfa_delete": answer.get("MFADelete") == "Enabled",
    }


def logging_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetBucketLogging; S3 answers nothing for no logging."""
    target = answer.get("LoggingEnabled") or {}
    return {
        "has_logging": bool(target),
        "logging_target_bucket": target.get("TargetBucket"),
        "logging_target_prefix": target.get("TargetPrefix"),
    }


def lock_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetObjectLockConfiguration; ``{}``: there is none."""
    lock = answer.get("ObjectLockConfiguration") or {}
    default = (lock.get("Rule") or {}).get("DefaultRetention") or {}
    days = default.get("Days") or default.get("Years", 0) * _DAYS_PER_YEAR
    return {
        "object_lock": lock.get("ObjectLockEnabled") == "Enabled",
        "object_lock_mode": default.get("Mode"),
        "object_lock_days": days or None,
    }


def tag_columns(answer: Mapping[str, Any]) -> Row:
    """Return the tags; ``{}``: there are none."""
    return {"tags": tags_of(answer.get("TagSet"))}
