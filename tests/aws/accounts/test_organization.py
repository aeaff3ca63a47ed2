"""Accounts of an organization: every page, units with what is below them, tags, refusals."""

from __future__ import annotations

import collections

import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.aws.accounts.account_patterns import read_account_pattern
from aibrain_jupyter.aws.accounts.role_accounts import RoleAccounts
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.shared.error_handler import ParameterError, PermissionDeniedError


@pytest.fixture
def found(organization, tmp_path):
    """Return the accounts of a selection and the notes; each time as a new kernel."""

    def found(selection, *, fresh=False):
        cache = AdvancedCacheManager(directory=tmp_path / "cache")
        accounts = RoleAccounts("", clients=ClientPool(), cache=cache, fresh=fresh)
        profiles = accounts.profiles(read_account_pattern(f"role:Audit@org:{selection}"))
        return profiles, accounts.notes

    return found


def roles(*accounts):
    return [f"role:Audit@{account}" for account in accounts]


def test_every_active_account(found, organization):
    """All pages, empty ones on the way too; who is not active is left out, which is said."""
    profiles, notes = found("all")

    assert ["", *roles(*organization.members)] == profiles
    assert any("1 account of the organization is not active" in note for note in notes)
    assert any("600000000000 (SUSPENDED)" in note for note in notes)


def test_the_older_word_for_the_state(found, organization, aws_replies):
    """An answer with Status alone is read as one with State."""
    aws_replies.on(
        "ListAccounts",
        {"Accounts": [{"Id": "200000000000", "Status": "SUSPENDED"}, {"Id": "300000000000"}]},
    )

    assert roles("300000000000") == found("all")[0]


@pytest.mark.parametrize(
    ("selection", "accounts"),
    [
        ("ou-root-11111111", ["200000000000", "300000000000"]),
        ("ou-root-33333333", ["300000000000"]),
        ("ou-root-22222222", ["400000000000", "500000000000"]),
        ("tag:env=prod", ["200000000000"]),
        ("tag:env=prod*", ["200000000000", "300000000000"]),
    ],
)
def test_units_and_tags(found, selection, accounts):
    """A unit has those below it; a tag is compared exactly unless there is a star."""
    assert roles(*accounts) == found(selection)[0]


def test_the_own_account_without_the_role(found, organization, aws_replies):
    """The management account is read with the profile's own credentials, which is said."""
    profiles, notes = found("r-root")

    assert "" == profiles[0]
    assert "Account 100000000000 is read with the credentials of the default profile" in notes[-1]


def test_the_own_account_with_the_role(found, organization):
    """Where the role is there as well, it is used."""
    organization.closed = {organization.closed_to_us}
    profiles, notes = found("all")

    assert roles(organization.management, *organization.members) == profiles
    assert 1 == len(notes)


@pytest.mark.parametrize("selection", ["all", "ou-root-11111111", "tag:env=prod"])
def test_a_listing_is_asked_for_once(found, aws_replies, selection):
    """A new kernel takes it from the cache, the missing role of the own account too."""
    first = found(selection)
    before = len(aws_replies.requests)

    assert first == found(selection)
    assert before == len(aws_replies.requests)
    found(selection, fresh=True)
    assert len(aws_replies.requests) > before


def test_patterns_share_a_listing(organization, aws_replies, pool):
    """Without a cache as well who we are is asked once."""
    accounts = RoleAccounts("", clients=pool, cache=None, fresh=False)
    for account in organization.members:
        accounts.profiles(read_account_pattern(f"role:Audit@{account}"))

    assert {"GetCallerIdentity": 1} == collections.Counter(aws_replies.actions)


def test_two_identities_do_not_share_a_listing(found, organization, aws_replies, monkeypatch):
    """What one may see of the organization is not shown to another."""
    found("all")
    before = aws_replies.actions.count("ListAccounts")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    aws_replies.on(
        "GetCallerIdentity",
        "<GetCallerIdentityResponse><GetCallerIdentityResult>"
        "<Arn>arn:aws:iam::100000000000:user/bo</Arn><Account>100000000000</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>",
    )
    found("all")

    assert 2 * before == aws_replies.actions.count("ListAccounts")


def test_who_may_not_list(found, organization):
    """A refusal says which permission, whose profile, and the way without."""
    organization.may_list = False
    with pytest.raises(PermissionDeniedError) as info:
        found("all")

    assert "organizations:ListAccounts" in info.value.what
    assert "delegated administrator" in info.value.next_steps[0]
    assert "organizations:ListAccounts" in info.value.next_steps[0]
    assert "role:Audit@111122223333" in info.value.next_steps[0]


@pytest.mark.parametrize(
    ("selection", "what"),
    [("ou-root-99999999", "no unit or root"), ("tag:env=stage", "has the tag env=stage")],
)
def test_what_is_not_there(found, selection, what):
    """A unit or tag nobody has is an error, never an empty run."""
    with pytest.raises(ParameterError) as info:
        found(selection)

    assert what in info.value.what
    if "tag" in selection:
        assert "Values of env: dev, prod, prod-eu." == info.value.why


@pytest.mark.parametrize("listed", [[], [{"Id": "200000000000", "State": "SUSPENDED"}]])
def test_no_account_is_no_run(found, organization, aws_replies, listed):
    """Nothing to ask is told as that, and not as calls that failed."""
    aws_replies.on("ListAccounts", {"Accounts": listed})
    with pytest.raises(ParameterError, match=r"role:Audit@org:all leads to no account\.") as info:
        found("all")

    assert ("SUSPENDED" in info.value.why) == bool(listed)
