"""Profiles are checked by name before anything runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aibrain_jupyter.aws.accounts.profiles import (
    configured_profiles,
    expand_profiles,
    known_profiles,
)
from aibrain_jupyter.aws.clients.pool import SessionProfile
from aibrain_jupyter.shared.error_handler import UnknownNameError


@pytest.fixture(autouse=True)
def _configured():
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(
        "[default]\nregion=eu-west-1\n[profile prod-eu]\n[profile prod-us]\n[profile dev]\n"
        "[sso-session corp]\nsso_region=eu-west-1\n"
        "[profile audit]\nrole_arn=arn:aws:iam::444455556666:role/Audit\nsource_profile=keys\n"
        "[profile sso]\nsso_session=corp\nsso_account_id=777788889999\nsso_role_name=Audit\n"
    )
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text("[keys]\naws_access_key_id=A\n")


@pytest.fixture
def pool(pool):
    pool.add_profile(SessionProfile("demo-prod", "A", "s", "us-east-1", "", "111122223333", True))
    pool.add_profile(SessionProfile("dev", "A", "s", "us-east-1", "", "111122223333", True))
    return pool


def test_both_files_are_read():
    """Names of the config and of the credentials file; sections that are no profile are none."""
    assert [
        *("audit", "default", "dev", "keys", "prod-eu", "prod-us", "sso"),
    ] == configured_profiles()


def test_a_broken_file_gives_no_names():
    """Whoever uses the file gets the error; listing names does not fail."""
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("no section\n= broken")

    assert [] == configured_profiles()


def test_session_profiles_come_first_and_once(pool):
    """A session profile hides the configured one of the same name."""
    assert [
        *("demo-prod", "dev", "audit", "default", "keys", "prod-eu", "prod-us", "sso"),
    ] == known_profiles(pool)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["prod-us", "dev"], ["prod-us", "dev"]),
        (["prod-*"], ["prod-eu", "prod-us"]),
        (["*prod*", "prod-us"], ["demo-prod", "prod-eu", "prod-us"]),
        (["default"], ["default"]),
    ],
)
def test_names_and_globs(pool, patterns, expected):
    """The order is the order written; a profile named twice is one profile."""
    assert expected == expand_profiles(patterns, pool=pool)


@pytest.mark.parametrize(("pattern", "nearest"), [("prod-eus", "prod-eu"), ("stage-*", "")])
def test_an_unknown_profile_is_refused_with_the_nearest(pool, pattern, nearest):
    """A glob that fits nothing is an error, never an empty run."""
    with pytest.raises(UnknownNameError) as info:
        expand_profiles([pattern], pool=pool)

    assert nearest in info.value.facts["nearest"]
    assert "%aibrain profile" in info.value.next_steps[-1]


@pytest.mark.parametrize("word", ["all", "ALL", "every"])
def test_all_accounts_leads_to_what_means_that(pool, word):
    """What people write for every account is no profile: the error names what means it."""
    with pytest.raises(UnknownNameError) as info:
        expand_profiles([word], pool=pool)

    assert info.value.next_steps[0] == "--accounts '*' is every profile there is."
    assert "org:all" in info.value.next_steps[1]


@pytest.mark.parametrize(
    ("account", "profiles"),
    [
        ("111122223333", ["demo-prod", "dev"]),
        ("444455556666", ["audit"]),
        ("777788889999", ["sso"]),
    ],
    ids=["session", "role", "sso"],
)
def test_an_account_id_stands_for_its_profiles(pool, account, profiles):
    """Whoever knows the account's number need not know what the profile is called."""
    assert profiles == expand_profiles([account], pool=pool)


def test_an_account_id_that_no_profile_leads_to_is_refused(pool):
    """A number is no reason to ask the default account."""
    with pytest.raises(UnknownNameError):
        expand_profiles(["999999999999"], pool=pool)
