"""
Where the credentials of clients come from: a profile, and all that decides what it means.

That is the ``AWS_*`` environment, the config and credentials files and the network settings. They
are looked at on every request for a client (`fingerprint`), so that new keys, another
``AWS_PROFILE`` or an edited file take effect at once and a stale session is never used again. The
endpoint is part of the source, so it needs no place in the key of a client.

Attempts are set here because botocore's own default gives up after three: at 32 workers against a
throttling server it lost 57 % of the calls. What is refused for rate is paced and repeated by
``aws/clients/throttling.py``; "standard" repeats the rest.

boto3 is imported when the first client is made.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from aibrain_jupyter._version import __version__
from aibrain_jupyter.aws.accounts.assumed_roles import role_credentials
from aibrain_jupyter.aws.accounts.mfa import mfa_profile, never_prompt
from aibrain_jupyter.aws.accounts.signing import sign_for_less
from aibrain_jupyter.aws.clients.foreign_hosts import configured_endpoint, keep_the_host
from aibrain_jupyter.aws.clients.guard import prepare_client
from aibrain_jupyter.aws.clients.home_regions import home_region
from aibrain_jupyter.aws.clients.parsing import parse_one_at_a_time, parse_timestamp
from aibrain_jupyter.aws.clients.service_data import service_data
from aibrain_jupyter.aws.clients.sharing.connections import share_connections
from aibrain_jupyter.aws.clients.sharing.endpoint_params import resolve_for_less
from aibrain_jupyter.aws.clients.sharing.families import family_of
from aibrain_jupyter.aws.clients.wire.foreign_answers import refuse_foreign_answers
from aibrain_jupyter.aws.target import GLOBAL_REGION, Identity
from aibrain_jupyter.shared.collector import paused_collector

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import boto3

    from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole
    from aibrain_jupyter.aws.clients.sharing.regional import Family

MAX_ATTEMPTS: Final = 10
CONNECT_TIMEOUT_S: Final = 10
READ_TIMEOUT_S: Final = 60
MAX_CONNECTIONS: Final = 64
_IDENTITY: Final = "sts"
"""Every run waits for it first, so an endpoint that does not answer must be told of soon."""

_NETWORK_VARIABLES = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HOME"}
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class SessionProfile:
    """
    A profile that exists only in this process (the demo account's, say).

    It hides a configured profile of the same name. `account` is the 12-digit account id it has to
    be (empty: whatever it is); the demo's is not asked for. `endpoint_url` may be empty. `edition`
    tells apart what made-up data there is.
    """

    name: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str
    endpoint_url: str
    account: str
    is_demo: bool
    session_token: str = field(default="", repr=False)
    edition: str = ""


class Source:
    """One source of credentials: its session, and the clients it makes."""

    def __init__(self, stamp: Hashable, profile: str, declared: SessionProfile | None) -> None:
        self.stamp = stamp
        self.declared = declared
        self._profile = profile
        self._assumed: tuple[AssumedRole, Source] | None = None
        self._session: boto3.Session | None = None
        self._assuming: Any = None
        self._regions: dict[tuple[str, str], str] = {}
        self._endpoints: dict[str, str] = {}
        # As long as one of its clients is in use, or in the pool.
        self._families: WeakValueDictionary[str, Family] = WeakValueDictionary()
        self._lock = threading.RLock()

    def assume(self, role: AssumedRole, base: Source) -> None:
        """Take the credentials of a role that `base` assumes."""
        self._assumed = (role, base)

    def assuming_client(self) -> Any:
        """Return the STS client that assumes roles: not guarded, so nobody else gets it."""
        with self._lock:
            if self._assuming is None:
                region = self.real_region(_IDENTITY, "" if self.own_region else GLOBAL_REGION)
                client = self._plain_client(_IDENTITY, region)
                if client._request_signer._credentials is None:
                    return client
                self._assuming = client
            return self._assuming

    def declared_identity(self, key_id: str = "") -> Identity | None:
        """Return whom a key of the demo account belongs to; None for all that STS has to say."""
        from aibrain_jupyter.aws.accounts.region_names import partition_of  # takes the SDK

        declared = self.declared
        if declared is None or not declared.is_demo or not declared.account or self._assumed:
            return None
        if key_id and key_id != declared.access_key_id:
            return None
        arn = f"session-profile/{declared.name}"
        return Identity(declared.account, arn, partition_of(declared.region))

    @property
    def token_file(self) -> str:
        """The file of the web identity token in use; empty where there is none."""
        core = self.session()._session
        settings = {} if self.declared else core.get_scoped_config()
        named = str(settings.get("web_identity_token_file", ""))
        environment = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE", "")
        return (named or environment) if self._profile else (environment or named)

    @property
    def has_session(self) -> bool:
        """Whether a session was made already."""
        return self._session is not None

    def session(self) -> boto3.Session:
        """Return the session; it is made on first use."""
        with self._lock:
            if self._session is None:
                session = _make_session(self._profile, self.declared)
                if self._assumed:
                    role, base = self._assumed
                    core: Any = session._session
                    core._credentials = role_credentials(role, base.assuming_client)
                self._session = session
            return self._session

    def make_client(self, service: str, region: str, finish: Callable[[Any], None]) -> Any:
        """
        Return a new client, guarded and paced. There is no other way to one.

        `finish` is called with each that the SDK makes. One for a further region is a view of it,
        with the same handlers (``aws/clients/sharing/regional.py``).
        """
        family = self._families.get(service)
        if family is not None and (view := family.view(region)) is not None:
            return view
        with paused_collector:
            made = self._plain_client(service, region)
            prepare_client(made)
            finish(made)
            if family is None:
                core = self.session()._session
                family = family_of(made, core, region, self.endpoint(service))
                if family is not None:
                    self._families[service] = family
            paused_collector.count_as_old()
        return made

    def endpoint(self, service: str) -> str:
        """Return the endpoint URL in force when it is not AWS's own, else an empty text."""
        if self.declared and self.declared.endpoint_url:
            return self.declared.endpoint_url
        # What it depends on is part of the source: with another setting there is another one.
        found = self._endpoints.get(service)
        if found is None:
            found = self._endpoints[service] = configured_endpoint(self.session()._session, service)
        return found

    @cached_property
    def own_region(self) -> str:
        """The region of the environment or the profile; empty where neither names one."""
        return self.session().region_name or ""

    @cached_property
    def mfa_profile(self) -> str:
        """The profile on the way to its credentials that wants an MFA code; empty: none does."""
        return mfa_profile(self.session()._session)

    def real_region(self, service: str, region: str) -> str:
        """Return the region meant by an empty name or ``global``."""
        if region and region != GLOBAL_REGION:
            return region
        found = self._regions.get((service, region))
        if found is None:
            found = self._regions[service, region] = self._look_up_region(service, region)
        return found

    def _look_up_region(self, service: str, region: str) -> str:
        own = self.own_region
        if not region:
            return own
        partition = self.session().get_partition_for_region(own) if own else "aws"
        return home_region(service, partition=partition)

    def _plain_client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        from aibrain_jupyter.aws.clients.wire.common_http import prepare_at_once

        # Given even where botocore would find it: it then discovers no endpoint beside it.
        endpoint = self.endpoint(service)
        # A proxy in the environment must not catch the traffic to a server on this machine.
        is_local = self.declared is not None and urlsplit(endpoint).hostname in _LOOPBACK
        is_awaited = service == _IDENTITY
        core = self.session()._session
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 4 if is_awaited else MAX_ATTEMPTS},
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=10 if is_awaited else READ_TIMEOUT_S,
            max_pool_connections=MAX_CONNECTIONS,
            # Given whole: the SDK would put one together for each request, twice.
            user_agent=f"{core.user_agent_name}/{core.user_agent_version}",
            user_agent_extra=f"aibrain_jupyter/{__version__}",
            proxies={} if is_local else None,
        )
        client = self.session().client(  # type: ignore[call-overload]
            service, region_name=region or None, endpoint_url=endpoint or None, config=config
        )
        share_connections(client)
        prepare_at_once(client)
        sign_for_less(client._request_signer)
        resolve_for_less(client._ruleset_resolver)
        refuse_foreign_answers(client)
        keep_the_host(client, endpoint)
        return client


