"""Which regions exist, which are enabled, and which services have none."""

from __future__ import annotations

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import create_loader

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.aws.accounts.access_key_owners import Identity
from aibrain_jupyter.aws.accounts.region_names import (
    all_regions,
    check_regions,
    offered_in,
    partition_of,
    regions_of,
    split_regions,
)
from aibrain_jupyter.aws.accounts.regions import enabled_regions, is_global
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.error_handler import CredentialsExpiredError, UnknownNameError

TARGET = AwsTarget(account="123456789012", identity="arn:aws:iam::123456789012:user/ana")
DENIED = (
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>"
    "</Errors></Response>"
)


def known_as(pool, server, arn=TARGET.identity):
    """Let the pool know whose the keys of the environment are: nobody asks STS then."""
    who = Identity("123456789012", arn, "aws")
    pool.callers.keep(server.url, "AKIATESTTESTTESTTEST", who)


def regions_answer(*names):
    items = "".join(f"<item><regionName>{name}</regionName></item>" for name in names)
    return f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"


def test_every_partition_has_its_regions():
    """All partitions are known, and each region belongs to one of them."""
    assert {"us-east-1", "eu-south-2", "cn-north-1", "us-gov-west-1"} <= set(all_regions())
    assert len(all_regions()) == len(set(all_regions()))
    assert {"cn-north-1", "cn-northwest-1"} == set(regions_of("aws-cn"))
    assert ("aws-us-gov", "aws") == (partition_of("us-gov-east-1"), partition_of("nowhere"))
    assert not [name for name in all_regions() if "global" in name]


@pytest.mark.parametrize(
    "regions", [["all"], ["us-east-1"], ["eu-*", "us-gov-*"], ["us-east-1,eu-west-?"], []]
)
def test_possible_regions_pass(regions):
    """Names, globs, comma lists and `all` of any partition."""
    check_regions(regions)


@pytest.mark.parametrize(
    ("region", "nearest"), [("us-esat-1", "us-east-1"), ("europe-*", ""), ("ALL", "all")]
)
def test_impossible_regions_are_refused(region, nearest):
    """A typo is found before anything is sent, with the nearest name."""
    with pytest.raises(UnknownNameError) as info:
        check_regions(["eu-west-1", region])

    assert nearest in info.value.facts["nearest"]


def test_comma_lists_are_taken_apart():
    """The order stays, repetitions go."""
    assert ["us-east-1", "eu-*"] == split_regions(["us-east-1, eu-*", "us-east-1"])


@pytest.mark.parametrize(
    ("service", "what", "expected"),
    [
        ("iam", "users", True),
        ("iam", "", True),
        ("organizations", "list_accounts", True),
        ("globalaccelerator", "list_accelerators", True),
        ("s3", "ListBuckets", True),
        ("s3", "list_buckets", True),
        ("s3", "buckets", True),
        ("s3", "list_objects_v2", False),
        ("cloudwatch", "list_dashboards", True),
        ("cloudwatch", "describe_alarms", False),
        ("ec2", "describe_regions", True),
        ("ec2", "instances", False),
        ("wafv2", "list_web_acls", False),
    ],
)
def test_what_is_asked_once_per_account(service, what, expected):
    """Services with one endpoint per partition, and operations that answer the same everywhere."""
    assert expected is is_global(service, what)


def test_curated_resources_say_themselves_whether_they_are_global():
    """The catalogue is the authority for its resources, and agrees for global services."""
    assert {r.tool_name: True for r in RESOURCES if is_global(r.service)} == {
        r.tool_name: r.is_global for r in RESOURCES if is_global(r.service)
    }
    assert {r.tool_name: r.is_global for r in RESOURCES} == {
        r.tool_name: is_global(r.service, r.name) for r in RESOURCES
    }


def test_every_service_with_one_endpoint_is_global():
    """botocore's endpoint rules of all services show no global service we would ask per region."""
    loader = create_loader()
    partitions = loader.load_data("partitions")
    missed = []
    for service in loader.list_available_services("endpoint-rule-set-1"):
        rules = loader.load_service_model(service, "endpoint-rule-set-1")
        urls = {_endpoint(rules, partitions, region) for region in ("eu-west-1", "ap-south-1")}
        if len(urls) == 1 and None not in urls and not is_global(service):
            missed.append(service)

    assert [] == missed


def _endpoint(rules, partitions, region):
    values = {}
    for name, parameter in rules["parameters"].items():
        if parameter.get("builtIn") == "AWS::Region":
            values[name] = region
        elif parameter.get("default") is not None:
            values[name] = parameter["default"]
        elif parameter.get("required"):
            values[name] = False if parameter["type"].lower() == "boolean" else "x"
    try:
        return EndpointProvider(rules, partitions).resolve_endpoint(**values).url
    except BotoCoreError:
        return None  # its rules want more than a region: the endpoint is a resource's own


def test_a_service_is_offered_where_botocore_says():
    """An empty list means that botocore does not know."""
    assert "us-east-1" in offered_in("kms", "aws")
    assert ["us-west-2"] == offered_in("devicefarm", "aws")
    assert [] == offered_in("bedrock-agent", "aws")


def test_enabled_regions_are_those_of_the_account(pool, aws_replies):
    """EC2 is asked, at home, and its answer sorted."""
    known_as(pool, aws_replies)
    aws_replies.reply(regions_answer("us-east-1", "eu-west-1"))
    found = enabled_regions(TARGET, clients=pool)

    assert (("eu-west-1", "us-east-1"), "") == (found.names, found.note)
    assert "us-east-1" == aws_replies.requests[0].region


def test_enabled_regions_are_kept(pool, aws_replies, tmp_path):
    """A new kernel sends nothing; `fresh` asks; another identity asks for itself."""
    aws_replies.on("DescribeRegions", regions_answer("us-east-1"))
    for fresh, identity in ((False, "a"), (False, "a"), (True, "a"), (False, "b")):
        cache = AdvancedCacheManager(directory=tmp_path / "cache")
        known_as(pool, aws_replies, identity)
        target = AwsTarget(account="123456789012", identity=identity)
        found = enabled_regions(target, clients=pool, cache=cache, fresh=fresh)
        assert ("us-east-1",) == found.names

    assert 3 == len(aws_replies.requests)


def test_where_the_account_refuses_all_regions_are_asked(pool, aws_replies, tmp_path):
    """A refusal hides no region, is said, and is not kept."""
    known_as(pool, aws_replies)
    cache = AdvancedCacheManager(directory=tmp_path / "cache")
    aws_replies.reply(DENIED, status=403)
    aws_replies.reply(regions_answer("us-east-1"))
    found = enabled_regions(TARGET, clients=pool, cache=cache)

    assert regions_of("aws") == list(found.names)
    assert "refused ec2:DescribeRegions" in found.note
    assert ("us-east-1",) == enabled_regions(TARGET, clients=pool, cache=cache).names


def test_any_other_failure_is_raised(pool, aws_replies):
    """An expired session is not taken for a refusal."""
    known_as(pool, aws_replies)
    aws_replies.reply(DENIED.replace("UnauthorizedOperation", "RequestExpired"), status=400)
    with pytest.raises(CredentialsExpiredError):
        enabled_regions(TARGET, clients=pool)
