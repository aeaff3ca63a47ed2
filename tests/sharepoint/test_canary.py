"""
A canary in every token, secret, session address and download link: it is found nowhere.

A notebook goes through every tool, well and badly, with logs at their loudest; then all that it
left is searched: the notebook itself, logs, history, cache, evidence, downloads.
"""

from __future__ import annotations

import gzip
import secrets
import zipfile
import zlib

import nbformat
import pytest
from nbclient import NotebookClient

from aibrain_jupyter.sharepoint.server import Fault, LocalGraph
from tests.benchmarks import graph_host

pytest.importorskip("msal")
CANARY = "CaNaRy7q"
SEEN = "seen-by-the-search"
"""Part of a file's name: found wherever names of files are kept, which shows that we can look."""

START = """
import logging
logging.basicConfig(level=logging.DEBUG, filename={log!r}, force=True)
logging.getLogger("msal").setLevel(logging.DEBUG)
%load_ext aibrain_jupyter
%xmode Verbose
from aibrain_jupyter.sharepoint import client, uploads
client.FIRST_PAUSE_S, uploads.SMALL, uploads.CHUNK = 0.01, 1000, 327_680
"""
CELLS = [
    "%aibrain sharepoint_sites",
    "%aibrain sharepoint_list",
    "%aibrain sharepoint_list changes=true",
    "%aibrain sharepoint_list --save RFI-014",
    "%aibrain sharepoint_review RFI-014",
    "%aibrain sharepoint_review RFI-014 users.csv -o last_year\nlast_year.attrs",
    "%aibrain sharepoint_download RFI-014 to={folder}/down",
    "%aibrain sharepoint_download RFI-014/users.csv evidence=true rfi=RFI-014",
    "%aibrain sharepoint_upload files={folder}/out to=up unreviewed=true --dry-run",
    "%aibrain sharepoint_upload files={folder}/out to=up unreviewed=true",
    "%aibrain sharepoint_upload files={folder}/big.bin to=s unreviewed=true --save RFI-014",
    "%aibrain sharepoint_review RFI-014 --save RFI-014",
    "%aibrain last --requests",
    "%aibrain last --coverage",
    "%aibrain doctor --online",
    "%aibrain history",
    "%aibrain evidence list",
    "%aibrain sharepoint_login --device",
    "from aibrain_jupyter.sharepoint.sites import known_sites\nknown_sites()",
    "%config AibrainMagics",
]
BADLY = [
    ("%aibrain sharepoint_list --no-cache", Fault("GET .*delta", status=403)),
    ("%aibrain sharepoint_list --no-cache", Fault("GET .*delta", status=429, retry_after=400)),
    ("%aibrain sharepoint_list --no-cache", Fault("GET .*delta", drop="answer", times=None)),
    ("%aibrain sharepoint_download RFI-014 to={folder}/d1", Fault("download.aspx", status=403)),
    (
        "%aibrain sharepoint_download RFI-014 to={folder}/d2",
        Fault("download.aspx", drop="answer", times=None),
    ),
    (
        "%aibrain sharepoint_upload files={folder}/big.bin to=b1 unreviewed=true",
        Fault("PUT /upload/", status=507),
    ),
    (
        "%aibrain sharepoint_upload files={folder}/big.bin to=b2 unreviewed=true",
        Fault("PUT /upload/", drop="request", times=None),
    ),
    (
        "%aibrain sharepoint_upload files={folder}/big.bin to=b3 unreviewed=true",
        Fault("PUT /upload/", status=404, times=None),
    ),
]
AFTER = """
import sys, traceback
print("".join(traceback.format_exception(sys.last_value)))
%tb
%aibrain tb
%aibrain fix
%aibrain last --coverage
"""


@pytest.fixture
def graph(tmp_path, monkeypatch):
    """A server whose secrets all have the canary in them, and the environment that leads to it."""
    made = secrets.token_urlsafe
    monkeypatch.setattr(secrets, "token_urlsafe", lambda n=16: f"{CANARY}{made(n)}{CANARY}")
    certificate = graph_host.make_certificate(tmp_path / "both.pem")
    with LocalGraph(tls=certificate) as found:
        found.tokens.secret = f"secret-{CANARY}"
        environment = {
            "AZURE_AUTHORITY_HOST": found.url,
            "AZURE_TENANT_ID": "contoso",
            "AZURE_CLIENT_ID": "00000000-0000-4000-8000-00000000000a",
            "AZURE_CLIENT_SECRET": found.tokens.secret,
            "REQUESTS_CA_BUNDLE": str(certificate),
            "SSL_CERT_FILE": str(certificate),
            "AIBRAIN_SHAREPOINT_GRAPH": found.url,
            "AIBRAIN_SHAREPOINT_SITES": "audit=https://contoso.sharepoint.com/sites/audit",
        }
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        for kind in ("CACHE", "DATA", "EVIDENCE"):
            monkeypatch.setenv(f"AIBRAIN_{kind}_DIR", str(tmp_path / kind.lower()))
        yield found


