"""
Connections that the clients of a process share, with one TLS context for each CA bundle.

botocore makes a pool of connections and a TLS context for every client, and urllib3 reads the CA
bundle into that context at every new connection: 14 ms each, 340 contexts for 20 services in 17
regions. Here clients of the same settings share one pool, which keeps connections by host, so many
hosts and no more: those that nobody asked for longest are closed. The bundle is read once, and
again when its file changes.

What is shared is botocore's own ``URLLib3Session``; two of its underscored methods are the only
places where the context is made and the bundle is named. A botocore without them makes a context
and reads the bundle as before, and without its map of kinds its own connections write and read
heads (``wire/common_http.py``); a client that has no session of this kind keeps its own.
"""

from __future__ import annotations

import contextlib
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import ssl
    from collections.abc import Hashable

    from botocore.httpsession import URLLib3Session

MOST_HOSTS: Final = 256
"""Hosts whose idle connections are kept: a service in a region is one, an S3 bucket another."""

_SETTINGS: Final = (
    "_verify",
    "_timeout",
    "_max_pool_connections",
    "_socket_options",
    "_cert_file",
    "_key_file",
)
_shared: dict[Hashable, URLLib3Session] = {}
_contexts: dict[Hashable, ssl.SSLContext] = {}
_lock: Final = threading.RLock()


def share_connections(client: Any) -> None:
    """Have an SDK client send by connections that clients of the same settings share."""
    try:
        endpoint = client._endpoint
        own = endpoint.http_session
        settings = {name: getattr(own, name) for name in _SETTINGS}
        proxies = own._proxy_config
        proxy = (proxies._proxies or {}, proxies.settings or {})
    except AttributeError:
        return  # another botocore: the client keeps what it was made with
    if type(own) is not _plain():
        return
    is_secure = client.meta.endpoint_url.startswith("https:")
    endpoint.http_session = _session(settings, *proxy, is_secure=is_secure)


def close_connections() -> None:
    """Close what is idle; the next requests open connections anew."""
    with _lock:
        sessions = list(_shared.values())
        _shared.clear()
        _contexts.clear()
    for session in sessions:
        session.close()


def _session(
    settings: dict[str, Any],
    proxies: dict[str, str],
    proxies_config: dict[str, Any],
    *,
    is_secure: bool,
) -> URLLib3Session:
    bundle = _bundle(settings["_verify"])
    key = (
        is_secure,
        bundle,
        *(repr(settings[name]) for name in _SETTINGS),
        repr((proxies, proxies_config)),
    )
    with _lock:
        found = _shared.get(key)
        if found is None:
            found = _shared[key] = _kinds()[is_secure](
                verify=settings["_verify"],
                proxies=proxies,
                timeout=_seconds(settings["_timeout"]),
                max_pool_connections=settings["_max_pool_connections"],
                socket_options=settings["_socket_options"],
                client_cert=_certificate(settings["_cert_file"], settings["_key_file"]),
                proxies_config=proxies_config,
            )
        return found


def _bundle(verify: Any) -> Hashable:
    """Return what names the CA bundle in force, and the state of its file."""
    from botocore.httpsession import get_cert_path

    path = get_cert_path(verify) if verify else None
    if path is None:
        return None
    try:
        status = Path(path).stat()
    except OSError:
        return (str(path),)
    return (str(path), status.st_mtime_ns, status.st_size)


def _seconds(timeout: Any) -> Any:
    """Return a time-out as a session takes it: connecting and reading."""
    if isinstance(timeout, int | float):
        return timeout
    return (timeout.connect_timeout, timeout.read_timeout)


def _certificate(cert: Any, key: Any) -> Any:
    return (cert, key) if key is not None else cert


def _plain() -> type[URLLib3Session]:
    from botocore.httpsession import URLLib3Session

    return URLLib3Session


@cache
def _kinds() -> tuple[type[URLLib3Session], type[URLLib3Session]]:
    """Return the sessions for plain HTTP and for TLS; botocore is imported for them."""
    from botocore.httpsession import create_urllib3_context, get_cert_path

    from aibrain_jupyter.aws.clients.wire.common_http import POOLS

    class Plain(_plain()):  # type: ignore[misc]  # its base is imported late
        """A session that keeps the connections to many hosts."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            kinds = getattr(self, "_pool_classes_by_scheme", {})  # its managers have it, too
            kinds.update({scheme: POOLS.get(kind, kind) for scheme, kind in kinds.items()})

        def _get_pool_manager_kwargs(self, **extra: Any) -> dict[str, Any]:
            given: dict[str, Any] = super()._get_pool_manager_kwargs(**extra)
            return {"num_pools": MOST_HOSTS, **given}

    class Secure(Plain):
        """The same, with a shared context that has read the CA bundle already."""

        _ready: ssl.SSLContext | None = None

        def _get_ssl_context(self) -> ssl.SSLContext:
            # A certificate of one's own goes into the context; a proxy needs the bundle, too.
            has_proxy = self._proxy_config.proxy_url_for("https://") or self._proxy_config.settings
            key = None if self._cert_file or has_proxy else _bundle(self._verify)
            if key is not None:
                with _lock, contextlib.suppress(OSError):  # sending says what is wrong with it
                    if key not in _contexts:
                        made = create_urllib3_context()
                        made.load_verify_locations(get_cert_path(self._verify))
                        _contexts[key] = made
                    self._ready = _contexts[key]
                    return self._ready
            own: ssl.SSLContext = super()._get_ssl_context()
            return own

        def _setup_ssl_cert(self, conn: Any, url: str, verify: Any) -> None:
            if self._ready is None or not verify:
                super()._setup_ssl_cert(conn, url, verify)
            else:
                conn.cert_reqs, conn.ca_certs = "CERT_REQUIRED", None  # its context has read them

    return Plain, Secure
