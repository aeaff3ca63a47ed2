"""The wire to Graph: a gate that all requests of one Graph share, connections, and no log."""

from __future__ import annotations

import logging
import threading
import time
import urllib.parse
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.request import getproxies, proxy_bypass

import urllib3

from aibrain_jupyter import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext

USER_AGENT: Final = f"NONISV|aibrain|aibrain_jupyter/{__version__}"

_SLICE_S: Final = 0.2
_TIMEOUT: Final = urllib3.Timeout(connect=15, read=90)


class Gate:
    """Closed for a while where the server asked for a pause."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    def close(self, seconds: float) -> None:
        """Let nobody through for so long."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self, ctx: CallContext) -> float:
        """Wait until it is open, and return how long that was. Raises when the call is over."""
        began = time.monotonic()
        ctx.check()
        while (left := self._until - time.monotonic()) > 0:
            ctx.cancelled.wait(min(left, _SLICE_S))
            ctx.check()
        return time.monotonic() - began


@lru_cache(maxsize=16)
def gate_of(graph: str) -> Gate:
    """Return the gate of one Graph."""
    return Gate()


_sending = threading.local()


def sent(
    method: str, address: str, body: Any, headers: Mapping[str, str], is_stream: bool
) -> urllib3.BaseHTTPResponse:
    """Send a request once and return its answer, open where it `is_stream`."""
    _sending.is_ours = True
    try:
        return pool(_proxy_of(address)).request(
            method,
            address,
            body=body,
            headers={"User-Agent": USER_AGENT, **headers},
            redirect=False,
            retries=False,
            timeout=_TIMEOUT,
            preload_content=not is_stream,
        )
    finally:
        _sending.is_ours = False


def _proxy_of(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    if parts.hostname and proxy_bypass(parts.hostname):
        return ""
    return getproxies().get(parts.scheme, "")


@lru_cache(maxsize=4)
def pool(proxy: str) -> urllib3.PoolManager:
    """Return the connections through a proxy; empty: without one."""
    # urllib3 writes every address to its log.
    logging.getLogger("urllib3.connectionpool").addFilter(_not_ours)
    if proxy:
        return urllib3.ProxyManager(proxy, maxsize=32, num_pools=32)
    return urllib3.PoolManager(maxsize=32, num_pools=32)


def _not_ours(record: logging.LogRecord) -> bool:
    return not getattr(_sending, "is_ours", False)


def is_certificate(exc: BaseException) -> bool:
    """Tell whether a certificate was not trusted: asking again would not change that."""
    return isinstance(exc, urllib3.exceptions.SSLError)