def sign_in_client(region: str, profile: str = "") -> Any:
    """
    Return a client of IAM Identity Center's OIDC, which signs nothing, to open a session with.

    `profile` is the one that signs in: its certificates and proxies count, whatever AWS_PROFILE is.

    Not guarded, for signing in is no read; it has no credentials and can do nothing else.
    """
    from botocore import UNSIGNED
    from botocore.config import Config

    config = Config(
        signature_version=UNSIGNED,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=CONNECT_TIMEOUT_S,
    )
    session = _make_session(profile, None)
    return session.client("sso-oidc", region_name=region, config=config)


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


def fingerprint() -> Hashable:
    """Return what changes when the environment or a file means other credentials."""
    variables, files = _environment()
    states: list[Hashable] = []
    for path in files:
        try:
            status = os.stat(path)  # noqa: PTH116 - five times quicker than through a Path
        except OSError:
            states.append(None)
        else:
            states.append((status.st_mtime_ns, status.st_size))
    return (variables, *states)


_Environment = tuple[tuple[tuple[str, str], ...], tuple[str, str]]
_seen: tuple[dict[Any, Any], _Environment] | None = None


def _environment() -> _Environment:
    """Return the variables that count, and where the config and the credentials file are."""
    global _seen
    # What CPython keeps the environment in: comparing it takes 2 us, reading it 60, and this is
    # looked at for every client and every cell. Without it each variable is read.
    raw = getattr(os.environ, "_data", None)
    if isinstance(raw, dict) and (seen := _seen) is not None and seen[0] == raw:
        return seen[1]
    before = dict(raw) if isinstance(raw, dict) else {}
    found = _read_environment()
    _seen = (before, found) if before else None
    return found


def _read_environment() -> _Environment:
    variables = tuple(
        sorted(
            (name, value)
            for name, value in os.environ.items()
            if name.startswith("AWS_") or name.upper() in _NETWORK_VARIABLES
        )
    )
    config = os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"
    credentials = os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"
    # Not by pathlib, which raises where there is no home folder; then no file is there.
    whole = os.path.expanduser
    return variables, (whole(config), whole(credentials))
