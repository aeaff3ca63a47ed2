"""S3 buckets: what is in force, and what is not known."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from aibrain_jupyter.aws.resources.services.storage._s3_access import (
    acl_columns,
    block_columns,
    is_public,
)
from aibrain_jupyter.aws.resources.services.storage.s3_buckets_export import (
    export_s3_buckets,
    lock_columns,
)
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.frames.unreadable import Unreadable

ALL_BLOCKS = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
PUBLIC_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::data/*",
            }
        ],
    }
)


def test_a_bare_bucket_has_values_and_no_gaps(aws, export):
    """What S3 says there is none of is a value: no policy, no tags, versioning never set."""
    aws("s3").create_bucket(Bucket="data")

    result = export("s3", "buckets")
    [row] = result.frame.to_dict("records")

    assert () == result.gaps
    expected = {
        "bucket_name": "data",
        "arn": "arn:aws:s3:::data",
        "region": "us-east-1",
        "is_public": False,
        "is_public_access_blocked": False,
        "has_policy": False,
        "has_public_policy": False,
        "is_tls_only": False,
        "versioning": "Off",
        "mfa_delete": False,
        "has_logging": False,
        "object_lock": False,
        "tags": {},
    }
    assert expected == {name: row[name] for name in expected}


def test_a_furnished_bucket_in_another_region(aws, export):
    """Settings of a bucket are read in its own region."""
    s3 = aws("s3", "eu-west-1")
    location = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(
        Bucket="data", CreateBucketConfiguration=location, ObjectLockEnabledForBucket=True
    )
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration=location)
    s3.put_bucket_tagging(Bucket="data", Tagging={"TagSet": [{"Key": "team", "Value": "audit"}]})
    s3.put_object_lock_configuration(
        Bucket="data",
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 1}},
        },
    )
    s3.put_bucket_encryption(
        Bucket="data",
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": "alias/data",
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.put_bucket_acl(Bucket="logs", ACL="log-delivery-write")
    s3.put_bucket_logging(
        Bucket="data",
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "d/"}},
    )

    result = export("s3", "buckets")
    row = result.frame.to_dict("records")[0]

    assert () == result.gaps
    expected = {
        "region": "eu-west-1",
        "versioning": "Enabled",
        "object_lock": True,
        "object_lock_mode": "COMPLIANCE",
        "object_lock_days": 365,
        "sse_algorithm": "aws:kms",
        "sse_kms_key": "alias/data",
        "sse_bucket_key": True,
        "has_logging": True,
        "logging_target_bucket": "logs",
        "logging_target_prefix": "d/",
        "tags": {"team": "audit"},
    }
    assert expected == {name: row[name] for name in expected}


def test_the_block_of_the_account_counts(aws, export):
    """A bucket without a block of its own is blocked by the account's."""
    aws("s3").create_bucket(Bucket="data")
    aws("s3control").put_public_access_block(
        AccountId="123456789012", PublicAccessBlockConfiguration=ALL_BLOCKS
    )

    [blocked] = export("s3", "buckets").frame["is_public_access_blocked"]

    assert blocked


def test_a_public_acl_makes_a_bucket_public(aws, row):
    """Grants to everyone are named and count."""
    aws("s3").create_bucket(Bucket="data", ACL="public-read")

    found = row("s3", "buckets")

    assert (True, True) == (found["is_public"], found["has_public_acl"])
    assert "AllUsers:READ" in found["acl_grants"]


def test_a_refused_policy_is_not_no_policy(aws, export, answers):
    """A refused bucket policy leaves everything that depends on it unknown."""
    aws("s3").create_bucket(Bucket="data")
    aws("s3").put_bucket_policy(Bucket="data", Policy=PUBLIC_POLICY)
    answers.refuse("GetBucketPolicy")

    result = export("s3", "buckets")
    [row] = result.frame.to_dict("records")

    unknown = ("has_policy", "has_public_policy", "is_tls_only", "policy", "is_public")
    assert [True] * 5 == [pd.isna(row[name]) for name in unknown]
    [gap] = result.gaps
    assert (Outcome.DENIED, "s3:GetBucketPolicy", "data") == (gap.outcome, gap.action, gap.item)
    assert set(unknown) == set(gap.columns)


