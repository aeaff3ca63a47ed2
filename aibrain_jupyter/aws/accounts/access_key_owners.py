"""
Whom an access key belongs to: asked of STS once per key, by one thread.

A profile's name says nothing for good. A credential process, a container or a renewed session may
hand out another account's keys at any time, and the SDK takes them up inside a client. An access
key id never changes hands. So what is known here is known of a key at an endpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.assumed_roles import SESSION_NAME
from aibrain_jupyter.aws.target import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOST: Final = 4096
"""Keys that are remembered: sessions of a thousand accounts, renewed a few times."""

_LOOK_UP_S: Final = 0.25
WEB_IDENTITY: Final = "assume-role-with-web-identity"
KNOWN_METHODS: Final = frozenset({"assume-role", "login", "sso", WEB_IDENTITY})
"""How botocore came by keys whose rights a configuration names: a role, a permission set."""

_TAGS: Final = "https://aws.amazon.com/tags"


def read_caller(answer: Mapping[str, Any], rights: str) -> Identity:
    """Return the identity in an answer of GetCallerIdentity."""
    arn = _without_made_up_name(str(answer["Arn"]))
    return Identity(str(answer["Account"]), arn, arn.split(":")[1], rights)


def fingerprint_of(text: str) -> str:
    """Return a text by which nobody can read an access key id."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def rights_of(key: Any, method: str, token_file: str = "") -> str:
    """
    Return what tells the rights of a key from those of others with the same ARN.

    Args:
        key: The frozen credentials.

        method: How botocore came by them.

        token_file: The web identity token they were given for, if they were.
    """
    if method == WEB_IDENTITY:
        return subject_of(token_file) or fingerprint_of(key.access_key)
    is_handed = bool(key.token) or key.access_key.startswith("ASIA")
    return fingerprint_of(key.access_key) if is_handed and method not in KNOWN_METHODS else ""


def subject_of(token_file: str) -> str:
    """
    Return a fingerprint of whom a web identity token speaks for; empty when it cannot be read.

    Its tags become the session's, and policies may ask for them.
    """
    try:
        payload = Path(token_file).expanduser().read_text().split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        said = [claims.get("iss"), claims["sub"], claims.get(_TAGS)]
    except (OSError, IndexError, KeyError, AttributeError, TypeError, RuntimeError):
        return ""
    except (ValueError, binascii.Error):
        return ""
    return fingerprint_of(json.dumps(said, sort_keys=True))


def sign_in_of(settings: Mapping[str, Any]) -> str:
    """
    Return a fingerprint of the sign-in behind a profile of SSO; empty without one.

    The token does not say whose it is. So a new one is asked about, although it is mostly the old
    one renewed.
    """
    from botocore import credentials
    from botocore.utils import JSONFileCache

    provider: Any = credentials.SSOProvider
    name = str(settings.get("sso_session") or settings.get("sso_start_url") or "")
    file = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()  # as botocore names it
    try:
        token = JSONFileCache(provider._SSO_TOKEN_CACHE_DIR)[file]["accessToken"]
    except (KeyError, OSError, TypeError, ValueError):
        return ""
    return fingerprint_of(str(token))


class Callers:
    """The keys seen so far, by endpoint and access key id. Safe to use from any thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Identity] = OrderedDict()
        self._asking: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def find(self, endpoint: str, key_id: str) -> Identity | None:
        """Return whom a key belongs to; None for one that was never asked for."""
        return self._known.get((endpoint, key_id))

    def keep(self, endpoint: str, key_id: str, identity: Identity) -> Identity:
        """Remember whom a key belongs to, and return it."""
        with self._lock:
            self._known[endpoint, key_id] = identity
            self._known.move_to_end((endpoint, key_id))
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return identity

    def learn(
        self,
        endpoint: str,
        key_id: str,
        ask: Callable[[], Identity],
        *,
        check: Callable[[], None],
        fresh: bool = False,
    ) -> Identity:
        """
        Return whom a key belongs to, asking if nobody has. The others wait for who asks.

        Args:
            endpoint: The endpoint of STS; empty: AWS's own.

            key_id: The access key id.

            ask: Asks STS with that key. What it raises is raised here, and the next one asks.

            check: Raises when the caller has no more time to wait.

            fresh: Whether to ask although it is known.
        """
        if not fresh and (known := self.find(endpoint, key_id)):
            return known
        with self._lock:
            mine = self._asking.setdefault((endpoint, key_id), threading.Lock())
        while not mine.acquire(timeout=_LOOK_UP_S):
            check()
        try:
            if not fresh and (known := self.find(endpoint, key_id)):
                return known
            found = self.keep(endpoint, key_id, ask())
        finally:
            mine.release()
        with self._lock:
            self._asking.pop((endpoint, key_id), None)
        return found

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._known.clear()


def _without_made_up_name(arn: str) -> str:
    """
    Drop the session name botocore makes up from the time of day, and the one we give.

    It says nothing about who asks, and it would give every session results of its own.
    """
    head, _, name = arn.rpartition("/")
    is_made_up = name == SESSION_NAME or name.startswith("botocore-session-")
    return head if is_made_up else arn
