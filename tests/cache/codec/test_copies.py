"""Whatever a user does to a frame they were given, the cache stays as it was."""

from __future__ import annotations

import copy
import gc
import itertools
import pickle
import sys
import threading

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.advanced_cache import CacheKey, CacheWarning
from aibrain_jupyter.shared.error_handler import CacheError

# pandas announces the end of ``inplace``; as long as it is there, it must do no harm.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")


def make_frame() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "n": [1, 2, 3],
            "f": [0.5, 1.5, 2.5],
            "ok": [True, False, True],
            "name": ["ana", "bob", "eve"],
            "masked": pd.array([1, None, 3], dtype="Int64"),
            "team": pd.Categorical(["red", "blue", "red"]),
            "at": pd.to_datetime(["2024-01-31", "2024-02-01", None]).tz_localize("UTC"),
            "note": pd.Series(["x", None, 5], dtype=object),
            "tags": [["a"], ["b", "c"], []],
            "policy": [{"s": [{"k": 1}]}, {"s": []}, {"t": {"u": ["v"]}}],
        },
        index=pd.Index(["r1", "r2", "r3"], name="row"),
    )
    frame.attrs = {"source": {"regions": ["eu-west-1"]}}
    return frame


def force(array) -> np.ndarray:
    """The array with its read-only flag switched off, as a determined user does it."""
    values = np.asarray(array)
    values.flags.writeable = True
    return values


def set_item(column, position, value):
    return lambda frame: frame[column].array.__setitem__(position, value)


MUTATIONS = {
    "loc": lambda f: f.__setitem__("n", 0),
    "loc cell": lambda f: f.loc.__setitem__(("r1", "n"), 99),
    "iloc cell": lambda f: f.iloc.__setitem__((0, 3), "zed"),
    "at": lambda f: f.at.__setitem__(("r1", "name"), "zed"),
    "iat": lambda f: f.iat.__setitem__((0, 1), -1.0),
    "loc mask": lambda f: f.loc.__setitem__((f["n"] > 1, "n"), 0),
    "new column": lambda f: f.__setitem__("new", 1),
    "insert": lambda f: f.insert(0, "new", 1),
    "pop": lambda f: f.pop("n"),
    "del": lambda f: f.__delitem__("tags"),
    "drop inplace": lambda f: f.drop(columns=["n"], inplace=True),
    "drop rows inplace": lambda f: f.drop(index=["r1"], inplace=True),
    "rename inplace": lambda f: f.rename(columns={"n": "m"}, inplace=True),
    "sort inplace": lambda f: f.sort_values("n", ascending=False, inplace=True),
    "reset_index inplace": lambda f: f.reset_index(inplace=True),
    "set_index inplace": lambda f: f.set_index("n", inplace=True),
    "fillna inplace": lambda f: f.fillna({"note": "filled"}, inplace=True),
    "replace inplace": lambda f: f.replace({"ana": "zed"}, inplace=True),
    "columns": lambda f: setattr(f, "columns", list("abcdefghij")),
    "index": lambda f: setattr(f, "index", [7, 8, 9]),
    "index name": lambda f: setattr(f.index, "name", "other"),
    "columns name": lambda f: setattr(f.columns, "name", "other"),
    "update": lambda f: f.update(pd.DataFrame({"n": [7]}, index=["r1"])),
    "eval inplace": lambda f: f.eval("n = n * 2", inplace=True),
    "array int": set_item("n", 0, 99),
    "array float": set_item("f", 0, 99.0),
    "array bool": set_item("ok", 0, False),
    "array text": set_item("name", 0, "zed"),
    "array masked": set_item("masked", 0, 99),
    "array category": set_item("team", 0, "blue"),
    "array moment": set_item("at", 0, pd.Timestamp("1999", tz="UTC")),
    "array object": set_item("note", 0, "zed"),
    "array nested": set_item("tags", 0, "zed"),
    "forced numbers": lambda f: force(f["n"].values).__setitem__(0, 99),
    "forced floats": lambda f: force(f["f"].to_numpy()).__setitem__(0, 99.0),
    "forced objects": lambda f: force(f["note"].values).__setitem__(0, "zed"),
    "forced text": lambda f: force(f["name"].array._ndarray).__setitem__(0, "zed"),
    "forced codes": lambda f: force(f["team"].array.codes).__setitem__(0, 0),
    "forced mask": lambda f: force(f["masked"].array._mask).__setitem__(0, True),
    "category labels": lambda f: force(f["team"].cat.categories.values).__setitem__(0, "zed"),
    "category array": lambda f: f["team"].cat.categories.array.__setitem__(0, "zed"),
    "forced index": lambda f: force(f.index.array._ndarray).__setitem__(0, "zed"),
    "forced labels": lambda f: force(f.columns.array._ndarray).__setitem__(0, "zed"),
    "index categories": lambda f: force(f.index.categories.values).__setitem__(0, "zed"),
    "index labels": lambda f: f.index.array.__setitem__(0, "zed"),
    "column labels": lambda f: f.columns.array.__setitem__(0, "zed"),
    "list append": lambda f: f["tags"].iloc[0].append("zed"),
    "list in a row": lambda f: next(f.itertuples()).tags.append("zed"),
    "list through to_dict": lambda f: f.to_dict("records")[0]["tags"].append("zed"),
    "list through apply": lambda f: f["tags"].apply(lambda tags: tags.append("zed")),
    "dict item": lambda f: f["policy"].iloc[0].__setitem__("zed", 1),
    "deep dict": lambda f: f["policy"].iloc[0]["s"][0].__setitem__("k", 99),
    "dict through explode": lambda f: f.explode("tags")["policy"].iloc[0].update(zed=1),
    "deep clear": lambda f: f["policy"].iloc[2]["t"].clear(),
    "list through values": lambda f: f.values[1][8].clear(),
    "attrs": lambda f: f.attrs.__setitem__("zed", 1),
    "deep attrs": lambda f: f.attrs["source"]["regions"].append("zed"),
    "flags": lambda f: setattr(f.flags, "allows_duplicate_labels", False),
}


