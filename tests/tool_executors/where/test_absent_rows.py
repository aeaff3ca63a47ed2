"""Rows that an absent cell alone leaves out are counted, and texts no row has are answered."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.frames.chosen import remarks_of


@pytest.fixture
def remarks(choose):
    """Return a function of a query that gives what is said about its rows."""

    def said(where):
        result = choose(where)
        return remarks_of([result.chosen], len(result.frame))

    return said


@pytest.mark.parametrize(
    ("where", "kept", "count", "name", "step"),
    [
        ("size_gib > 5", ["a"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("5 < size_gib", ["a"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("not size_gib > 5", ["d"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("size_gib == 8", ["a"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("not size_gib != 8", ["a"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("size_gib in [8]", ["a"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("1 < size_gib < 9", ["a", "d"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("size_gib.between(1, 9)", ["a", "d"], 2, "size_gib", "add `or size_gib.isna()`"),
        ("not is_encrypted", ["b", "c"], 1, "is_encrypted", "add `or is_encrypted.isna()`"),
        (
            'last_used < "2026-03-01"',
            ["a"],
            3,
            "last_used (never used)",
            "add `or last_used.isna()`",
        ),
        ("last_used.dt.year == 2026", ["a"], 3, "last_used (never used)", "`or last_used.isna()`"),
        (
            'last_used < "2026-03-01" and state == "running"',
            ["a"],
            1,
            "last_used (never used)",
            "write `(last_used < '2026-03-01' or last_used.isna())`",
        ),
        (
            'not is_encrypted and state == "stopped"',
            ["b"],
            1,
            "is_encrypted",
            "write `(not is_encrypted or is_encrypted.isna())` instead of `not is_encrypted`",
        ),
        (
            'not (size_gib > 5 or state == "running")',
            ["d"],
            1,
            "size_gib",
            "write `(size_gib > 5 and size_gib.notna())`",
        ),
        ('name == "x" or size_gib > 5', ["a"], 2, "size_gib", "add `or size_gib.isna()`"),
        ('protocol == "tcp"', ["a"], 3, "protocol (every one)", "add `or protocol.isna()`"),
        ("tags.n > 2", ["a", "c"], 2, "tags.n", "add `or tags.n.isna()`"),
    ],
)
def test_rows_left_out_for_an_absent_cell_are_counted(
    choose, remarks, where, kept, count, name, step
):
    """The count, what it means, and how to include them: who asks sees what is not there."""
    assert kept == choose(where).frame["name"].tolist()
    said = [remark for remark in remarks(where) if "left out by where=" in remark]
    assert 1 == len(said), said
    assert said[0].startswith(f"{count} row{'s' * (count > 1)} ha{'ve' if count > 1 else 's'} no ")
    assert f"no {name} and" in said[0]
    assert step in said[0]


@pytest.mark.parametrize(
    "where",
    [
        "size_gib > 5 or size_gib.isna()",
        "size_gib != 8",
        'state == "running"',
        'protocol != "tcp"',
        "size_gib.isna()",
        "size_gib.notna()",
        "size_gib.fillna(0) > 5",
        'size_gib > 5 and name == "a"',
        '"ops" in groups',
        'tags.owner == "ann"',
    ],
)
def test_nothing_is_said_where_nothing_is_missing(remarks, where):
    """Rows that go for another reason, or that are there, are no remark."""
    assert [] == remarks(where)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('last_used < "2026-03-01" or last_used.isna()', ["a", "b", "c", "d"]),
        ("(not is_encrypted or is_encrypted.isna()) and state == 'stopped'", ["b", "d"]),
        ("not ((size_gib > 5 and size_gib.notna()) or state == 'running')", ["b", "d"]),
    ],
)
def test_what_the_step_says_brings_them_back(names, where, expected):
    """Each kind of step can be copied and works."""
    assert expected == names(where)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ('state == "Running"', "no row has 'Running' in state: values are: running, stopped"),
        ('state == "x"', "no row has 'x' in state: values are: running, stopped"),
        ('state in ["Running", "stopped"]', "no row has 'Running' in state: values are: "),
        ('state != "Running"', "no row has 'Running' in state: values are: running, stopped"),
        ('region == "eu-west1"', "no row has 'eu-west1' in region: values are: eu-west-1"),
        ('"Developers" in groups', "no row has 'Developers' in groups: values are: developers"),
        ('tags.owner == "Ann"', "no row has 'Ann' in tags.owner: values are: ann"),
        ('tags.ownr == "ann"', "no row has the key 'ownr' in tags: keys are: Owner, n, owner"),
    ],
)
def test_a_text_that_no_row_has_is_answered_with_the_values(remarks, where, words):
    """A slip in a value is not silently 0 rows."""
    assert [words] == [remark[: len(words)] for remark in remarks(where)][:1]


@pytest.mark.parametrize(
    "where", ['state == "running"', 'state in ["running", "gone"]', '"ops" in groups']
)
def test_a_text_that_a_row_has_is_no_remark(remarks, where):
    """Neither is one beside it that resembles none."""
    assert [] == remarks(where)


def test_another_call_may_have_the_text(choose):
    """A region without a running instance is no slip where another has one."""
    one = choose('state == "running"', rows=[{"name": "x", "state": "stopped"}])
    other = choose('state == "running"', rows=[{"name": "y", "state": "running"}])

    assert [] == remarks_of([one.chosen, other.chosen], 1)
    assert 1 == len(remarks_of([one.chosen], 0))


def test_counts_of_several_calls_are_one_remark(choose):
    """Rows of all calls are counted together."""
    parts = [choose("size_gib > 5").chosen, choose("size_gib > 5").chosen, None]

    assert ["4 rows have no size_gib and are left out"] == [
        remark.partition(" by ")[0] for remark in remarks_of(parts, 2)
    ]


@pytest.mark.parametrize(
    "where",
    [
        "name\u00a0==\u00a0'a'",
        "“a” == name",
        "name == ‘a’",
        "name\u200b == 'a'",
        "size_gib ≥ 8",
        "name == 'a'\nand size_gib\t> 1",
        "name <> 'b' && name != 'c' && name ≠ 'd'",
        "name == 'b' || name == 'a' & size_gib > −1 and name != 'b'",
        "`name` == 'a'",
        "is_encrypted == true and not is_encrypted.isna() and name == 'a'",
    ],
)
def test_what_was_copied_reads_as_what_it_looks_like(names, where):
    """Web pages and word processors have no-break spaces, curly quotes and signs of their own."""
    assert ["a"] == [name for name in names(where) if name != "b"]
