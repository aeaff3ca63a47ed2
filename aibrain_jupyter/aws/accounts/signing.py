"""
Every request of a call is signed by who the call is of.

The SDK renews credentials inside a client, at the moment a request is signed, and a configuration
may change while a run goes on. So the key is fixed just before it signs, and whom it belongs to is
compared with the identity the call's target was given. It is one comparison while the key stays
the same. A new key is asked for once (``aws/accounts/access_key_owners.py``): the same principal
goes on, another one ends the call, and what is signed with other rights is not kept.

Signing is a sixth of what a small request costs, and most of that goes into a message of the
``email`` package that the SDK makes of the headers, twice. `sign_for_less` has the same text made
of a plain mapping. The key that signs is derived from the secret by four hashes, once for a day, a
region and a service, and kept with its signer. All else is the SDK's.
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from aibrain_jupyter.aws.clients.current_call import aws_call, call_in_progress
from aibrain_jupyter.aws.target import AwsTarget, principal_of
from aibrain_jupyter.shared.error_handler import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.credentials import Credentials

    from aibrain_jupyter.aws.target import Identity
    from aibrain_jupyter.shared.base_tool import CallContext

    AskWho = Callable[[Credentials], Identity]
    _Sessions = WeakKeyDictionary[Any, tuple[str, Any]]
    """By the SDK's place for a client's sessions of buckets: a key, and the place of its own."""

    _Headers = Mapping[str, list[str]]
    """Values by name in lower case, each in the order they were given."""
    _Derived = dict[tuple[str, ...], bytes]
    """Keys by secret, day, region and service."""

_BEARER: Final = "bearer"
_KINDS: Final = ("SigV4Auth", "S3SigV4Auth")
"""The SDK's signers that have a leaner one here; the others sign as they do."""
_MOST_DERIVED: Final = 16
"""Keys that are kept of a signer: of its secret for the regions it signs for today."""
_fixed: Final[ContextVar[Credentials | None]] = ContextVar("aibrain_signs_with", default=None)
_NEXT: Final = (
    "Run the cell again: it reads the account that is signed in now, under its own name.",
    "Or sign in as before, then %aibrain resume.",
)


@contextmanager
def signing_with(key: Credentials) -> Iterator[None]:
    """Have the requests made in here signed with `key`, whatever their client has: no check."""
    token = _fixed.set(key)
    try:
        yield
    finally:
        _fixed.reset(token)


def watch_signer(client: Any, source: object, who: AskWho, endpoint: Callable[[], str]) -> None:
    """
    Make `client` sign the requests of a call with keys of the call's own identity only.

    Args:
        client: A client of the pool.

        source: Whose credentials it has; with the key it names what was checked already.

        who: Says whom a key belongs to.

        endpoint: Gives the endpoint of the client's service now; empty: AWS's own.
    """
    model = client.meta.service_model
    takes_tokens_only = model.signature_version == _BEARER
    sessions: _Sessions = WeakKeyDictionary()

    def fix_key(request: Any, request_signer: Any, signature_version: Any, **_: Any) -> None:
        key = _fixed.get()
        if key is not None:
            _sign_with(request, key)
            return
        ctx = call_in_progress()
        if ctx is None or not isinstance(ctx.target, AwsTarget) or not ctx.target.identity:
            return
        if signature_version == _BEARER and not takes_tokens_only:
            raise _nobody_knows(ctx.target, model.signing_name)
        if request_signer._credentials is None:
            return  # signing says so in the SDK's own words
        key = frozen(request_signer._credentials)
        checked = (source, key.access_key)
        if aws_call(ctx).signer != checked:
            _check(ctx, who(key), key)
            if ctx.target.service == model.service_name and ctx.target.endpoint != endpoint():
                raise _elsewhere(ctx.target, endpoint())
            aws_call(ctx).signer = checked
        _sign_with(request, key)
        if "identity_cache" in request.context["signing"]:
            _use_own_sessions(request.context["signing"], key, sessions)

    client.meta.events.register_last("before-sign", fix_key, unique_id="aibrain-signer")


def frozen(credentials: Any) -> Credentials:
    """Return the keys that would sign now, renewed first if they are about to end."""
    from botocore.credentials import Credentials

    now = credentials.get_frozen_credentials()
    return Credentials(now.access_key, now.secret_key, now.token, method=credentials.method)


def _sign_with(request: Any, key: Credentials) -> None:
    # The signer reads it after this event; its own credentials may be renewed in between.
    request.context.setdefault("signing", {})["request_credentials"] = key


def _use_own_sessions(signing: dict[str, Any], key: Credentials, sessions: _Sessions) -> None:
    """Have S3 Express sign with a session that this key opened: the SDK keeps them by bucket."""
    kept = signing["identity_cache"]
    access_key, own = sessions.get(kept, ("", None))
    if own is None or access_key != key.access_key:
        own = type(kept)(kept._client, kept._credential_cls)
        sessions[kept] = key.access_key, own
    signing["identity_cache"] = own


