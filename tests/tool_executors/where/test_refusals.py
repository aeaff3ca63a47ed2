"""Comparisons that no row can meet, and texts that are no query, are refused beforehand."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.error_handler import InputError, ParameterError, UnknownNameError
from aibrain_jupyter.tool_executors.views import check_shape

from .conftest import COLUMNS


def _refused(where, kind=ParameterError):
    with pytest.raises(kind) as caught:
        check_shape(COLUMNS, {"where": where})
    return str(caught.value)


@pytest.mark.parametrize(
    ("where", "step"),
    [
        ("account_id == 111122223333", 'account_id == "111122223333"'),
        ("account_id == 22223333", 'account_id == "000022223333"'),
        ("account_id in [111122223333]", 'account_id in ["111122223333"]'),
        ("account_id == 012345678901", "number in quotes"),
        ("name > 5", 'name > "5"'),
        ("name == True", "name.str.contains"),
        ('is_encrypted == "False"', "Write not is_encrypted."),
        ('is_encrypted == "true"', "Write is_encrypted"),
        ("is_encrypted == 2", "Write is_encrypted"),
        ("is_encrypted > False", "neither less nor more"),
        ('size_gib == "7"', "size_gib == 7"),
        ('size_gib in ["7"]', "size_gib in [7]"),
        ("size_gib == True", "size_gib > 5"),
        ('size_gib == "large"', "size_gib > 5"),
        ("size_gib == name", "size_gib is a number, name is text"),
        ("created > 5", 'created < "90 days ago"'),
        ("created == True", 'created < "90 days ago"'),
        ("created == size_gib", "created is a time, size_gib is a number"),
        ("created - last_used > 30", ".dt.days > 30"),
        ("created == None", "created.isna()"),
        ("name != None", "name.isna()"),
        ("is_encrypted is None", "is_encrypted.isna()"),
        ("name is not None", "name.notna()"),
        ("tags is null", "tags.isna()"),
        ("size_gib in [1, None]", "size_gib.isna()"),
        ("is_encrypted is True", "is_encrypted == True"),
        ('"state" == "running"', "without quotes"),
        ("1 == 1", "compares no column"),
    ],
)
def test_a_comparison_that_no_row_can_meet_is_refused(where, step):
    """The column's type and the nearest right form are named; 0 rows would read as no finding."""
    assert step in _refused(where)


@pytest.mark.parametrize(
    ("where", "step"),
    [
        ("name = 'a'", "two equals signs"),
        ("NOT is_encrypted", "not in small letters"),
        ("is_encrypted AND name == 'a'", "and in small letters"),
        ("!is_encrypted", "Write not instead of !"),
        ("name LIKE 'a'", "str.contains"),
        ("name.contains('a')", "name.str.contains("),
        ("created.year == 2026", "created.dt.year"),
        ("name.str.contains('(')", "regex=False"),
        ("name.str.contains(5)", "cannot be called so"),
        ("name.dt.year == 1", "name is text"),
        ("created.str.len() == 1", "created is a time"),
        ("size_gib.max() == size_gib", "looks at many rows"),
        ("name", 'name == "…"'),
        ("size_gib + 1", "size_gib + 1"),
        ("size_gib + name > 1", "cannot be reckoned"),
        ("1 / 0 > size_gib", "do not divide by 0"),
        ("'a' * 1000000000 == name", "cannot be reckoned"),
        ("9 ** 9 ** 9 > size_gib", "cannot be reckoned"),
        ("name == 'a' # not state", "no comments"),
        ("name in [state]", "another in each row"),
    ],
)
def test_the_usual_slips_are_told(where, step):
    """Each has its own next step, and none is an error of Python's or pandas'."""
    assert step in _refused(where)


@pytest.mark.parametrize(
    ("where", "wrong", "near"),
    [
        ("not is_encryptd", "'is_encryptd'", "is_encrypted"),
        ("state == running", "'running'", '"running"'),
        ("`na me` == 'a'", "'na me'", "name"),
        ("name.str.conains('a')", "'conains'", "contains"),
        ("created.dt.yeer == 1", "'yeer'", "year"),
        ("name.isnan()", "'isnan'", "isna"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(where, wrong, near):
    """Columns, methods and parts that are not there; a word without quotes may be a text."""
    told = _refused(where, UnknownNameError)

    assert wrong in told
    assert near in told


@pytest.mark.parametrize(
    "where",
    [
        "name.__class__ == 'a'",
        "name.str.__len__() == 1",
        "@name == 'a'",
        "__import__('os').system('id')",
        "open('/etc/passwd')",
        "name.to_csv('/tmp/x')",
        "name.map(print)",
        "name.str.cat(sep='x') == 'a'",
        "name.values == 1",
        "(lambda: 1)() == size_gib",
        "[x for x in name] == groups",
        "name if is_encrypted else state",
        "f'{name}' == 'a'",
        "(n := name) == 'a'",
        "name == b'a'",
        "name == ...",
        "{**tags} == tags",
        "name[0:2] == 'a'",
        "is_encrypted and",
        "and",
        "name == 'a",
        "import os",
        "name == 'a'; state == 'b'",
        "\x00",
        "name == '\ud800'",
        "size_gib > " + "9" * 5000,
        "(" * 300 + "is_encrypted" + ")" * 300,
        "(" * 150 + "is_encrypted" + ")" * 150 + " and ~" * 80 + "is_encrypted",
        "not " * 5000 + "is_encrypted",
        "-" * 100_000 + "1 > size_gib",
        "+".join(["size_gib"] * 5000) + " > 1",
        "groups == " + "[" * 100 + "]" * 100,
        "name == '" + "x" * 1_000_001 + "'",
    ],
)
def test_nothing_of_python_is_reached(where):
    """Whatever is no query gets an error of ours, of reasonable length, with a next step."""
    told = _refused(where, InputError)

    assert "Next: " in told
    assert len(told) < 1500


def test_long_queries_are_read():
    """A list of ten thousand names and a thousand comparisons are no reason to refuse."""
    listed = ", ".join(f"'name-{n}'" for n in range(10_000))

    check_shape(COLUMNS, {"where": f"name in [{listed}]"})
    check_shape(COLUMNS, {"where": " or ".join(["size_gib > 1"] * 1000)})