def fingerprint(frame):
    return (
        frame.to_dict("records"),
        frame.index.tolist(),
        getattr(frame.index, "categories", pd.Index([])).tolist(),
        frame.index.name,
        frame.columns.tolist(),
        frame.columns.name,
        frame.dtypes.map(repr).tolist(),
        frame["team"].cat.categories.tolist() if "team" in frame else None,
        frame.attrs,
        frame.flags.allows_duplicate_labels,
    )


# Nested and categorical columns are filled in anew, the rest is copied as a whole.
FRAMES = {
    "nested": make_frame,
    "flat": lambda: make_frame().drop(columns=["tags", "policy", "team"]),
    "counted rows": lambda: make_frame().reset_index(drop=True),
    "rows by category": lambda: make_frame().set_axis(pd.CategoricalIndex(["r1", "r2", "r3"])),
}


def try_it(mutate, frame):
    try:
        mutate(frame)
    except (AttributeError, ValueError, TypeError, KeyError, IndexError):
        # Not every way exists for every frame and pandas; the cache must hold anyway.
        return


ATTEMPTS = [
    (name, kind)
    for name in MUTATIONS
    for kind in FRAMES
    if kind in ("nested", "flat") or "index" in name
]


@pytest.mark.parametrize(("name", "kind"), ATTEMPTS)
def test_a_returned_frame_is_the_users_own(cache, open_cache, key, name, kind):
    """After the mutation the next hit, from each level, is as the frame was when stored."""
    stored = FRAMES[kind]()
    expected = repr(fingerprint(stored))
    cache.store(key, stored, meta={}, ttl=60)
    restarted = open_cache()

    try_it(MUTATIONS[name], stored)
    for look_up in (cache.look_up, restarted.look_up, restarted.look_up, restarted.look_up):
        found = look_up(key, max_age=60).value
        assert expected == repr(fingerprint(found))
        try_it(MUTATIONS[name], found)

    assert expected == repr(fingerprint(cache.look_up(key, max_age=60).value))


@pytest.mark.parametrize("kind", ["nested", "flat", "rows by category"])
def test_a_returned_frame_is_writable(cache, open_cache, key, kind):
    """No part of a hit is read-only, from either level."""
    cache.store(key, FRAMES[kind](), meta={}, ttl=60)
    restarted = open_cache()

    for look_up in (cache.look_up, restarted.look_up, restarted.look_up):
        found = look_up(key, max_age=60).value
        found.loc["r1", "n"] = 9
        found.loc["r1", "name"] = "zed"
        found.loc["r1", "masked"] = 9
        found.loc["r1", "at"] = pd.Timestamp("1999", tz="UTC")
        found["f"].array[0] = 9.0
        found["new"] = 1
        assert [9, "zed", 9] == found.loc["r1", ["n", "name", "masked"]].tolist()


