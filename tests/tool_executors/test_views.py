"""What is shown of a result: where, period, tags, flatten. Nothing of it changes what is asked."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NOT_KNOWN, TEXT, TIME, Column
from aibrain_jupyter.tool_executors.views import check_shape, shape

COLUMNS = (
    Column("name", TEXT, ""),
    Column("is_encrypted", FLAG, ""),
    Column("size_gib", COUNT, ""),
    Column("created", TIME, ""),
    Column("policy", NESTED, ""),
    Column("tags", NESTED, ""),
    NOT_KNOWN,
)
ROWS = (
    {
        "name": "a",
        "is_encrypted": True,
        "size_gib": 8,
        "created": "2026-01-01T00:00:00Z",
        "policy": {"Version": "2012", "Statement": [{"Effect": "Allow"}]},
        "tags": {"owner": "ana"},
    },
    {"name": "b", "is_encrypted": False, "created": "2026-03-31T23:59:59Z", "tags": {}},
    {"name": "c", "created": "2026-04-01T00:00:00Z", "not_known": "is_encrypted, tags: denied"},
    {"name": "d", "is_encrypted": False, "size_gib": 5},
)
TARGET = AwsTarget(account="123456789012", region="eu-west-1")


def _shape(**params):
    given = {"date": "created", **params}
    check_shape(COLUMNS, given)
    return shape(ToolResult(frame_of(ROWS, COLUMNS)), TARGET, given)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("not is_encrypted", ["b", "c", "d"]),
        ("is_encrypted", ["a", "c"]),
        ("is_encrypted == False and name != 'c'", ["b", "d"]),
        ("~is_encrypted & size_gib > 6", []),
        ("not (is_encrypted or name == 'b')", ["c", "d"]),
        ("not size_gib > 6", ["d"]),
        ("`is_encrypted` == True", ["a", "c"]),
        ("is_encrypted.isna()", ["c"]),
        ("size_gib > 6 or name == 'b'", ["a", "b"]),
        ("region == 'eu-west-1' and account_id == '123456789012'", ["a", "b", "c", "d"]),
        ("region == 'us-east-1'", []),
    ],
)
def test_where_keeps_matching_rows_and_counts_the_rest(where, names):
    """
    A query keeps the rows it is true for, and those it may be true for: an absent cell is neither
    false nor true, a cell that is not known could be either.
    """
    result = _shape(where=where)

    assert names == result.frame["name"].tolist()
    assert 4 - len(names) == result.left_out
    assert frame_of([], COLUMNS).dtypes.equals(result.frame.dtypes)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("size_gib >", "cannot be read"),
        ("size_gib + 1", "which rows"),
        ("@pd.read_csv('x')", "no Python names"),
        ("name.__class__", "no Python names"),
    ],
)
def test_a_wrong_query_is_refused_before_anything_is_sent(where, words):
    """What pandas cannot read, or what would reach Python, is refused on an empty frame."""
    with pytest.raises(ParameterError, match=words):
        check_shape(COLUMNS, {"where": where})


def test_a_wrong_column_is_named_with_the_nearest():
    """A column a query names and that is not there is refused with the nearest name."""
    with pytest.raises(UnknownNameError, match="'is_encryptd'") as refused:
        check_shape(COLUMNS, {"where": "not is_encryptd and size_gib > 1"})

    assert "Did you mean is_encrypted?" in str(refused.value)


def test_a_period_keeps_its_days_and_the_rows_without_a_date():
    """Both ends belong to the period, in UTC; a row without the date is kept and flagged."""
    result = _shape(period="2026-Q1")

    assert ["a", "b", "d"] == result.frame["name"].tolist()
    assert [True, True, pd.NA] == result.frame["in_period"].tolist()
    assert "boolean" == str(result.frame["in_period"].dtype)
    assert "not_known" == list(result.frame)[-1]
    assert 1 == result.left_out


def test_where_can_leave_out_rows_without_a_date():
    """The flag of a period can be asked for in the same cell."""
    assert ["a", "b"] == _shape(period="2026-Q1", where="in_period").frame["name"].tolist()


def test_what_is_made_of_an_unknown_cell_is_not_known():
    """Columns made of tags that were refused, or of a refused policy, do not read as absent."""
    tagged = _shape(tags=["owner"], where="tag_owner == 'ana'").frame
    flat = _shape(flatten=["tags"]).frame

    assert ["a", "c"] == tagged["name"].tolist()
    assert "is_encrypted, tags, tag_owner: denied" == tagged["not_known"][1]
    assert ["is_encrypted, tags.owner: denied"] == flat["not_known"].dropna().tolist()
    assert frame_of([], COLUMNS)["not_known"].dtype == flat["not_known"].dtype


def test_a_period_needs_a_column_with_a_time():
    """Without a date column, or with a wrong one, the columns with a time are named."""
    with pytest.raises(ParameterError, match="which time"):
        check_shape(COLUMNS, {"period": "2026", "date": ""})
    with pytest.raises(UnknownNameError, match="creatd") as refused:
        check_shape(COLUMNS, {"period": "2026", "date": "creatd"})
    assert "created" in str(refused.value)


def test_tags_become_columns():
    """A tag asked for is a column of text; the mapping stays."""
    frame = _shape(tags=["owner", "env"]).frame

    assert ["ana", "-", "-", "-"] == frame["tag_owner"].fillna("-").tolist()
    assert frame["tag_env"].isna().all()
    assert {"owner": "ana"} == frame["tags"][0]
    assert ["tag_owner", "tag_env", "not_known"] == list(frame)[-3:]


def test_flatten_leaves_no_nested_value():
    """Members of mappings become columns, lists text; other columns stay as they are."""
    frame = _shape(flatten=["all"]).frame

    assert [] == [name for name, dtype in frame.dtypes.items() if str(dtype) == "object"]
    assert '[{"Effect": "Allow"}]' == frame["policy.Statement"][0]
    assert "ana" == frame["tags.owner"][0]
    assert "policy" not in frame
    assert frame["size_gib"].dtype == "Int64"


def test_flatten_loses_no_member_to_a_name():
    """A key with a dot reads like two keys; both values stay."""
    policy = {"a.b": 1, "a": {"b": 2}}
    result = ToolResult(frame_of([{"name": "x", "policy": policy}], COLUMNS))

    frame = shape(result, TARGET, {"flatten": ["policy"]}).frame

    assert [1, 2] == frame[["policy.a.b", "policy.a.b~2"]].iloc[0].tolist()


def test_a_tag_does_not_take_the_name_of_a_column():
    """A tag whose column there is already is refused before anything is sent."""
    with pytest.raises(ParameterError, match="tag_mutability already"):
        check_shape([*COLUMNS, Column("tag_mutability", TEXT, "")], {"tags": ["mutability"]})


def test_flatten_names_unknown_columns():
    """A column to flatten that is not there is refused with the nearest, and with all there are."""
    with pytest.raises(UnknownNameError, match=r"polcy(.|\n)*policy(.|\n)*Columns: "):
        check_shape(COLUMNS, {"flatten": ["polcy"]})


def test_a_period_of_rows_without_a_time():
    """Where nothing has a time the way out is told, too."""
    with pytest.raises(ParameterError, match=r"no column with a time(.|\n)*Leave period= out"):
        check_shape([Column("name", TEXT, "")], {"period": "2026-Q1"})


@pytest.mark.parametrize("where", ["state = 'running'", "size > 1 and state='a'"])
def test_one_equals_sign_is_told(where):
    """The most common slip in a query gets its own next step; text in quotes is not looked at."""
    columns = [Column("state", TEXT, ""), Column("size", COUNT, "")]
    with pytest.raises(ParameterError) as caught:
        check_shape(columns, {"where": where})

    assert "two equals signs" in str(caught.value)
    check_shape(columns, {"where": "state == 'a=b' and size >= 1 and size != 3"})
