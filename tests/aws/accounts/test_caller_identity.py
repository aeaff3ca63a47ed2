"""Who we are: asked once, remembered for sources that cannot change, never under a secret."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.aws.accounts.caller_identity import Identity, identity_of
from aibrain_jupyter.aws.clients.pool import ClientPool, SessionProfile
from aibrain_jupyter.shared.error_handler import CredentialsError, CredentialsExpiredError

ARN = "arn:aws:sts::123456789012:assumed-role/Audit/{session}"
CALLER = """<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>
<UserId>U</UserId><Account>{account}</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""
ROLE = """
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = s
[profile audit]
role_arn = arn:aws:iam::123456789012:role/Audit
source_profile = base
region = eu-west-1
[profile process]
credential_process = {process}
aws_access_key_id = AKIANOTUSED
aws_secret_access_key = s
region = eu-west-1
"""
ASSUMED = """<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
</AssumeRoleResponse>"""


def caller(account="123456789012", session="me"):
    return CALLER.format(arn=ARN.format(session=session), account=account)


@pytest.fixture
def cache(tmp_path):
    """The disk cache as a new kernel sees it, each time it is called."""

    def new_kernel():
        return AdvancedCacheManager(directory=tmp_path / "cache")

    return new_kernel


def config(text):
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(text)


def test_it_is_what_sts_says(pool, aws_replies):
    """Account, ARN and partition come from GetCallerIdentity."""
    aws_replies.reply(caller())

    identity = identity_of("", clients=pool)

    assert Identity("123456789012", ARN.format(session="me"), "aws") == identity
    assert ["GetCallerIdentity"] == aws_replies.actions


def test_a_kernel_asks_once(pool, aws_replies):
    """Also without a cache the second question needs no request; `fresh` asks again."""
    aws_replies.reply(caller())
    identity_of("", clients=pool)
    identity_of("", clients=pool)
    aws_replies.reply(caller(account="999999999999"))

    assert "999999999999" == identity_of("", clients=pool, fresh=True).account
    assert 2 == len(aws_replies.requests)


def test_a_new_kernel_asks_nobody(aws_replies, cache):
    """The disk cache answers: the second kernel sends nothing at all."""
    aws_replies.reply(caller())
    first = identity_of("", clients=ClientPool(), cache=cache())
    pool = ClientPool()

    assert first == identity_of("", clients=pool, cache=cache())
    assert 1 == len(aws_replies.requests)
    assert 0 == pool.stats()["clients"]


def test_other_keys_and_other_endpoints_are_asked_anew(aws_replies, cache, monkeypatch):
    """What is remembered belongs to one access key id at one endpoint."""
    aws_replies.on("GetCallerIdentity", lambda _: caller())
    identity_of("", clients=ClientPool(), cache=cache())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    identity_of("", clients=ClientPool(), cache=cache())
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_replies.url.replace("127.0.0.1", "localhost"))
    identity_of("", clients=ClientPool(), cache=cache())

    assert 3 == len(aws_replies.requests)


def test_new_keys_in_the_environment_are_noticed(pool, aws_replies, monkeypatch):
    """The same pool with other keys is another caller."""
    aws_replies.reply(caller())
    aws_replies.reply(caller(account="999999999999"))
    identity_of("", clients=pool)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")

    assert "999999999999" == identity_of("", clients=pool).account


def test_a_role_is_remembered_without_its_session_name(aws_replies, cache):
    """The name botocore makes up for a session must not make every session a new identity."""
    config(ROLE)
    aws_replies.on("AssumeRole", ASSUMED)
    aws_replies.reply(caller(session="botocore-session-1700000000"))
    first = identity_of("audit", clients=ClientPool(), cache=cache())

    assert "arn:aws:sts::123456789012:assumed-role/Audit" == first.arn
    assert first == identity_of("audit", clients=ClientPool(), cache=cache())
    assert ["AssumeRole", "GetCallerIdentity"] == aws_replies.actions


def test_another_role_of_the_same_profile_is_asked_anew(aws_replies, cache):
    """An edited profile is another source."""
    config(ROLE)
    aws_replies.on("AssumeRole", ASSUMED)
    aws_replies.on("GetCallerIdentity", lambda _: caller())
    identity_of("audit", clients=ClientPool(), cache=cache())
    config(ROLE.replace("123456789012:role/Audit", "999999999999:role/Audit"))
    identity_of("audit", clients=ClientPool(), cache=cache())

    assert 2 == aws_replies.actions.count("GetCallerIdentity")


def test_what_a_process_hands_out_is_not_kept(aws_replies, cache, tmp_path):
    """A credential process may be somebody else tomorrow: each kernel asks."""
    process = tmp_path / "keys"
    process.write_text(
        '#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "s"}\'\n'
    )
    process.chmod(0o700)
    config(ROLE.format(process=process))
    aws_replies.on("GetCallerIdentity", lambda _: caller())
    for _ in range(2):
        identity_of("process", clients=ClientPool(), cache=cache())

    assert 2 == len(aws_replies.requests)


def test_no_key_and_no_secret_is_on_disk(aws_replies, cache, tmp_path, monkeypatch):
    """The cache is addressed by a fingerprint; neither key id nor secret can be read there."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "verySecret")
    aws_replies.reply(caller())
    identity_of("", clients=ClientPool(), cache=cache())
    kept = b"".join(p.read_bytes() for p in (tmp_path / "cache").rglob("*") if p.is_file())
    names = " ".join(str(p) for p in (tmp_path / "cache").rglob("*"))

    assert b"123456789012" in kept
    assert not re.search(rb"verySecret|AKIATEST", kept + names.encode())


def test_a_session_profile_knows_its_account(pool, cache):
    """Nobody is asked who the embedded account is; the endpoint is dead."""
    pool.add_profile(
        SessionProfile("demo", "A", "s", "cn-north-1", "http://127.0.0.1:9", "111122223333", True)
    )

    assert Identity("111122223333", "session-profile/demo", "aws-cn") == identity_of(
        "demo", clients=pool, cache=cache()
    )


def test_a_region_of_its_own_is_not_needed(pool, aws_replies):
    """Without any region configured STS is asked at home."""
    aws_replies.reply(caller())
    identity_of("", clients=pool)

    assert "us-east-1" == aws_replies.requests[0].region


@pytest.mark.parametrize(
    ("code", "error"),
    [("ExpiredToken", CredentialsExpiredError), ("InvalidClientTokenId", CredentialsError)],
)
def test_a_refusal_is_ours(pool, aws_replies, code, error):
    """What STS refuses is raised as an error of our tree and is not remembered."""
    aws_replies.reply(
        f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>", status=403
    )
    with pytest.raises(error) as info:
        identity_of("", clients=pool)
    aws_replies.reply(caller())

    assert code == info.value.facts["code"]
    assert "123456789012" == identity_of("", clients=pool).account


def test_no_credentials_are_ours(pool, monkeypatch):
    """Without keys the error names the way on."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(CredentialsError) as info:
        identity_of("", clients=pool)

    assert "%aibrain demo start" in info.value.next_steps[-1]


def test_a_bad_endpoint_is_ours(pool, monkeypatch):
    """A mistyped AWS_ENDPOINT_URL is quoted, with no traceback of the SDK."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "localhost:4566")
    with pytest.raises(CredentialsError) as info:
        identity_of("", clients=pool)

    assert "localhost:4566" in str(info.value)