def test_nested_records_are_the_users_own(cache, open_cache, key):
    """JSON-like results and what is stored with them are handed out as copies, too."""
    value = {"Users": [{"Tags": ["a"]}]}
    meta = {"gaps": []}
    expected = copy.deepcopy(value)
    cache.store(key, value, meta=meta, ttl=60)
    value["Users"][0]["Tags"].append("zed")
    meta["gaps"].append("zed")
    restarted = open_cache()

    for look_up in (cache.look_up, restarted.look_up, restarted.look_up, restarted.look_up):
        entry = look_up(key, max_age=60)
        assert expected == entry.value
        assert {"gaps": []} == entry.meta
        entry.value["Users"][0]["Tags"].append("zed")
        entry.meta["gaps"].append("zed")


def test_a_hit_is_a_plain_frame(cache, key):
    """A hit can be pickled and sent to a worker process."""
    cache.store(key, make_frame(), meta={}, ttl=60)

    found = cache.look_up(key, max_age=60).value

    assert repr(fingerprint(make_frame())) == repr(fingerprint(pickle.loads(pickle.dumps(found))))


class _Holder:
    """An object that is copied and not written."""

    def __init__(self, held):
        self.held = held


def _framed(attrs=None, cell=0):
    made = pd.DataFrame({"a": [cell]})
    made.attrs = attrs or {}
    return made


HOLD = {
    "lists": list,
    "tuples": tuple,
    "mappings": lambda pair: {"a": pair[0], "b": pair[1]},
    "mappings by number": lambda pair: {1: pair[0], 2: pair[1]},
    "sets in tuples": lambda pair: (frozenset(pair[:1]), frozenset(pair[1:])),
}
WRITTEN = {"alone": lambda value: value, "in a cell": lambda value: _framed(cell=value)}
COPIED = {
    "beside an object": lambda value: (_Holder(1), value),
    "in an object": _Holder,
    "in an object with a lock": lambda value: _Holder((threading.Lock(), value)),
    "in a frame's attrs": lambda value: _framed(attrs={"a": value}),
    "in an object in attrs": lambda value: _framed(attrs={"a": _Holder(value)}),
}
"""Where a value is copied and not written; a copy goes again and again through tuples only."""
CASES = [
    *((hold, WRITTEN[where]) for hold in HOLD for where in WRITTEN),
    *(("tuples", COPIED[where]) for where in COPIED),
]
NAMES = [*(f"{hold} {where}" for hold in HOLD for where in WRITTEN), *COPIED]


def _doubled(hold):
    value = "x"
    for _ in range(40):
        value = hold([value, value])
    return value


@pytest.fixture
def few_calls():
    """Stop a test that makes more calls than a value of few parts can need."""
    calls = itertools.count()

    def count(frame, event, argument):
        if event == "call" and next(calls) > 100_000:
            sys.setprofile(None)
            pytest.fail("it is gone through again and again")

    gc.disable()  # the finalizers of others are no calls of this
    sys.setprofile(count)
    yield
    sys.setprofile(None)
    gc.enable()


@pytest.mark.parametrize(("hold", "place"), CASES, ids=NAMES)
def test_a_value_that_repeats_its_parts_without_end_is_not_kept(cache, few_calls, hold, place):
    """Forty doublings are forty objects, and 10**12 written out: refused after few steps."""
    with pytest.warns(CacheWarning, match=r"repeats its own parts"):
        cache.set("k", place(_doubled(HOLD[hold])))
    assert cache.get("k") is None


@pytest.mark.parametrize("hold", ["lists", "tuples", "mappings", "sets in tuples"])
def test_it_is_no_key_either(hold):
    """What a key is made of is counted."""
    with pytest.raises(CacheError, match=r"more than 100,000 values"):
        CacheKey("t", params={"a": _doubled(HOLD[hold])})


def test_objects_that_share_lists_are_kept(cache):
    """A copy goes through each list once, however many hold it."""
    with pytest.warns(CacheWarning, match="in memory only"):
        cache.set("k", _Holder(_doubled(list)))

    found = cache.get("k").held
    assert found[0] is found[1]


def test_rows_that_share_a_part_are_kept(cache, open_cache):
    """A document that many rows hold is no endless value."""
    document = [{"Action": ["a", "b"]}] * 10
    cache.set("k", [{"document": document}] * 5000)

    assert [{"document": document}] * 5000 == open_cache().get("k")
