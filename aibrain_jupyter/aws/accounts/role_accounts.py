"""
From accounts that are reached by a role to the profiles clients are asked for by.

The profile in use is asked once who it is: its partition goes into the roles' ARNs, and its
account is the one that can be read without any role.
"""

from __future__ import annotations

import os
import re
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole
from aibrain_jupyter.aws.accounts.caller_identity import Identity, identity_of
from aibrain_jupyter.aws.accounts.organization import LISTING_TTL_S, Organization
from aibrain_jupyter.aws.clients.current_call import call_in_progress
from aibrain_jupyter.aws.clients.home_regions import home_region
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import CredentialsError, ParameterError

if TYPE_CHECKING:
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.aws.accounts.account_patterns import AccountPattern
    from aibrain_jupyter.aws.clients.pool import ClientPool

EXTERNAL_ID_VARIABLE: Final = "AIBRAIN_EXTERNAL_ID"
_EXTERNAL_ID: Final = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_NOT_LET_IN: Final = frozenset({"AccessDenied", "AccessDeniedException"})


class RoleAccounts:
    """
    Finds the accounts of one request that are reached by a role.

    Args:
        source: The profile that assumes the roles; empty: the default chain.

        clients, cache, fresh: As `identity_of` takes them. The roles are made known to the pool,
            listings are kept as well.
    """

    def __init__(
        self, source: str, *, clients: ClientPool, cache: AdvancedCacheManager | None, fresh: bool
    ) -> None:
        self.notes: list[str] = []
        self._source = source
        self._clients = clients
        self._cache = cache
        self._fresh = fresh
        self._lock = threading.Lock()

    def profiles(self, pattern: AccountPattern) -> list[str]:
        """
        Return the profiles that lead to the accounts of `pattern`, in the order of the accounts.

        The account the source itself is in gives the source's own name when the role cannot be
        assumed there: roles for members are rarely made in the management account.

        Raises:
            ParameterError: the unit, tag or external id does not fit, or there is no account.
            AibrainError: the source has no session, or may not list the organization.
        """
        with self._lock:  # several patterns are gone through at the same time: ask once
            own = self._own
            if not pattern.selection:
                return [self._role(pattern.role, account) for account in pattern.accounts]
            accounts, note = self._organization.select(pattern.selection)
            if note and note not in self.notes:
                self.notes.append(note)
            if not accounts:
                raise ParameterError(
                    f"{pattern.text} leads to no account.",
                    why=note or "None is listed there.",
                    next_steps=["%aibrain organizations_accounts lists those of the organization."],
                )
            return [
                self._in_own_account(pattern.role)
                if account == own.account
                else self._role(pattern.role, account)
                for account in accounts
            ]

    @cached_property
    def _own(self) -> Identity:
        return identity_of(
            self._source, clients=self._clients, cache=self._cache, fresh=self._fresh
        )

    @cached_property
    def _organization(self) -> Organization:
        region = home_region("organizations", partition=self._own.partition)
        target = AwsTarget(
            account=self._own.account,
            region=region,
            profile=self._source,
            partition=self._own.partition,
            identity=self._own.cached_as,
            endpoint=self._clients.endpoint(self._source, "organizations"),
        )
        ctx = CallContext(target, clients=self._clients)
        if (asking := call_in_progress()) is not None:
            ctx.cancelled = asking.cancelled
        return Organization(ctx, cache=self._cache, fresh=self._fresh)

    @cached_property
    def _external_id(self) -> str:
        """The environment's, else that of the profile, unless it belongs to the profile's role."""
        found = os.environ.get(EXTERNAL_ID_VARIABLE, "")
        if not found and self._source not in self._clients.session_profiles:
            try:
                settings = self._clients._session(self._source)._session.get_scoped_config()
            except SDK_ERRORS as exc:
                target = AwsTarget(profile=self._source)
                raise translate(exc, service="sts", operation="AssumeRole", target=target) from exc
            found = "" if "role_arn" in settings else str(settings.get("external_id", ""))
        if found and not _EXTERNAL_ID.fullmatch(found):
            # The service would repeat it in its refusal.
            raise ParameterError(
                "The external id cannot be right: it has 2 to 1224 letters, digits and +=,.@:/-.",
                next_steps=[f"Correct {EXTERNAL_ID_VARIABLE}, or external_id in the profile."],
            )
        return found

    def _role(self, role: str, account: str) -> str:
        arn = f"arn:{self._own.partition}:iam::{account}:role/{role}"
        return self._clients.add_role(AssumedRole(arn, self._source, self._external_id))

    def _in_own_account(self, role: str) -> str:
        name = self._role(role, self._own.account)
        key = CacheKey(
            tool="aws_own_account",
            service="sts",
            account=self._own.account,
            identity=self._own.cached_as,
            endpoint=self._clients.endpoint(self._source, "sts"),
            params={"role": role},
        )
        cache = None if self._fresh else self._cache
        if cache is None or not cache.look_up(key, max_age=LISTING_TTL_S):
            try:
                identity_of(name, clients=self._clients, cache=self._cache, fresh=self._fresh)
            except CredentialsError as exc:
                if exc.facts.get("failed") != "AssumeRole" or exc.facts["code"] not in _NOT_LET_IN:
                    raise
            else:
                return name
            if self._cache is not None:
                self._cache.store(key, True, meta={}, ttl=LISTING_TTL_S)
        of = f"profile {self._source}" if self._source else "the default profile"
        self.notes.append(
            f"Account {self._own.account} is read with the credentials of {of}, which is in it: "
            f"the role {role} cannot be assumed there."
        )
        return self._source
