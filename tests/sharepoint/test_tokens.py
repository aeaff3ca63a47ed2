"""Tokens: in memory, or in a file for the user alone; clouds, managed identity, federated token."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse

import pytest

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import (
    ConnectionFailedError,
    CredentialsError,
    ParameterError,
)
from aibrain_jupyter.sharepoint.server import Fault, LocalGraph
from aibrain_jupyter.sharepoint.sign_in import credential, people, use_credential
from aibrain_jupyter.sharepoint.sign_in.current import given
from aibrain_jupyter.sharepoint.sign_in.tenant import VARIABLES, graph_now, who
from aibrain_jupyter.sharepoint.sites import CLOUDS, site_at
from aibrain_jupyter.tool_executors.verbs.sharepoint_login import sharepoint_login
from tests.benchmarks import graph_host

pytest.importorskip("msal")
GRAPH = "https://graph.microsoft.com"
APP = "00000000-0000-4000-8000-00000000000a"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate, which is its own authority."""
    return graph_host.make_certificate(tmp_path_factory.mktemp("tls") / "both.pem")


@pytest.fixture
def settings(monkeypatch):
    """Settings of SharePoint as they are at the start, and nobody signed in."""
    for name in (*VARIABLES, "IDENTITY_HEADER", "AZURE_POD_IDENTITY_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)
    use_credential(None)
    changed = []

    def change(**values):
        for name, value in values.items():
            get_settings().set(f"sharepoint_{name}", value, "test")
            changed.append(f"sharepoint_{name}")

    yield change
    for name in changed:
        get_settings().unset(name)
    use_credential(None)


@pytest.fixture
def login(settings, certificate, monkeypatch):
    """A sign-in on this machine, and an application of its tenant."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate))
    with LocalGraph(tls=certificate) as graph:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", graph.url)
        settings(tenant="contoso", app=APP)
        yield graph


@pytest.fixture
def file(settings, tmp_path):
    """A token file that is chosen and not there yet."""
    path = tmp_path / "own" / "tokens.json"
    settings(token_file=str(path))
    return path


def test_without_a_file_nothing_is_written(login, tmp_path):
    """A person's tokens are in memory alone, and gone with the kernel."""
    people.device_code(lambda text: None)
    token = credential(GRAPH).token()
    found = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]

    assert token in login.tokens.valid
    assert [] == [data for data in found if token.encode() in data]


def test_a_chosen_file_is_for_the_user_alone(login, file):
    """Signed in once, the file is 0600 in a folder of 0700, and another kernel asks as them."""
    people.device_code(lambda text: None)
    assert 0o600 == file.stat().st_mode & 0o777
    assert 0o700 == file.parent.stat().st_mode & 0o777
    assert [file] == list(file.parent.iterdir())
    use_credential(None)  # as in a kernel that has just begun
    found = credential(GRAPH)
    old = found.token()

    assert "a person, ann" == found.kind
    assert old in login.tokens.valid
    login.tokens.revoke()
    assert found.renew(old)
    assert found.token() in file.read_text()
    assert 0o600 == file.stat().st_mode & 0o777


def test_a_file_that_others_may_read_is_not_used(login, file):
    """Refused with what to do; also a link, and what is none of MSAL's."""
    people.device_code(lambda text: None)
    use_credential(None)
    file.chmod(0o644)
    with pytest.raises(CredentialsError, match="others may read") as caught:
        credential(GRAPH)
    assert f"chmod 600 {file}" in caught.value.next_steps[0]
    file.chmod(0o600)
    file.rename(file.with_suffix(".other"))
    file.symlink_to(file.with_suffix(".other"))
    with pytest.raises(CredentialsError, match="it is no file"):
        credential(GRAPH)
    file.unlink()
    file.write_text("{")
    file.chmod(0o600)
    with pytest.raises(CredentialsError, match="cannot be read"):
        credential(GRAPH)


@pytest.mark.parametrize("where", ["evidence_folder", "cache_dir", "team_cache_dir"])
def test_never_where_files_are_handed_on(login, settings, tmp_path, where):
    """Not in the evidence store or a cache, nor by a link into it: refused before anybody is."""
    store = tmp_path / "store"
    store.mkdir()
    (tmp_path / "link").symlink_to(store)
    get_settings().set(where, str(store), "test")
    try:
        for path in (store / "tokens.json", tmp_path / "link" / "deep" / "tokens.json"):
            settings(token_file=str(path))
            with pytest.raises(ParameterError, match="copied and handed on"):
                people.device_code(lambda text: None)
            assert given() is None
            assert [] == login.log
    finally:
        get_settings().unset(where)
    assert [] == list(store.iterdir())


