"""The way out: proxies and trusted certificates. Nothing is sent."""

from __future__ import annotations

import os
import ssl
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUNDLES: Final = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def examine_network() -> Iterator[Examined]:
    """Yield proxies (hosts alone, never their passwords) and the lists of certificates."""
    proxies = urllib.request.getproxies()
    named = {kind: _host(url) for kind, url in proxies.items() if kind != "no"}
    if named:
        found = ", ".join(f"{kind}: {host}" for kind, host in sorted(named.items()))
        step = "NO_PROXY lists hosts to reach without it, 169.254.169.254 among them on EC2."
        level = AMBER if "" in named.values() else GREEN
        yield Examined("proxy", level, found, step if level == AMBER else "")
    else:
        yield Examined("proxy", GREEN, "none")
    for name in _BUNDLES:
        if path := os.environ.get(name):
            yield _bundle(name, Path(path))
    paths = ssl.get_default_verify_paths()
    store = paths.cafile or paths.capath or ""
    if store:
        yield Examined("certificates", GREEN, f"those of this computer, {ssl.OPENSSL_VERSION}")
    else:
        found = f"Python finds no store of this computer, {ssl.OPENSSL_VERSION}"
        yield Examined("certificates", AMBER, found, "Set AWS_CA_BUNDLE if TLS is refused.")


def _host(url: str) -> str:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname or "")
    except ValueError:
        return ""


def _bundle(name: str, path: Path) -> Examined:
    try:
        ssl.create_default_context(cafile=str(path))
    except (OSError, ValueError) as exc:
        why = getattr(exc, "strerror", None) or str(exc)
        step = f"Correct the path in {name}, or unset it."
        return Examined(name, RED, f"{path.name} cannot be read: {why}", step)
    return Examined(name, GREEN, path.name)
