"""Slips of whoever saves, samples and decides end in errors of ours, and leave nothing behind."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.codes import Code, change_codes
from aibrain_jupyter.evidence.decisions.exclusions import exclude, lift
from aibrain_jupyter.evidence.decisions.retention import hold, purge, retain
from aibrain_jupyter.evidence.decisions.states import take_code_step, take_step
from aibrain_jupyter.evidence.samples.draws import Draw, save_sample
from aibrain_jupyter.evidence.samples.sampling import size_for
from aibrain_jupyter.evidence.samples.test_sheets import KEY, read_sheet, sheet_of
from aibrain_jupyter.evidence.saving.attaching import attach_file
from aibrain_jupyter.evidence.saving.card import card_part
from aibrain_jupyter.evidence.saving.reading import rows_of
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import Times
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.writers.export import export_frame
from tests.evidence.conftest import save

NOW = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
SAVING = Saving("rows", [], Times("moment", NOW, NOW, NOW, NOW))


def _save(store, frame, key=("a",), **sections):
    with store.draft("rows") as draft:
        saving = Saving("rows", [], SAVING.times, key=key)
        return save_frame(store, draft, frame, saving, sections)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": ["line\u2028separator", "next\x85line", "\x0b", "\x0c", "\x1c"]}),
        pd.DataFrame({("a", "b"): [1, 2], "a": [1, 2]}),
        pd.DataFrame({"a": [1, 2], 3: [4, 5], None: [6, 7]}),
        pd.DataFrame({"a": pd.arrays.SparseArray([1, 2])}),
        pd.DataFrame({"a": pd.interval_range(0, 2)}),
    ],
)
def test_odd_frames_come_back(store, frame):
    """Whatever characters cells have and however columns are named, all rows can be read."""
    found = rows_of(_save(store, frame))
    named = frame.set_axis([*map(str, frame.columns)], axis=1)
    assert [*named.columns] == [*found.columns]
    for name in named:
        assert [*named[name].astype(str)] == [*found[name].astype(str)]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=["a", "a"]).iloc[:0],
        pd.DataFrame([[1, 2, 3]], columns=["a", 1, "1"]),
        pd.DataFrame({"a": [b"x", b"\xff"]}),
        pd.DataFrame({"a": ["x"], "b": pd.Series(["half a pair: \ud800"], dtype=object)}),
    ],
)
def test_frames_no_file_can_hold_are_refused(store, frame):
    """Double names, keys of bytes and half characters end in an error of ours, unsaved."""
    with pytest.raises(AibrainError):
        _save(store, frame)
    assert [] == store.items()
    assert [] == [*(store.folder / "drafts").iterdir()]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_sheet_with_times_and_formulas_is_read_back(store, tmp_path, ending):
    """Columns that a file names or quotes otherwise are no attributes; cells are the sample's."""
    times = pd.to_datetime(["2026-01-01", "2026-02-02"], utc=True)
    frame = pd.DataFrame({"a": ["=1+1", "-x"], "created": times})
    sample = save_sample(store, _save(store, frame, is_demo=True), Draw(n=2, seed="s"), SAVING)
    sheet = sheet_of(sample, ["approved"]).assign(approved="pass")
    export_frame(
        sheet.assign(created=sheet["created"] + pd.Timedelta(days=9)), tmp_path / f"s.{ending}"
    )

    rows, attributes, counts = read_sheet(sample, tmp_path / f"s.{ending}")

    assert (["approved"], {"approved": {"pass": 2}}) == (attributes, counts)
    assert rows_of(sample).equals(rows[["a", "created"]])
    assert {KEY, "approved"} <= {*rows}


def test_decisions_need_what_they_say(store):
    """Blank reasons, no code, no basis and numbers that are none are refused, unwritten."""
    item = save(store, "one", codes=())
    exclude(store, {"region": "x"}, "why", "who")
    before = store.ledger.last()
    for slip in (
        lambda: take_step(store, item, "reject", reason=" "),
        lambda: take_code_step(store, item, "deliver"),
        lambda: change_codes(store, item),
        lambda: retain(store, item, dt.date(2030, 1, 1), " "),
        lambda: lift(store, "x", " "),
        lambda: size_for(0, 0.05, 0.1),
        lambda: size_for(100, 5, 0.1),
        lambda: size_for(100, 0.05, 1),
        lambda: exclude(store, {}, "why", "who"),
        lambda: exclude(store, {"region": " "}, "why", "who"),
        lambda: exclude(store, {"region": "y"}, " ", "who"),
        lambda: exclude(store, {"region": "y"}, "why", ""),
    ):
        with pytest.raises(AibrainError):
            slip()
    assert before == store.ledger.last()


def test_nothing_is_decided_about_a_purged_item(store):
    """A tombstone is neither held, kept longer nor given codes."""
    item = save(store, "one")
    retain(store, item, dt.date(2020, 1, 1), "test")
    purge(store, item.id, "past its time")
    item = store.item(item.id)
    for slip in (
        lambda: hold(store, item, "why"),
        lambda: retain(store, item, dt.date(2030, 1, 1), "test"),
        lambda: change_codes(store, item, add=[Code.parse("RFI-9")]),
    ):
        with pytest.raises(AibrainError, match="was purged"):
            slip()


def test_endings_of_attached_files_fit_every_disk(store, tmp_path):
    """What follows the dot is cut and made plain; a user that is not known is no file."""
    (tmp_path / ("p.a:日" + "b" * 40)).write_text("x")
    file = str(next(tmp_path.glob("p.*")))
    item = attach_file(store, file, SAVING, source="x", said_by="y")
    assert [f"p.a-{'b' * 10}"] == [path.name for path in (item.folder / "files").iterdir()]
    for slip in ("~nobodyknows/x.png", "x" * 500):
        with pytest.raises(AibrainError, match="no file"):
            attach_file(store, slip, SAVING, source="x", said_by="y")


def test_a_card_in_a_notebook_leaves_the_page_as_it_is(store):
    """What is shown styles itself alone: a rule for every table would bend all other cells."""
    item = _save(store, pd.DataFrame({"a": [1]}))
    shown = card_part(item.manifest(), "1:0")
    rules = re.findall(r"([^{};>]+)\{", shown.split("<style>")[1].split("</style>")[0])

    selectors = [s.strip() for rule in rules for s in rule.split(",") if "@media" not in rule]
    assert len(selectors) > 5
    assert [] == [s for s in selectors if not s.startswith(".aibrain-card")]
