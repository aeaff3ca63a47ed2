"""
A local Graph as a process of its own, behind TLS and a proxy that leads every host to it.

``python graph_host.py FOLDER LATENCY_S`` writes its certificate into the folder, prints where it is
as one line of JSON, and ends with its standard input. Unmodified clients reach it as
graph.microsoft.com.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import json
import socket
import sys
import threading
from pathlib import Path

from aibrain_jupyter.sharepoint.server import LocalGraph

HOSTS = ("graph.microsoft.com", "login.microsoftonline.com")


def make_certificate(path):
    """Write a key and a certificate of Graph's name, which is its own authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "local graph")])
    names = [x509.DNSName(host) for host in HOSTS]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Proxy:
    """A proxy for CONNECT on 127.0.0.1 that leads every host to one port of this machine."""

    def __init__(self, port):
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := client.recv(4096)):
                client.close()
                return
            head += data
        server = socket.create_connection(("127.0.0.1", self._port))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=_pump, args=(server, client), daemon=True).start()
        _pump(client, server)


def _pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:  # closing alone would not wake whoever waits for the other direction
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def rclone_config(where, drive, login):
    """Write a configuration of rclone with the library as ``site:``; its token has expired."""
    expired = {"access_token": "old", "refresh_token": "r", "expiry": "2020-01-01T00:00:00Z"}
    config = {
        "type": "onedrive",
        "drive_id": drive,
        "drive_type": "documentLibrary",
        "token_url": f"{login}/common/oauth2/v2.0/token",
        "token": json.dumps(expired),
    }
    lines = "\n".join(f"{name} = {text}" for name, text in config.items())
    where.write_text(f"[site]\n{lines}\n")
    return where


def main() -> None:
    folder, latency_s = Path(sys.argv[1]), float(sys.argv[2])
    certificate = make_certificate(folder / "both.pem")
    with LocalGraph(tls=certificate, latency_s=latency_s) as graph, Proxy(graph.port) as proxy:
        token = graph.tokens.issue()
        said = {"url": graph.url, "proxy": proxy.url, "drive": graph.drive.id, "token": token}
        print(json.dumps({**said, "certificate": str(certificate)}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
