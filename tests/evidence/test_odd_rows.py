"""Rows that look like ours: what a frame calls its columns changes nothing of what is kept."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.exclusions import exclude
from aibrain_jupyter.evidence.samples.draws import Draw, save_sample
from aibrain_jupyter.evidence.samples.test_sheets import read_sheet, sheet_of
from aibrain_jupyter.evidence.saving.attaching import attach_file
from aibrain_jupyter.evidence.saving.card import card_html, card_text
from aibrain_jupyter.evidence.saving.reading import rows_of
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import Times
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.writers.export import export_frame

NOW = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
TIMES = Times("moment", NOW, NOW, NOW, NOW)
SAMPLE = Saving("Sample", [], TIMES, kind="sample")


def _save(store, frame, key=("a",), title="rows", **more):
    with store.draft(title) as draft:
        return save_frame(store, draft, frame, Saving(title, [], TIMES, key=key, **more), {})


def test_a_column_of_its_own_excludes_no_row(store):
    """A provider's ``excluded`` is data: it is kept beside the mark, and rows are drawn."""
    frame = pd.DataFrame({"a": [1, 2, 3], "excluded": [True, False, False]})
    exclude(store, {"a": "3"}, "a sandbox", "CISO")

    item = _save(store, frame)
    sample = save_sample(store, item, Draw(n=9, seed="s"), SAMPLE)

    rows = rows_of(item)
    assert [True, False, False] == rows["excluded (own)"].tolist()
    assert [True, True, False] == rows["excluded"].isna().tolist()
    assert {1, 2} == {*rows_of(sample)["a"]}
    assert 1 == sample.manifest()["sample"]["population"]["excluded"]


def test_groups_keep_their_names(store):
    """An index that says something is among the rows that come back, and may be the key."""
    counts = pd.DataFrame({"account": ["1", "1", "2"]}).groupby("account").size().to_frame("users")

    assert [["1", 2], ["2", 1]] == rows_of(_save(store, counts, ("account",))).values.tolist()


def test_columns_of_a_sheet_do_not_cover_those_of_the_sample(store, tmp_path):
    """A sample that has a note, a reference and a key of these names keeps them."""
    frame = pd.DataFrame({"a": [1], "note": ["mine"], "reference": ["R1"], "sample_key": ["k"]})
    sample = save_sample(store, _save(store, frame), Draw(n=1, seed="s"), SAMPLE)
    sheet = sheet_of(sample, ["approved"]).assign(approved="pass", note="theirs")
    export_frame(sheet, tmp_path / "sheet.csv")

    rows, attributes, _ = read_sheet(sample, tmp_path / "sheet.csv")

    assert ["approved"] == attributes
    said = rows[["note", "note (own)", "reference (own)", "sample_key (own)"]].iloc[0]
    assert ["theirs", "mine", "R1", "k"] == said.tolist()


def test_keys_that_read_alike_are_told_apart(store, tmp_path):
    """What stands in two columns is no other row's key, in a file of keys, a sheet, or a group."""
    frame = pd.DataFrame({"a": ["p / q", "p"], "b": ["r", "q / r"], "c": ["first", "second"]})
    item = _save(store, frame, ("a", "b"))

    named = save_sample(store, item, Draw(keys=["p / q / r", '["p", "q / r"]']), SAMPLE)
    assert ["second"] == rows_of(named)["c"].tolist()
    assert ["p / q / r"] == named.manifest()["sample"]["unknown_keys"]
    groups = save_sample(store, item, Draw(n=1, seed="s", by=("a", "b")), SAMPLE)
    assert 2 == len(rows_of(groups))
    sample = save_sample(store, item, Draw(n=2, seed="s"), SAMPLE)
    sheet = sheet_of(sample, ["ok"])
    sheet["ok"] = ["pass" if cell == "first" else "fail" for cell in sheet["c"]]
    export_frame(sheet.iloc[::-1], tmp_path / "sheet.csv")
    rows, _, _ = read_sheet(sample, tmp_path / "sheet.csv")
    assert {"first": "pass", "second": "fail"} == dict(zip(rows["c"], rows["ok"], strict=True))


def test_what_is_in_no_row_is_in_no_file(store):
    """Notes in ``attrs`` and categories of rows that were left out are not handed over unseen."""
    kinds = pd.Categorical(["x", "left-out-category"])
    frame = pd.DataFrame({"a": [1, 2], "kind": kinds}).iloc[:1]
    frame.attrs["note"] = "note-of-mine"

    item = _save(store, frame, views=("parquet", "xlsx"))

    kept = b"".join(path.read_bytes() for path in item.folder.rglob("*") if path.is_file())
    assert b"left-out-category" not in kept
    assert b"note-of-mine" not in kept
    assert "note-of-mine" == frame.attrs["note"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_utf_8_cannot_hold_are_kept(store, tmp_path):
    """A file whose name is Latin-1, a title and a seed with half a character can be saved."""
    name = os.fsencode(tmp_path) + b"/gepr\xfcft.png"
    Path(os.fsdecode(name)).write_bytes(b"png")
    saving = Saving("half \ud800", [], TIMES)

    item = attach_file(store, os.fsdecode(name), saving, source="console", said_by="me")
    rows = _save(store, pd.DataFrame({"a": [1, 2]}), title="half \ud800")
    save_sample(store, rows, Draw(n=1, seed="\ud800"), SAMPLE)

    assert "gepr\udcfcft.png" == item.manifest()["source"]["original_name"]
    assert 0 == store.verify().status


def test_columns_that_no_file_can_name_are_written_out(store):
    """Half a character in a column's name is kept as its code."""
    columns = pd.Index(["a", "\ud800"], dtype=object)
    item = _save(store, pd.DataFrame(np.ones((1, 2)), columns=columns))
    assert ["a", "\\ud800"] == [*rows_of(item)]


def test_a_card_steers_no_terminal(store):
    """Escapes and letters that turn a line round are shown as their codes."""
    item = _save(store, pd.DataFrame({"a": [1]}), title="a\x1b[2Jb\u202ec")
    for make in (card_html, card_text):
        card = make(item.manifest(), "1:0")
        assert not {"\x1b", "\u202e"} & {*card}


def test_a_disk_that_fails_while_a_file_is_written_is_said(store):
    """What the system says of a file of a draft ends in an error of ours, and nothing is saved."""
    with pytest.raises(AibrainError, match="cannot be written to"), store.draft("rows"):
        raise OSError(28, "No space left on device")
    assert [] == store.items()
