"""Keys: the same meaning gives the same entry, anything else another one."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from aibrain_jupyter.cache import keys
from aibrain_jupyter.cache.keys import CacheKey, path_part
from aibrain_jupyter.shared.error_handler import CacheError


def digest(**params):
    return CacheKey(tool="aws_export", params=params).digest


def test_half_a_surrogate_pair_is_a_name_like_any_other(cache, open_cache):
    """It is found again, listed and counted; nobody sees an encoding error."""
    half = CacheKey(tool="t", account="\ud800", identity="\ud800", params={"a": "\ud800"})
    cache.store(half, 1, meta={}, ttl=60)

    assert 1 == open_cache().look_up(half, max_age=60).value
    assert open_cache().look_up(CacheKey(tool="t", account="?"), max_age=60) is None
    # Where Arrow is installed, pandas' texts cannot hold it.
    assert cache.entries()["account_id"].tolist() in (["\ud800"], ["\\ud800"])
    assert 1 == cache.get_advanced_stats()["stores"]
    cache._counters.write()


def test_a_parameter_that_holds_itself_is_refused():
    """With an error of ours that says what to do."""
    endless = []
    endless.append(endless)

    with pytest.raises(CacheError, match="holds itself"):
        CacheKey(tool="t", params={"a": endless})


def test_sets_in_sets_are_read_once():
    """Each set is text within the text of the next: quoted in quotes, twenty would be a million."""
    value = frozenset("x")
    for _ in range(20):
        value = frozenset([value, "y"])

    assert len(keys._JSON.encode(keys._canonical({"a": value}))) < 1000


def test_order_of_names_does_not_matter():
    """A mapping is the same in any order, at every depth."""
    assert digest(a=1, b={"c": 1, "d": 2}) == digest(b={"d": 2, "c": 1}, a=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a", "b"], ("a", "b")),
        ({"a", "b", "c"}, {"c", "b", "a"}),
        (np.int64(3), 3),
        (
            dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC),
            dt.datetime(2024, 1, 1, 13, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        ),
    ],
    ids=["list and tuple", "sets", "numpy number", "same moment"],
)
def test_same_meaning_same_key(one, other):
    """Two ways to write a value share an entry."""
    assert digest(value=one) == digest(value=other)


def test_different_values_differ():
    """Values that Python calls equal, and values that look like our own marks, are kept apart."""
    moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    values = [
        *(1, 1.0, True, "1", None, "", [], {}, 0, False, ["a", "b"], ["b", "a"], ["ab"]),
        *({"1": 1}, moment, {"$datetime": moment.isoformat()}, {"$$datetime": moment.isoformat()}),
        *(moment.date(), {"a"}, ["a"], moment.isoformat(), float("nan")),
    ]

    digests = {digest(value=value) for value in values}

    assert len(values) == len(digests)


@pytest.mark.parametrize(
    "part", ["tool", "version", "account", "region", "service", "identity", "endpoint"]
)
def test_every_part_counts(part):
    """Another tool, version, place, identity or endpoint is another entry."""
    parts = {"tool": "aws_export", "identity": "arn:aws:iam::1:role/a"}

    assert CacheKey(**parts).digest != CacheKey(**{**parts, part: "other"}).digest


def test_parts_cannot_run_into_each_other():
    """What is the account in one key is not the region in another."""
    keys = [
        CacheKey(**dict(zip(("tool", "account", "region", "service"), parts, strict=True))).digest
        for parts in itertools.permutations(["a", "b", "c", ""])
    ]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("params", [{"client_secret": "x"}, {"login": {"Password": "x"}}])
def test_secrets_are_refused(params):
    """A parameter named like a secret makes no key, and its value is not quoted."""
    with pytest.raises(CacheError, match="looks like a secret") as caught:
        CacheKey(tool="t", params={**params, "value": "hunter2"})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", [object(), {1: "a"}, b"bytes"], ids=["object", "name", "bytes"])
def test_what_has_no_canonical_form_is_refused(value):
    """A value whose meaning cannot be written down makes no key, rather than a wrong one."""
    with pytest.raises(CacheError, match="cannot be part of a cache key"):
        digest(value=value)


def test_folders_are_safe_and_distinct():
    """Whatever a part holds, it becomes one file name, and no two become the same."""
    texts = ["", "_", "..", ".", "a/b", "a\\b", "CON", "con.txt", "é" * 90, "x" * 300, "x" * 301]
    texts += ["a b", "a%20b", "~", "*", "[a]", "nul", "a.", "eu-west-1"]

    names = [path_part(text) for text in texts]

    assert len(texts) == len(set(names))
    for name in names:
        assert name
        assert 80 >= len(name)
        assert not set(name) & set('/\\:*?"<>|[] ')
        assert not name.startswith(".")
    assert "eu-west-1" == path_part("eu-west-1")


def test_keys_compare_by_value():
    """Equal keys are equal objects, so they can be used in sets; 1 and True stay apart."""
    assert CacheKey(tool="t", params={"a": 1}) == CacheKey(tool="t", params={"a": 1})
    assert CacheKey(tool="t", params={"a": 1}) != CacheKey(tool="t", params={"a": True})