def _check(ctx: CallContext, found: Identity, key: Credentials) -> None:
    target = ctx.target
    before, now = target.identity, found.arn
    if before != now:
        before, now = principal_of(before), principal_of(now)
    if (found.account, now) != (target.account, before):
        raise CredentialsError(
            f"The keys of {target.account} have become another's in the middle of the run.",
            why=(
                f"It was {before} of {target.account}, and is {now} of {found.account} "
                f"(access key …{key.access_key[-4:]})."
            ),
            next_steps=_NEXT,
            facts={"account": target.account, "region": target.region, "code": "OtherIdentity"},
        )
    if found.cached_as != target.identity:
        ctx.may_be_kept = False


def _elsewhere(target: AwsTarget, endpoint: str) -> CredentialsError:
    return CredentialsError(
        f"Requests for {target.account} go to another server than when the run began.",
        why=f"It was {target.endpoint or 'AWS'}, and is {endpoint or 'AWS'}.",
        next_steps=_NEXT[:1],
        facts={"account": target.account, "region": target.region, "code": "OtherEndpoint"},
    )


def _nobody_knows(target: AwsTarget, service: str) -> CredentialsError:
    variable = f"AWS_BEARER_TOKEN_{service.replace('-', '_').upper()}"
    return CredentialsError(
        f"{service} was not asked: nobody can tell which account would have answered.",
        why=f"{variable} is set, and the SDK sends it instead of the keys of {target.account}.",
        next_steps=[f'Take it away: del os.environ["{variable}"], then run the cell again.'],
        facts={"account": target.account, "region": target.region, "code": "OtherIdentity"},
    )


def sign_for_less(signer: Any) -> None:
    """Have an SDK ``RequestSigner`` make its signatures for less of the time, and the same."""
    given = signer.get_auth_instance
    derived: _Derived = {}

    def get_auth_instance(*args: Any, **named: Any) -> Any:
        auth = given(*args, **named)
        kind = _kinds().get(type(auth))
        if kind is None or not {"signing_name", "region_name"} <= named.keys():
            return auth
        made = kind(auth.credentials, named["signing_name"], named["region_name"])
        made.derived = derived
        return made

    signer.get_auth_instance = get_auth_instance


@cache
def _kinds() -> dict[type, type]:
    """Return by the SDK's signer the one that takes its place; botocore is imported for them."""
    from botocore import auth

    unsigned = frozenset(auth.SIGNED_HEADERS_BLACKLIST)

    class Lean(auth.SigV4Auth):
        """Signature version 4 of plain mappings."""

        _kept: tuple[Any, _Headers] | None = None

        derived: _Derived

        def signature(self, string_to_sign: str, request: Any) -> str:
            own: Any = self
            day = request.context["timestamp"][:8]
            steps = (own.credentials.secret_key, day, own._region_name, own._service_name)
            key = self.derived.get(steps)
            if key is None:
                key = f"AWS4{steps[0]}".encode()
                for step in (*steps[1:], "aws4_request"):
                    key = hmac.digest(key, step.encode(), "sha256")
                if len(self.derived) >= _MOST_DERIVED:
                    self.derived.clear()
                self.derived[steps] = key
            return hmac.digest(key, string_to_sign.encode(), "sha256").hex()

        def payload(self, request: Any) -> Any:
            own: Any = self
            body = request.data
            # To get at a body the SDK makes the whole request ready, once more than it is sent.
            if (
                type(body) is bytes
                and body
                and not own._is_streaming_checksum_payload(request)
                and own._should_sha256_sign_payload(request)
            ):
                return hashlib.sha256(body).hexdigest()
            return super().payload(request)

        def headers_to_sign(self, request: Any) -> Any:
            # Asked twice while a request is signed: for the text, and for the names in it.
            kept, self._kept = self._kept, None
            if kept is not None and kept[0] is request:
                return kept[1]
            found: dict[str, list[str]] = {}
            for name, value in request.headers.items():
                low = name.lower()
                if low not in unsigned:
                    found.setdefault(low, []).append(value)
            if "host" not in found:
                parts = urlsplit(request.url)
                found["host"] = [_host(f"{parts.scheme}://{parts.netloc}/")]
            self._kept = (request, found)
            return found

        def canonical_headers(self, headers_to_sign: Any) -> str:
            return "\n".join(
                f"{name}:{','.join(' '.join(value.split()) for value in headers_to_sign[name])}"
                for name in sorted(headers_to_sign)
            )

    @lru_cache(256)
    def _host(address: str) -> str:
        """Return what the SDK takes for the host of an address."""
        bare: Any = SimpleNamespace(headers={}, url=address)
        nobody: Any = None
        found = auth.SigV4Auth(nobody, "", "").headers_to_sign(bare)
        return str(found["host"])

    return {
        kind: type(f"Lean{name}", (Lean, kind), {})
        for name in _KINDS
        if (kind := getattr(auth, name, None)) is not None
    }
