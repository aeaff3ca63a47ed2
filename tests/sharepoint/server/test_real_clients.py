"""Clients that nobody here wrote work against the local Graph as against the real one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading

import pytest
import urllib3

from aibrain_jupyter.shared.error_handler import CredentialsError
from aibrain_jupyter.sharepoint.server import Fault, LocalGraph
from aibrain_jupyter.sharepoint.sign_in import people
from tests.benchmarks import graph_host

msal = pytest.importorskip("msal")
pytest.importorskip("cryptography.x509")
RCLONE = shutil.which("rclone")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate of Graph's name, which is its own authority."""
    return graph_host.make_certificate(tmp_path_factory.mktemp("tls") / "both.pem")


@pytest.fixture
def secure(certificate, monkeypatch):
    """A server that speaks TLS; requests, which MSAL sends by, trusts it."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # they win over what is passed
        monkeypatch.setenv(name, str(certificate))
    with LocalGraph(tls=certificate) as graph:
        yield graph


@pytest.fixture
def proxy(secure):
    """The address of a proxy that leads every host to the server."""
    with graph_host.Proxy(secure.port) as found:
        yield found.url


@pytest.fixture
def rclone(secure, proxy, certificate, tmp_path):
    """Run rclone, as it is packaged, with the library as ``site:``."""
    if RCLONE is None:
        pytest.skip("rclone is not installed")
    config = tmp_path / "rclone.conf"
    graph_host.rclone_config(config, secure.drive.id, secure.url)
    env = {**os.environ, "HTTPS_PROXY": proxy, "RCLONE_CA_CERT": str(certificate)}

    def run(*words):
        call = [RCLONE, "--config", str(config), "--retries", "1", *words]
        done = subprocess.run(call, env=env, capture_output=True, encoding="latin-1", timeout=60)
        assert 0 == done.returncode, done.stderr
        return done.stdout

    return run


@pytest.fixture
def folder(tmp_path):
    """Some files, one of them in several fragments."""
    found = tmp_path / "files"
    for number, size in enumerate((0, 1, 700, 5_000, 3 * 655_360 + 11)):
        path = found / ("deep/er" if number % 2 else "") / f"file {number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes((number + i * 7) % 251 for i in range(size)))
    return found


def test_rclone_copies_checks_and_brings_back(rclone, secure, folder, tmp_path):
    """Up through small requests and sessions, listed over pages, hashes checked, and back."""
    secure.routes.page_size = 2
    rclone("copy", str(folder), "site:up", "--onedrive-chunk-size", "640k")
    hashes = rclone("hashsum", "quickxor", "site:up")
    rclone("check", str(folder), "site:up")
    rclone("copy", "site:up", str(tmp_path / "back"))
    part = rclone("cat", "site:up/file 4.bin", "--offset", "100", "--count", "5")

    assert 5 == len(hashes.splitlines())
    for path in folder.rglob("*.bin"):
        back = tmp_path / "back" / path.relative_to(folder)
        assert path.read_bytes() == back.read_bytes()
    assert 5 == len(part)
    assert secure.asked("PUT /upload/")


def test_rclone_moves_and_deletes(rclone, secure, folder):
    """What it renames and deletes is renamed and deleted."""
    rclone("copy", str(folder), "site:up")
    rclone("moveto", "site:up/file 2.bin", "site:up/other.bin")
    rclone("deletefile", "site:up/file 0.bin")

    assert secure.drive.at("up/other.bin")
    assert secure.drive.at("up/file 2.bin") is secure.drive.at("up/file 0.bin") is None


def test_rclone_survives_the_faults(rclone, secure, folder):
    """It waits where it is throttled, and sends a broken fragment again."""
    secure.faults += [
        Fault("GET .*children", status=429, retry_after=1),
        Fault("PUT /upload/", drop="request", after=1),
        Fault("PUT /upload/", status=503, after=1),
    ]
    rclone("copy", str(folder), "site:up", "--onedrive-chunk-size", "640k")
    rclone("check", str(folder), "site:up")

    assert [1, 1, 1] == [fault.hits for fault in secure.faults]


def _msal(secure, kind=None, **more):
    kind = kind or msal.ConfidentialClientApplication
    app = "00000000-0000-4000-8000-00000000000a"
    return kind(
        app,
        authority=f"{secure.url}/contoso",
        instance_discovery=False,
        **more,
    )


def test_msal_signs_an_application_in(secure):
    """A secret gives a token that it finds in its cache again; a wrong one gives Entra's number."""
    scopes = ["https://graph.microsoft.com/.default"]
    app = _msal(secure, client_credential="a-secret")
    first, second = (app.acquire_token_for_client(scopes) for _ in range(2))
    wrong = _msal(secure, client_credential="other").acquire_token_for_client(scopes)

    assert first["access_token"] == second["access_token"]
    assert first["access_token"] in secure.tokens.valid
    assert "AADSTS7000215" in wrong["error_description"]


