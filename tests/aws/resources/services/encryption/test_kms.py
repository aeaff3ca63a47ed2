"""KMS keys."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.services.encryption.kms import CAN_ROTATE


@pytest.fixture
def customer_key(aws):
    """A rotated customer key with an alias and a tag; returns its id."""
    kms = aws("kms")
    key = kms.create_key(Tags=[{"TagKey": "team", "TagValue": "audit"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/data", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    return key


def test_a_customer_key(customer_key, row):
    """State, rotation, aliases, policy and tags of a customer key."""
    expected = {
        "key_id": customer_key,
        "aliases": ["alias/data"],
        "key_manager": "CUSTOMER",
        "state": "Enabled",
        "origin": "AWS_KMS",
        "rotation_enabled": True,
        "policy_allows_everyone": False,
        "policy_principals": ["AWS:arn:aws:iam::123456789012:root"],
        "tags": {"team": "audit"},
    }
    found = row("kms", "keys")
    assert expected == {name: found[name] for name in expected}


def test_a_key_that_cannot_rotate_is_not_asked(aws, export):
    """Rotation of an asymmetric key is no value and no gap."""
    aws("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")

    result = export("kms", "keys")

    assert result.frame["rotation_enabled"].isna().all()
    assert () == result.gaps
    assert "kms:GetKeyRotationStatus" not in result.operations


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"KeyManager": "AWS"}, False),
        ({"KeySpec": "HMAC_256"}, False),
        ({"Origin": "EXTERNAL"}, False),
    ],
    ids=["customer symmetric", "AWS managed", "HMAC", "imported"],
)
def test_which_keys_can_rotate(change, expected):
    """Only customer keys that are symmetric and made by KMS rotate by themselves."""
    key = {"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS"}

    assert expected is search(CAN_ROTATE, {"DescribeKey": key | change})


def test_a_refused_description_leaves_the_rotation_unknown(customer_key, export, answers):
    """Without its description a key is listed, and rotation is among what is missing."""
    answers.refuse("DescribeKey")

    result = export("kms", "keys")

    assert [customer_key] == result.frame["key_id"].tolist()
    [gap] = result.gaps
    assert {"state", "key_manager", "rotation_enabled"} < set(gap.columns)
    assert pd.isna(result.frame["rotation_enabled"][0])


def test_every_page_is_read_and_aliases_are_asked_once(ctx, aws_replies, answers, export):
    """A truncated list is followed to its end; aliases cost one request, not one a key."""

    def keys(request):
        marker = json.loads(request.body).get("Marker")
        name = "k2" if marker else "k1"
        key = {"KeyId": name, "KeyArn": f"arn:aws:kms:us-east-1:123456789012:key/{name}"}
        return {"Keys": [key], "Truncated": not marker} | ({} if marker else {"NextMarker": "m"})

    answers.refuse_all_but("ListKeys", "ListAliases")
    aws_replies.on("ListKeys", keys)
    aliases = [{"AliasName": "alias/b", "TargetKeyId": "k2"}, {"AliasName": "alias/aws/unused"}]
    aws_replies.on("ListAliases", {"Aliases": aliases, "Truncated": False})

    frame = export("kms", "keys").frame

    assert [("k1", []), ("k2", ["alias/b"])] == list(
        zip(frame["key_id"], frame["aliases"], strict=True)
    )
    assert ["ListKeys", "ListKeys", "ListAliases"] == aws_replies.actions
