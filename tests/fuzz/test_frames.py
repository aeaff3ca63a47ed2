"""Whatever a user makes of a frame, it is shown, explained, searched and written, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.utils.capture import capture_output

from aibrain_jupyter.shared.frames.view import VIEW
from aibrain_jupyter.widgets.views.frame_view import _VIEWS

from .judge import complaint

STAMP = {"tool": "iam_users", "params": {"service": "iam", "resource": "users"}, "run": "r1"}
SAID = ("x", "\ud800", 3, None, ["x"], {}, {"tool": 3}, {"tool": ["x"]}, {"tool": "\ud800"})
SAID += ({**STAMP, "params": 3}, {**STAMP, "rows": "x", "gaps": [1], "is_demo": "z"})
"""What a frame may say of itself, or of its view."""
CELLS = (None, "x", 3, 1.5, True, pd.NaT, [1], {"a": 1}, object(), b"\xff", 10**5000, "\ud800")


_HUGE = f" {CELLS.index(10**5000)}"


def _filled(cell: Any) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([cell, cell], dtype=object) for name in NAMES})


def _base(**columns: Any) -> pd.DataFrame:
    made = pd.DataFrame({"user_name": ["a", "b"], "tags": [{}, {"x": 1}], **columns})
    made.attrs["aibrain"] = dict(STAMP)
    return made


NAMES = (
    *("run", "started", "tool", "cell", "outcome", "calls", "rows", "gaps", "from_cache", "item"),
    *("is_demo", "is_here", "is_warming", "seconds", "account_id", "call", "columns", "source"),
    *("why", "next", "place", "name", "verdict", "listed", "after", "at", "service", "operation"),
    *("status", "attempts", "page", "bytes", "wire_s", "about", "matched", "answers", "access"),
    *("group", "summary", "failures", "region", "level", "age_s", "expires_in_s", "size_bytes"),
    *("what", "state", "done", "output", "left_out", "not_known", "requests", "throttled"),
)
"""The columns of every view."""


def frames():
    """Yield frames by what is odd about them."""
    for number, said in enumerate(SAID):
        yield f"says {number}", _base().set_flags(), {"aibrain": said}
        yield f"view {number}", _base(), {VIEW: said}
    for view in _VIEWS:
        for number, cell in enumerate(CELLS if view == "answers" else CELLS[:2]):
            yield f"{view} of cell {number}", _filled(cell), {VIEW: view}
    for number, cell in enumerate(CELLS):
        yield f"cell {number}", _base(odd=pd.Series([cell, 1], dtype=object)), {}
        yield f"not known {number}", _base(not_known=pd.Series([cell, "x"], dtype=object)), {}
    yield "reasons", _base(not_known=["garbage;;:,", "a: b: c; : x"]), {}
    yield "twice", _base().set_axis(["a", "a"], axis=1), {}
    yield "names", _base().set_axis([3, None], axis=1), {}
    yield "index", _base().set_index(pd.MultiIndex.from_tuples([(1, 2), (3, 4)])), {}
    yield "labels", _base().set_axis(pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), axis=1), {}
    yield "no rows", _base().iloc[:0], {}
    yield "nothing", pd.DataFrame(), {"aibrain": STAMP}
    yield "wide", pd.DataFrame(np.ones((1, 300))), {"aibrain": STAMP}
    yield "sparse", _base(odd=pd.arrays.SparseArray([1, 2])), {}
    yield "periods", _base(odd=pd.period_range("2026-01", periods=2, freq="M")), {}
    yield "intervals", _base(odd=pd.interval_range(0, 2)), {}


WAYS = {
    "shown": "rows",
    "explained": "rows?",
    "searched": "%aibrain table rows",
    **{
        ending: f"%aibrain export rows rows.{ending} --overwrite"
        for ending in ("xlsx", "csv", "parquet", "json", "jsonl")
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_odd_frames_are_taken_or_refused(shell, way, tmp_path, monkeypatch):
    """Each way a frame goes ends in what it is for, or in an error of ours."""
    monkeypatch.chdir(tmp_path)
    found = []
    for name, frame, said in frames():
        if " of cell" in name and way != "shown":
            continue  # a view is a matter of showing alone
        if name.endswith(_HUGE) and way in ("shown", "searched"):
            continue  # pandas itself has no words for such a number
        frame.attrs.update(said)
        shell.user_ns["rows"] = frame
        with capture_output() as captured:
            error = shell.run_cell(WAYS[way]).error_in_exec
        shown = captured.stdout + captured.stderr
        raw = "Traceback" in shown and "aibrain_jupyter" in shown and not complaint(error)
        if said := complaint(error) or ("a printed traceback" if raw else ""):
            found.append(f"{name}: {said}: {ascii(str(error))[:150]}")

    assert [] == found
