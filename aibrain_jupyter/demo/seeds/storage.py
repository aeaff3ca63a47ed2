"""
S3 of the demo accounts, good and bad side by side.

Encrypted by a customer's key and by nothing, public by ACL and public by policy, versioned
and not, logged and not. A bucket is a line of its account's table.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.s3.models import get_canned_acl, s3_backends
from moto.s3control.models import s3control_backends

from aibrain_jupyter.demo.accounts import PROD, Account
from aibrain_jupyter.demo.clock import moment, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn

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
    """`encryption` is ``AES256``, a key alias or `NOTHING`; `policy` is a name of `_policy`."""

    name: str
    created: str
    region: str = "us-east-1"
    encryption: str = "AES256"
    versioning: str = ""
    logs_to: str = ""
    block: dict[str, str] | None = None
    acl: str = "private"
    policy: str = ""
    owner: str = "platform"
    data: str = "internal"
    lock_days: int = 0
    ownership: str = "BucketOwnerEnforced"


_PROD: Final = (
    _Bucket(
        "example-prod-access-logs",
        "2020-02-12",
        acl="log-delivery-write",
        block=_BLOCK,
        ownership="BucketOwnerPreferred",
    ),
    _Bucket(
        "example-prod-audit-trail",
        "2020-02-12",
        encryption="alias/logs",
        versioning="Enabled",
        logs_to="example-prod-access-logs",
        block=_BLOCK,
        policy="tls",
        lock_days=400,
        data="restricted",
    ),
    _Bucket(
        "example-prod-backups",
        "2020-03-01",
        encryption="alias/data",
        versioning="Enabled",
        logs_to="example-prod-access-logs",
        block=_BLOCK,
        policy="tls",
        data="restricted",
    ),
    _Bucket(
        "example-prod-customer-data",
        "2020-02-20",
        encryption="alias/data",
        versioning="Enabled",
        logs_to="example-prod-access-logs",
        block=_BLOCK,
        policy="tls",
        owner="data",
        data="restricted",
    ),
    _Bucket(
        "example-prod-customer-data-eu",
        "2021-05-25",
        "eu-west-1",
        encryption="alias/data",
        versioning="Enabled",
        block=_BLOCK,
        policy="tls",
        owner="data",
        data="restricted",
    ),
    _Bucket(
        "example-prod-reports-fra",
        "2024-02-07",
        "eu-central-1",
        encryption="alias/data",
        block=_BLOCK,
        owner="finance",
    ),
    _Bucket(
        "example-prod-legacy-exports",
        "2018-05-04",
        encryption=NOTHING,
        owner="data",
        data="restricted",
        ownership="ObjectWriter",
    ),
    _Bucket(
        "example-prod-partner-dropbox",
        "2022-03-16",
        encryption="alias/partner",
        block=_HALF_BLOCK,
        policy="partner",
        owner="sales",
        data="confidential",
    ),
    _Bucket(
        "example-prod-website",
        "2019-11-18",
        acl="public-read",
        policy="public",
        versioning="Suspended",
        owner="marketing",
        data="public",
        ownership="ObjectWriter",
    ),
    _Bucket(
        "example-prod-terraform-state",
        "2020-02-18",
        encryption="AES256",
        versioning="Enabled",
        block=_BLOCK,
        data="confidential",
    ),
)
_DEV: Final = (
    _Bucket("example-dev-artifacts", "2021-10-05", versioning="Enabled", block=_BLOCK),
    _Bucket(
        "example-dev-copy-of-prod-data",
        "2023-03-30",
        encryption=NOTHING,
        owner="data",
        data="restricted",
        ownership="ObjectWriter",
    ),
    _Bucket("example-dev-load-test", "2023-01-10", "eu-west-1", encryption=NOTHING),
    _Bucket(
        "example-dev-logs",
        "2021-10-12",
        acl="log-delivery-write",
        encryption=NOTHING,
        ownership="BucketOwnerPreferred",
    ),
    _Bucket("example-dev-scratch", "2022-08-24", policy="public", owner="training"),
    _Bucket(
        "example-dev-temp-upload",
        "2022-12-01",
        acl="public-read-write",
        encryption=NOTHING,
        ownership="ObjectWriter",
    ),
    _Bucket("example-dev-terraform-state", "2020-02-19", encryption="alias/data"),
    _Bucket(
        "example-dev-workshop",
        "2021-09-28",
        acl="authenticated-read",
        owner="training",
        ownership="ObjectWriter",
    ),
)


def seed_storage(account: Account) -> None:
    """Fill S3 of one account. KMS must be there already."""
    seed_ids(account.account_id, "s3")
    s3 = s3_backends[account.account_id]["aws"]
    for bucket in _PROD if account is PROD else _DEV:
        _add_bucket(s3, account, bucket)
    if account is PROD:
        control = s3control_backends[account.account_id]["aws"]
        control.put_public_access_block(
            account.account_id, {**_BLOCK, "BlockPublicAcls": "false", "IgnorePublicAcls": "false"}
        )


def _add_bucket(s3: S3Backend, account: Account, bucket: _Bucket) -> None:
    made = s3.create_bucket(bucket.name, bucket.region)
    # The one date moto does not take from its own clock.
    made.creation_date = moment(bucket.created).replace(tzinfo=dt.UTC)
    made.acl = get_canned_acl(bucket.acl)
    made.ownership_rule = bucket.ownership  # type: ignore[assignment]
    if bucket.encryption:
        made.encryption = {"Rule": _encryption(account, bucket)}
    if bucket.versioning:
        made.versioning_status = bucket.versioning
    if bucket.logs_to:
        s3.put_bucket_logging(
            bucket.name,
            {"TargetBucket": bucket.logs_to, "TargetPrefix": f"{bucket.name}/"},
        )
    if bucket.block is not None:
        s3.put_public_access_block(bucket.name, bucket.block)
    if bucket.policy:
        made.policy = json.dumps(_policy(bucket)).encode()
    if bucket.lock_days:
        s3.put_object_lock_configuration(bucket.name, True, "COMPLIANCE", bucket.lock_days)
    s3.put_bucket_tagging(bucket.name, {"owner": bucket.owner, "data": bucket.data})


def _encryption(account: Account, bucket: _Bucket) -> dict[str, Any]:
    if not bucket.encryption.startswith("alias/"):
        return {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": bucket.encryption}}
    return {
        "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": key_arn(account, bucket.region, bucket.encryption),
        },
        "BucketKeyEnabled": "true",
    }


def _policy(bucket: _Bucket) -> dict[str, Any]:
    arns = [f"arn:aws:s3:::{bucket.name}", f"arn:aws:s3:::{bucket.name}/*"]
    statements: dict[str, dict[str, Any]] = {
        "tls": {
            "Sid": "RefusePlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": arns,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        "public": {
            "Sid": "AnyoneMayRead",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": arns[1],
        },
        "partner": {
            "Sid": "PartnerMayWrite",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::777788889999:root"},
            "Action": ["s3:PutObject", "s3:ListBucket"],
            "Resource": arns,
        },
    }
    return {"Version": "2012-10-17", "Statement": [statements[bucket.policy]]}
