from __future__ import annotations

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome, Target
from aibrain_jupyter.widgets.progress.causes import Causes


@pytest.fixture
def causes():
    return Causes()


def shown(causes, most=3):
    return [(cause.count, str(cause.outcome), cause.why) for cause in causes.newest(most)]


def test_one_permission_missing_in_many_accounts_is_one_cause(causes):
    """Messages that differ in account, region and profile are counted, not listed."""
    for n in range(1000):
        target = AwsTarget(account=f"{n:012d}", region=f"eu-west-{n % 3}", profile=f"prod-{n}")
        why = f"Account {target.account} refused ec2:DescribeVpcs in {target.region}."
        causes.note(Outcome.DENIED, why, target)
    causes.note(Outcome.DENIED, "Profile dev refused ec2:DescribeVpcs.", AwsTarget(profile="dev"))

    assert [
        (1, "denied", "Profile dev refused ec2:DescribeVpcs."),
        (1000, "denied", "Account … refused ec2:DescribeVpcs."),
    ] == shown(causes)
    assert 2 == causes.known


def test_a_cause_that_occurs_once_keeps_its_names(causes):
    """While it is about one target the message says which; repeated word for word it stays."""
    target = AwsTarget(account="111122223333", region="eu-west-1")
    for _ in range(2):
        causes.note(Outcome.TIMED_OUT, f"ec2 vpcs on {target.label} took too long.", target)

    assert [(2, "timed out", "ec2 vpcs on 111122223333/eu-west-1 took too long.")] == shown(causes)


def test_what_is_said_of_many_names_no_place(causes):
    """``on 111122223333/eu-west-1`` is left out, not written as a row of dots."""
    for region in ("eu-west-1", "eu-west-2"):
        target = AwsTarget(account="111122223333", region=region)
        causes.note(Outcome.TIMED_OUT, f"ec2 vpcs on {target.label} took too long.", target)

    assert [(2, "timed out", "ec2 vpcs took too long.")] == shown(causes)


def test_the_order_changes_only_when_a_cause_is_new(causes):
    """The newest kind is first; more of an old kind does not move the lines."""
    for why in ("a", "b", "c", "a", "b", "a"):
        causes.note(Outcome.FAILED, why, Target())

    assert [(1, "failed", "c"), (2, "failed", "b"), (3, "failed", "a")] == shown(causes)


def test_the_same_words_are_two_causes_for_two_outcomes(causes):
    """Denied and throttled are told apart whatever the provider says."""
    causes.note(Outcome.DENIED, "no", Target())
    causes.note(Outcome.THROTTLED, "no", Target())

    assert [(1, "throttled", "no"), (1, "denied", "no")] == shown(causes)


def test_endless_new_causes_take_no_more_room(causes):
    """A thousand different reasons are counted, and fifty kept."""
    for n in range(1000):
        causes.note(Outcome.FAILED, "x" * n, Target())

    assert 1000 == causes.known
    assert 50 == len(causes.newest(1000))
