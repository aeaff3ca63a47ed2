"""Every curated resource, a seventh of its members left out, leaves as a file of each format."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.frames.stack import at_target
from aibrain_jupyter.writers.parquet import read_parquet, write_parquet
from aibrain_jupyter.writers.text import write_csv, write_jsonl
from aibrain_jupyter.writers.xlsx import write_xlsx

_SPEC = importlib.util.spec_from_file_location(
    "members_left_out", Path(__file__).with_name("test_members_left_out.py")
)
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)
def test_every_resource_leaves_as_a_file(resource, export, server):
    """CSV and JSON lines have every row, Parquet gives the frame back, a workbook can be read."""
    server.change = _MODULE.LeavesOut(seed=1, share=0.15)
    frame = at_target(export(resource).frame, {"account_id": "000000000012"})
    files = {write: io.BytesIO() for write in (write_csv, write_jsonl, write_parquet, write_xlsx)}
    for write, file in files.items():
        write(frame, file)
        file.seek(0)

    read = pd.read_csv(files[write_csv], dtype=str, keep_default_na=False)
    assert list(frame) == [name.removesuffix(" (UTC)") for name in read]
    assert len(frame) == len(read) == len([json.loads(row) for row in files[write_jsonl]])
    pd.testing.assert_frame_equal(frame, read_parquet(files[write_parquet]))
    sheet = openpyxl.load_workbook(files[write_xlsx]).worksheets[0]
    assert (len(frame) + 1, frame.shape[1]) == (sheet.max_row, sheet.max_column)
    assert ["000000000012"] * len(frame) == [cell.value for cell in sheet["A"][1:]]
    unknown = frame["not_known"].notna().sum()
    assert unknown == 0 or "not known" in read.to_numpy()
