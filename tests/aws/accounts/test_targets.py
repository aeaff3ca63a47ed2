"""From accounts and regions as written to targets, with every doubt said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.aws.accounts.targets import AwsTargets
from aibrain_jupyter.aws.clients.pool import ClientPool, SessionProfile
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import (
    CredentialsExpiredError,
    ParameterError,
    SecretReadRefusedError,
    UnknownNameError,
)

ARN = "arn:aws:iam::123456789012:user/ana"
CALLER = f"""<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{ARN}</Arn>
<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
ENABLED = """<DescribeRegionsResponse><regionInfo><item><regionName>us-east-1</regionName></item>
<item><regionName>eu-west-1</regionName></item><item><regionName>eu-west-3</regionName></item>
</regionInfo></DescribeRegionsResponse>"""
DENIED = "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>"


@pytest.fixture
def targets(pool, aws_replies):
    """Make a resolver for a service; the account is 123456789012 with three regions."""
    aws_replies.on("GetCallerIdentity", CALLER)
    aws_replies.on("DescribeRegions", ENABLED)
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("[profile prod]\n[profile prod-eu]\n")

    def make(service, subject="", cache=None, clients=pool):
        params = {"service": service, "resource": subject}
        return AwsTargets(params, clients=clients, cache=cache, fresh=False)

    return make


def places(placed):
    return [(target.region, error and error.outcome) for target, error in placed]


def test_only_reads_leave_its_clients_from_the_first_on(targets, pool, aws_replies):
    """Looking accounts and regions up is guarded like everything else."""
    targets("kms").of_profile("", ["eu-west-1"])

    with pytest.raises(SecretReadRefusedError):
        pool.client("sts").get_session_token()


def test_a_target_has_everything_a_call_needs(targets, aws_replies):
    """Account, identity, partition, endpoint and region."""
    [(target, error)] = targets("kms").of_profile("", ["eu-west-1"])

    assert error is None
    assert ("123456789012", ARN, "aws", "eu-west-1", "", aws_replies.url, False) == (
        target.account,
        target.identity,
        target.partition,
        target.region,
        target.profile,
        target.endpoint,
        target.is_demo,
    )


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        (["eu-west-3", "us-east-1"], ["eu-west-3", "us-east-1"]),
        (["all"], ["eu-west-1", "eu-west-3", "us-east-1"]),
        (["eu-*"], ["eu-west-1", "eu-west-3"]),
        (["us-east-1,eu-*", "us-east-1"], ["us-east-1", "eu-west-1", "eu-west-3"]),
    ],
)
def test_regions_as_written(targets, regions, expected):
    """Names stay in order; `all` and globs stand for enabled regions; none comes twice."""
    assert [(region, None) for region in expected] == places(targets("kms").of_profile("", regions))


def test_plain_names_need_no_list_of_regions(targets, aws_replies):
    """Only `all` and globs ask EC2."""
    targets("kms").of_profile("", ["eu-west-1", "us-east-1"])

    assert ["GetCallerIdentity"] == aws_replies.actions


@pytest.mark.parametrize(("service", "subject"), [("iam", "users"), ("s3", "buckets")])
def test_global_services_have_one_target(targets, service, subject):
    """However many regions are named, an account-wide list is asked for once."""
    assert [("global", None)] == places(targets(service, subject).of_profile("", ["all"]))


def test_a_service_that_is_not_offered_is_said_so(targets):
    """Not offered is an outcome of its own, with botocore's list as the reason."""
    placed = targets("devicefarm").of_profile("", ["us-west-2", "eu-west-1"])

    assert [("us-west-2", None), ("eu-west-1", Outcome.NOT_OFFERED)] == places(placed)
    assert "us-west-2" in placed[1][1].why


def test_a_service_botocore_has_no_list_for_is_asked_everywhere(targets):
    """No list is no proof."""
    assert [("eu-west-1", None)] == places(targets("bedrock-agent").of_profile("", ["eu-west-1"]))


def test_a_region_of_another_partition_is_not_offered(targets):
    """With accounts in two partitions each takes its own regions."""
    placed = targets("kms").of_profile("", ["cn-north-1", "us-east-1"])

    assert [("cn-north-1", Outcome.NOT_OFFERED), ("us-east-1", None)] == places(placed)


def test_a_glob_without_an_enabled_region_is_not_silent(targets):
    """Nothing enabled matches: that is said, not an empty run."""
    assert [("me-*", Outcome.NOT_OFFERED)] == places(targets("kms").of_profile("", ["me-*"]))