def test_no_canary_is_found_anywhere(graph, tmp_path):
    """Outputs, notebook, logs, history, cache, evidence and downloads have none of the secrets."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/small.txt").write_text("small")
    for path in ("out/large.bin", "big.bin"):
        (tmp_path / path).write_bytes(bytes(400_000))
    graph.drive.write("RFI-014/users.csv", b"user\nann\n")
    graph.drive.write(f"RFI-014/{SEEN}.txt", b"x" * 300_000)
    notebook = nbformat.v4.new_notebook()
    client = NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3")

    def run(text):
        cell = nbformat.v4.new_code_cell(text.replace("{folder}", str(tmp_path)))
        notebook.cells.append(cell)
        client.execute_cell(cell, len(notebook.cells) - 1)
        return cell

    with client.setup_kernel():
        started = run(START.replace("{log!r}", repr(str(tmp_path / "debug.log"))))
        assert "error" not in {output.output_type for output in started.outputs}
        for text in CELLS:
            cell = run(text)
            errors = [o for o in cell.outputs if o.output_type == "error"]
            assert not errors, (text, errors[0].evalue)
        graph.tokens.revoke()
        run("%aibrain sharepoint_list --no-cache")
        for text, fault in BADLY:
            graph.faults[:] = [fault]
            run(text)
            assert fault.hits, text
            run(AFTER)
        graph.faults.clear()
        run("%aibrain sharepoint_list")  # kept once more: each upload let go of what was kept
        graph.tokens.claims = '{"access_token": {"nbf": {"essential": true}}}'
        run("%aibrain sharepoint_list --no-cache")
        graph.tokens.refused = ("invalid_client", 7000215)
        graph.tokens.revoke()
        run("%aibrain sharepoint_list --no-cache")
        run(AFTER)
    nbformat.write(notebook, tmp_path / "notebook.ipynb")

    assert graph.tokens.issued > 3
    assert graph.routes.links
    assert graph.routes.sessions.open
    found, names = [], set()
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        for data in _readings(path.read_bytes()):
            if CANARY.encode() in data:
                found.append(path.relative_to(tmp_path).as_posix())
            if SEEN.encode() in data:
                names.add(path.relative_to(tmp_path).parts[0])
    kept = [name for name in found if name.startswith("data/sharepoint/")]
    assert kept == found, "the address of an open session is kept for the user alone"
    assert {0o600} >= {(tmp_path / name).stat().st_mode & 0o777 for name in kept}
    assert {"notebook.ipynb", "cache", "evidence", "debug.log"} - names <= {"debug.log"}
    assert (tmp_path / "debug.log").stat().st_size > 1000


def _readings(data):
    """Yield the bytes of a file as they are, and what is packed in them."""
    yield data
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            yield unpack(data)
        except (OSError, EOFError, zlib.error):
            continue
    # Streams inside a file: entries of the cache, cells of the history.
    marks = [b"\x1f\x8b\x08", *(b"\x78" + level for level in (b"\x01", b"\x5e", b"\x9c", b"\xda"))]
    for start in _starts(data, marks):
        try:
            yield zlib.decompressobj(47).decompress(data[start:])
        except zlib.error:
            continue
    if data.startswith(b"PK"):
        import io

        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                yield from (packed.read(name) for name in packed.namelist())
        except zipfile.BadZipFile:
            return


def _starts(data, marks):
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            yield at
            at = data.find(mark, at + 1)


def test_the_canary_would_be_seen(tmp_path):
    """The search finds it in plain, in gzip, and in a stream inside of a file."""
    data = f"…{CANARY}…".encode() * 3
    for packed in (data, gzip.compress(data), b"head" + zlib.compress(data) + b"tail"):
        assert any(CANARY.encode() in reading for reading in _readings(packed))
