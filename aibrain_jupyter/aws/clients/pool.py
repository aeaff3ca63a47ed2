"""
The clients of AWS: one per source of credentials, region and service, shared by all workers.

What a source is stands in ``aws/clients/sources.py``; how clients are kept, bounded and let go, in
``shared/connection_pool.py``. Every client is guarded before anyone gets it: what is not a reviewed
read never leaves it (``aws/clients/guard.py``).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.access_key_owners import Callers, read_caller, rights_of
from aibrain_jupyter.aws.accounts.signing import signing_with, watch_signer
from aibrain_jupyter.aws.clients.current_call import call_in_progress
from aibrain_jupyter.aws.clients.sharing.connections import close_connections
from aibrain_jupyter.aws.clients.sources import SessionProfile, Source, fingerprint
from aibrain_jupyter.aws.target import GLOBAL_REGION, Identity
from aibrain_jupyter.shared import connection_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3
    from botocore.credentials import Credentials

    from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole
    from aibrain_jupyter.aws.clients.wire.circuit_breaker import CircuitBreaker
    from aibrain_jupyter.shared.coverage import Target

__all__ = ["ClientPool", "SessionProfile", "get_client_pool"]

MOST_SOURCES: Final = 64
"""Accounts whose sessions are kept: a run goes through them one after the other."""


class ClientPool(connection_pool.ClientPool):
    """
    Makes and keeps sessions and clients. Safe to use from any thread.

    `prepare` are functions called with each new client before anyone gets it, after the guard.
    `callers` knows whom the access keys seen so far belong to.
    """

    is_offline = False
    """Whether nothing may be sent: see `AwsProvider.offline_clients`."""

    def __init__(self, *, most: int = connection_pool.MOST_CLIENTS) -> None:
        super().__init__(most=most)
        self.prepare: list[Callable[[Any], None]] = []
        self.callers = Callers()
        self._profiles: dict[str, SessionProfile] = {}
        self._roles: dict[str, AssumedRole] = {}
        self._sources: OrderedDict[str, Source] = OrderedDict()
        self._changing = threading.RLock()
        self._breaker: CircuitBreaker | None = None

    def client(self, service: str, *, profile: str = "", region: str = "") -> Any:
        """
        Return the client of `service`, the same one to everybody.

        Args:
            service: The service as botocore names it.

            profile: A session profile, a configured one, or the name of an assumed role; empty:
                the default chain, as the AWS CLI resolves it.

            region: A region name; empty: the source's own (``AWS_REGION``,
                ``AWS_DEFAULT_REGION``, the profile's); ``global``: the home region of the
                service in the partition of the source's own region.

        Raises:
            botocore's exceptions, for ``aws/errors/translate.py`` to translate.
        """
        source = self.source(profile)
        real = source.real_region(service, region)
        return self.shared(source, (service, real), lambda: self._made(source, service, real))

    def client_for(self, target: Target, service: str, *, region: str = "") -> Any:
        """Return the client of a service for a target, or for another region of its account."""
        region = region or target.parts.get("region", "")
        return self.client(service, profile=target.profile, region=region)

    def _session(self, profile: str = "") -> boto3.Session:
        """
        Return the boto3 Session behind the clients of `profile`. Do not change it.

        Not public: the clients it makes are not guarded.
        """
        return self.source(profile).session()

    def source(self, profile: str) -> Source:
        """Return the source of a profile that is in force; what its files say now counts."""
        role = self._roles.get(profile)
        # A role is as its source is: region, endpoint and network are the profile's.
        base = self.source(role.source) if role else None
        declared = self.declared(profile)
        stamp = (role, base, declared, fingerprint())
        with self._changing:
            source = self._sources.get(profile)
            if source is None or source.stamp != stamp:
                self._drop(profile)
                of = role.source if role else profile
                source = self._sources[profile] = Source(stamp, of, declared)
                if role and base:
                    source.assume(role, base)
            self._sources.move_to_end(profile)
            while len(self._sources) > MOST_SOURCES:
                self._drop(next(iter(self._sources)))
            return source

    def caller(self, profile: str, key: Credentials, *, fresh: bool = False) -> Identity:
        """
        Return whom a key of `profile` belongs to: STS is asked once for each.

        Args:
            profile: As for `client`.

            key: The key, frozen; it signs the question.

            fresh: Whether to ask although it is known.

        Raises:
            botocore's exceptions, for ``aws/errors/translate.py`` to translate.
        """
        return self._caller(self.source(profile), key, fresh=fresh)

    def declared_identity(self, profile: str) -> Identity | None:
        """Return who the demo account's profile is; None for those STS has to be asked about."""
        return self.source(profile).declared_identity()

    def opened(self, profile: str = "") -> Source | None:
        """Return the source of no assumed role, if its session was made and is still in force."""
        if profile not in self._sources or profile in self._roles:
            return None
        source = self.source(profile)
        return source if source.has_session else None

    def is_worth_keeping(self, client: Any) -> bool:
        """Tell whether a client has credentials: one never looks for them again."""
        return client._request_signer._credentials is not None

    def close(self, client: Any) -> None:
        """Leave the connections open: they are other clients', too, and bounded by themselves."""

    def add_profile(self, profile: SessionProfile) -> None:
        """Make a profile known; one of the same name is replaced."""
        with self._changing:
            self._profiles[profile.name] = profile
            self._drop(profile.name)

    def remove_profile(self, name: str) -> None:
        """Forget a session profile and its clients, if there is one of that name."""
        with self._changing:
            if self._profiles.pop(name, None):
                self._drop(name)

    def add_role(self, role: AssumedRole) -> str:
        """Make a role known, and return the name its clients are asked for by."""
        with self._changing:
            self._roles[role.profile] = role
        return role.profile

    @property
    def roles(self) -> Mapping[str, AssumedRole]:
        """The assumed roles by name."""
        return MappingProxyType(dict(self._roles))

    def forget(self, profile: str) -> None:
        """Forget session and clients of a profile, of a role the role too: look anew then."""
        with self._changing:
            self._roles.pop(profile, None)
            self._drop(profile)

    def used_profiles(self) -> list[str]:
        """Return the profiles that something was asked with; empty: the default chain."""
        with self._changing:
            return [name for name in self._sources if name not in self._roles]

    @property
    def session_profiles(self) -> Mapping[str, SessionProfile]:
        """The session profiles by name."""
        return MappingProxyType(dict(self._profiles))

    def declared(self, profile: str) -> SessionProfile | None:
        """Return the session profile that `profile` is, or that its role is assumed from."""
        role = self._roles.get(profile)
        return self._profiles.get(role.source if role else profile)

    def endpoint(self, profile: str = "", service: str = "") -> str:
        """Return the endpoint URL in force when it is not AWS's own, else an empty text."""
        declared = self.declared(profile)
        if declared and declared.endpoint_url:
            return declared.endpoint_url
        return self.source(profile).endpoint(service)

    def clear(self) -> None:
        """Forget every session and client; session profiles stay."""
        with self._changing:
            self._sources.clear()
            self.callers.clear()
            self._breaker = None
            self.let_go()
        close_connections()

    def try_again(self) -> None:
        """Ask hosts again that could not be reached or refused a key: something was mended."""
        if self._breaker is not None:
            self._breaker.close_all()

    def stats(self) -> dict[str, int]:
        """Return the figures of the clients, and ``sessions`` held now."""
        with self._changing:
            sessions = sum(source.has_session for source in self._sources.values())
        return {"sessions": sessions, **super().stats()}

    def _made(self, source: Source, service: str, region: str) -> Any:
        def finish(client: Any) -> None:
            watch_signer(
                client,
                source,
                lambda key: self._caller(source, key),
                lambda: source.endpoint(service),
            )
            self._circuits.watch(client)
            if service == "s3":
                from aibrain_jupyter.aws.clients.wire.bucket_regions import say_redirects

                say_redirects(client)
            for hook in self.prepare:
                hook(client)

        return source.make_client(service, region, finish)

    @property
    def _circuits(self) -> CircuitBreaker:
        from aibrain_jupyter.aws.clients.wire.circuit_breaker import CircuitBreaker  # takes the SDK

        with self._changing:
            if self._breaker is None:
                self._breaker = CircuitBreaker()
            return self._breaker

    def _caller(self, source: Source, key: Credentials, *, fresh: bool = False) -> Identity:
        if declared := source.declared_identity(key.access_key):
            return declared
        endpoint = source.endpoint("sts")

        def ask() -> Identity:
            # STS answers everywhere; without a region of its own the source is asked at home.
            region = "" if source.session().region_name else GLOBAL_REGION
            real = source.real_region("sts", region)
            client = self.shared(source, ("sts", real), lambda: self._made(source, "sts", real))
            with signing_with(key):
                answer = client.get_caller_identity()
            return read_caller(answer, rights_of(key, key.method, source.token_file))

        def check() -> None:
            if ctx := call_in_progress():
                ctx.check()

        return self.callers.learn(endpoint, key.access_key, ask, check=check, fresh=fresh)

    def _drop(self, profile: str) -> None:
        if source := self._sources.pop(profile, None):
            self.let_go(source)


_POOL = ClientPool()
connection_pool.register_pool("aws", _POOL)


def get_client_pool() -> ClientPool:
    """Return the pool of this process."""
    return _POOL
