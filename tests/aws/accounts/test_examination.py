"""What the doctor says of AWS: profiles, keys of the environment, who they are by STS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aibrain_jupyter.aws.accounts.examination import examine
from aibrain_jupyter.aws.clients.pool import SessionProfile, get_client_pool
from aibrain_jupyter.shared.config import get_settings
from tests.aws.conftest import CALLER

CONFIG = """
[profile prod]
aws_access_key_id = AKIA0000000000000009
aws_secret_access_key = s3cretOfTheProfile
"""
REFUSED = (
    "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error>"
    "</ErrorResponse>"
)
NAMES = "AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
NO_NAME = "who asks without a profile"


@pytest.fixture(autouse=True)
def _configured(monkeypatch):
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(CONFIG)
    for name in NAMES.split():
        monkeypatch.delenv(name, raising=False)
    get_client_pool().clear()
    yield
    for name in ("profile", "accounts"):
        get_settings().unset(name)
    get_client_pool().clear()


@pytest.fixture
def keys(monkeypatch):
    """Keys of the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000001")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cretOfTheEnvironment")


def _rows(**how):
    return {one.name: one for one in examine(**how)}


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
@pytest.mark.parametrize("name", ["prd", "default", ""])
def test_a_profile_that_does_not_exist_is_red(monkeypatch, variable, name):
    """Every cell that names none will fail: it is red, and the step names the variable."""
    monkeypatch.setenv(variable, name)
    row = _rows()[variable]

    assert "red" == row.level
    assert f"Correct {variable}, or unset it." in row.next_step
    assert (name == "prd") == ("Did you mean prod?" in row.next_step)


def test_keys_do_not_make_up_for_a_profile_that_does_not_exist(monkeypatch, keys, aws_replies):
    """The SDK refuses the name before it looks for keys, so that nobody is asked who they are."""
    monkeypatch.setenv("AWS_PROFILE", "nope")
    aws_replies.on("GetCallerIdentity", CALLER)
    rows = _rows(is_online=True)

    assert "red" == rows["AWS_PROFILE"].level
    assert NO_NAME not in rows


def test_a_setting_that_names_another_profile_comes_first(monkeypatch):
    """Runs do not use the variable then: it is amber, not red."""
    monkeypatch.setenv("AWS_PROFILE", "nope")
    get_settings().set("profile", "prod", "a test")

    assert "amber" == _rows()["AWS_PROFILE"].level


def test_a_profile_that_exists_is_none_of_it(monkeypatch):
    """A name that leads somewhere has no row of its own beside the profile's."""
    monkeypatch.setenv("AWS_PROFILE", "prod")

    assert {"profile prod"} == {row.name for row in examine()} - {"AWS endpoint"}


def test_without_a_default_it_is_said_that_nothing_is_chosen():
    """Profiles are there, but runs that name none use none of them."""
    row = _rows()["AWS default chain"]

    assert ("amber", "%aibrain profile use prod puts one in use.") == (row.level, row.next_step)


def test_a_secret_without_its_id_is_not_used(monkeypatch):
    """Half of the keys is said, whichever half; an empty one is none."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    assert "amber" == _rows()["AWS keys in the environment"].level

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000001")
    assert "red" == _rows()["AWS keys in the environment"].level


def test_keys_of_the_environment_are_asked_for_as_profiles_are(keys, aws_replies):
    """Online STS says who they are, at the endpoint in use, signed by them."""
    aws_replies.on("GetCallerIdentity", CALLER)
    rows = _rows(is_online=True)

    assert "green" == rows[NO_NAME].level
    assert rows[NO_NAME].found.startswith("arn:aws:iam::123456789012:user/me")
    asked = [request.access_key_id[-1] for request in aws_replies.requests]
    assert ["1", "9"] == asked


def test_keys_that_are_refused_are_red(keys, aws_replies):
    """What files alone call green is red when STS does not know it."""
    aws_replies.on("GetCallerIdentity", REFUSED, status=403)
    row = _rows(is_online=True)[NO_NAME]

    assert "red" == row.level
    assert "did not accept the access key" in row.found
    assert "s3cret" not in str(row)


def test_an_endpoint_that_is_dead_is_red(keys, monkeypatch):
    """Nobody could be asked, which is no pass."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    row = _rows(is_online=True)[NO_NAME]

    assert "red" == row.level
    assert "127.0.0.1:9" in row.next_step


def test_without_any_keys_it_is_amber_not_green(aws_replies):
    """No credentials are something that is not set up; nothing is sent without them."""
    aws_replies.on("GetCallerIdentity", CALLER)
    rows = _rows(is_online=True)

    assert "amber" == rows[NO_NAME].level
    assert "There are no AWS credentials" in rows[NO_NAME].found


def test_a_session_profile_in_use_leaves_the_chain_alone(aws_replies):
    """With the demo's profile in use nobody looks for a role of this machine."""
    aws_replies.on("GetCallerIdentity", CALLER)
    pool = get_client_pool()
    pool.add_profile(
        SessionProfile("mine", "AKIA0000000000000007", "s", "us-east-1", "", "", False)
    )
    get_settings().set("profile", "mine", "a test")
    try:
        rows = _rows(is_online=True)
    finally:
        pool.remove_profile("mine")

    assert NO_NAME not in rows
    assert "green" == rows["profile mine"].level