def test_signing_out_deletes_the_file(login, file):
    """--forget: nobody is signed in, and the file is gone."""
    from types import SimpleNamespace

    people.device_code(lambda text: None)
    sharepoint_login(SimpleNamespace(options={"forget": True}))

    assert not file.exists()
    with pytest.raises(CredentialsError, match="Nobody is signed in"):
        credential(GRAPH)


def test_a_file_is_not_asked_for_an_application(login, file, monkeypatch):
    """An application's tokens stay in memory: its secret is there anyway."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret")

    assert credential(GRAPH).token() in login.tokens.valid
    assert not file.exists()


@pytest.mark.parametrize("cloud", list(CLOUDS))
def test_a_cloud_names_graph_and_sign_in(settings, cloud):
    """Each cloud has its Graph and its sign-in; sites, scopes and the sign-in follow."""
    settings(cloud=cloud, tenant="contoso")
    graph, sign_in = CLOUDS[cloud]
    end = {"global": "com", "gcch": "us", "dod": "us", "china": "cn"}[cloud]
    middle = "sharepoint-mil" if cloud == "dod" else "sharepoint"
    site = site_at(f"https://contoso.{middle}.{end}/sites/audit")

    assert graph == site.graph == graph_now()
    assert ("contoso", sign_in) == (who()[0], who()[2])


def test_a_site_of_another_cloud_is_refused(settings):
    """A token of one cloud is nothing to another: said with the setting to change."""
    with pytest.raises(ParameterError, match="in the cloud gcch") as caught:
        site_at("https://contoso.sharepoint.us/sites/audit")
    assert "sharepoint_cloud = 'gcch'" in caught.value.next_steps[0]


@pytest.mark.parametrize("cloud", list(CLOUDS))
def test_the_scope_asked_for_is_that_of_the_cloud(login, settings, monkeypatch, cloud):
    """What an application asks for names the Graph of its cloud."""
    settings(cloud=cloud)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret")
    credential(CLOUDS[cloud][0]).token()

    assert f"{CLOUDS[cloud][0]}/.default" == login.tokens.asked[-1]["scope"]


def test_a_federated_token_is_read_anew(login, monkeypatch, tmp_path):
    """The file is written anew by whoever gives it: each request has what it holds now."""
    token = tmp_path / "federated"
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(token))
    with pytest.raises(CredentialsError, match="federated cannot be read"):
        credential(GRAPH).token()
    token.write_text("first\n")
    found = credential(GRAPH)
    old = found.token()
    token.write_text("second\n")
    assert found.renew(old)

    assert ["first", "second"] == [form["client_assertion"] for form in login.tokens.asked]
    assert "federated token" == found.kind


@pytest.fixture
def identity(settings):
    """A stand-in for what gives a machine its identity: App Service's end point and IMDS."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        refuses = 0

        def do_GET(self):
            parts = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(parts.query))
            asked.append((parts.path, query, dict(self.headers)))
            status, lasts = 200, {"expires_in": 3600, "expires_on": int(time.time()) + 3600}
            data = {"access_token": f"managed-{len(asked)}", "resource": query["resource"], **lasts}
            if Handler.refuses:
                Handler.refuses -= 1
                status, data = 429, {"error": "slow down"}
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        server.asked, server.handler = asked, Handler
        server.url = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


