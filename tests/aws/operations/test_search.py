"""Finding the read that has what one is looking for."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.clients.reads import Access, access_of
from aibrain_jupyter.aws.operations.search import find_operations
from aibrain_jupyter.shared.error_handler import InputError, UnknownNameError


def names(frame):
    return [f"{row.service} {row.operation}" for row in frame.itertuples()]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("password policy", "iam get_account_password_policy"),
        ("MFA", "iam list_mfa_devices"),
        ("flow logs", "ec2 describe_flow_logs"),
        ("eventbridge rules", "events list_rules"),  # AWS's name of the service
        ("kms keys rotation", "kms list_keys"),  # what the curated tool says of itself
    ],
)
def test_the_read_that_has_it_comes_first(text, first):
    """By the names of operations and services, and by what curated tools are about."""
    assert first == names(find_operations([text]))[0]


def test_everything_needed_to_ask_is_said():
    """One look says how to write the cell: inputs, paging, permission, tool, columns."""
    found = find_operations(["mfa"], service="iam").set_index("operation")

    assert {
        "service": "iam",
        "tool": "iam_users",
        "needs": "",
        "paged": "paginator",
        "access": "read",
        "action": "iam:ListMFADevices",
        "returns": "MFADevices: user_name, serial_number, enable_date",
    } == found.loc["list_mfa_devices"].to_dict()
    assert "SerialNumber" == found.loc["get_mfa_device", "needs"]
    assert "one page" == find_operations(["password policy"])["paged"][0]
    assert "tokens" == find_operations(["list event buses"], service="events")["paged"][0]


def test_only_what_may_be_sent_is_found():
    """Writes and what hands out secrets are not offered; what needs allow= is marked."""
    found = find_operations(["parameter"], service="ssm")

    assert {"read", "sensitive-read"} == set(found["access"])
    assert "sensitive-read" == found.set_index("operation").loc["get_parameter", "access"]
    secrets = find_operations(["secret"], service="secretsmanager")
    assert {Access.READ} == {access_of("secretsmanager", name) for name in secrets["operation"]}


def test_no_network_and_no_credentials(monkeypatch):
    """It works before anything is configured; the endpoint of the tests is dead anyway."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)

    assert len(find_operations(["trails"]))


def test_nothing_found_names_the_nearest_words():
    """A slip is helped with."""
    with pytest.raises(UnknownNameError) as info:
        find_operations(["buckts"])
    assert "buckets" in info.value.next_steps[0]
    with pytest.raises(UnknownNameError):
        find_operations(["users"], service="iamm")


def test_a_word_too_many_is_told():
    """Words people use and AWS does not are the usual reason why nothing is found."""
    with pytest.raises(UnknownNameError) as caught:
        find_operations(["unused access keys"])

    assert "%aibrain aws_find access keys finds some." in caught.value.next_steps


def test_a_word_that_is_everywhere_is_refused():
    """Thousands of rows would take half a minute; one service is always answered."""
    with pytest.raises(InputError, match="list"):
        find_operations(["list"])
    assert len(find_operations([], service="kms")) > 5
