"""Answers that travel together are, apart again, exactly what each was."""

from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.cache.problems import DamagedError, NotStorableError
from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter, Said, read, written
from aibrain_jupyter.execution.calls.engines.elsewhere.stacked import MOST_ROWS, stacks_of

RUN, KEY = "aibrain-1", b"k" * 32
MOMENT = dt.datetime(2026, 3, 1, 12, 0, 0, 123457, dt.UTC)


def frame(number, rows=2):
    """A frame with a column of each dtype that tools give."""
    return pd.DataFrame(
        {
            "name": pd.Series([f"n{number}-{row}" for row in range(rows)], dtype="str"),
            "count": pd.array([number, None, 3][:rows], dtype="Int64"),
            "is_on": pd.array([True, None, False][:rows], dtype="boolean"),
            "at": pd.Series([MOMENT + dt.timedelta(days=number)] * rows),
            "share": np.array([number / 7, np.nan, -0.0][:rows]),
            "tags": pd.Series(
                [{"k": [number, None]}, None, decimal.Decimal("1.50")][:rows], dtype=object
            ),
            "kind": pd.Categorical(["b", "a", "b"][:rows], categories=["b", "a"]),
        }
    )


def odd_frames():
    """Frames that have something that others have not."""
    renamed, indexed, noted, named = (frame(9).drop(columns="kind") for _ in range(4))
    renamed = renamed.rename(columns={"name": "other"})
    indexed.index = pd.Index([7, 8])
    noted.attrs["about"] = {"x": 1}
    named.columns.name = "columns"
    numbered, flagged_name = (frame(n).drop(columns="kind") for n in (7, 8))
    numbered.columns.name, flagged_name.columns.name = 1, True
    flagged = frame(9).drop(columns="kind").set_flags(allows_duplicate_labels=False)
    doubled = pd.concat([frame(1)[["name"]], frame(2)[["name"]]], axis=1)
    numbers = pd.DataFrame({0: [1], 1: [2]})
    other_dtype = frame(9).drop(columns="kind").astype({"share": object})
    other_order = frame(3).astype({"kind": pd.CategoricalDtype(["a", "b"])})
    empty, rowless = pd.DataFrame(index=range(3)), frame(1, 0).drop(columns="kind")
    return [
        renamed,
        indexed,
        noted,
        named,
        numbered,
        flagged_name,
        flagged,
        doubled,
        numbers,
        other_dtype,
        other_order,
        empty,
        rowless,
    ]


def through(said):
    """What a letter of it says."""
    return read(written(said, RUN, KEY), RUN, KEY)


def same(one, other):
    """Whether two frames are the same, their labels and what they say of themselves included."""
    pd.testing.assert_frame_equal(one, other, check_index_type="exact", check_column_type="exact")
    assert one.attrs == other.attrs
    assert repr(one.columns.name) == repr(other.columns.name)
    assert type(one.index) is type(other.index)
    assert one.flags.allows_duplicate_labels == other.flags.allows_duplicate_labels
    for label, column in enumerate(one.dtypes):  # cells are compared by more than their value
        if column.kind == "O":
            left, right = one.iloc[:, label].tolist(), other.iloc[:, label].tolist()
            assert [*map(type, left)] == [*map(type, right)]
            assert [*map(repr, left)] == [*map(repr, right)]  # nan is not nan


def test_frames_come_back_exactly():
    """Cells, dtypes, labels, index and order of each frame, whatever it travelled with."""
    plain = [frame(n, n % 4 if n % 4 < 4 else 3).drop(columns="kind") for n in range(14)]
    frames = [one for pair in zip(plain, [*odd_frames(), frame(5)], strict=True) for one in pair]
    found = through([Said(index, {}, one) for index, one in enumerate(frames)])

    assert [*range(len(frames))] == [said.index for said in found]
    for before, after in zip(frames, found, strict=True):
        same(before, after.frame)


