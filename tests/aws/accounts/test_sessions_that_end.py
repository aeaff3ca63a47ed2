"""Sign-ins that end in the middle of a run, and MFA codes: gaps with the exact next step."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import time
from pathlib import Path

import pytest
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole
from aibrain_jupyter.aws.accounts.caller_identity import identity_of
from aibrain_jupyter.aws.accounts.sign_in import sign_in_command
from aibrain_jupyter.aws.accounts.signing_in.sign_in_pause import sign_ins
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import CredentialsExpiredError
from aibrain_jupyter.shared.pauses import get_pauses

CONFIG = """
[default]
region = eu-west-1
[profile corp]
sso_session = corp
sso_account_id = 100000000000
sso_role_name = Audit
region = eu-west-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = s
region = eu-west-1
[profile mfa]
role_arn = arn:aws:iam::200000000000:role/Audit
source_profile = keys
mfa_serial = arn:aws:iam::100000000000:mfa/ana
region = eu-west-1
[profile behind-mfa]
role_arn = arn:aws:iam::300000000000:role/Audit
source_profile = mfa
[profile behind-corp]
role_arn = arn:aws:iam::300000000000:role/Audit
source_profile = corp
[profile console]
login_session = arn:aws:iam::100000000000:user/ana
"""
EXPORT = "%aibrain aws_export ec2 operation=describe_key_pairs"


@pytest.fixture(autouse=True)
def _config(tmp_path, monkeypatch):
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(CONFIG)
    monkeypatch.setenv("HOME", str(tmp_path))
    for owner in (SSOProvider, SSOTokenProvider):
        monkeypatch.setattr(owner, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / ".aws/sso/cache"))


@pytest.fixture
def sign_in(tmp_path):
    """Do what ``aws sso login`` does: put a token there, by default for eight hours."""

    def sign_in(token, seconds=8 * 3600.0):
        folder = tmp_path / ".aws/sso/cache"
        folder.mkdir(parents=True, exist_ok=True)
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
        entry = {"accessToken": token, "expiresAt": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
        name = hashlib.sha1(b"corp").hexdigest()
        (folder / f"{name}.json").write_text(json.dumps(entry))

    return sign_in


@pytest.fixture
def portal(organization, aws_replies):
    """The access portal; `left` sign-ins succeed, their sessions last a minute."""

    class Portal:
        left = 0

        def answer(self, request):
            if self.left < 1:
                return aws_replies.refusal({"__type": "UnauthorizedException"}, status=401)
            self.left -= 1
            session = {"accessKeyId": "ASIACORP", "secretAccessKey": "s", "sessionToken": "t"}
            end = int((time.time() + 60) * 1000)
            return {"roleCredentials": {**session, "expiration": end}}

    portal = Portal()
    aws_replies.on("/federation/credentials", portal.answer)
    return portal


def test_a_sign_in_that_ends_in_the_middle(portal, organization, run, sign_in):
    """The calls left over are gaps with the login command; after it, resume asks for them only."""
    sign_in("first")
    portal.left = 3  # who we are, and two regions
    regions = "eu-west-1,eu-west-2,eu-west-3,eu-central-1,eu-north-1"
    frame, _ = run(f"{EXPORT} --accounts corp --regions {regions} --max-parallel 1")
    run_so_far = get_session().last
    errors = [outcome.error for outcome in run_so_far.outcomes if outcome.error]

    assert (2, 3) == (len(frame), len(errors))
    assert {CredentialsExpiredError} == {type(error) for error in errors}
    [step] = {error.next_steps[0] for error in errors}
    assert "aws sso login --profile corp, then %aibrain resume" in step
    sign_in("second")
    portal.left = 100
    frame, _ = run("%aibrain resume")

    assert 5 == len(frame) == organization.seen.total()
    assert not get_session().last.summary.gaps


def test_a_run_that_is_watched_goes_on_after_the_sign_in(portal, organization, run, sign_in):
    """Calls under way wait, the others do not begin; after the login command each is asked once."""
    sign_ins.cache_clear()
    sign_in("first")
    portal.left = 3  # who we are, and two regions
    regions = "eu-west-1,eu-west-2,eu-west-3,eu-central-1,eu-north-1"
    job, _ = run(f"{EXPORT} --accounts corp --regions {regions} --max-parallel 2 --bg")
    end = time.monotonic() + 60
    while not (pause := get_pauses().find("corp")) and time.monotonic() < end:
        time.sleep(0.02)
    sign_in("second")
    portal.left = 100
    frame = job.result(60)

    assert "Run in a terminal: aws sso login --profile corp" == pause.step
    assert 5 == len(frame) == organization.seen.total()
    assert not get_session().last.summary.gaps
    assert not get_pauses()


def test_a_role_behind_a_sign_in_that_ended(portal, organization, pool, sign_in):
    """The step names the profile to sign in with, not the role's name."""
    sign_in("first", seconds=-60)
    name = pool.add_role(AssumedRole("arn:aws:iam::200000000000:role/Audit", "corp"))
    with pytest.raises(CredentialsExpiredError) as info:
        identity_of(name, clients=pool)

    assert "aws sso login --profile corp, then %aibrain resume" in info.value.next_steps[0]


