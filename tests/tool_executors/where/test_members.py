"""Lists and mappings: membership, keys and members mean what they say."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.frames.columns import NESTED, TEXT, Column


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('"developers" in groups', ["a", "c"]),
        ('"developers" not in groups', ["b", "c", "d"]),
        ('not "developers" in groups', ["b", "c", "d"]),
        ('groups in ["developers", "x"]', ["a", "c"]),
        ('groups not in ["developers"]', ["b", "c", "d"]),
        ('groups.isin(["ops"])', ["a", "c", "d"]),
        ('"ops" in groups and "developers" not in groups', ["c", "d"]),
        ('groups == ["ops", "developers"]', ["a", "c"]),
        ("groups == []", ["b", "c"]),
        ("not groups", ["b", "c"]),
        ("groups", ["a", "c", "d"]),
        ("len(groups) > 1", ["a", "c"]),
        ("groups.str.len() == 0", ["b", "c"]),
        ('groups[0] == "ops"', ["c", "d"]),
        ("groups.isna()", ["c"]),
        ('tags.owner == "ann"', ["a", "c"]),
        ('tags["owner"] == "ann"', ["a", "c"]),
        ('tags.owner != "ann"', ["b", "c", "d"]),
        ('tags.owner in ["ann", "bob"]', ["a", "c"]),
        ("tags.owner.isna()", ["b", "c", "d"]),
        ("tags.owner.notna()", ["a", "c"]),
        ('tags.owner.str.startswith("a")', ["a", "c"]),
        ('"owner" in tags', ["a", "c"]),
        ('"owner" not in tags', ["b", "c", "d"]),
        ("tags.n > 2", ["a", "c"]),
        ("tags.n == True", ["c"]),
        ('tags == {"Owner": "bob"}', ["c", "d"]),
        ("rules.port == 22", ["a"]),
        ("22 in rules.port", ["a"]),
        ("rules[0].port == 80", ["d"]),
        ("rules.port > 100", ["a"]),
        ('"n" in name', []),
        ("state in groups", ["c"]),
    ],
)
def test_members_are_found(names, where, expected):
    """A row is kept that has the member; where the list is not known it may have it."""
    assert expected == names(where)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ('groups == "developers"', '"…" in groups'),
        ("groups > 1", "len(groups)"),
        ('["a", "b"] in groups', "groups in ['a', 'b']"),
        ("5 in size_gib", "size_gib == 5"),
        ('state in "running"', "state == …"),
        ("is_encrypted == groups", "groups is a list or a mapping"),
        ("name.owner == 'x'", "name is text"),
        ("size_gib[0] == 1", "size_gib is a number"),
        ("tags[owner] == 'x'", "'owner'"),
    ],
)
def test_what_cannot_be_meant_is_refused(names, where, words):
    """A list is no text, a text no list; the nearest right form is told."""
    with pytest.raises(InputError) as refused:
        names(where)

    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("tags.on == 1", ["number"]),
        ("tags.on == True", ["flag"]),
        ("1 in tags.all", ["number"]),
        ("tags.on", ["flag"]),
        ('tags.on == "1"', ["text"]),
    ],
)
def test_a_member_is_equal_to_its_own_kind(names, where, expected):
    """1, True and "1" are different members."""
    rows = [
        {"name": "number", "tags": {"on": 1, "all": [1]}},
        {"name": "flag", "tags": {"on": True, "all": [True]}},
        {"name": "text", "tags": {"on": "1", "all": ["1"]}},
    ]

    assert expected == names(where, rows=rows)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("size_gib * 9000000000000000000 > 0", ["a", "d"]),
        ("size_gib ** 64 > 1", ["a", "d"]),
        ("size_gib < 99999999999999999999", ["a", "d"]),
        ("size_gib > -99999999999999999999", ["a", "d"]),
        ("size_gib % 5 == 3", ["a"]),
        ("abs(-size_gib) == 8", ["a"]),
        ("size_gib / 2 < 3", ["d"]),
        ('name + "x" == "ax"', ["a"]),
    ],
)
def test_numbers_are_reckoned_without_overflow(names, where, expected):
    """A product beyond 64 bits is large, not negative."""
    assert expected == names(where)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('Tags.owner == "ann"', ["x"]),
        ('Tags["cost center"] == "7"', ["y"]),
        ('Tags.`cost center` == "7"', ["y"]),
        ('"owner" in Tags', ["x"]),
        ('"owner" not in Tags', ["y", "z"]),
        ('"Key" in Tags', []),
    ],
)
def test_tags_as_most_apis_give_them_are_a_mapping(names, where, expected):
    """An operation's own answer has a list of keys and values; it is asked the same way."""
    columns = (Column("name", TEXT, ""), Column("Tags", NESTED, ""))
    rows = [
        {"name": "x", "Tags": [{"Key": "owner", "Value": "ann"}, {"Key": "env", "Value": "p"}]},
        {"name": "y", "Tags": [{"Key": "cost center", "Value": "7"}]},
        {"name": "z", "Tags": []},
    ]

    assert expected == names(where, rows=rows, columns=columns)
