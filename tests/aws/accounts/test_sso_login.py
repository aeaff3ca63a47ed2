"""Signing in from the notebook: link and code are shown, nothing secret is, and a run goes on."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path

import pytest
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from aibrain_jupyter.aws.accounts.signing_in import sso_login
from aibrain_jupyter.aws.clients.pool import SessionProfile, get_client_pool
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics import dispatch
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CredentialsError,
    IncompleteAnswerError,
    ParameterError,
    UnknownNameError,
)
from tests.aws.conftest import Reply

CONFIG = """\
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = us-east-1
[profile corp]
sso_session = corp
sso_account_id = 100000000000
sso_role_name = Audit
region = eu-west-1
[profile old]
sso_start_url = https://old.example/start
sso_region = us-east-1
sso_account_id = 100000000000
sso_role_name = Audit
[profile keys]
aws_access_key_id = AKIA0000000000000001
aws_secret_access_key = x
"""
SECRETS = ("client-secret", "device-secret", "access-secret", "refresh-secret")
EXPORT = "%aibrain aws_export ec2 operation=describe_key_pairs --accounts corp"


@pytest.fixture(autouse=True)
def _config(tmp_path, monkeypatch):
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(CONFIG)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sso_login, "_LEAST_POLL_S", 0.0)
    for owner in (SSOProvider, SSOTokenProvider):
        monkeypatch.setattr(owner, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / ".aws/sso/cache"))


@pytest.fixture
def portal(aws_replies):
    """The portal; `left` questions are answered with "not yet", `refusal` with an error."""

    class Portal:
        left, refusal, registered = 2, "", None

        def register(self, request):
            self.registered = json.loads(request.body)
            return {"clientId": "c", "clientSecret": SECRETS[0], "clientSecretExpiresAt": 4e9}

        def token(self, request):
            self.left -= 1
            if self.left >= 0 or self.refusal:
                words = {"__type": self.refusal or "AuthorizationPendingException"}
                return aws_replies.refusal(words, status=400)
            found = {"accessToken": SECRETS[2], "expiresIn": 28800}
            return found | ({"refreshToken": SECRETS[3]} if "scopes" in self.registered else {})

    portal = Portal()
    begun = {"deviceCode": SECRETS[1], "userCode": "ABCD-EFGH", "expiresIn": 600, "interval": 0}
    begun["verificationUri"] = "https://device.sso.us-east-1.amazonaws.com/"
    begun["verificationUriComplete"] = f"{begun['verificationUri']}?user_code=ABCD-EFGH"
    aws_replies.on("/client/register", portal.register)
    aws_replies.on("/device_authorization", begun)
    aws_replies.on("/token", portal.token)
    session = {"accessKeyId": "ASIACORP", "secretAccessKey": "s", "sessionToken": "t"}
    end = int((time.time() + 3600) * 1000)
    aws_replies.on("/federation/credentials", {"roleCredentials": {**session, "expiration": end}})
    return portal


@pytest.fixture
def watched(monkeypatch):
    """A shell that somebody looks at."""
    monkeypatch.setattr(dispatch, "is_watched", lambda: True)


def _token_files(tmp_path):
    return list((tmp_path / ".aws/sso/cache").glob("*.json"))


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("profile", ["corp", "old"])
def test_a_sign_in(portal, run, tmp_path, profile):
    """Link and code are shown, no secret is; the token lies where the SDK reads it, 0600."""
    _, said = run(f"%aibrain aws login {profile}")

    [file] = _token_files(tmp_path)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert SECRETS[2] == json.loads(file.read_text())["accessToken"]
    assert "?user_code=ABCD-EFGH" in said
    assert "Signed in" in said
    assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.usefixtures("watched")
def test_only_what_failed_runs_again(portal, organization, run):
    """After the sign-in the failed calls are asked, as resume does; those that had rows are not."""
    frame, _ = run(f"{EXPORT} --regions eu-west-1,eu-west-2")
    assert frame is None

    card, _ = run("%aibrain fix")
    assert "%aibrain aws login corp" in card["next"].iloc[0][0]
    frame, said = run("%aibrain aws login corp")

    assert 2 == len(frame) == organization.seen.total()
    assert "Resuming" in said
    assert "complete" == get_session().last.outcome_word


@pytest.mark.usefixtures("watched")
def test_a_run_that_failed_otherwise_is_left_alone(portal, run, monkeypatch):
    """Signing in does not start what failed for another reason."""
    run("%aibrain aws_export kmz list_keys")
    _, said = run("%aibrain aws login corp")

    assert "Resuming" not in said


def test_nobody_is_watching(portal, run, aws_replies, tmp_path):
    """Unattended it is an error at once: nothing is asked, and the command is named."""
    run("%aibrain aws login corp")
    error = get_session().last_error

    assert isinstance(error, CredentialsError)
    assert "aws sso login --profile corp" in error.next_steps[0]
    assert [] == aws_replies.requests
    assert [] == _token_files(tmp_path)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredTokenException"])
def test_a_sign_in_that_is_refused(portal, run, tmp_path, code):
    """A refusal in the browser, or a code that nobody used in time, ends it; no file is left."""
    portal.refusal, portal.left = code, 0
    run("%aibrain aws login corp")
    error = get_session().last_error

    assert isinstance(error, CredentialsError)
    assert "%aibrain aws login corp" in error.next_steps[0]
    assert [] == _token_files(tmp_path)


@pytest.mark.usefixtures("watched")
def test_a_portal_that_refuses(portal, run, aws_replies):
    """What the portal says is translated as any other answer."""
    words = {"__type": "InvalidRequestException", "message": "no such start URL"}
    aws_replies.on("/device_authorization", lambda _: aws_replies.refusal(words, status=400))
    run("%aibrain aws login corp")

    assert "sso-oidc:StartDeviceAuthorization" in get_session().last_error.what


@pytest.mark.parametrize("profile", ["keys"])
def test_a_profile_that_signs_in_otherwise(run, profile):
    """It says that there is nothing to sign in to."""
    run(f"%aibrain aws login {profile}")

    assert isinstance(get_session().last_error, ParameterError)
    assert "IAM Identity Center" in get_session().last_error.what


def test_an_unknown_profile(run):
    """It is named, with the nearest."""
    run("%aibrain aws login crop")

    assert "corp" in get_session().last_error.next_steps[0]


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("trouble", ["drop", 500, 503, "InternalServerException"])
def test_a_portal_that_is_away_for_a_moment(portal, run, aws_replies, trouble):
    """The code is good for minutes: a connection that breaks or a 500 ends no sign-in."""
    answers, asked = portal.token, []

    def token(request):
        asked.append(request)
        if len(asked) > 12:  # whatever the SDK tries again by itself
            return answers(request)
        if trouble == "drop":
            return Reply(drop=True)
        status = trouble if isinstance(trouble, int) else 500
        return aws_replies.refusal({"__type": str(trouble)}, status=status)

    aws_replies.on("/token", token)
    _, said = run("%aibrain aws login corp")

    assert "Signed in" in said


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("code", ["InvalidGrantException", "UnauthorizedClientException"])
def test_a_portal_that_ends_it(portal, run, tmp_path, code):
    """What is no "not yet" ends it with an error of ours; no file is left."""
    portal.refusal = code
    run("%aibrain aws login corp")
    error = get_session().last_error

    assert isinstance(error, AibrainError)
    assert code in error.why
    assert [] == _token_files(tmp_path)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("code", ["AuthorizationPendingException", "SlowDownException"])
def test_it_ends_with_its_code(portal, run, aws_replies, monkeypatch, code):
    """A portal that always says "later" is asked no longer than the code is good for."""
    monkeypatch.setattr(sso_login, "_POLL_S", 0.0)
    begun = {"deviceCode": "d", "userCode": "A", "expiresIn": 0, "verificationUri": "https://x/"}
    aws_replies.on("/device_authorization", begun)
    portal.refusal = code
    run("%aibrain aws login corp")

    assert "Nobody has signed in in time." == get_session().last_error.what


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("path", "lacks"),
    [
        ("/client/register", "clientId"),
        ("/device_authorization", "deviceCode"),
        ("/device_authorization", "expiresIn"),
        ("/token", "accessToken"),
        ("/token", "expiresIn"),
    ],
)
def test_an_answer_that_is_not_whole(portal, run, aws_replies, tmp_path, path, lacks):
    """What answers in the portal's place is no sign-in: it is said what is missing."""
    whole = {
        "/client/register": {"clientId": "c", "clientSecret": "s", "clientSecretExpiresAt": 4e9},
        "/device_authorization": {
            "deviceCode": "d",
            "userCode": "A",
            "expiresIn": 600,
            "interval": 0,
            "verificationUri": "https://x/",
        },
        "/token": {"accessToken": "t", "expiresIn": 600},
    }[path]
    del whole[lacks]
    aws_replies.on(path, whole)
    portal.left = 0
    run("%aibrain aws login corp")
    error = get_session().last_error

    assert isinstance(error, IncompleteAnswerError)
    assert lacks in error.why
    assert [] == _token_files(tmp_path)


