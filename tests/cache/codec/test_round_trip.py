"""What comes back from disk is what was stored, in value, type and dtype."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import math
import uuid
import warnings
import zoneinfo

import numpy as np
import pandas as pd
import pytest
from dateutil.tz import tzutc

from aibrain_jupyter.advanced_cache import CacheWarning

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
MOMENTS = pd.to_datetime(["2024-01-31 09:00:00.123456", None, "2026-11-22"], format="ISO8601")

COLUMNS = {
    **{
        kind: np.array([0, 1, 3], dtype=kind)
        for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c16", "?")
    },
    "big endian": np.array([1, 2, 3], dtype=">i4"),
    "float extremes": [math.nan, -0.0, math.inf],
    "int extremes": [2**63 - 1, -(2**63), 0],
    **{
        kind: pd.array([1, None, 0], dtype=kind)
        for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
    },
    "Float32": pd.array([1.5, None, 0], dtype="Float32"),
    "Float64": pd.array([0.1, None, -0.0], dtype="Float64"),
    "boolean": pd.array([True, None, False], dtype="boolean"),
    "str": pd.array(["a", None, "ü 漢 🙂"], dtype="str"),
    "string": pd.array(["a", None, ""], dtype="string"),
    "str with NUL": pd.array(["a\x00b", None, ""], dtype="str"),
    "str python": pd.array(["a", None, ""], dtype=pd.StringDtype("python", na_value=np.nan)),
    "string python": pd.array(["a", None, ""], dtype=pd.StringDtype("python")),
    "object text": pd.Series(["a", None, "b"], dtype=object),
    "object missing": pd.Series([None, math.nan, pd.NA], dtype=object),
    "object NaT": pd.Series([pd.NaT, None, "x"], dtype=object),
    "object numbers": pd.Series([1, 1.0, True], dtype=object),
    "object big": pd.Series([2**100, -(2**70), 5], dtype=object),
    "object numpy": pd.Series([np.int64(1), np.float32(0.1), np.bool_(True)], dtype=object),
    "object moments": pd.Series(
        [pd.Timestamp("2024-01-01", tz=BERLIN), pd.Timestamp("2024"), dt.timedelta(1)],
        dtype=object,
    ),
    **{f"datetime {unit}": MOMENTS.as_unit(unit) for unit in ("s", "ms", "us", "ns")},
    "utc": MOMENTS.tz_localize("UTC"),
    "datetime.UTC": MOMENTS.tz_localize(dt.UTC).as_unit("s"),
    "Berlin": MOMENTS.tz_localize(BERLIN),
    "fixed": MOMENTS.tz_localize(dt.timezone(dt.timedelta(hours=-5, minutes=-30))),
    "tzutc": MOMENTS.tz_localize(tzutc()),
    **{
        f"timedelta {unit}": pd.to_timedelta([1, None, -5], unit="s").as_unit(unit)
        for unit in ("s", "ms", "us", "ns")
    },
    "categories": pd.Categorical(["b", None, "a"], categories=["c", "b", "a"], ordered=True),
    "int categories": pd.Categorical([2, 1, 2]),
    "moment categories": pd.Categorical(MOMENTS),
    "lists": [["a", {"b": [1, None]}], [], None],
    "dicts": [{"Key": "a", "Value": 1.5}, {}, {"$": "dict", "v": [1]}],
    "mixed nested": [{1: "a", (1, 2): b"\x00\xff"}, ("a", ["b"]), {"x", "y"}],
    "nested times": [
        {"at": dt.datetime(2024, 1, 1, tzinfo=tzutc()), "day": dt.date(2024, 1, 1)},
        [dt.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN), dt.timedelta(-1, 5, 7)],
        [dt.datetime.fromisoformat("2024-01-01"), dt.time(9, 30, 0, 5, tzinfo=dt.UTC)],
    ],
    "nested others": [
        {"n": decimal.Decimal("1.10"), "nan": math.nan, "id": uuid.UUID(int=5)},
        {"na": pd.NA, "nat": pd.NaT, "ts": pd.Timestamp("2024-01-01T00:00:00.000000001")},
        [np.float64(0.1), np.uint8(1), frozenset({1}), dt.time(9)],
    ],
}

INDEXES = {
    "range": pd.RangeIndex(5, 11, 2, name="n"),
    "int": pd.Index([3, 1, 2], dtype="int32"),
    "text": pd.Index(["a", "b", "a"], name=("x", 1)),
    "mixed": pd.Index([1, "a", None], dtype=object),
    "moments": pd.date_range("2024-01-01", periods=3, freq="D", tz="UTC"),
    "durations": pd.timedelta_range("1h", periods=3, freq="h"),
    "categories": pd.CategoricalIndex(["a", "b", "a"]),
}


@pytest.fixture
def through_disk(open_cache, key):
    """Store in one process, as it were, and read in the next."""

    def go(value):
        with warnings.catch_warnings():
            warnings.simplefilter("error", CacheWarning)
            open_cache().store(key, value, meta={}, ttl=60)
            entry = open_cache().look_up(key, max_age=60)
        assert "disk" == entry.source
        return entry.value

    return go


def exact(value):
    """Return `value` with the type of everything in it, for comparison."""
    kind = type(value)
    if isinstance(value, dict):
        return kind, [(exact(k), exact(v)) for k, v in value.items()]
    if isinstance(value, (list, tuple)):
        return kind, [exact(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return kind, sorted(map(repr, value))
    return kind, repr(value), getattr(value, "unit", None)


def assert_same(expected: pd.DataFrame, actual: pd.DataFrame) -> None:
    pd.testing.assert_index_equal(expected.index, actual.index, exact=True)
    pd.testing.assert_index_equal(expected.columns, actual.columns, exact=True)
    assert getattr(expected.index, "freq", None) == getattr(actual.index, "freq", None)
    assert list(map(repr, expected.dtypes)) == list(map(repr, actual.dtypes))
    assert exact(expected.to_numpy(dtype=object).tolist()) == exact(
        actual.to_numpy(dtype=object).tolist()
    )
    assert exact(list(expected.index.names)) == exact(list(actual.index.names))
    assert type(expected.index) is type(actual.index)
    assert exact(expected.attrs) == exact(actual.attrs)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns(through_disk, name):
    """Every dtype comes back, whole, empty and long enough for several pieces."""
    frame = pd.DataFrame({name: COLUMNS[name]})

    assert_same(frame, through_disk(frame))
    assert_same(frame.iloc[:0], through_disk(frame.iloc[:0]))
    long = pd.concat([frame] * 700, ignore_index=True)
    assert_same(long, through_disk(long))


@pytest.mark.parametrize("name", INDEXES)
def test_indexes(through_disk, name):
    """Every kind of index comes back as rows and as column labels."""
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [[1], [2], [3]]})

    assert_same(frame.set_axis(INDEXES[name]), through_disk(frame.set_axis(INDEXES[name])))
    wide = pd.DataFrame([[1, "a", [1]]], columns=INDEXES[name])
    assert_same(wide, through_disk(wide))


TEXTS = {
    "begin alike": ["arn:aws:iam::1:user/ana", "arn:aws:iam::1:user/", "arn:aws:iam::1:user/bob"],
    "all alike": ["same"] * 3,
    "begin alike with NUL": ["a\x00b", "a\x00c", "a\x00d"],
    "NUL and missing": ["a\x00b", None, ""],
    "one": ["only"],
    "none": [None, None],
    "empty": ["", "", None],
    "few": ["eu-west-1", "eu-west-3", None] * 300,
    "more than a byte counts": [f"team-{n % 300}" for n in range(900)],
    "wide": ["漢字", "漢", "漢🙂"],
}


@pytest.mark.parametrize("dtype", ["str", "string", "object"])
@pytest.mark.parametrize("name", TEXTS)
def test_texts(through_disk, name, dtype):
    """Texts come back whole, whatever they have in common and whatever is in them."""
    frame = pd.DataFrame({"a": pd.Series(TEXTS[name], dtype=dtype)})

    assert_same(frame, through_disk(frame))


def test_duplicate_labels_attrs_and_flags(through_disk):
    """Columns of the same name, notes on the frame and its flag are kept."""
    frame = pd.DataFrame([[1, "a", {"k": 1}]], columns=["x", "x", "x"])
    frame.attrs = {"source": {"at": dt.datetime(2024, 1, 1, tzinfo=dt.UTC)}, 1: ("a",)}
    strict = pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)

    assert_same(frame, through_disk(frame))
    assert not through_disk(strict).flags.allows_duplicate_labels


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame(columns=["a", "b"]),
        pd.DataFrame(index=["x", "y"]),
    ],
    ids=["nothing", "no rows", "no columns"],
)
def test_empty_frames(through_disk, frame):
    """A frame without rows or columns keeps its shape and dtypes."""
    assert_same(frame, through_disk(frame))


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, 1.5, "", "ü", [], {}, (), [1, [2, {"a": None}]], -0.0, math.inf),
        {"Users": [{"CreateDate": dt.datetime(2024, 1, 1, tzinfo=tzutc()), "n": 2**80}]},
        {"$": "tuple", "v": [1]},
        list(range(5000)),
    ],
    ids=lambda v: repr(v)[:30],
)
def test_json_like_values(through_disk, value):
    """Records come back with their types, whatever their names are."""
    assert exact(value) == exact(through_disk(value))


class Colour(enum.Enum):
    RED = 1


UNSTORABLE = {
    "sparse": pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])}),
    "enum in a cell": pd.DataFrame({"a": [[Colour.RED], None]}),
    "ordered dict": pd.DataFrame({"a": [collections.OrderedDict(b=[1])]}),
    "text subclass": {"a": type("Name", (str,), {})("x")},
    "half a surrogate pair": {"a": "\ud83d"},
    "number of 5 000 digits": {"a": 10**5000},
    "own attrs": pd.DataFrame({"a": [1]}),
    "own business days": pd.DataFrame(
        {"a": [1, 2]},
        index=pd.date_range("2024-01-02", periods=2, freq=pd.offsets.CDay(holidays=["2020-01-01"])),
    ),
    "series": pd.Series([1, 2]),
    "interval": pd.DataFrame({"a": pd.arrays.IntervalArray.from_breaks([0, 1, 2])}),
    "period": pd.DataFrame({"a": pd.PeriodIndex(["2024-01", None], freq="M")}),
    "index of levels": pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("a", 1)])),
    "complex in a cell": pd.DataFrame({"a": [[1j], []]}),
    "time of numpy": pd.DataFrame({"a": pd.Series([np.datetime64("2024", "D")], dtype=object)}),
}
UNSTORABLE["own attrs"].attrs["colour"] = Colour.RED


def store_twice(cache, key, value):
    for _ in range(2):
        cache.store(key, value, meta={}, ttl=60)


@pytest.mark.parametrize("name", UNSTORABLE)
def test_what_cannot_be_exact_stays_in_memory(cache, open_cache, key, name):
    """It is answered from memory, is not on disk, and says so once for the tool."""
    value = UNSTORABLE[name]

    with pytest.warns(CacheWarning, match="Results of aws_export are kept in memory only") as seen:
        store_twice(cache, key, value)

    assert 1 == len(seen)
    kept = cache.look_up(key, max_age=60).value
    assert type(value) is type(kept)
    assert str(value) == str(kept) if name != "number of 5 000 digits" else value == kept
    assert open_cache().look_up(key, max_age=60) is None


def test_an_older_entry_does_not_outlive_one_that_cannot_be_stored(cache, open_cache, key):
    """After a restart there is a miss, not the value before the last."""
    cache.store(key, {"version": "old"}, meta={}, ttl=60)
    with pytest.warns(CacheWarning):
        cache.store(key, {"version": Colour.RED}, meta={}, ttl=60)

    assert open_cache().look_up(key, max_age=60) is None


def test_what_cannot_even_be_copied_is_not_kept(cache, key):
    """A value with a lock in it is no hit and no exception."""
    import threading

    with pytest.warns(CacheWarning, match="not kept"):
        cache.store(key, {"lock": threading.Lock()}, meta={}, ttl=60)

    assert cache.look_up(key, max_age=60) is None


def test_meta_comes_back(cache, open_cache, key):
    """What was stored beside the value is there with its types, from memory and from disk."""
    meta = {"operations": {"iam:ListUsers": 2}, "at": dt.datetime(2024, 1, 1, tzinfo=dt.UTC)}
    cache.store(key, [1], meta=meta, ttl=60)

    assert meta == cache.look_up(key, max_age=60).meta
    assert meta == open_cache().look_up(key, max_age=60).meta