def test_the_identity_of_an_app_service(identity, monkeypatch):
    """Asked with the header of the environment for Graph, kept, and asked again when refused."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{identity.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "a-header")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # leads nowhere, and is not asked
    found = credential(GRAPH)
    assert "managed-1" == found.token() == found.token()
    assert found.renew("managed-1")
    assert "managed-2" == found.token()
    path, query, headers = identity.asked[0]

    assert ("/msi/token", GRAPH) == (path, query["resource"])
    assert "a-header" == {name.upper(): text for name, text in headers.items()}["X-IDENTITY-HEADER"]
    assert "client_id" not in query
    assert "managed identity" == found.kind


def test_the_identity_of_a_virtual_machine(identity, settings, monkeypatch):
    """Nothing of the environment says that there is one: the setting does; it waits when told."""
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", identity.url)
    settings(sign_in="managed", app=APP)
    identity.handler.refuses = 1

    assert "managed-2" == credential(GRAPH).token()
    path, query, headers = identity.asked[-1]
    assert "/metadata/identity/oauth2/token" == path
    assert "true" == headers["Metadata"]
    assert APP == query["client_id"]


def test_nobody_gives_an_identity(settings, monkeypatch):
    """A machine without one: a failure that says so, and soon."""
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr("aibrain_jupyter.sharepoint.sign_in.environment._LIMITS_S", (0.2, 0.2))
    settings(sign_in="managed")
    with pytest.raises(ConnectionFailedError, match="sign-in cannot be reached") as caught:
        credential(GRAPH).token()
    assert "127.0.0.1" not in str(caught.value)


def test_looking_for_who_asks_sends_nothing(login, monkeypatch):
    """The kind of a credential is known before anything is asked."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret")

    assert "client secret" == credential(GRAPH).kind
    assert [] == login.log


def test_a_tenant_that_is_not_there_is_said_to_be(login, settings, monkeypatch):
    """A sign-in without such a page: the settings to check, and no trace of MSAL's words."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret")
    login.faults.append(Fault("GET .*openid-configuration", status=400, times=None))
    with pytest.raises(CredentialsError, match="was not found") as caught:
        credential(GRAPH).token()
    assert "sharepoint_tenant" in caught.value.next_steps[0]


def test_the_file_survives_a_kill_while_it_is_written(login, file):
    """It is there whole or as it was: written beside it and renamed."""
    people.device_code(lambda text: None)
    before = file.read_text()
    code = (
        "import os\n"
        "from aibrain_jupyter.shared.config import get_settings\n"
        f"get_settings().set('sharepoint_token_file', {str(file)!r}, 'test')\n"
        "from aibrain_jupyter.sharepoint.sign_in import token_file\n"
        "cache = token_file.load()\n"
        "cache.has_state_changed = True\n"
        "cache.serialize = lambda: os._exit(9)\n"
        "token_file.save(cache)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ}, timeout=60)

    assert 9 == done.returncode
    assert before == file.read_text()


@pytest.mark.parametrize(
    "text",
    ["[]", "5", "{", '{"Account": 5}', '{"Account": {"a": "canary-rt"}}', '{"RefreshToken": [1]}'],
)
def test_a_file_with_something_else_in_it_is_not_used(login, file, text):
    """It is said to be unreadable; nothing of it is quoted."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(0o600)
    use_credential(None)
    with pytest.raises(CredentialsError, match="cannot be read") as caught:
        credential(GRAPH).token()
    assert "canary" not in f"{caught.value} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "address",
    ["graph.microsoft.com", "http://graph.microsoft.com", "https://", "https://a b.com", "ftp://x"],
)
def test_no_token_goes_where_others_can_read_it(settings, address):
    """A slip in the setting: refused before anything is asked; this computer may do without TLS."""
    settings(graph=address)
    with pytest.raises(ParameterError, match="begins with https"):
        site_at("https://contoso.sharepoint.com/sites/audit")
    with pytest.raises(ParameterError, match="begins with https"):
        graph_now()
    settings(graph="http://127.0.0.1:8000/")
    assert "http://127.0.0.1:8000" == graph_now()


@pytest.mark.parametrize("way", ["code", "paste", "file"])
def test_a_sign_in_that_cannot_be_reached(settings, monkeypatch, tmp_path, way):
    """Nobody listens: a connection that failed, whichever way somebody signs in."""
    import requests

    def broken(*args, **how):
        raise requests.ConnectionError("https://login/canary-query")

    monkeypatch.setattr(requests.Session, "request", broken)
    settings(app=APP, tenant="contoso.example", token_file=str(tmp_path / "tokens.json"))
    (tmp_path / "tokens.json").write_text("{}")
    (tmp_path / "tokens.json").chmod(0o600)
    ways = {
        "code": lambda: people.device_code(print),
        "paste": lambda: people.paste_back(print, lambda text: ""),
        "file": lambda: credential(GRAPH).token(),
    }
    with pytest.raises(ConnectionFailedError) as caught:
        ways[way]()
    assert "canary" not in str(caught.value)
