"""Faults on the way: sockets that are killed, proxies that cut, certificates nobody trusts."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from functools import partial

from tests.aws.conftest import Reply
from tests.healing.faults.world import CANARY, REPAIR, Fault

_KEYS = {"Keys": [{"KeyId": "k-1", "KeyArn": "a"}], "Truncated": False}


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def _listening(world, behave):
    """Listen on a port and do `behave` with each connection; return the port."""
    server = socket.create_server(("127.0.0.1", 0))
    world.undo.callback(server.close)

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=_quietly, args=(behave, connection), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


def _quietly(behave, connection):
    try:
        with connection:
            behave(connection)
    except OSError:
        pass


def _dead(world):
    world.env(AWS_ENDPOINT_URL_KMS=f"http://127.0.0.1:{_free_port()}")


def _all_dead(world):
    world.env(AWS_ENDPOINT_URL=f"http://127.0.0.1:{_free_port()}")


def _killed(world):
    world.in_turn(Reply(drop=True))


def _killed_once(world):
    world.in_turn(Reply(drop=True), _KEYS)


def _no_name(world):
    world.env(AWS_ENDPOINT_URL_KMS="http://kms.never.invalid")


def _answered(body, world, **headers):
    world.in_turn(Reply(body, 200, headers))


def _cut(world):
    """The length that is promised is longer than the answer."""

    def behave(connection):
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"Keys": [')

    world.env(AWS_ENDPOINT_URL_KMS=f"http://127.0.0.1:{_listening(world, behave)}")


def _no_http(world):
    port = _listening(world, lambda c: (c.recv(65536), c.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")))
    world.env(AWS_ENDPOINT_URL_KMS=f"http://127.0.0.1:{port}")


def _untrusted(world, behave=None):
    key, cert = world.folder / "key.pem", world.folder / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    more = ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *more], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    def shake(connection):
        context.wrap_socket(connection, server_side=True).recv(1)

    world.env(AWS_ENDPOINT_URL_KMS=f"https://localhost:{_listening(world, shake)}")
    return cert


def _other_name(world):
    """The certificate is trusted, and is another host's."""
    cert = _untrusted(world)
    import os

    url = os.environ["AWS_ENDPOINT_URL_KMS"].replace("localhost", "127.0.0.1")
    world.env(AWS_CA_BUNDLE=str(cert), AWS_ENDPOINT_URL_KMS=url)


def _plain_behind_tls(world):
    world.env(AWS_ENDPOINT_URL_KMS=world.server.url.replace("http:", "https:"))


def _bundle(text, world):
    _untrusted(world)
    path = world.folder / "corp.pem"
    if text is not None:
        path.write_text(text)
    world.env(AWS_CA_BUNDLE=str(path))


def _proxy(url, world):
    world.env(HTTP_PROXY=url, http_proxy=None, NO_PROXY=None, no_proxy=None)
    world.undo.callback(world.env, HTTP_PROXY=None)
    world.env(AWS_ENDPOINT_URL="http://aws.example")


def _no_proxy_there(world):
    _proxy(f"http://ann:{CANARY}@127.0.0.1:{_free_port()}", world)


def _proxy_that_cuts(world):
    port = _listening(world, lambda connection: connection.recv(10))
    _proxy(f"http://ann:{CANARY}@127.0.0.1:{port}", world)


def _proxy_with_page(world):
    page = b"<html><body>Sign in to the network</body></html>"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    port = _listening(
        world, lambda connection: (connection.recv(65536), connection.sendall(head + page))
    )
    _proxy(f"http://ann:{CANARY}@127.0.0.1:{port}", world)


def _proxy_that_asks(world):
    head = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    port = _listening(world, lambda connection: (connection.recv(65536), connection.sendall(head)))
    _proxy(f"http://ann:{CANARY}@127.0.0.1:{port}", world)


def _redirected(world):
    world.in_turn(Reply(b"", 302, {"Location": "https://portal.example/login"}))


FAULTS = (
    Fault("dead endpoint of a service", "endpoint-unreachable", "endpoint is set to", _dead),
    Fault("dead endpoint of all", "endpoint-unreachable", "endpoint is set to", _all_dead),
    Fault("killed sockets", "endpoint-unreachable", "endpoint is set to", _killed),
    Fault("one killed socket", "", "", _killed_once, REPAIR),
    Fault("name that nobody knows", "endpoint-unreachable", "endpoint is set to|address", _no_name),
    Fault(
        "web page", "web-page", "instead of AWS.*captive", partial(_answered, b"<html>WiFi</html>")
    ),
    Fault("no body", "foreign-answer", "instead of AWS|VPN, proxy", partial(_answered, b"")),
    Fault(
        "list of another thing", "foreign-answer", "instead of AWS", partial(_answered, b"[1, 2]")
    ),
    Fault("half a document", "answer-breaks-off", "breaks off", partial(_answered, b'{"Keys": [')),
    Fault("answer that is cut", "answer-breaks-off", "breaks off", _cut),
    Fault("no HTTP", "endpoint-unreachable", "endpoint is set to", _no_http),
    Fault("certificate nobody trusts", "certificate", "AWS_CA_BUNDLE.*never switch", _untrusted),
    Fault("certificate of another host", "certificate", "not trusted", _other_name),
    Fault("no TLS there", "tls", "speaks TLS", _plain_behind_tls),
    Fault(
        "bundle that is not there", "ca-bundle-missing", "Correct the path", partial(_bundle, None)
    ),
    Fault("bundle that is none", "ca-bundle-damaged", "PEM", partial(_bundle, "no pem")),
    Fault("proxy that is not there", "proxy", "HTTP_PROXY", _no_proxy_there),
    Fault("proxy that cuts", "proxy", "proxy|HTTP_PROXY", _proxy_that_cuts),
    Fault("proxy with a page", "web-page", "instead of AWS", _proxy_with_page),
    Fault("proxy that wants a name", "proxy-sign-in", "HTTP_PROXY", _proxy_that_asks),
    Fault("portal that redirects", "web-page", "portal", _redirected),
)