def test_frames_of_one_form_are_one():
    """Those that have nothing of their own but rows are written once."""
    stacks, places = stacks_of([frame(n).drop(columns="kind") for n in range(20)])

    assert [40] == [len(whole) for whole, _ in stacks]
    assert [(0, n) for n in range(20)] == places


def test_who_writes_into_a_frame_writes_into_no_other():
    """Rows, labels and index of a frame are its own."""
    frames = [frame(n).drop(columns="kind") for n in range(3)]
    first, second, _ = (
        said.frame
        for said in through([Said(*one) for one in zip(range(3), [{}] * 3, frames, strict=True)])
    )
    for column in ("count", "share", "tags", "name"):
        first[column].array[0] = first[column].array[1]
    first.columns.name = "mine"
    first.index.name = "mine"

    same(frames[1], second)


def test_facts_come_back_exactly():
    """What is known of calls: moments to the microsecond, whatever they have in common."""
    zone = dt.timezone(dt.timedelta(hours=2))
    facts = [
        {"started_at": MOMENT, "requests": "a", "gaps": [], "throttled": 0},
        {"started_at": MOMENT.astimezone(zone), "requests": "b", "gaps": [], "throttled": 0},
        {"started_at": None, "requests": "b", "gaps": [{"why": "x"}], "throttled": False},
        {"cannot": {"what": "no"}},
        {"collected_at": MOMENT + dt.timedelta(microseconds=1)},
        {},
    ]
    found = through([Said(index * 3, one) for index, one in enumerate(facts)])

    assert facts == [said.facts for said in found]
    assert [zone, dt.UTC] == [found[n].facts["started_at"].tzinfo for n in (1, 0)]
    assert False is found[2].facts["throttled"]


@pytest.mark.parametrize("values", [(1, True), (1, 1.0), (0.0, -0.0)])
@pytest.mark.parametrize("inside", [lambda x: x, lambda x: [x], lambda x: {"k": [{"l": x}]}])
def test_facts_that_only_look_the_same_stay_apart(values, inside):
    """What is equal and of another type or sign is not written once for both calls."""
    facts = [inside(value) for value in (*values, values[0])]
    found = through([Said(index, {"x": one}) for index, one in enumerate(facts)])

    assert [*map(repr, facts)] == [repr(said.facts["x"]) for said in found]


@pytest.mark.parametrize("moment", range(0, 4_000_000_000, 123_456_789))
def test_each_microsecond_is_kept(moment):
    """Moments of UTC go as seconds and come back as the same microsecond."""
    some = [
        dt.datetime.fromtimestamp(moment, dt.UTC).replace(microsecond=n)
        for n in range(0, 10**6, 9_973)
    ]
    found = through([Said(index, {"started_at": one}) for index, one in enumerate(some)])

    assert some == [said.facts["started_at"] for said in found]


def test_a_letter_of_others_is_refused():
    """One that was cut, changed, of other calls, of another run or under another key."""
    letter = written([Said(1, {}, frame(1)), Said(2, {})], RUN, KEY)
    others = [
        (letter._replace(container=letter.container[:-1]), RUN, KEY),
        (letter._replace(container=letter.container[:-1] + b"x"), RUN, KEY),
        (Letter([1], letter.container), RUN, KEY),
        (Letter([2, 1], letter.container), RUN, KEY),
        (letter, "aibrain-2", KEY),
        (letter, RUN, b"o" * 32),
    ]
    for one in others:
        with pytest.raises(DamagedError):
            read(*one)


def test_what_cannot_be_written_is_said():
    """A cell that would not come back exactly is refused, and large frames go alone."""
    with pytest.raises(NotStorableError):
        written([Said(0, {}, pd.DataFrame({"x": pd.Series([object()], dtype=object)}))], RUN, KEY)

    assert Said(0, {}, frame(0, 1).iloc[[0] * (MOST_ROWS + 1)]).goes_alone
    assert not Said(0, {}, frame(0)).goes_alone