@pytest.mark.usefixtures("watched")
def test_a_session_that_cannot_be_kept(portal, run, tmp_path):
    """Where the token has no place it is said, with the folder; nothing secret is."""
    (tmp_path / ".aws").write_text("a file where a folder should be")
    _, said = run("%aibrain aws login corp")
    error = get_session().last_error

    assert isinstance(error, CredentialsError)
    assert "cannot be kept in" in error.what
    assert not [secret for secret in SECRETS if secret in f"{said}{error}{error.facts}"]


@pytest.mark.parametrize("watching", [True, False])
@pytest.mark.parametrize("line", ["aws login", "aws login corp"])
def test_a_profile_of_the_environment_that_does_not_exist(run, monkeypatch, watching, line, portal):
    """Without a name it is that one, and unknown; with a name the variable does not matter."""
    monkeypatch.setattr(dispatch, "is_watched", lambda: watching)
    monkeypatch.setenv("AWS_PROFILE", "crop")
    _, said = run(f"%aibrain {line}")

    if line == "aws login":
        assert isinstance(get_session().last_error, UnknownNameError)
    else:
        assert ("Signed in" in said) is watching


@pytest.mark.usefixtures("watched")
def test_a_profile_of_this_session(run, portal, aws_replies):
    """It has keys: there is nothing to sign in to, and nobody is asked."""
    pool = get_client_pool()
    pool.add_profile(
        SessionProfile("mine", "AKIA0000000000000007", "s", "us-east-1", "", "", False)
    )
    try:
        run("%aibrain aws login mine")
    finally:
        pool.remove_profile("mine")

    assert isinstance(get_session().last_error, ParameterError)
    assert [] == aws_replies.requests


@pytest.mark.usefixtures("watched")
def test_a_refused_permission_is_not_asked_again(portal, organization, run, aws_replies):
    """A sign-in starts what failed for want of a session alone."""
    run("%aibrain aws login corp")
    aws_replies.on(
        "DescribeKeyPairs",
        aws_replies.refusal(
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>"
        ).body,
        status=403,
    )
    run(f"{EXPORT} --regions eu-west-1")
    portal.left = 1
    asked = aws_replies.actions.count("DescribeKeyPairs")
    _, said = run("%aibrain aws login corp")

    assert "Signed in" in said
    assert asked == aws_replies.actions.count("DescribeKeyPairs")
