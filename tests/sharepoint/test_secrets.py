"""Tokens, session addresses and download addresses are found nowhere."""

from __future__ import annotations

import logging
import os
import traceback
from pathlib import Path

from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.sharepoint import uploads
from aibrain_jupyter.sharepoint.server import Fault
from aibrain_jupyter.sharepoint.sites import site_named


def test_what_opens_files_is_found_nowhere(run, graph, tmp_path, monkeypatch, caplog):
    """Frames, gaps, errors, history, cache, call log and debug logs have none of the canaries."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(uploads, "SMALL", 10)
    (tmp_path / "large.bin").write_bytes(bytes(400_000))
    graph.drive.write("a/x.txt", b"xyz")
    graph.drive.write("a/y.txt", b"xyz")
    graph.drive.at("a/y.txt").hash = "other"
    seen = []
    upload = f"%aibrain sharepoint_upload files={tmp_path}/large.bin unreviewed=true"
    cells = [upload, "%aibrain sharepoint_list", f"%aibrain sharepoint_download a to={tmp_path}/d"]
    broken = [
        Fault("PUT /upload/", status=507, times=None),
        Fault("GET .*download.aspx", status=403, times=None),
        Fault("GET .*delta", status=403, times=None),
    ]
    for faults in ([], broken):
        graph.faults[:] = faults
        for cell in cells:
            done = run(f"{cell} --no-cache" if faults else cell)
            seen += [done.frame.to_csv() if done.frame is not None else "", str(done.summary)]
            seen += [done.coverage.to_csv(), done.call_log.to_csv(), repr(done.plan)]
            for outcome in done.outcomes:
                if outcome.error:
                    seen += [str(outcome.error), *traceback.format_exception(outcome.error)]
        graph.drive.delete(graph.drive.at("large.bin")) if not faults else None
    seen.append(caplog.text)
    kept = user_dir("data") / "sharepoint"  # of the user alone: another kernel goes on with it
    folders = [user_dir("cache"), user_dir("data"), Path(os.environ["AIBRAIN_EVIDENCE_DIR"])]
    for path in (p for folder in folders for p in folder.rglob("*") if p.is_file()):
        if path.parent != kept:
            seen.append(path.read_bytes().decode("latin-1"))
    canaries = [*graph.tokens.valid, *graph.routes.links, *graph.routes.sessions.open]

    text = "\n".join(seen)
    assert len(canaries) > 5
    assert "sharepoint_list" in text or "driveitem-delta" in text
    assert [] == [canary for canary in canaries if canary in text or canary[-24:] in text]


def test_raw_answers_are_kept_without_addresses(graph, tmp_path):
    """What --save keeps of the answers opens nothing."""
    import gzip

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.raw_answers import RawFolder
    from aibrain_jupyter.tool_registry import get_tool_registry

    graph.drive.write("a.txt", b"a")
    handler = get_tool_registry().load("sharepoint_list")
    target = site_named("audit").target("ann")
    raw = RawFolder(tmp_path / "raw")
    clients = handler.provider.clients()
    with raw:
        handler.run(CallContext(target=target, clients=clients, raw=raw.of_call(0)))
    text = gzip.decompress((tmp_path / "raw/0000.jsonl.gz").read_bytes()).decode()

    assert "a.txt" in text
    assert [] == [c for c in (*graph.tokens.valid, *graph.routes.links) if c in text]
