"""
Where the scheduler of a cluster is, and what has to be so before anything is sent there.

A scheduler runs what it is sent: whoever reaches it can do as workers may. So an address that is
not on this machine needs TLS, unless its ``?insecure=yes`` says that somebody has thought of it.
Files of TLS are named where Dask looks for them (``distributed.comm.tls``).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.addresses import without_secrets

_SETTING: Final = "%config AibrainMagics.engine_address"
_INSECURE: Final = "insecure=yes"
_USUAL_PORT: Final = 8786
_EXAMPLE: Final = f"Write for example: {_SETTING} = 'tls://scheduler.example:8786'"


@dataclass(frozen=True, slots=True)
class Address:
    """The address as Dask takes it; `is_here`: on this machine, `is_safe`: by TLS."""

    url: str
    is_here: bool
    is_safe: bool

    @property
    def as_set(self) -> str:
        """The text that `read_address` reads it from."""
        return self.url if self.is_here or self.is_safe else f"{self.url}?{_INSECURE}"


def read_address(text: str) -> Address:
    """
    Return an address as configured.
    Raises ParameterError: it cannot be one, or is of another machine and not by TLS.
    """
    text = text.strip()
    if not text:
        raise ParameterError(
            "The Dask engine has no address.",
            why="It connects to a cluster that is there and starts none by itself.",
            next_steps=[
                _EXAMPLE,
                (
                    "A cluster on this machine: from dask.distributed import LocalCluster; "
                    "cluster = LocalCluster(); then set cluster.scheduler_address."
                ),
                "Without a cluster: --engine local, or --engine processes.",
            ],
        )
    parts = urlsplit(text if "://" in text else f"//{text}")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    is_here, is_safe = _is_loopback(host), parts.scheme == "tls"
    name = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{name}:{port}"
    says_more = parts.path not in ("", "/") or parts.username is not None
    if parts.scheme not in ("tls", "tcp") or not host or port is None or says_more:
        raise ParameterError(
            f"engine_address is {without_secrets(text)!r}, which is no address of a scheduler.",
            why=(
                "It has a protocol (tls, or tcp on this machine), a host and a port, and no path: "
                "who may connect is for certificates to say, and its pages are at another port."
            ),
            next_steps=[
                _nearest(parts.scheme, name, port, is_here=is_here),
                "A scheduler says its address as it starts: Scheduler at: …",
            ],
        )
    said = parse_qs(parts.query).get("insecure", [""])[-1]
    if not (is_here or is_safe or said == "yes"):
        raise ParameterError(
            f"{url} is another machine, and not reached by TLS.",
            why="Whoever is on the way could read and change what is asked and answered.",
            next_steps=[
                "Start its parts with --tls-ca-file, --tls-cert and --tls-key; use tls://.",
                f"In a network that is yours alone: {_SETTING} = '{url}?{_INSECURE}'",
            ],
        )
    return Address(url, is_here, is_safe)


def is_at(text: str, address: Address) -> bool:
    """Whether what was noted earlier is that address; what cannot be one is none."""
    try:
        return read_address(text) == address
    except ParameterError:
        return False


def _nearest(scheme: str, name: str, port: int | None, *, is_here: bool) -> str:
    if not name:
        return _EXAMPLE
    way = scheme if scheme in ("tls", "tcp") else "tcp" if is_here else "tls"
    if port is None or scheme.startswith("http"):
        port = _USUAL_PORT
    return f"Did you mean {_SETTING} = '{way}://{name}:{port}'?"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
