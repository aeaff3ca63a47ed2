"""The hash of a tool's code covers every module that makes its rows."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

import aibrain_jupyter
from aibrain_jupyter.execution.calls.engines import call_in_thread
from aibrain_jupyter.tool_executors.tool_source import source_of_tool
from aibrain_jupyter.tool_registry import get_tool_registry

PACKAGE = Path(aibrain_jupyter.__file__).parent
WHO_ASKS = ("sharepoint.provider", "sharepoint.sites", "sharepoint.target", "sharepoint.sign_in")
"""Where a call goes and as whom: the target of its provenance says it."""

CELLS = [
    "sharepoint_sites",
    "sharepoint_list",
    "sharepoint_list changes=true",
    "sharepoint_list a recursive=false",
    "sharepoint_download a to={folder}/d",
    "sharepoint_download a evidence=true rfi=RFI-1",
    "sharepoint_upload files={folder}/out unreviewed=true",
    "sharepoint_review RFI-1",
    "sharepoint_review RFI-1 x.csv",
]


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_call_enters_is_hashed(run, graph, tmp_path, cell):
    """Whatever module of SharePoint a call enters is part of the tool's source."""
    graph.drive.write("a/RFI-1/x.csv", b"a\n1\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/y.txt").write_text("y")
    entered = set()

    def watch(frame, event, argument):
        path = Path(frame.f_code.co_filename)
        if frame.f_code.co_name != "<module>" and path.is_relative_to(PACKAGE):
            entered.add(".".join(path.relative_to(PACKAGE).with_suffix("").parts))

    handler = get_tool_registry().load(cell.split()[0])
    call_in_thread.pool.cache_clear()  # threads that exist already are not watched
    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        assert run(f"%aibrain {cell.format(folder=tmp_path)}").frame is not None
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    ours = {
        name
        for name in entered
        if name.startswith(("sharepoint.", "tool_executors.sharepoint"))
        and not name.startswith((*WHO_ASKS, "sharepoint.server"))
    }

    told = {name.removeprefix("aibrain_jupyter.") for name in handler.source({})}
    assert ours - {"sharepoint.causes", "tool_executors.sharepoint.declared"} <= told
    assert "sharepoint.client" in ours


def test_the_source_has_a_hash(graph):
    """Every module that is named is there, so that the whole has a hash."""
    for spec in get_tool_registry().specs():
        if spec.group == "sharepoint":
            source = source_of_tool(spec, {})
            assert source.sha256, source.parts
            assert len(source.parts) > 4