@pytest.mark.parametrize(
    ("profile", "command"),
    [
        ("corp", "aws sso login --profile corp"),
        ("behind-corp", "aws sso login --profile corp"),
        ("role:Audit@300000000000 from behind-corp", "aws sso login --profile corp"),
        ("mfa", "aws sts get-caller-identity --profile mfa"),
        ("behind-mfa", "aws sts get-caller-identity --profile mfa"),
        ("console", "aws login --profile console"),
        ("keys", ""),
        ("", ""),
        ("missing", ""),
    ],
)
def test_the_command_is_that_of_the_profile(profile, command):
    """It is read from the settings, along source_profile and behind a role."""
    assert command == sign_in_command(profile)


@pytest.fixture
def no_terminal(monkeypatch):
    """Fail where somebody would be asked for a code."""

    def asked(*_):
        raise AssertionError("a prompt")

    for place in ("getpass.getpass", "builtins.input", "botocore.credentials.getpass.getpass"):
        monkeypatch.setattr(place, asked)


@pytest.mark.parametrize("accounts", ["mfa", "behind-mfa", "role:Audit@400000000000 --profile mfa"])
def test_a_code_is_never_asked_for(organization, run, no_terminal, accounts):
    """Before anything is asked of the account the error says how to get a session."""
    value, _ = run(f"{EXPORT} --accounts {accounts}")
    [outcome] = get_session().last.outcomes

    assert value is None
    assert isinstance(outcome.error, CredentialsExpiredError)
    assert "aws sts get-caller-identity --profile mfa" in outcome.error.next_steps[0]
    assert [] == organization.assumed


def terminal_session(tmp_path, seconds):
    """Leave behind what the AWS CLI does after it asked for the code."""
    asked = {
        "RoleArn": "arn:aws:iam::200000000000:role/Audit",
        "SerialNumber": "arn:aws:iam::100000000000:mfa/ana",
    }
    name = hashlib.sha1(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    session = {"AccessKeyId": "ASIAMFA", "SecretAccessKey": "s", "SessionToken": "t"}
    folder = tmp_path / ".aws/cli/cache"
    folder.mkdir(parents=True, exist_ok=True)
    entry = {"Credentials": {**session, "Expiration": until.isoformat()}}
    (folder / f"{name}.json").write_text(json.dumps(entry))


def test_the_terminals_session_is_used(organization, run, no_terminal, tmp_path, aws_replies):
    """After the CLI asked for the code the same kernel reads with its session."""
    run(f"{EXPORT} --accounts mfa")
    terminal_session(tmp_path, seconds=-5)
    run("%aibrain resume")
    assert not aws_replies.requests
    terminal_session(tmp_path, seconds=3600)
    frame, _ = run("%aibrain resume")

    assert 1 == len(frame)
    assert {"ASIAMFA"} == {request.access_key_id for request in aws_replies.requests}
    assert 1 == len(list((tmp_path / ".aws/cli/cache").iterdir()))
    # The session ends while the kernel goes on, and the CLI has asked for another code.
    credentials = get_client_pool()._session("mfa").get_credentials()
    credentials._expiry_time = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    frame, _ = run(f"{EXPORT} --accounts mfa --fresh")

    assert 1 == len(frame)


def test_the_terminals_folder_is_never_written(
    organization, run, no_terminal, tmp_path, monkeypatch
):
    """A role behind the terminal's session is read with, and its own session is left nowhere."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    terminal_session(tmp_path, seconds=3600)
    frame, _ = run(f"{EXPORT} --accounts behind-mfa")

    assert 1 == len(frame)
    assert 1 == len(list((tmp_path / ".aws/cli/cache").iterdir()))
