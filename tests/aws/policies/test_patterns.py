"""Wildcards of actions and ARNs."""

from __future__ import annotations

import itertools

import pytest

from aibrain_jupyter.aws.policies.patterns import covers, is_everything, matches, overlaps, tokens


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        pytest.param("*", "s3:?*", True, id="star"),
        pytest.param("**", "?*:?*", True, id="two stars"),
        pytest.param("s3:**", "s3:?*", True, id="two stars after a prefix"),
        pytest.param("s3:?*", "s3:?*", True, id="at least one character"),
        pytest.param("s3:*?", "s3:?*", True, id="the same in another order"),
        pytest.param("?3:*", "s3:?*", True, id="one character"),
        pytest.param("s3:Get*", "s3:?*", False, id="some"),
        pytest.param("s3:*t", "s3:?*", False, id="those that end so"),
        pytest.param("arn:aws:s3:::data/**", "arn:aws:s3:::data/?*", True, id="objects"),
        pytest.param("arn:aws:s3:::d?t*", "arn:aws:s3:::data/?*", True, id="buckets alike"),
        pytest.param("arn:aws:s3:::data/*/x", "arn:aws:s3:::data/?*", False, id="some objects"),
    ],
)
def test_a_pattern_covers_another(wide, narrow, expected):
    """One pattern covers another if it matches all that the other does."""
    assert expected is covers(tokens(wide), tokens(narrow))


def test_patterns_are_compared_by_what_they_match():
    """Covering and overlapping agree with every short text, for every pair of short patterns."""
    texts = ["".join(t) for n in range(4) for t in itertools.product("ab", repeat=n)]
    patterns = ["".join(p) for n in range(4) for p in itertools.product("a*?", repeat=n)]
    matched = {p: {t for t in texts if matches(tokens(p), t)} for p in patterns}
    for one, other in itertools.product(patterns, repeat=2):
        # Short patterns share a short text if they share any.
        assert bool(matched[one] & matched[other]) is overlaps(tokens(one), tokens(other)), (
            one,
            other,
        )
        if covers(tokens(one), tokens(other)):
            assert matched[other] <= matched[one], (one, other)


def test_policy_variables_are_not_known():
    """A variable covers nothing for certain and may be anything; escapes are the characters."""
    home = tokens("arn:aws:s3:::data/${aws:username}/*", has_variables=True)
    literal = tokens("data/${*}", has_variables=True)

    assert not covers(home, tokens("arn:aws:s3:::data/ann/x"))
    assert overlaps(home, tokens("arn:aws:s3:::data/ann/x"))
    assert not overlaps(home, tokens("arn:aws:s3:::other/ann/x"))
    assert not covers(tokens("data/?"), tokens("data/${x}", has_variables=True))
    assert [True, False] == [
        covers(literal, tokens("data/*")) for literal in (tokens("data/*"), literal)
    ]
    # In the language's first version they are plain text.
    assert covers(tokens("a${b}"), tokens("a${b}"))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("**", True),
        ("?*", True),
        ("*?*", True),
        ("?", False),
        ("", False),
        ("a*", False),
    ],
)
def test_patterns_for_everything(pattern, expected):
    """Wildcards alone take everything, but for a fixed number of characters."""
    assert expected is is_everything(tokens(pattern))
