"""
From accounts and regions as written to the targets of a run.

Names are checked first, without the network; then each profile is resolved by itself, so that
an account whose session has expired costs only its own targets. A pattern of roles or of an
organization stands for many accounts, each of which is on its own as well.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.accounts.account_patterns import is_account_pattern, read_account_pattern
from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.caller_identity import identity_of, known_identity
from aibrain_jupyter.aws.accounts.profiles import expand_profiles
from aibrain_jupyter.aws.accounts.region_names import (
    ALL,
    check_regions,
    is_glob,
    matching,
    offered_in,
    regions_of,
    split_regions,
)
from aibrain_jupyter.aws.accounts.regions import enabled_regions, is_global, refusal_note
from aibrain_jupyter.aws.accounts.role_accounts import RoleAccounts
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.aws.errors.causes import cause_named
from aibrain_jupyter.aws.target import GLOBAL_REGION, AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    InputError,
    NotOfferedError,
    ParameterError,
)
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.aws.clients.pool import ClientPool
    from aibrain_jupyter.aws.clients.sources import Source
    from aibrain_jupyter.aws.target import Identity

    Placed = tuple[AwsTarget, AibrainError | None]

__all__ = ["AwsTargets", "check_regions"]

_PLANNERS = 8
"""Accounts of one pattern whose role and regions are looked up at the same time."""


class AwsTargets:
    """
    Finds the targets of one request. `notes` collects one-line remarks (a fallback taken).

    Args:
        params: The request's parameters; ``service`` and ``resource`` or ``operation`` decide
            whether it is asked once per account, and where it is offered.

        clients: The client pool.

        cache: Keeps identities and enabled regions; None: nothing is kept.

        fresh: Whether to ask although the cache knows.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        *,
        clients: ClientPool,
        cache: AdvancedCacheManager | None,
        fresh: bool,
    ) -> None:
        self._refusals: dict[str, dict[str, str]] = {}
        self._role_accounts: RoleAccounts | None = None
        self._service = str(params.get("service") or "")
        self._subject = str(params.get("resource") or params.get("operation") or "")
        self._clients = clients
        self._cache = cache
        self._fresh = fresh

    @property
    def notes(self) -> list[str]:
        """One-line remarks so far."""
        found = list(self._role_accounts.notes) if self._role_accounts else []
        for partition, notes in self._refusals.items():
            many = refusal_note(sorted(notes), partition)
            found.append(next(iter(notes.values())) if len(notes) == 1 else many)
        return found

    def profiles(self, accounts: Sequence[str], profile: str) -> list[str]:
        """
        Return the profiles to go through, in the order written, each once. No network.

        Args:
            accounts: Profile names and globs, account ids, patterns of roles and organizations
                (``aws/accounts/account_patterns.py``); none: `profile` alone.

            profile: A profile name, also the one roles are assumed from; empty: the default chain,
                which is returned as ``""``.

        Raises:
            UnknownNameError: no such profile, with the nearest that exist.
            ParameterError: a pattern of roles or of an organization cannot be read.
        """
        self._clients.try_again()  # whoever asks anew may have mended something
        patterns = [part.strip() for text in accounts for part in text.split(",") if part.strip()]
        if not patterns and not profile:
            return [""]
        written = patterns or [profile]
        if any(is_account_pattern(pattern) or pattern.isdigit() for pattern in written):
            is_source = patterns and profile
            [source] = expand_profiles([profile], pool=self._clients) if is_source else [""]
            self._role_accounts = self._accounts_from(source)
        role = str(get_settings().get("role"))
        return expand_profiles(written, pool=self._clients, role=role)

    def of_profile(
        self, profile: str, regions: Sequence[str], ctx: CallContext | None = None
    ) -> list[Placed]:
        """
        Return the targets of one profile, each with the error it is already known to end in.

        An account of a pattern whose role cannot be assumed is one target with that error.

        Args:
            profile: As `profiles` gave it.

            regions: Names, globs, ``all``; none: the region of the environment or the profile.

            ctx: Who waits for it: nothing more is asked when that is over. None: somebody does.

        Raises:
            UnknownNameError: a region that does not exist.
            ParameterError: no region is given and none is configured.
            CallCancelledError: `ctx` was cancelled (CallTimeoutError: is past its deadline).
            AibrainError: the account cannot be resolved; its targets are unknown.
        """
        check_regions(regions)
        asking = ctx or CallContext()
        with asking_for(asking):
            asking.check()
            if profile not in self._clients.session_profiles and is_account_pattern(profile):
                return self._of_pattern(profile, regions, asking)
            return self._of_account(profile, regions)

    def known(
        self, accounts: Sequence[str], profile: str, regions: Sequence[str]
    ) -> list[AwsTarget] | None:
        """
        Return the targets where nothing has to be asked or read, else None.

        Raises:
            InputError: as by `of_profile`.
        """
        names = dict.fromkeys(split_regions(accounts)) if accounts else (profile,)
        named = split_regions(regions) if regions else ()
        if any(name == ALL or is_glob(name) for name in named):
            return None
        accounts_known = []
        for name in names:
            known = known_identity(name, self._clients, fresh=self._fresh)
            if known is None:
                return None
            accounts_known.append((name, *known))
        if named:
            check_regions(named)
        placed = [found for known in accounts_known for found in self._placed(*known, named)]
        return None if any(error for _, error in placed) else [target for target, _ in placed]

    def _accounts_from(self, source: str) -> RoleAccounts:
        return RoleAccounts(source, clients=self._clients, cache=self._cache, fresh=self._fresh)

    def _of_pattern(
        self, written: str, regions: Sequence[str], asking: CallContext
    ) -> list[Placed]:
        if self._role_accounts is None:
            self._role_accounts = self._accounts_from("")
        profiles = self._role_accounts.profiles(read_account_pattern(written))
        with DaemonThreadPool(min(_PLANNERS, len(profiles)), name="aibrain-account") as pool:
            futures = [pool.submit(self._of_role, profile, regions, asking) for profile in profiles]
            return [placed for future in futures for placed in future.result()]

    def _of_role(self, profile: str, regions: Sequence[str], asking: CallContext) -> list[Placed]:
        asking.check()  # a thousand accounts may be waiting, and nobody for them
        try:
            return self._of_account(profile, regions)
        except InputError:
            raise
        except AibrainError as exc:
            asking.check()
            role = self._clients.roles.get(profile)
            account = role.account if role else ""
            return [(AwsTarget(account=account, profile=profile), exc)]

    def _of_account(self, profile: str, regions: Sequence[str]) -> list[Placed]:
        identity = identity_of(profile, clients=self._clients, cache=self._cache, fresh=self._fresh)
        return self._placed(profile, identity, self._clients.source(profile), regions)

    def _placed(
        self, profile: str, identity: Identity, source: Source, regions: Sequence[str]
    ) -> list[Placed]:
        account = AwsTarget(
            account=identity.account,
            profile=profile,
            partition=identity.partition,
            identity=identity.cached_as,
            service=self._service,
            endpoint=source.endpoint(self._service),
            is_demo=source.declared is not None and source.declared.is_demo,
            edition=source.declared.edition if source.declared else "",
        )
        if is_global(self._service, self._subject):
            return [(dataclasses.replace(account, region=GLOBAL_REGION), None)]
        patterns = split_regions(regions) or [_own_region(profile, source)]
        offered = self._offered(account.partition)
        found: dict[str, Placed] = {}
        for pattern in patterns:
            for region in self._expand(pattern, account):
                found.setdefault(region, _checked(_at(account, region), self._service, offered))
        return list(found.values()) or [self._nothing(account, patterns)]

    def _offered(self, partition: str) -> list[str]:
        return offered_in(self._service, partition) if self._service else []

    def _expand(self, pattern: str, account: AwsTarget) -> list[str]:
        if pattern != ALL and not is_glob(pattern):
            return [pattern]
        enabled = enabled_regions(
            account, clients=self._clients, cache=self._cache, fresh=self._fresh
        )
        if enabled.note:
            # By account: each is asked once a pattern, and a thousand may refuse.
            self._refusals.setdefault(account.partition, {})[account.account] = enabled.note
        return matching(pattern, enabled.names)

    def _nothing(self, account: AwsTarget, patterns: Sequence[str]) -> Placed:
        named = ", ".join(patterns)
        return _at(account, named), NotOfferedError(
            f"Account {account.account} has no enabled region that matches {named}.",
            facts={"account": account.account, "region": named},
        )


def _own_region(profile: str, source: Source) -> str:
    region = source.own_region
    if not region:
        profile = source_of(profile)
        of = f"Profile {profile}" if profile else "The environment"
        raise ParameterError(
            f"{of} sets no region, and none was given.",
            next_steps=cause_named("no-region").steps,
        )
    check_regions([region])
    return region


def _checked(target: AwsTarget, service: str, offered: Sequence[str]) -> Placed:
    facts = {"account": target.account, "region": target.region}
    if target.region not in regions_of(target.partition):
        return target, NotOfferedError(
            f"Account {target.account} is in the partition {target.partition}, which has no "
            f"region {target.region}.",
            facts=facts,
        )
    if offered and target.region not in offered:
        return target, NotOfferedError(
            f"{service} is not offered in {target.region}.",
            why=f"botocore lists it in {_short_list(offered)}.",
            next_steps=["If AWS added the region lately: %pip install -U boto3 brings the list."],
            facts=facts,
        )
    return target, None


def _short_list(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _at(account: AwsTarget, region: str) -> AwsTarget:
    return dataclasses.replace(account, region=region)
