"""Roles assumed from a profile: right ARN, one session for everybody, renewed in time."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.aws.accounts.account_patterns import read_account_pattern
from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole, source_of, split_role
from aibrain_jupyter.aws.accounts.caller_identity import identity_of
from aibrain_jupyter.aws.accounts.role_accounts import RoleAccounts
from aibrain_jupyter.aws.clients.pool import ClientPool, SessionProfile
from aibrain_jupyter.shared.error_handler import ParameterError, RoleRefusedError

CORP = """[profile corp]
aws_access_key_id = AKIACORP
aws_secret_access_key = s
region = eu-west-1
"""
AUDIT = "arn:aws:iam::200000000000:role/Audit"


@pytest.fixture
def role(pool, organization):
    """The role Audit of account 200000000000, assumed with the environment's keys."""
    return pool.add_role(AssumedRole(AUDIT))


@pytest.fixture
def profiles(pool, organization):
    """Resolve a pattern for a source."""

    def profiles(text, source="", cache=None, clients=pool):
        accounts = RoleAccounts(source, clients=clients, cache=cache, fresh=False)
        return accounts.profiles(read_account_pattern(text))

    return profiles


def key_pairs(pool, profile):
    client = pool.client("ec2", profile=profile, region="eu-west-1")
    [pair] = client.describe_key_pairs()["KeyPairs"]
    return pair["KeyName"]


def test_a_session_is_opened_once_and_names_us(pool, organization, role):
    """Two services and three calls take one AssumeRole, whose session name is the tool's."""
    pool.client("sts", profile=role, region="eu-west-1").get_caller_identity()

    assert "200000000000-eu-west-1" == key_pairs(pool, role) == key_pairs(pool, role)
    [assumed] = organization.assumed
    assert (AUDIT, "aibrain_jupyter") == (assumed["RoleArn"], assumed["RoleSessionName"])
    assert "ExternalId" not in assumed


def test_clients_outlive_their_session(pool, organization, role):
    """Sessions of 4 seconds, calls for longer: none is refused, and the client stays the same."""
    organization.lifetime_s = 4.0
    client = pool.client("ec2", profile=role, region="eu-west-1")
    end = time.monotonic() + 5.5
    while time.monotonic() < end:
        client.describe_key_pairs()
        time.sleep(0.25)

    assert len(organization.assumed) > 1
    assert client is pool.client("ec2", profile=role, region="eu-west-1")


def test_workers_renew_together(pool, organization, role):
    """Eight workers that find no session open one."""
    with ThreadPoolExecutor(8) as workers:
        names = list(workers.map(lambda _: key_pairs(pool, role), range(16)))

    assert ["200000000000-eu-west-1"] * 16 == names
    assert 1 == len(organization.assumed)


def test_new_keys_of_the_source_are_noticed(pool, organization, role, monkeypatch):
    """A session that others' keys opened is not used again."""
    key_pairs(pool, role)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    key_pairs(pool, role)

    assert ["AKIATESTTESTTESTTEST", "AKIAOTHER"] == [one["by"] for one in organization.assumed]


def test_a_role_follows_a_source_that_is_looked_up_anew(pool, organization, role):
    """After the source's session was given up the role does not go on with it."""
    key_pairs(pool, role)
    pool.forget("")
    key_pairs(pool, role)

    assert 2 == len(organization.assumed)


