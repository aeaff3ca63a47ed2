"""How accounts that are reached by a role are written."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.accounts.account_patterns import (
    AccountPattern,
    actions_for,
    is_account_pattern,
    read_account_pattern,
)
from aibrain_jupyter.shared.error_handler import ParameterError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("role:Audit@111122223333", AccountPattern("Audit", ("111122223333",))),
        (
            "role:Audit@111122223333+444455556666",
            AccountPattern("Audit", ("111122223333", "444455556666")),
        ),
        ("role:audit/A@b@111122223333", AccountPattern("audit/A@b", ("111122223333",))),
        ("role:Audit@org:all", AccountPattern("Audit", selection="all")),
        ("org:all", AccountPattern("Reader", selection="all")),
        ("org:ou-abcd-12345678", AccountPattern("Reader", selection="ou-abcd-12345678")),
        ("org:r-abcd", AccountPattern("Reader", selection="r-abcd")),
        ("org:tag:a:b=c=d", AccountPattern("Reader", selection="tag:a:b=c=d")),
    ],
)
def test_the_forms(text, expected):
    """Role, accounts or selection; the role of the setting where none is written."""
    found = read_account_pattern(text, role="Reader")

    assert expected == found
    assert expected == read_account_pattern(found.text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("role:Audit", "role:NAME@ACCOUNT"),
        ("role:@111122223333", "role:NAME@ACCOUNT"),
        ("role:Au dit@111122223333", "name of a role"),
        ("role:Audit@11112222333", "12 digits"),
        ("role:Audit@111122223333+dev", "'dev' is no account id"),
        ("org:ou-abcd", "neither all"),
        ("org:", "neither all"),
        ("org:tag:env", "with its value"),
    ],
)
def test_what_cannot_be_read(text, why):
    """The error says which part, and shows the forms."""
    with pytest.raises(ParameterError) as info:
        read_account_pattern(text, role="Reader")

    assert why in info.value.why
    assert "role:Audit@111122223333" in info.value.next_steps[0]


def test_without_a_role():
    """An organization alone says nothing about how to get in."""
    with pytest.raises(ParameterError) as info:
        read_account_pattern("org:all")

    assert "role:Audit@org:all" in info.value.next_steps[0]
    assert "%config AibrainMagics.role" in info.value.next_steps[1]


@pytest.mark.parametrize("text", ["prod-*", "111122223333", "organisation", "role"])
def test_what_is_a_profile(text):
    """Names, globs and account ids are none of ours."""
    assert not is_account_pattern(text)


def test_what_the_profile_needs():
    """The plan can say which permissions finding the accounts and getting in takes."""
    assert [] == actions_for(["prod", "111122223333"])
    assert ["sts:AssumeRole"] == actions_for(["prod", "role:Audit@111122223333"])
    assert [
        "sts:AssumeRole",
        "organizations:ListAccounts",
        "organizations:ListTagsForResource",
    ] == (actions_for(["org:all", "role:Audit@org:tag:env=prod"]))
    assert "organizations:ListAccountsForParent" in actions_for(["org:ou-abcd-12345678"])
