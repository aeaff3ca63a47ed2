"""Why a look-up is a hit, stale or a miss: the rule, and what nearly fits."""

from __future__ import annotations

import dataclasses
import time

import pytest

from aibrain_jupyter.advanced_cache import CacheKey

KEY = CacheKey(
    tool="aws_export",
    account="123456789012",
    region="eu-west-1",
    service="iam",
    identity="arn:aws:iam::1:role/Audit",
    params={"resource": "users"},
)


@pytest.fixture
def kept(cache):
    cache.store(KEY, [1], meta={}, ttl=3600, created=time.time() - 1000)
    return cache


@pytest.mark.parametrize(
    ("policy", "verdict", "words"),
    [
        ({"max_age": 3600}, "hit", "17 min old, and up to 60 min is accepted"),
        ({"max_age": 600}, "miss", "only up to 10 min is accepted"),
        ({"max_age": 600, "stale_for": 3600}, "stale", "--stale serves it for 60 min more"),
        ({"max_age": 600, "stale_for": 60}, "miss", "17 min old"),
    ],
    ids=["hit", "too old", "stale", "too old for stale"],
)
def test_the_age_decides(kept, policy, verdict, words):
    """The verdict is what look_up does, and the rule names both ages."""
    found = kept.explain(KEY, **policy)

    assert (verdict, "memory") == (found.verdict, found.level)
    assert words in found.rule
    entry = kept.look_up(KEY, **policy)
    assert {"hit": False, "stale": True, "miss": None}[verdict] == (entry and entry.is_stale)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": "2"}, "differs in the tool's version"),
        ({"identity": "arn:aws:iam::1:role/Dev"}, "differs in the identity that asks"),
        ({"endpoint": "http://127.0.0.1:5"}, "differs in the endpoint"),
        ({"params": {"resource": "roles"}}, "differs in the parameters"),
        (
            {"params": {"resource": "roles"}, "version": "2"},
            "the tool's version and the parameters",
        ),
        ({"region": "us-east-1"}, "nothing is kept for this tool, account, region and service"),
    ],
    ids=["version", "identity", "endpoint", "parameters", "two", "nothing"],
)
def test_a_miss_names_what_is_different(kept, change, words):
    """The nearest entry of the same tool and place tells why it is not this one."""
    found = kept.explain(dataclasses.replace(KEY, **change), max_age=3600)

    assert ("miss", "") == (found.verdict, found.level)
    assert words in found.rule


def test_an_entry_from_the_future(cache):
    """Nobody knows its age, and that is said."""
    cache.store(KEY, [1], meta={}, ttl=3600, created=time.time() + 7200)

    assert "future" in cache.explain(KEY, max_age=3600).rule


def test_asking_why_counts_nothing(kept):
    """The statistics are of look-ups."""
    kept.explain(KEY, max_age=60)

    stats = kept.get_advanced_stats()
    assert [0, 0] == [stats[name] for name in ("memory_hits", "misses")]
