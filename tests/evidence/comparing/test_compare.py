"""Two frames by key: every difference is found, and none is made up."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.evidence.comparing.compare import compare
from aibrain_jupyter.evidence.comparing.parts import ABOUT, CHANGES
from aibrain_jupyter.evidence.comparing.sides import Side
from aibrain_jupyter.shared.error_handler import InputError, ParameterError, UnknownNameError
from aibrain_jupyter.shared.frames.row_key import RowKey
from tests.evidence.comparing.conftest import compared, counts, rows_of, side

USERS = pd.DataFrame(
    {
        "arn": ["ana", "bob", "eve", "zoë"],
        "is_admin": pd.array([True, False, None, False], dtype="boolean"),
        "keys": pd.array([1, 2, None, 0], dtype="Int64"),
        "created": pd.to_datetime(["2026-01-01", "2026-02-01", None, "2026-03-01"], utc=True),
        "groups": [["a", "b"], [], None, ["c"]],
        "tags": [{"x": 1, "y": 2}, {}, {}, {"x": 1}],
    }
)
MAKES_NO_DIFFERENCE = {
    "the same": lambda f: f,
    "another order of rows": lambda f: f.iloc[::-1],
    "another order of columns": lambda f: f[f.columns[::-1]],
    "another index": lambda f: f.set_index("arn"),
    "text as category": lambda f: f.astype({"arn": "category"}),
    "text as object": lambda f: f.astype({"arn": object}),
    "counts as floats": lambda f: f.assign(keys=f["keys"].astype("float64")),
    "None for NA": lambda f: f.assign(
        is_admin=f["is_admin"].astype(object).where(f["is_admin"].notna(), None)
    ),
    "NaN in objects": lambda f: f.assign(groups=[["a", "b"], [], np.nan, ["c"]]),
    "times of another unit": lambda f: f.assign(created=f["created"].dt.as_unit("ns")),
    "times of another zone": lambda f: f.assign(created=f["created"].dt.tz_convert("Asia/Tokyo")),
    "keys of mappings in another order": lambda f: f.assign(
        tags=[{"y": 2, "x": 1}, {}, {}, {"x": 1}]
    ),
    "tuples for lists": lambda f: f.assign(groups=[("a", "b"), (), None, ("c",)]),
}


@pytest.mark.parametrize("made", MAKES_NO_DIFFERENCE.values(), ids=MAKES_NO_DIFFERENCE)
def test_what_is_the_same_is_no_difference(made):
    """Order, dtype, unit and zone change no value, so nothing differs: no row, the same columns."""
    found = compared(USERS, made(USERS), key="arn")

    assert [] == rows_of(found)
    assert ["arn", *ABOUT] == list(found.frame)
    assert 4 == found.matched


def test_every_difference_is_found():
    """Rows that came and went, and each changed cell with both values, are found and no other."""
    new = USERS.drop(index=1).reset_index(drop=True)
    new.loc[0, "is_admin"] = False
    new.loc[1, "keys"] = 3
    new.at[2, "groups"] = ["c", "d"]
    new = pd.concat([new, USERS.iloc[[1]].assign(arn="new")], ignore_index=True)

    found = compared(USERS, new, key="arn")

    assert [
        ("new", "added", "", None, None),
        ("bob", "removed", "", None, None),
        ("ana", "changed", "is_admin", True, False),
        ("eve", "changed", "keys", None, 3),
        ("zoë", "changed", "groups", ["c"], ["c", "d"]),
    ] == rows_of(found, "arn", "change", "column", "old", "new")
    assert (3, {"is_admin": 1, "keys": 1, "groups": 1}) == (found.rows_changed, found.columns)


def test_columns_and_their_dtypes_are_as_documented():
    """A comparison has the key, then five columns, with the same dtypes whatever was found."""
    for new in (USERS, USERS.iloc[:0], USERS.assign(keys=9)):
        frame = compared(USERS, new, key="arn").frame
        assert {
            "arn": "str",
            "change": "str",
            "column": "str",
            "old": "object",
            "new": "object",
            "why": "str",
        } == {name: str(dtype) for name, dtype in frame.dtypes.items()}
        assert set(frame["change"]) <= {*CHANGES}


@pytest.mark.parametrize("double", ["old", "new"])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_double_key_is_refused_by_name(double, rows):
    """Rows with one key are named with their side and a column that tells them apart."""
    frame = pd.DataFrame({"id": ["a", "ü", "ü"], "region": ["1", "1", "2"]})
    frames = {"old": frame.head(rows), "new": frame.head(rows)} | {double: frame}

    with pytest.raises(ParameterError, match=f"1 rows of {double} have the key") as refused:
        compared(frames["old"], frames["new"])

    assert "The key is id. For example ü." == refused.value.why
    assert "With one of these it does: region." in refused.value.next_steps


def test_a_missing_key_is_refused():
    """A row without a key belongs to no other, and is not guessed at."""
    frame = pd.DataFrame({"id": ["a", None], "n": [1, 2]})

    with pytest.raises(ParameterError, match="1 rows of old have no key"):
        compared(frame, frame.head(1))


def test_parts_of_a_key_that_a_row_may_lack():
    """A key that is declared with a part that may be missing tells rows by the others."""
    old = pd.DataFrame({"group": ["a", "a", "b"], "rule": ["1", "2", None], "n": [1, 2, 3]})

    found = compare(
        side(old, key=["group", "rule?"]), side(old.iloc[::-1].assign(n=9), key=["group", "rule?"])
    )

    assert {"changed": 3} == counts(found)


def test_one_cell_and_none_are_two_parts_of_a_key():
    """Where a part of a key is there or is not, it tells rows apart; alone it does as well."""
    old = pd.DataFrame({"group": ["a", "a", None], "rule": [None, "1", "1"], "n": [1, 2, 3]})

    for key in (["group?", "rule?"], ["rule?", "group?"]):
        found = compare(side(old, key=key), side(old.iloc[::-1].iloc[:2], key=key))
        assert {"removed": 1} == counts(found)


def test_a_set_of_one_row_has_no_key():
    """What is declared to be one row is compared with the other one."""
    old = pd.DataFrame({"n": [1]})
    one = RowKey()

    found = compare(Side("old", old, {}, one), Side("new", old.assign(n=2), {}, one))

    assert [("changed", "n", 1, 2)] == rows_of(found)
    with pytest.raises(ParameterError, match="have the key of another"):
        compare(Side("old", old, {}, one), Side("new", pd.concat([old, old]), {}, one))


def test_a_key_that_a_side_lacks_is_refused():
    """A column that only one side has is no key; the side and the nearest names are said."""
    with pytest.raises(UnknownNameError, match="column of new named 'arn'"):
        compare(
            side(USERS, "old", key=()),
            side(USERS.rename(columns={"arn": "Arn"}), "new", key=()),
            key=["arn"],
        )


def test_without_a_key_those_are_named_that_would_do():
    """Nobody declares a key: columns that tell the rows apart are offered."""
    with pytest.raises(ParameterError, match="not known which columns") as refused:
        compare(side(USERS, key=()), side(USERS, key=()))

    assert "Rows differ by: arn." == refused.value.next_steps[0]


def test_keys_of_several_columns_and_of_another_type():
    """Parts of a key do not run into one another; a number and its text are one key."""
    old = pd.DataFrame({"a": ["x", "xy", "z"], "b": ["yz", "z", "q"], "n": [1, 2, 3]})
    new = old.iloc[[2, 0, 1]].assign(n=[3, 1, 5])
    numbered = pd.DataFrame({"id": [1, 2], "n": [1, 1]})

    found = compare(side(old, key=["a", "b"]), side(new, key=["a", "b"]))
    other = compared(numbered, numbered.astype({"id": str}).assign(n=[1, 2]))

    assert [("xy", "z", "changed", 2, 5)] == rows_of(found, "a", "b", "change", "old", "new")
    assert [("schema", "id", "int64", "str"), ("changed", "n", 1, 2)] == rows_of(other)


def test_a_change_of_type_is_said_once():
    """Numbers that became texts are one change of the column; only other texts are cells."""
    old = pd.DataFrame({"id": ["a", "b", "c"], "n": [1, 2, 3], "on": [True, False, True]})
    new = pd.DataFrame(
        {"id": ["a", "b", "c"], "n": ["1", "2", "04"], "on": ["true", "False", "no"]}
    )

    assert [
        ("schema", "n", "int64", "str"),
        ("schema", "on", "bool", "str"),
        ("changed", "n", 3, "04"),
        ("changed", "on", True, "no"),
    ] == rows_of(compared(old, new))


def test_what_a_file_made_text_is_read_again():
    """Times and lists of a CSV file are those that were written; only others are cells."""
    texts = USERS.assign(
        created=["2026-01-01T00:00:00Z", "2026-02-01 00:00:00+00:00", None, "2026-03-02"],
        groups=['["a", "b"]', "[]", None, '["d"]'],
    )

    found = compared(USERS, texts, key="arn")

    assert {"schema": 2, "changed": 2} == counts(found)
    assert {"zoë"} == {*found.frame.loc[found.frame["change"] == "changed", "arn"]}


@pytest.mark.parametrize(
    ("one", "other", "change"),
    [
        (["a", "b"], ["b", "a"], "order"),
        (["a", "a", "b"], ["a", "b", "b"], "changed"),
        ({"a": [1, 2]}, {"a": [2, 1]}, "order"),
        (
            [{"Key": "a", "Value": 1}, {"Key": "b", "Value": 2}],
            [{"Value": 2, "Key": "b"}, {"Key": "a", "Value": 1}],
            "",
        ),
        ([{"Key": "a", "Value": 1}], [{"Key": "a", "Value": 2}], "changed"),
        ({"a", "b"}, {"b", "a"}, ""),
        ({"a": True}, {"a": 1}, "changed"),
        ({"a": {"b": None}}, {"a": {"b": float("nan")}}, ""),
        ({"é": "ü"}, {"é": "ü"}, ""),
        ([], None, "changed"),
        ([], ["a"], "changed"),
    ],
    # A set has no order, and the id of a test has to be the same in every process.
    ids=lambda value: "a set" if isinstance(value, set) else repr(value),
)
def test_lists_and_mappings_compare_by_value(one, other, change):
    """Sets, tags and keys have no order; a list in another order is told apart from a change."""
    frames = [pd.DataFrame({"id": ["x", "y"], "v": [value, [9]]}) for value in (one, other)]

    assert [change] * bool(change) == [row[0] for row in rows_of(compared(*frames))]


def test_a_cell_that_is_not_known_is_its_own_kind():
    """It is never changed and never the same, and the side that does not know it is named."""
    old = pd.DataFrame(
        {
            "id": list("abcd"),
            "policy": ["p", None, None, "p"],
            "kms": [None] * 4,
            "not_known": [None, "policy, kms: denied", "policy: denied", None],
        }
    )
    new = old.assign(
        policy=[None, "p", None, "q"],
        not_known=["policy: throttled", None, "policy: timed out", None],
    )

    found = compared(old, new)

    assert [
        ("d", "changed", "policy", ""),
        ("a", "not known", "policy", "new: throttled"),
        ("b", "not known", "policy", "old: denied"),
        ("b", "not known", "kms", "old: denied"),
        ("c", "not known", "policy", "old: denied; new: timed out"),
    ] == rows_of(found, "id", "change", "column", "why")
    known = found.frame[["old", "new"]].to_numpy().tolist()
    assert [["p", "q"], ["p", None], [None, "p"], [None, None], [None, None]] == known


def test_columns_that_change_by_themselves_are_apart():
    """Ages and last uses are listed apart, as their names or the tool say, and as is asked."""
    old = pd.DataFrame(
        {
            "id": ["a"],
            "age_days": [1],
            "LastUsedDate": ["x"],
            "items": [1],
            "max_age_days": [90],
            "size": [1],
        }
    )
    new = old.assign(age_days=90, LastUsedDate="y", items=5, max_age_days=30, size=2)

    found = compare(
        side(old, volatile={"items": True}), side(new, volatile={"items": True}), volatile=["size"]
    )

    assert {
        "changed": ["max_age_days"],
        "volatile": ["age_days", "LastUsedDate", "items", "size"],
    } == {change: part["column"].tolist() for change, part in found.frame.groupby("change")}


def test_a_declaration_goes_before_a_name():
    """A tool that says that a column does not change by itself is believed."""
    old = pd.DataFrame({"id": ["a"], "age_days": [1]})

    found = compare(side(old, volatile={"age_days": False}), side(old.assign(age_days=2)))

    assert {"changed": 1} == counts(found)


def test_excluded_rows_are_apart():
    """Whatever differs in a row that is excluded on either side is no difference of the rest."""
    old = pd.DataFrame(
        {"id": list("abcd"), "n": [1, 1, 1, 1], "excluded": ["test", None, "test", None]}
    )
    new = pd.DataFrame(
        {"id": list("abde"), "n": [2, 2, 1, 1], "excluded": [None, None, "lab", "lab"]}
    )

    found = compared(old, new)

    assert {("b", "changed", "n")} == {
        row for row in rows_of(found, "id", "change", "column") if row[1] != "excluded"
    }
    assert {
        ("a", "n", "changed; excluded: test"),
        ("c", "", "removed; excluded: test"),
        ("e", "", "added; excluded: lab"),
        ("a", "excluded", "whether it is excluded"),
        ("d", "excluded", "whether it is excluded"),
    } == {
        row[1:] for row in rows_of(found, "change", "id", "column", "why") if row[0] == "excluded"
    }


def test_changes_of_columns_come_first():
    """Columns that came, went or were renamed are named first; a renamed one is compared."""
    old = pd.DataFrame({"id": list("abcde"), "gone": range(5), "owner": ["u", "v", "w", "x", "y"]})
    old = pd.concat([old.assign(id=old["id"] + str(n)) for n in range(4)], ignore_index=True)
    new = old.drop(columns="gone").rename(columns={"owner": "team"}).assign(more=True)
    new.loc[0, "team"] = "other"

    assert [
        ("schema", "gone", "int64", ""),
        ("schema", "team", "owner", "team"),
        ("schema", "more", "", "bool"),
        ("changed", "team", "u", "other"),
    ] == rows_of(compared(old, new))


def test_the_same_flag_makes_no_renamed_column():
    """Columns of a few values look alike: one gone and one new are not taken for one."""
    old = pd.DataFrame({"id": list("abcd"), "is_a": [True, False, True, False]})

    found = compared(old, old.rename(columns={"is_a": "is_b"}))

    assert ["the column is gone", "a new column"] == found.frame["why"].tolist()


@pytest.mark.parametrize("empty", [USERS.iloc[:0], pd.DataFrame(columns=["arn"]), pd.DataFrame()])
def test_a_side_without_rows(empty):
    """Against no rows every row came or went, whatever columns the empty frame has."""
    assert 4 == compared(empty, USERS, key="arn").counts["added"]
    assert 4 == compared(USERS, empty, key="arn").counts["removed"]
    assert not counts(compared(empty, empty, key="arn"))


def test_everything_changed():
    """A hundred per cent of the rows with another value are as many changed cells."""
    old = pd.DataFrame({"id": range(1000), "n": range(1000)})

    found = compared(old, old.assign(n=old["n"] + 1))

    assert (1000, 1000) == (found.counts["changed"], found.rows_changed)
    assert {*range(1000)} == {*found.frame["id"]}


def test_large_numbers_do_not_run_together():
    """Neighbours beyond 2**53 are two values, and unsigned ones are numbers too."""
    old = pd.DataFrame({"id": ["a"], "n": [2**60]})
    unsigned = pd.DataFrame({"id": ["a"], "n": np.array([2**64 - 1], dtype="uint64")})

    assert {"changed": 1} == counts(compared(old, old + pd.DataFrame({"id": [""], "n": [1]})))
    assert {"changed": 1} == counts(
        compared(unsigned, unsigned.assign(n=np.array([7], dtype="uint64")))
    )


def test_texts_compare_letter_by_letter():
    """What only looks alike is not the same text, in cells and in keys."""
    old = pd.DataFrame({"id": ["é", "日本", "🙂"], "v": ["ß", "e\u0301", " x"]})
    new = pd.DataFrame({"id": ["e\u0301", "日本", "🙂"], "v": ["ß", "é", "x"]})

    assert {"added": 1, "removed": 1, "changed": 2} == counts(compared(old, new))


def test_names_of_the_comparison_may_be_names_of_a_key():
    """A key that is called like a column of the comparison stands beside it under another name."""
    old = pd.DataFrame({"change": ["a", "b"], "n": [1, 2]})

    found = compared(old, old.assign(n=[1, 3]), key="change")

    assert [("b", "changed")] == rows_of(found, "key change", "change")


def test_columns_of_one_name_are_refused():
    """Two columns of one name cannot be told apart, so the frame is refused."""
    frame = pd.DataFrame([["a", 1, 2]], columns=["id", "n", "n"])

    with pytest.raises(InputError, match="named 'n'"):
        compared(frame, frame)


def test_frames_are_left_as_they_are():
    """Neither side is changed by a comparison."""
    old, new = USERS.copy(), USERS.assign(keys=5)
    before = [frame.to_csv() for frame in (old, new)]

    compared(old, new, key="arn")

    assert before == [frame.to_csv() for frame in (old, new)]
    assert dt.datetime(2026, 1, 1, tzinfo=dt.UTC) == old["created"][0]