def test_a_role_is_as_its_source_is(pool, organization, aws_replies, monkeypatch):
    """Region, endpoint and keys come from the session profile that assumes it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    pool.add_profile(
        SessionProfile("corp", "AKIACORP", "s", "eu-west-1", aws_replies.url, "", False)
    )
    name = pool.add_role(AssumedRole(AUDIT, "corp"))

    assert "200000000000-eu-west-1" == key_pairs(pool, name)
    assert ("AKIACORP", "eu-west-1") == tuple(organization.assumed[0][k] for k in ("by", "region"))
    assert aws_replies.url == pool.endpoint(name)
    assert "eu-west-1" == pool._session(name).region_name


def test_two_sources_of_one_role_are_two_profiles():
    """They have names, sessions and clients of their own."""
    roles = [AssumedRole(AUDIT), AssumedRole(AUDIT, "my corp")]

    assert ["role:Audit@200000000000", "role:Audit@200000000000 from my corp"] == [
        role.profile for role in roles
    ]
    assert ["", "my corp", "prod"] == [
        source_of(name) for name in (*(role.profile for role in roles), "prod")
    ]
    assert ("audit/Reader", "200000000000", "a") == split_role(
        AssumedRole(AUDIT.replace("Audit", "audit/Reader"), "a").profile
    )


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws", "eu-west-1"),
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-east-1"),
        ("aws-eusc", "eusc-de-east-1"),
    ],
)
def test_the_partition_is_the_sources(pool, organization, profiles, monkeypatch, partition, region):
    """ARNs, and where STS and Organizations are asked, are of the partition of the profile."""
    organization.partition = partition
    monkeypatch.setenv("AWS_REGION", region)
    [name, *_] = profiles("role:Audit@org:r-root")[1:]
    found = identity_of(name, clients=pool)

    assert (partition, "200000000000") == (found.partition, found.account)
    assert f"arn:{partition}:iam::200000000000:role/Audit" == organization.assumed[-1]["RoleArn"]
    assert region == organization.assumed[-1]["region"]


def test_a_role_is_remembered_as_its_source_is(organization, profiles, tmp_path):
    """A new kernel asks nobody; another external id or source is another identity."""

    def who(source=""):
        clients = ClientPool()
        cache = AdvancedCacheManager(directory=tmp_path / "cache")
        [name] = profiles("role:Audit@200000000000", source, cache, clients)
        return identity_of(name, clients=clients, cache=cache)

    first = who()
    assert "arn:aws:sts::200000000000:assumed-role/Audit" == first.arn
    assert first == who()
    assert 1 == len(organization.assumed)
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(CORP)
    assert first == who("corp")
    assert 2 == len(organization.assumed)
    organization.external_id = os.environ["AIBRAIN_EXTERNAL_ID"] = "our-secret-word"
    try:
        assert first == who()
        assert 3 == len(organization.assumed)
    finally:
        del os.environ["AIBRAIN_EXTERNAL_ID"]
    kept = b"".join(p.read_bytes() for p in (tmp_path / "cache").rglob("*") if p.is_file())
    assert not re.search(rb"our-secret-word|AKIATEST|ASIA2000", kept)


def test_what_a_process_hands_out_is_no_lasting_source(organization, profiles, tmp_path):
    """Whoever it is tomorrow may not be let in: each kernel assumes the role itself."""
    process = tmp_path / "keys"
    process.write_text(
        '#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "s"}\'\n'
    )
    process.chmod(0o700)
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(
        f"[profile p]\ncredential_process = {process}\nregion = eu-west-1\n"
    )
    for _ in range(2):
        clients = ClientPool()
        cache = AdvancedCacheManager(directory=tmp_path / "cache")
        [name] = profiles("role:Audit@200000000000", "p", cache, clients)
        identity_of(name, clients=clients, cache=cache)

    assert 2 == len(organization.assumed)


@pytest.mark.parametrize("place", ["environment", "profile"])
def test_the_external_id_goes_to_sts_only(pool, organization, profiles, monkeypatch, place):
    """It comes from the environment or the profile, and no text of ours shows it."""
    organization.external_id = "our-secret-word"
    settings = "external_id = our-secret-word\n" if place == "profile" else ""
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(f"{CORP}{settings}")
    if place == "environment":
        monkeypatch.setenv("AIBRAIN_EXTERNAL_ID", "our-secret-word")
    [name] = profiles("role:Audit@200000000000", "corp")

    assert "200000000000-eu-west-1" == key_pairs(pool, name)
    assert "our-secret-word" == organization.assumed[0]["ExternalId"]
    assert "our-secret-word" not in f"{pool.roles[name]!r} {name}"


def test_a_bad_external_id_is_refused_unshown(profiles, monkeypatch):
    """STS would repeat it in its refusal: ours comes first, without it."""
    monkeypatch.setenv("AIBRAIN_EXTERNAL_ID", "not one!")
    with pytest.raises(ParameterError) as info:
        profiles("role:Audit@200000000000")

    assert "not one" not in str(info.value)


def test_a_role_that_lets_nobody_in(pool, organization, profiles):
    """The error names role, account and profile, and what else may be missing."""
    [name] = profiles(f"role:Audit@{organization.closed_to_us}")
    with pytest.raises(RoleRefusedError) as info:
        identity_of(name, clients=pool)

    assert (organization.closed_to_us, "AssumeRole") == tuple(
        info.value.facts[fact] for fact in ("account", "failed")
    )
    assert info.value.what == (
        "The default profile may not assume the role Audit of account 500000000000: "
        "AssumeRole was refused."
    )
    assert "role Audit exists in account 500000000000" in info.value.next_steps[0]
    assert "external_id" in info.value.next_steps[1]


def test_an_equal_role_again_keeps_its_clients(pool, role):
    """Every run names its roles anew; clients and session stay."""
    client = pool.client("ec2", profile=role, region="eu-west-1")
    again = dataclasses.replace(pool.roles[role])

    assert role == pool.add_role(again)
    assert client is pool.client("ec2", profile=role, region="eu-west-1")