def test_msal_signs_a_person_in_with_a_device_code(secure):
    """A device code leads to a token and an account; a blocked one is refused."""
    app = _msal(secure, msal.PublicClientApplication)
    flow = app.initiate_device_flow(["Files.Read.All"])
    found = app.acquire_token_by_device_flow(flow)
    secure.tokens.is_blocked = True
    blocked = app.acquire_token_by_device_flow(app.initiate_device_flow(["Files.Read.All"]))

    assert found["access_token"] in secure.tokens.valid
    assert ["ann"] == [account["username"] for account in app.get_accounts()]
    assert [53003] == blocked["error_codes"]


@pytest.fixture
def tenant(secure, monkeypatch):
    """The environment of an application that signs in at the local server."""
    from aibrain_jupyter.sharepoint import sign_in
    from aibrain_jupyter.sharepoint.sign_in.tenant import VARIABLES

    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", secure.url)
    monkeypatch.setenv("AZURE_TENANT_ID", "contoso")
    monkeypatch.setenv("AZURE_CLIENT_ID", "00000000-0000-4000-8000-00000000000a")
    sign_in.use_credential(None)
    yield sign_in
    sign_in.use_credential(None)


@pytest.mark.parametrize("proof", ["secret", "certificate", "federated"])
def test_our_sign_in_by_environment(tenant, secure, certificate, tmp_path, monkeypatch, proof):
    """Secret, certificate and federated token each give a token that is renewed when asked."""
    if proof == "secret":
        monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret")
    elif proof == "certificate":
        monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PATH", str(certificate))
    else:
        (tmp_path / "token").write_text("federated")
        monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
    found = tenant.credential("https://graph.microsoft.com")
    first = found.token()

    assert first in secure.tokens.valid
    assert found.renew(first)
    assert found.token() != first


def test_our_sign_in_of_a_person(tenant, secure):
    """The person is told what to do, and then asks as themselves; a blocked way says so."""
    said = []
    assert "ann" == people.device_code(said.append)
    assert "C0DE4YOU" in said[0]
    found = tenant.credential("https://graph.microsoft.com")
    first = found.token()
    assert first in secure.tokens.valid
    assert found.renew(first)
    secure.tokens.is_blocked = True
    with pytest.raises(CredentialsError, match="Conditional Access"):
        people.device_code(said.append)


def _opened(address, certificate):
    """Open an address as a browser does, and return where it leads."""
    pool = urllib3.PoolManager(ca_certs=str(certificate))
    return pool.request("GET", address, redirect=False).headers["location"]


def test_a_person_pastes_the_address_they_end_on(tenant, secure, certificate):
    """Through any browser; another address is refused, and nobody is signed in by it."""
    said = []

    def ask(_):
        return _opened(said[-1].split()[1], certificate)

    assert "ann" == people.paste_back(said.append, ask)
    assert tenant.credential("https://graph.microsoft.com").token() in secure.tokens.valid
    with pytest.raises(CredentialsError, match="not the address"):
        people.paste_back(said.append, lambda _: "https://example.com/?code=x&state=other")


def test_a_person_signs_in_by_this_computers_browser(tenant, secure, certificate, monkeypatch):
    """A page opens, and leads back to the kernel."""
    pool = urllib3.PoolManager(ca_certs=str(certificate))

    def sign_in(address):  # the page is a form that sends itself
        page = pool.request("GET", address).data.decode()
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        # As browsers do, without asking whoever resolves names here.
        action = re.search(r'action="([^"]+)"', page)[1].replace("//localhost", "//127.0.0.1")
        pool.request("POST", action, fields=fields, encode_multipart=False)

    def opens(address, **_):
        threading.Thread(target=sign_in, args=(address,), daemon=True).start()
        return True

    monkeypatch.setattr("webbrowser.open", opens)
    monkeypatch.setattr(people, "_LIMIT_S", 20)

    assert "ann" == people.browser(lambda text: None)
    assert tenant.credential("https://graph.microsoft.com").token() in secure.tokens.valid


def test_a_claims_challenge_is_answered(tenant, secure, monkeypatch):
    """The claims that Graph asks for go to the sign-in, and the token that comes back has them."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "a-secret")
    found = tenant.credential("https://graph.microsoft.com")
    old = found.token()
    secure.tokens.claims = '{"access_token": {"nbf": {"essential": true}}}'

    assert found.renew(old, secure.tokens.claims)
    secure.tokens.check(f"Bearer {found.token()}")
