"""
Signatures of the SDK's own, for less of its time.

Signing is a sixth of what a small request costs, and most of that goes into a message of the
``email`` package that is made of the headers, twice. Here they are a plain mapping, made once;
all else, and each key, is the SDK's. The same text is signed:
``tests/aws/clients/wire/test_signatures.py`` compares both.
"""

from __future__ import annotations

from functools import cache, lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    _Headers = Mapping[str, list[str]]
    """Values by name in lower case, each in the order they were given."""

_KINDS: Final = ("SigV4Auth", "S3SigV4Auth")


def sign_for_less(client: Any) -> None:
    """Have an SDK client sign its requests so; what is signed in another way stays as it is."""
    quicken(client._request_signer)


def quicken(signer: Any) -> None:
    """Have an SDK ``RequestSigner`` sign so."""
    given = signer.get_auth_instance

    def get_auth_instance(*args: Any, **named: Any) -> Any:
        auth = given(*args, **named)
        kind = _kinds().get(type(auth))
        if kind is None or not {"signing_name", "region_name"} <= named.keys():
            return auth
        return kind(auth.credentials, named["signing_name"], named["region_name"])

    signer.get_auth_instance = get_auth_instance


@cache
def _kinds() -> dict[type, type]:
    """Return by the SDK's signer the one that takes its place; botocore is imported for them."""
    from botocore import auth

    unsigned = frozenset(auth.SIGNED_HEADERS_BLACKLIST)

    class Lean(auth.SigV4Auth):
        """Signature version 4 of plain mappings."""

        _headers: _Headers | None = None

        def add_auth(self, request: Any) -> None:
            self._headers = None
            super().add_auth(request)

        def headers_to_sign(self, request: Any) -> Any:
            # Asked twice while a request is signed: for the text, and for the names in it.
            if self._headers is None:
                found: dict[str, list[str]] = {}
                for name, value in request.headers.items():
                    low = name.lower()
                    if low not in unsigned:
                        found.setdefault(low, []).append(value)
                if "host" not in found:
                    parts = urlsplit(request.url)
                    found["host"] = [_host(f"{parts.scheme}://{parts.netloc}/")]
                self._headers = found
            return self._headers

        def canonical_headers(self, headers_to_sign: Any) -> str:
            return "\n".join(
                f"{name}:{','.join(' '.join(value.split()) for value in headers_to_sign[name])}"
                for name in sorted(headers_to_sign)
            )

        def signed_headers(self, headers_to_sign: Any) -> str:
            return ";".join(sorted(name.strip() for name in headers_to_sign))

    @lru_cache(256)
    def _host(address: str) -> str:
        """Return what the SDK takes for the host of an address."""
        bare: Any = SimpleNamespace(headers={}, url=address)
        found = auth.SigV4Auth(None, "", "").headers_to_sign(bare)
        return str(found["host"])

    return {
        kind: type(f"Lean{name}", (Lean, kind), {})
        for name in _KINDS
        if (kind := getattr(auth, name, None)) is not None
    }
