"""Signing for less: the same signature as the SDK's, to the letter."""

from __future__ import annotations

import random

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from aibrain_jupyter.aws.accounts.signing import sign_for_less

NAMES = ("X-Amz-Target", "Content-Type", "x-amz-meta-A", "User-Agent", "Host", "connection", "B b")
VALUES = ("", "a", "  two   words ", "ä", "text/xml; charset=utf-8", "k=v, w")
URLS = (
    "https://kms.eu-west-1.amazonaws.com/",
    "https://Bucket.s3.amazonaws.com:443/a%20b//../c?versioning&x-id=List&b=2&a=1",
    "http://user@127.0.0.1:5000/path?q=",
    "https://[::1]:8443/",
)


def client(service, **more):
    """Return a client of the SDK with keys of its own, which sends nothing."""
    return boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="none",
        aws_session_token="a token",
        **more,
    )


@pytest.fixture
def same_time(monkeypatch):
    """Have the SDK sign every request at one moment."""
    import datetime as dt

    from botocore import auth

    monkeypatch.setattr(
        auth, "get_current_datetime", lambda: dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    )


@pytest.mark.parametrize("service", ["kms", "s3", "ec2", "glacier"])
def test_the_signature_is_the_sdks(service, same_time):
    """Whatever stands in a request, its headers come out as the SDK's own signing leaves them."""
    rng, plain, ours = random.Random(7), client(service), client(service)
    sign_for_less(ours._request_signer)
    seen = 0
    for _ in range(300):
        url, data = rng.choice(URLS), rng.choice(("", b"", b"body", {"a": "ä"}))
        given = [(rng.choice(NAMES), rng.choice(VALUES)) for _ in range(rng.randrange(5))]
        left = []
        for each in (plain, ours):
            request = AWSRequest(method="POST", url=url, data=data)
            for name, value in given:
                request.headers[name] = value
            for _attempt in range(2):  # one that is sent again is signed again
                each._request_signer.sign("Op", request)
            left.append(request.headers.items())
        assert left[0] == left[1]
        seen += any(name == "Authorization" for name, _ in left[1])
    assert 300 == seen


@pytest.mark.parametrize("service", ["kms", "s3"])
@pytest.mark.parametrize("where", ["trailer", "header"])
def test_a_body_that_is_not_signed_stays_so(service, where, same_time):
    """A checksum behind the body, or payloads that shall not be signed: as the SDK has it."""
    left = []
    for lean in (False, True):
        each = client(service)
        if lean:
            sign_for_less(each._request_signer)
        request = AWSRequest(method="PUT", url=URLS[0], data=b"body")
        request.headers["x-sum"] = "1"
        algorithm = {"algorithm": "crc32", "in": where, "name": "x-sum"}
        request.context = {"checksum": {"request_algorithm": algorithm}}
        request.context |= {"has_streaming_input": True, "payload_signing_enabled": False}
        each._request_signer.sign("PutObject", request)
        left.append(sorted(request.headers.items()))
    assert left[0] == left[1]


def test_links_and_other_kinds_are_signed_by_the_sdk(same_time):
    """What is no signature in a header is left to the SDK: the link is the same."""
    params = {"Bucket": "b", "Key": "k"}
    links = []
    for quick in (False, True):
        made = client("s3", config=Config(signature_version="s3v4"))
        if quick:
            sign_for_less(made._request_signer)
        links.append(made.generate_presigned_url("get_object", Params=params))
    assert links[0] == links[1]


def test_a_request_is_signed_by_the_key_it_is_given(same_time):
    """The key that a call was checked with signs, and not the client's."""
    made = client("kms")
    sign_for_less(made._request_signer)
    request = AWSRequest(method="POST", url=URLS[0], data="")
    request.context["signing"] = {"request_credentials": Credentials("AKIAOTHER", "none")}
    made._request_signer.sign("ListKeys", request)
    assert "Credential=AKIAOTHER/" in request.headers["Authorization"]
    assert "X-Amz-Security-Token" not in request.headers


def test_one_signer_may_sign_several_requests(same_time):
    """What is kept of a request's headers is not another one's."""
    made = client("kms")
    sign_for_less(made._request_signer)
    auth = made._request_signer.get_auth_instance(signing_name="kms", region_name="eu-west-1")
    signed = []
    for target in ("A", "B", "A"):
        request = AWSRequest("POST", URLS[0], headers={"X-Amz-Target": target}, data="")
        auth.add_auth(request)
        signed.append(request.headers["Authorization"])
    assert signed[0] == signed[2] != signed[1]