def test_what_another_answer_settles_is_not_asked(aws, export, answers):
    """Without ACLs and versioning, ACL and object lock are known as S3 would tell them."""
    s3 = aws("s3")
    s3.create_bucket(Bucket="data", ObjectOwnership="BucketOwnerEnforced")
    # moto names another owner in its ACLs than in its listing; S3 names the same.
    owner = s3.list_buckets()["Owner"]["ID"]
    answers.refuse("GetBucketAcl", "GetObjectLockConfiguration")

    result = export("s3", "buckets")
    [row] = result.frame.to_dict("records")

    assert () == result.gaps
    assert [f"{owner}:FULL_CONTROL"] == row["acl_grants"]
    assert (False, False, False) == (row["has_public_acl"], row["is_public"], row["object_lock"])


def test_what_settles_it_must_be_known(aws, export, answers):
    """A refused ownership or versioning settles nothing: ACL and object lock are asked for."""
    aws("s3").create_bucket(
        Bucket="data",
        ObjectOwnership="BucketOwnerEnforced",
        ObjectLockEnabledForBucket=True,
    )
    answers.refuse("GetBucketOwnershipControls", "GetBucketVersioning")

    result = export("s3", "buckets")

    assert {"s3:GetBucketAcl", "s3:GetObjectLockConfiguration"} <= set(result.operations)
    assert {"s3:GetBucketOwnershipControls", "s3:GetBucketVersioning"} == {
        gap.operation for gap in result.gaps
    }


def test_every_page_of_the_listing_is_read(ctx, aws_replies, answers):
    """The listing is asked for in pages and followed; regions come from it."""

    def page(name, token=""):
        more = f"<ContinuationToken>{token}</ContinuationToken>" if token else ""
        return (
            f"<ListAllMyBucketsResult><Buckets><Bucket><Name>{name}</Name>"
            "<CreationDate>2024-01-31T09:00:00Z</CreationDate>"
            "<BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets>"
            f"{more}</ListAllMyBucketsResult>"
        )

    answers.refuse_all_but("ListBuckets")
    aws_replies.reply(page("a", token="t1"))
    aws_replies.reply(page("b"))

    frame = export_s3_buckets(ctx).frame

    assert ["a", "b"] == frame["bucket_name"].tolist()
    assert ["eu-west-1"] * 2 == frame["region"].tolist()
    assert "max-buckets=1000" in aws_replies.requests[0].path
    assert "continuation-token=t1" in aws_replies.requests[1].path


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((True, False, False, False), True, id="public policy"),
        pytest.param((True, True, False, False), False, id="public policy, restricted"),
        pytest.param((False, False, True, False), True, id="public acl"),
        pytest.param((False, False, True, True), False, id="public acl, ignored"),
        pytest.param((None, False, True, False), True, id="unknown policy, public acl"),
        pytest.param((None, False, False, False), None, id="unknown policy"),
        pytest.param((None, True, False, False), False, id="unknown policy, restricted"),
        pytest.param((True, None, False, False), None, id="unknown block"),
        pytest.param((False, None, False, None), False, id="nothing to block"),
    ],
)
def test_public_has_three_values(facts, expected):
    """Unknown stays unknown unless the known facts decide alone."""
    names = ("has_public_policy", "restrict_public_buckets", "has_public_acl", "ignore_public_acls")

    assert expected is is_public(dict(zip(names, facts, strict=True)))


@pytest.mark.parametrize(
    ("bucket", "account", "expected"),
    [
        pytest.param(ALL_BLOCKS, None, True, id="on the bucket, account unknown"),
        pytest.param({}, None, None, id="not on the bucket, account unknown"),
        pytest.param(None, ALL_BLOCKS, True, id="bucket unknown, on the account"),
        pytest.param({}, {}, False, id="nowhere"),
    ],
)
def test_a_block_is_in_force_from_either_side(bucket, account, expected):
    """Bucket and account add up; a refused one does not hide the other."""
    assert expected is block_columns(bucket, account)["is_public_access_blocked"]


def test_retention_in_years_is_told_in_days():
    """One unit for both ways to set the retention."""
    rule = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 2}}}

    assert 730 == lock_columns({"ObjectLockConfiguration": rule})["object_lock_days"]


def test_a_grant_to_nobody_may_be_one_to_everyone():
    """Without its grantee an ACL is neither public nor not public; another grant may make it so."""
    everyone = {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    untold = {"Permission": "READ"}

    alone = acl_columns({"Grants": [untold]})
    with_another = acl_columns({"Grants": [untold, {"Grantee": everyone, "Permission": "READ"}]})

    assert isinstance(alone["has_public_acl"], Unreadable)
    assert is_public({**alone, "has_public_policy": False, "ignore_public_acls": False}) is None
    assert with_another["has_public_acl"] is True
