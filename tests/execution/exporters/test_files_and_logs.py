"""JSON lines and logging: a line for everything, ids to find it by, nothing that is not said."""

from __future__ import annotations

import contextlib
import json
import logging
import os

import pytest

from aibrain_jupyter.execution.exporters.destinations import (
    SendingError,
    destination_of,
    forget_all,
)
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import ParameterError

from .conftest import CELL, SECRET


def test_runs_are_appended_once(said, tmp_path):
    """A run, its calls and requests are lines; the next time brings the new runs alone."""
    path = tmp_path / "runs.jsonl"
    said(f"%aibrain stats --to {path}")
    said(f"%aibrain stats --to {path}")

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    run = get_session().runs[0]
    kinds = [line["type"] for line in lines if line["run"] == run.id]
    assert 1 == kinds.count("run")
    assert 6 == kinds.count("call")
    assert len(run.call_log) == kinds.count("request")
    denied = next(line for line in lines if line.get("outcome") == "denied")
    assert "PermissionDeniedError" == denied["error"]
    before = len(lines)

    said(f"{CELL} --fresh")
    said(f"%aibrain stats --to {path}")
    assert before < len(path.read_text().splitlines())
    assert 0o600 == path.stat().st_mode & 0o777


def test_no_cell_row_or_error_text_is_written(shell, said, tmp_path):
    """What a cell says, what rows hold and what a refusal says in words is in no line."""
    path = tmp_path / "runs.jsonl"
    said(f"y = %aibrain iam_users where='user_name != \"{SECRET}\"'")
    said(f"%aibrain stats --to {path}")

    text = path.read_text()
    assert "iam_users" in text
    for hidden in (SECRET, "not authorized", "sg-", "user_name", *shell.user_ns["y"]["user_name"]):
        assert hidden not in text, hidden


def test_logging_gets_records_with_ids(said, caplog):
    """A gap is a warning; each record says run and call as attributes, and when it happened."""
    forget_all()
    with caplog.at_level(logging.DEBUG, logger="aibrain_jupyter"):
        said("%aibrain stats --to log")

    run = get_session().runs[0]
    ours = [one for one in caplog.records if getattr(one, "aibrain_run", "") == run.id]
    (whole,) = [one for one in ours if one.name == "aibrain_jupyter.runs"]
    assert "WARNING" == whole.levelname  # it has a gap
    assert run.id in whole.getMessage()
    denied = [one for one in ours if getattr(one, "aibrain_outcome", "") == "denied"]
    assert ["WARNING"] == [one.levelname for one in denied]
    request = next(one for one in ours if one.name == "aibrain_jupyter.requests")
    assert isinstance(request.aibrain_call, int)
    assert request.aibrain_request_id
    assert request.created < whole.created


@pytest.mark.parametrize("word", ["aibrain.txt", "port:0", "push:gateway", "prometheus", "port:x"])
def test_a_place_that_is_none_is_refused(word):
    """Before anything is sent, with what can be written."""
    with pytest.raises(ParameterError, match="no place that figures can go to"):
        destination_of(word)


def test_after_each_run_by_itself(said, tmp_path):
    """With metrics_to a run that has ended is in the file soon, without another cell."""
    from .conftest import wait_for

    path = tmp_path / "all.jsonl"
    said(f"%config AibrainMagics.metrics_to = '{path}, {tmp_path}/all.prom'")
    try:
        said(f"{CELL} --fresh")
        newest = get_session().runs[-1].id
        wait_for(lambda: path.exists() and newest in path.read_text(), "the run in the file")
        wait_for((tmp_path / "all.prom").exists, "the figures in the file")
    finally:
        said("%config AibrainMagics.metrics_to = ''")


_SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import troubled_tools
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request

troubled_tools.register()
options = RunOptions(accounts=("111122223300", "111122223301"))
print(run_request(Request(troubled_tools.SPEC, {}, text="list_vpcs", options=options)).id)
"""


def test_what_a_process_did_last_is_sent_before_it_ends(tmp_path, monkeypatch):
    """A script that ends with its run leaves it in the file, and a gateway that hangs is left."""
    import socket
    import subprocess
    import sys
    from pathlib import Path

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        gateway = f"push:http://127.0.0.1:{deaf.getsockname()[1]}"
        monkeypatch.setenv("AIBRAIN_METRICS_TO", f"{tmp_path}/runs.jsonl, {gateway}")
        monkeypatch.setenv("AIBRAIN_TEST_FOLDER", str(tmp_path))
        data = Path(__file__).parents[1] / "data"
        ended = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(data)],
            capture_output=True,
            text=True,
            check=True,
            timeout=90,  # left alone, it would not end at all
        )

    run_id = ended.stdout.strip()
    lines = [json.loads(line) for line in (tmp_path / "runs.jsonl").read_text().splitlines()]
    assert {run_id} == {line["run"] for line in lines}


def test_a_port_that_speaks_no_http_is_an_error_like_any_other(said):
    """A gateway's address that is an SSH server's is told, and ends no thread that sends."""
    import socket
    import threading

    def greet(server):
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            one.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            with one, contextlib.suppress(OSError):  # closed by the other side, and read to its end
                while one.recv(65536):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=greet, args=(server,), daemon=True).start()
        with pytest.raises(SendingError, match="SSH"):
            destination_of(f"push:http://127.0.0.1:{server.getsockname()[1]}").send()


def test_a_receiver_of_otlp_needs_an_address():
    """What is no URL is refused before anything is sent."""
    with pytest.raises(ParameterError, match="no place"):
        destination_of("otlp:collector:4318")


_FULL = """
import resource, sys
sys.path.insert(0, sys.argv[1])
import troubled_tools
from pathlib import Path
from aibrain_jupyter.execution.exporters.destinations import SendingError, destination_of
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request

troubled_tools.register()
path = Path(sys.argv[2])
for account in ("111122223300", "111122223302"):
    options = RunOptions(accounts=(account,))
    run_request(Request(troubled_tools.SPEC, {}, text="list_vpcs", options=options))
    # After the first run there is room for it and half of the second.
    if path.exists():
        most = path.stat().st_size * 3 // 2
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    try:
        print(destination_of(str(path)).send())
    except SendingError as exc:
        print("full", exc.why)
print("then", path.read_bytes()[-1:])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
destination_of(str(path)).send()
"""


def test_a_full_disk_leaves_no_half_and_no_double_line(tmp_path):
    """What it took of a run is taken back; with room again each line is there once."""
    import subprocess
    import sys
    from pathlib import Path

    path, data = tmp_path / "runs.jsonl", Path(__file__).parents[1] / "data"
    environment = {**os.environ, "AIBRAIN_TEST_FOLDER": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", _FULL, str(data), str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env=environment,
    )

    assert "full File too large" in ended.stdout
    assert "then b'\\n'" in ended.stdout
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    runs = [line["run"] for line in lines if line["type"] == "run"]
    assert 2 == len(runs) == len(set(runs))
    assert [1 + 1 + 3] * 2 == [sum(line["run"] == run for line in lines) for run in runs]


def test_a_line_that_somebody_left_unfinished_spoils_no_other(said, tmp_path):
    """After half a line of a killed kernel the next run begins on a line of its own."""
    path = tmp_path / "runs.jsonl"
    path.write_text('{"type": "run", "ru')
    said(f"%aibrain stats --to {path}")

    first, *others = path.read_text().splitlines()
    assert '{"type": "run", "ru' == first
    assert all(json.loads(line)["run"] for line in others)
