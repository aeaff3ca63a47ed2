"""
The client pool: SDK clients shared by all workers, one per credential source, region and service.

A credential source is a profile name and everything its credentials, endpoint and network come
from: the ``AWS_*`` environment and the config and credentials files. It is looked at on every
request for a client, so that new keys, another ``AWS_PROFILE`` or an edited file take effect at
once and a stale session is never used again. The endpoint is part of the source, so it needs no
place in the key of a client.

Creation is serialised within one source (boto3's Session is not safe to share while it makes
clients) and goes on side by side for several; taking a client that exists waits for nobody.

Every client is guarded before anyone gets it (``aws/clients/guard.py``): what is not a reviewed
read never leaves it. The guard belongs to a floor above this one, so it is named here and imported
late; a
guard that cannot be imported gives no client.

Attempts are set here because botocore's own default gives up after three: at 32 workers against a
throttling server it lost 57 % of the calls. What is refused for rate is paced and repeated by
``aws/clients/throttling.py``; "standard" repeats the rest.

boto3 is imported when the first client is made.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from aibrain_jupyter._version import __version__
from aibrain_jupyter.aws.accounts.assumed_roles import role_credentials
from aibrain_jupyter.aws.accounts.mfa import mfa_profile, never_prompt
from aibrain_jupyter.aws.clients.configured_endpoint import configured_endpoint
from aibrain_jupyter.aws.clients.foreign_answers import refuse_foreign_answers
from aibrain_jupyter.aws.clients.home_regions import home_region
from aibrain_jupyter.aws.clients.host_prefixes import keep_the_host
from aibrain_jupyter.aws.clients.parse_gate import parse_one_at_a_time
from aibrain_jupyter.aws.clients.service_data import service_data
from aibrain_jupyter.aws.clients.timestamps import parse_timestamp
from aibrain_jupyter.shared.coverage import GLOBAL_REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import boto3

    from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole

MAX_ATTEMPTS: Final = 10
CONNECT_TIMEOUT_S: Final = 10
READ_TIMEOUT_S: Final = 60
MAX_CONNECTIONS: Final = 64
_IDENTITY: Final = "sts"
"""Every run waits for it first, so an endpoint that does not answer must be told of soon."""

_GUARD: Final = "aibrain_jupyter.aws.clients.guard:prepare_client"

_NETWORK_VARIABLES = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HOME"}
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class SessionProfile:
    """
    A profile that exists only in this process (the demo account's, say).

    It hides a configured profile of the same name. `account` is the 12-digit account id, so that
    nobody has to ask for it; `endpoint_url` may be empty.
    """

    name: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str
    endpoint_url: str
    account: str
    is_demo: bool
    session_token: str = field(default="", repr=False)


class ClientPool:
    """
    Makes and keeps sessions and clients. Safe to use from any thread.

    `prepare` are functions called with each new client before anyone gets it, after the guard.
    """

    def __init__(self) -> None:
        self.prepare: list[Callable[[Any], None]] = []
        self._profiles: dict[str, SessionProfile] = {}
        self._roles: dict[str, AssumedRole] = {}
        self._sources: dict[str, _Source] = {}
        self._lock = threading.Lock()
        self._hits = 0
        self._created = 0

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
        client, is_new = self._source(profile).client(service, region, self.prepare)
        with self._lock:
            self._created += is_new
            self._hits += not is_new
        return client

    def _session(self, profile: str = "") -> boto3.Session:
        """
        Return the boto3 Session behind the clients of `profile`. Do not change it.

        Not public: the clients it makes are not guarded.
        """
        return self._source(profile).session()

    def add_profile(self, profile: SessionProfile) -> None:
        """Make a profile known; one of the same name is replaced."""
        with self._lock:
            self._profiles[profile.name] = profile
            self._sources.pop(profile.name, None)

    def remove_profile(self, name: str) -> None:
        """Forget a session profile and its clients, if there is one of that name."""
        with self._lock:
            if self._profiles.pop(name, None):
                self._sources.pop(name, None)

    def add_role(self, role: AssumedRole) -> str:
        """Make a role known, and return the name its clients are asked for by."""
        with self._lock:
            self._roles[role.profile] = role
        return role.profile

    @property
    def roles(self) -> Mapping[str, AssumedRole]:
        """The assumed roles by name."""
        return MappingProxyType(dict(self._roles))

    def forget(self, profile: str) -> None:
        """Forget session and clients of a profile, of a role the role too: look anew then."""
        with self._lock:
            self._roles.pop(profile, None)
            self._sources.pop(profile, None)

    @property
    def session_profiles(self) -> Mapping[str, SessionProfile]:
        """The session profiles by name."""
        return MappingProxyType(dict(self._profiles))

    def endpoint(self, profile: str = "", service: str = "") -> str:
        """Return the endpoint URL in force when it is not AWS's own, else an empty text."""
        return self._source(profile).endpoint(service)

    def clear(self) -> None:
        """Forget every session and client; session profiles stay."""
        with self._lock:
            self._sources.clear()

    def stats(self) -> dict[str, int]:
        """Return ``sessions`` and ``clients`` held now, ``created`` and ``hits`` so far."""
        with self._lock:
            sources = list(self._sources.values())
            return {
                "sessions": sum(source.has_session for source in sources),
                "clients": sum(source.n_clients for source in sources),
                "created": self._created,
                "hits": self._hits,
            }

    def __repr__(self) -> str:
        figures = ", ".join(f"{name}={value}" for name, value in self.stats().items())
        return f"<ClientPool {figures}>"

    def _source(self, profile: str) -> _Source:
        role = self._roles.get(profile)
        # A role is as its source is: region, endpoint and network are the profile's.
        base = self._source(role.source) if role else None
        declared = base.declared if base else self._profiles.get(profile)
        stamp = (role, base, declared, _environment(), _files())
        with self._lock:
            source = self._sources.get(profile)
            if source is None or source.stamp != stamp:
                of = role.source if role else profile
                source = self._sources[profile] = _Source(stamp, of, declared)
                if role and base:
                    source.assume(role, base)
            return source


class _Source:
    """One credential source: its session and its clients."""

    def __init__(self, stamp: Hashable, profile: str, declared: SessionProfile | None) -> None:
        self.stamp = stamp
        self.declared = declared
        self._profile = profile
        self._assumed: tuple[AssumedRole, _Source] | None = None
        self._session: boto3.Session | None = None
        self._assuming: Any = None
        # By region as asked for, so that "" and "global" are as quick to find as a name.
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.RLock()

    def assume(self, role: AssumedRole, base: _Source) -> None:
        """Take the credentials of a role that `base` assumes."""
        self._assumed = (role, base)

    def assuming_client(self) -> Any:
        """Return the STS client that assumes roles: not pooled, so that only we get it."""
        with self._lock:
            if self._assuming is None:
                region = self._real_region(_IDENTITY, "" if self._own_region else GLOBAL_REGION)
                client = self._make_client(_IDENTITY, region)
                if client._request_signer._credentials is None:
                    return client
                self._assuming = client
            return self._assuming

    @property
    def has_session(self) -> bool:
        return self._session is not None

    @property
    def n_clients(self) -> int:
        return len({id(client) for client in self._clients.copy().values()})

    def session(self) -> boto3.Session:
        with self._lock:
            if self._session is None:
                session = _make_session(self._profile, self.declared)
                if self._assumed:
                    role, base = self._assumed
                    core: Any = session._session
                    core._credentials = role_credentials(role, base.assuming_client)
                self._session = session
            return self._session

    def client(
        self, service: str, region: str, prepare: list[Callable[[Any], None]]
    ) -> tuple[Any, bool]:
        found = self._clients.get((service, region))
        if found is not None:
            return found, False
        with self._lock:
            real = self._real_region(service, region)
            found = self._clients.get((service, real))
            is_new = found is None
            if is_new:
                found = self._make_client(service, real)
                _guard(found)
                for hook in prepare:
                    hook(found)
                if found._request_signer._credentials is None:
                    # Not kept: an instance's metadata that did not answer may answer next time,
                    # and a client never looks for credentials again.
                    return found, is_new
                self._clients[service, real] = found
            self._clients[service, region] = found
            return found, is_new

    def endpoint(self, service: str) -> str:
        if self.declared and self.declared.endpoint_url:
            return self.declared.endpoint_url
        return configured_endpoint(self.session()._session, service)

    @property
    def _own_region(self) -> str:
        return self.session().region_name or ""

    def _real_region(self, service: str, region: str) -> str:
        if region and region != GLOBAL_REGION:
            return region
        own = self._own_region
        if not region:
            return own
        partition = self.session().get_partition_for_region(own) if own else "aws"
        return home_region(service, partition=partition)

    def _make_client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        # Given even where botocore would find it: it then discovers no endpoint beside it.
        endpoint = self.endpoint(service)
        # A proxy in the environment must not catch the traffic to a server on this machine.
        is_local = self.declared is not None and urlsplit(endpoint).hostname in _LOOPBACK
        is_awaited = service == _IDENTITY
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 4 if is_awaited else MAX_ATTEMPTS},
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=10 if is_awaited else READ_TIMEOUT_S,
            max_pool_connections=MAX_CONNECTIONS,
            user_agent_extra=f"aibrain_jupyter/{__version__}",
            proxies={} if is_local else None,
        )
        client = self.session().client(  # type: ignore[call-overload]
            service, region_name=region or None, endpoint_url=endpoint or None, config=config
        )
        refuse_foreign_answers(client)
        keep_the_host(client, endpoint)
        return client


