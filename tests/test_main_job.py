"""The main job in a real kernel, against a real server that counts what it is asked."""

from __future__ import annotations

import threading
import urllib.request

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.kernel

USERS = 3


class CountingServer:
    """moto's server with a count of the requests it got."""

    def __init__(self):
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        # Head and body are two packets: the second would wait 40 ms for the first's receipt.
        WSGIRequestHandler.disable_nagle_algorithm = True
        self.requests = 0
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._count, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _count(self, environ, start_response):
        self.requests += 1
        return self._app(environ, start_response)

    def close(self):
        self._server.shutdown()


@pytest.fixture
def server(monkeypatch):
    """An account with a few users behind AWS_ENDPOINT_URL; kernels inherit the environment."""
    import boto3

    server = CountingServer()
    reset = urllib.request.Request(f"{server.url}/moto-api/reset", method="POST")
    urllib.request.urlopen(reset).close()  # moto's state outlives a server in this process
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    iam = boto3.client("iam")
    for n in range(USERS):
        iam.create_user(UserName=f"user-{n}")
    server.requests = 0
    yield server
    server.close()


def run_cells(*cells):
    """Run cells in a kernel of their own and return their outputs as text."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in ("%load_ext aibrain_jupyter", *cells)]
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [
        "\n".join(o.get("text") or o["data"]["text/plain"] for o in cell["outputs"])
        for cell in notebook.cells[1:]
    ]


EXPORT = "%aibrain aws_export service=iam resource=users -o users"
COUNT = "print(len(users))"


def test_a_second_run_asks_nothing(server):
    """The same cell in the same kernel, and in a new kernel, sends no request at all."""
    first, rows, second = run_cells(EXPORT, COUNT, EXPORT)
    asked = server.requests

    assert asked > 0
    assert str(USERS) == rows.strip()
    assert "from cache" not in first
    assert "from cache 1 of 1" in second

    third, rows = run_cells(EXPORT, COUNT)

    assert asked == server.requests
    assert str(USERS) == rows.strip()
    assert "from cache 1 of 1" in third


@pytest.mark.slow
def test_the_demo_is_answered_from_disk_after_a_restart():
    """The demo account's port is another each time; its data is not, nor its place in the cache."""
    cells = ("%aibrain demo start", EXPORT)

    assert "from cache" not in run_cells(*cells)[1]
    assert "from cache 1 of 1" in run_cells(*cells)[1]


def test_fresh_asks_again(server):
    """--fresh reaches the source although the answer is kept."""
    run_cells(EXPORT)
    asked = server.requests
    (receipt,) = run_cells(f"{EXPORT} --fresh")

    assert server.requests > asked
    assert "from cache" not in receipt


def test_the_value_comes_before_its_coverage(server):
    """The table is the cell's value, and the coverage line stands under it."""
    (text,) = run_cells("%aibrain iam_users")

    assert text.index("user-0") < text.index("1 account, 1 call")


def test_rows_equal_what_plain_boto3_reads(server):
    """No user is lost or made up, and times are UTC."""
    _, found = run_cells(
        "%aibrain aws_export service=iam operation=list_users -o users",
        "import boto3\n"
        "plain = boto3.client('iam').list_users()['Users']\n"
        "same = sorted(u['Arn'] for u in plain) == sorted(users['arn'])\n"
        "print(same, users['create_date'].dt.tz)",
    )

    assert "True UTC" == found.strip()
