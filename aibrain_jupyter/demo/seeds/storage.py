"""
S3 of the demo accounts, good and bad side by side.

Encrypted by a customer's key and by nothing, public by ACL and public by policy, versioned
and not, logged and not. A bucket is a line of its account's table.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from moto.s3.models import get_canned_acl, s3_backends
from moto.s3control.models import s3control_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import moment, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn
from aibrain_jupyter.demo.seeds.statements import allow, document

if TYPE_CHECKING:
    from moto.s3.models import S3Backend

NOTHING: Final = ""
_BLOCK: Final = {
    "BlockPublicAcls": "true",
    "IgnorePublicAcls": "true",
    "BlockPublicPolicy": "true",
    "RestrictPublicBuckets": "true",
}
_HALF_BLOCK: Final = {**_BLOCK, "BlockPublicPolicy": "false", "RestrictPublicBuckets": "false"}


@dataclass(frozen=True, slots=True)
class _Bucket:
    """`name` follows the account's alias; `encryption` is ``AES256``, a key alias or `NOTHING`."""

    name: str
    created: str
    region: str = "us-east-1"
    encryption: str = "AES256"
    versioning: str = ""
    is_logged: bool = False
    block: dict[str, str] | None = None
    acl: str = "private"
    policy: str = ""
    owner: str = "platform"
    data: str = "internal"
    lock_days: int = 0
    ownership: str = "BucketOwnerEnforced"


_blocked = partial(_Bucket, block=_BLOCK)
_guarded = partial(
    _blocked,
    encryption="alias/data",
    versioning="Enabled",
    is_logged=True,
    policy="tls",
    data="restricted",
)
_logs = partial(_Bucket, acl="log-delivery-write", ownership="BucketOwnerPreferred")
_old = partial(_Bucket, ownership="ObjectWriter")
_exports = partial(_old, encryption=NOTHING, owner="data", data="restricted")
_BUCKETS: Final = {
    PROD.profile: (
        _logs("access-logs", "2020-02-12", block=_BLOCK),
        _guarded("audit-trail", "2020-02-12", encryption="alias/logs", lock_days=400),
        _guarded("backups", "2020-03-01"),
        _guarded("customer-data", "2020-02-20", owner="data"),
        _guarded("customer-data-eu", "2021-05-25", "eu-west-1", is_logged=False, owner="data"),
        _blocked("reports-fra", "2024-02-07", "eu-central-1", "alias/data", owner="finance"),
        _exports("legacy-exports", "2018-05-04"),
        _Bucket(
            "partner-dropbox",
            "2022-03-16",
            encryption="alias/partner",
            block=_HALF_BLOCK,
            policy="partner",
            owner="sales",
            data="confidential",
        ),
        _old(
            "website",
            "2019-11-18",
            acl="public-read",
            policy="public",
            versioning="Suspended",
            owner="marketing",
            data="public",
        ),
        _blocked("terraform-state", "2020-02-18", versioning="Enabled", data="confidential"),
    ),
    DEV.profile: (
        _blocked("artifacts", "2021-10-05", versioning="Enabled"),
        _old(
            "copy-of-prod-data", "2023-03-30", encryption=NOTHING, owner="data", data="restricted"
        ),
        _Bucket("load-test", "2023-01-10", "eu-west-1", encryption=NOTHING),
        _logs("logs", "2021-10-12", encryption=NOTHING),
        _Bucket("scratch", "2022-08-24", policy="public", owner="training"),
        _old("temp-upload", "2022-12-01", acl="public-read-write", encryption=NOTHING),
        _Bucket("terraform-state", "2020-02-19", encryption="alias/data"),
        _old("workshop", "2021-09-28", acl="authenticated-read", owner="training"),
    ),
}


def seed_storage(account: Account) -> None:
    """Fill S3 of one account. KMS must be there already."""
    seed_ids(account.account_id, "s3")
    s3 = s3_backends[account.account_id]["aws"]
    for bucket in _BUCKETS[account.profile]:
        _add_bucket(s3, account, bucket)
    if account is PROD:
        control = s3control_backends[account.account_id]["aws"]
        control.put_public_access_block(
            account.account_id, {**_BLOCK, "BlockPublicAcls": "false", "IgnorePublicAcls": "false"}
        )


def _add_bucket(s3: S3Backend, account: Account, bucket: _Bucket) -> None:
    name = f"{account.alias}-{bucket.name}"
    made = s3.create_bucket(name, bucket.region)
    # The one date moto does not take from its own clock.
    made.creation_date = moment(bucket.created).replace(tzinfo=dt.UTC)
    made.acl = get_canned_acl(bucket.acl)
    made.ownership_rule = bucket.ownership  # type: ignore[assignment]
    if bucket.encryption:
        made.encryption = {"Rule": _encryption(account, bucket)}
    if bucket.versioning:
        made.versioning_status = bucket.versioning
    if bucket.is_logged:
        target = {"TargetBucket": f"{account.alias}-access-logs", "TargetPrefix": f"{name}/"}
        s3.put_bucket_logging(name, target)
    if bucket.block is not None:
        s3.put_public_access_block(name, bucket.block)
    if bucket.policy:
        made.policy = document(_policy(bucket.policy, f"arn:aws:s3:::{name}")).encode()
    if bucket.lock_days:
        s3.put_object_lock_configuration(name, True, "COMPLIANCE", bucket.lock_days)
    s3.put_bucket_tagging(name, {"owner": bucket.owner, "data": bucket.data})


def _encryption(account: Account, bucket: _Bucket) -> dict[str, Any]:
    if not bucket.encryption.startswith("alias/"):
        return {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": bucket.encryption}}
    key = key_arn(account, bucket.region, bucket.encryption)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": "true"}


def _policy(name: str, bucket: str) -> dict[str, Any]:
    both = [bucket, f"{bucket}/*"]
    if name == "public":
        return allow("s3:GetObject", f"{bucket}/*", to="*", sid="AnyoneMayRead")
    if name == "partner":
        partner = {"AWS": "arn:aws:iam::777788889999:root"}
        return allow(["s3:PutObject", "s3:ListBucket"], both, to=partner, sid="PartnerMayWrite")
    return {
        **allow("s3:*", both, to="*", sid="RefusePlainHttp"),
        "Effect": "Deny",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