def _guard(client: Any) -> None:
    from aibrain_jupyter.shared.base_tool import import_target

    import_target(_GUARD, what="The read-only guard")(client)


def _make_session(profile: str, declared: SessionProfile | None) -> boto3.Session:
    import boto3
    import botocore.session

    # As the AWS CLI: AWS_REGION comes first. botocore itself reads AWS_DEFAULT_REGION only.
    variables: dict[str, Any] = {
        "region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None)
    }
    if declared:
        # A session profile owes nothing to AWS_PROFILE, which may even name a missing profile.
        variables["profile"] = (None, None, None, None)
    core = botocore.session.Session(session_vars=variables)
    core.register_component("data_loader", service_data())
    core.get_component("response_parser_factory").set_parser_defaults(
        timestamp_parser=parse_timestamp
    )
    parse_one_at_a_time(core)
    if declared is None:
        session = boto3.Session(botocore_session=core, profile_name=profile or None)
        if wants_code := mfa_profile(core):
            never_prompt(core, wants_code)
        return session
    return boto3.Session(
        botocore_session=core,
        aws_access_key_id=declared.access_key_id,
        aws_secret_access_key=declared.secret_access_key,
        aws_session_token=declared.session_token or None,
        region_name=declared.region or None,
    )


def _environment() -> Hashable:
    return tuple(
        sorted(
            (name, value)
            for name, value in os.environ.items()
            if name.startswith("AWS_") or name.upper() in _NETWORK_VARIABLES
        )
    )


def _files() -> Hashable:
    found: list[Hashable] = []
    for variable, default in (
        ("AWS_CONFIG_FILE", "~/.aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ):
        path = Path(os.environ.get(variable) or default)
        try:
            status = path.expanduser().stat()
        except (OSError, RuntimeError):  # RuntimeError: there is no home folder
            found.append(None)
        else:
            found.append((status.st_mtime_ns, status.st_size))
    return tuple(found)


_POOL = ClientPool()


def get_client_pool() -> ClientPool:
    """Return the pool of this process."""
    return _POOL