@pytest.mark.parametrize("region", ["us-esat-1", "mars-*"])
def test_an_impossible_region_is_refused_before_anything_is_sent(targets, aws_replies, region):
    """No request leaves for a run that cannot be right."""
    with pytest.raises(UnknownNameError):
        targets("kms").of_profile("", [region])

    assert [] == aws_replies.requests


def test_without_regions_the_environment_decides(targets, monkeypatch):
    """AWS_REGION as with the AWS CLI."""
    monkeypatch.setenv("AWS_REGION", "eu-west-3")

    assert [("eu-west-3", None)] == places(targets("kms").of_profile("", []))


@pytest.mark.parametrize("change", ["region", "key", "file"])
def test_what_is_known_is_of_now(targets, monkeypatch, change):
    """Another region, other keys, a changed file: nothing of before is taken for known."""
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    kms = targets("kms")
    before = [target for target, _ in kms.of_profile("", [])]
    assert before == kms.known([], "", [])

    if change == "region":
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
    elif change == "key":
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAANOTHER")
    else:
        Path(os.environ["AWS_CONFIG_FILE"]).write_text("[default]\nregion = us-east-1\n")

    assert kms.known([], "", []) is None
    [(target, _)] = kms.of_profile("", [])
    assert ("eu-west-1" if change == "region" else "eu-west-3") == target.region
    assert [target] == kms.known([], "", [])


def test_no_region_at_all_is_an_error_of_the_cell(targets):
    """The way on is named."""
    with pytest.raises(ParameterError) as info:
        targets("kms").of_profile("", [])

    assert any("AWS_REGION" in step for step in info.value.next_steps)


def test_a_mistyped_aws_region_is_found(targets, monkeypatch):
    """The region of the environment is checked like one of the line."""
    monkeypatch.setenv("AWS_REGION", "eu-wset-1")
    with pytest.raises(UnknownNameError) as info:
        targets("kms").of_profile("", [])

    assert "eu-west-1" in info.value.facts["nearest"]


def test_a_refused_list_of_regions_leaves_a_note(targets, aws_replies):
    """All regions of the partition are asked, and the reason is kept once."""
    aws_replies.on("DescribeRegions", DENIED, status=403)
    resolver = targets("kms")
    placed = resolver.of_profile("", ["all", "eu-*"])

    assert len(placed) > 30
    assert 1 == len(resolver.notes)
    assert "ec2:DescribeRegions" in resolver.notes[0]


def test_an_account_that_cannot_be_resolved_raises(targets, aws_replies):
    """The plan turns it into one failed target; other accounts go on."""
    aws_replies.on(
        "GetCallerIdentity",
        "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>",
        status=403,
    )
    with pytest.raises(CredentialsExpiredError):
        targets("kms").of_profile("", ["eu-west-1"])


def test_a_second_kernel_plans_without_a_request(targets, aws_replies, tmp_path):
    """Identity and regions are answered from disk."""
    for _ in range(2):
        cache = AdvancedCacheManager(directory=tmp_path / "cache")
        resolver = targets("kms", cache=cache, clients=ClientPool())
        placed = resolver.of_profile("", ["all"])

    assert 3 == len(placed)
    assert ["GetCallerIdentity", "DescribeRegions"] == aws_replies.actions


def test_a_session_profile_is_marked_and_asked_for_nothing(targets, pool, aws_replies):
    """The embedded account's targets say that they are demo data."""
    pool.add_profile(
        SessionProfile("demo", "A", "s", "eu-west-1", aws_replies.url, "111122223333", True)
    )
    [(target, _)] = targets("kms").of_profile("demo", [])

    assert ("111122223333", "eu-west-1", "demo", aws_replies.url, True) == (
        target.account,
        target.region,
        target.profile,
        target.endpoint,
        target.is_demo,
    )
    assert [] == aws_replies.requests


@pytest.mark.parametrize(
    ("accounts", "profile", "expected"),
    [
        ([], "", [""]),
        ([], "prod", ["prod"]),
        (["prod-eu,prod"], "", ["prod-eu", "prod"]),
        (["prod*"], "ignored", ["prod", "prod-eu"]),
    ],
)
def test_profiles_as_written(targets, aws_replies, accounts, profile, expected):
    """Names, comma lists and globs; no request."""
    assert expected == targets("kms").profiles(accounts, profile)
    assert [] == aws_replies.requests


def test_an_unknown_profile_is_refused(targets):
    """Before anything runs, with the nearest name."""
    with pytest.raises(UnknownNameError) as info:
        targets("kms").profiles(["prdo"], "")

    assert "prod" in info.value.facts["nearest"]
