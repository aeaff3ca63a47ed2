"""When sessions end: told of those in use, from files alone, and only where it is known."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path

import pytest

from aibrain_jupyter.aws.accounts import session_ends
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.aws.provider import AwsProvider

_CONFIG = """
[profile audit]
sso_session = corp
sso_account_id = 777788889999
sso_role_name = Audit
[profile other]
sso_session = other
sso_account_id = 777788889999
sso_role_name = Audit
[profile keys]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
[sso-session other]
sso_start_url = https://other.example/start
sso_region = eu-west-1
"""


@pytest.fixture(autouse=True)
def _signed_in(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(_CONFIG)
    session_ends._settings_of.cache_clear()
    get_client_pool().clear()
    yield
    get_client_pool().clear()
    session_ends._settings_of.cache_clear()


def _sign_in(session, minutes, **more):
    until = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(minutes=minutes)
    folder = Path("~/.aws/sso/cache").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"accessToken": "t0ken", "expiresAt": f"{until:%Y-%m-%dT%H:%M:%SZ}", **more}
    name = hashlib.sha1(session.encode()).hexdigest()
    (folder / f"{name}.json").write_text(json.dumps(kept))
    return until


def _left(until):
    return (until - dt.datetime.now(dt.UTC)).total_seconds()


def _readings():
    return {one.of: one.value for one in AwsProvider().readings(["session_ends_in_s"])}


def test_sessions_in_use_tell_when_they_end():
    """A profile that was used tells its session's end; one that was not, or has keys, does not."""
    until = _sign_in("corp", 9)
    _sign_in("other", 9)
    for name in ("audit", "keys"):
        get_client_pool().declared_identity(name)

    before = _left(until)
    found = _readings()

    assert {"audit"} == found.keys()
    assert before >= found["audit"] >= _left(until)


def test_a_session_that_is_renewed_has_no_known_end():
    """Where the SDK renews the sign-in itself its end is not known, which is not soon."""
    _sign_in("corp", 9, refreshToken="r")
    get_client_pool().declared_identity("audit")

    assert {"audit": None} == _readings()


def test_what_ended_long_ago_is_no_news():
    """A session that ended more than an hour ago is told no more; a few minutes ago it is."""
    get_client_pool().declared_identity("audit")
    until = _sign_in("corp", -5)
    before = _left(until)
    assert before >= _readings()["audit"] >= _left(until)

    _sign_in("corp", -90)

    assert {} == _readings()


def test_credentials_of_the_environment_tell_it(monkeypatch):
    """The end that whoever exported the credentials wrote down counts."""
    until = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=4)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", until.isoformat())

    before = _left(until)
    assert before >= _readings()["environment"] >= _left(until)
