"""
From accounts and regions as written to the targets of a run.

Names are checked first, without the network; then each profile is resolved by itself, so that
an account whose session has expired costs only its own targets.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.identity import identity_of
from aibrain_jupyter.aws.profiles import expand_profiles
from aibrain_jupyter.aws.region_names import (
    ALL,
    check_regions,
    is_glob,
    matching,
    offered_in,
    regions_of,
    split_regions,
)
from aibrain_jupyter.aws.regions import enabled_regions, is_global
from aibrain_jupyter.aws.sdk_errors import REGION_STEPS
from aibrain_jupyter.shared.coverage import GLOBAL_REGION, Target
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    NotOfferedError,
    ParameterError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.shared.connection_pool import ClientPool

    Placed = tuple[Target, AibrainError | None]

__all__ = ["AwsTargets", "check_regions"]


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
        self.notes: list[str] = []
        self._service = str(params.get("service") or "")
        self._subject = str(params.get("resource") or params.get("operation") or "")
        self._clients = clients
        self._cache = cache
        self._fresh = fresh

    def profiles(self, accounts: Sequence[str], profile: str) -> list[str]:
        """
        Return the profiles to go through, in the order written, each once. No network.

        Args:
            accounts: Profile names and globs; none: `profile` alone.

            profile: A profile name; empty: the default chain, which is returned as ``""``.

        Raises:
            UnknownNameError: no such profile, with the nearest that exist.
        """
        patterns = [part.strip() for text in accounts for part in text.split(",") if part.strip()]
        if not patterns and not profile:
            return [""]
        return expand_profiles(patterns or [profile], pool=self._clients)

    def of_profile(self, profile: str, regions: Sequence[str]) -> list[Placed]:
        """
        Return the targets of one profile, each with the error it is already known to end in.

        Args:
            profile: As `profiles` gave it.

            regions: Names, globs, ``all``; none: the region of the environment or the profile.

        Raises:
            UnknownNameError: a region that does not exist.
            ParameterError: no region is given and none is configured.
            AibrainError: the account cannot be resolved; its targets are unknown.
        """
        check_regions(regions)
        account = self._account(profile)
        if is_global(self._service, self._subject):
            return [(_at(account, GLOBAL_REGION), None)]
        patterns = split_regions(regions) or [self._own_region(profile)]
        offered = self._offered(account.partition)
        found: dict[str, Placed] = {}
        for pattern in patterns:
            for region in self._expand(pattern, account):
                found.setdefault(region, _placed(_at(account, region), self._service, offered))
        return list(found.values()) or [self._nothing(account, patterns)]

    def _account(self, profile: str) -> Target:
        identity = identity_of(profile, clients=self._clients, cache=self._cache, fresh=self._fresh)
        declared = self._clients.session_profiles.get(profile)
        return Target(
            account=identity.account,
            profile=profile,
            partition=identity.partition,
            identity=identity.arn,
            endpoint=self._clients.endpoint(profile, self._service),
            is_demo=declared is not None and declared.is_demo,
        )

    def _own_region(self, profile: str) -> str:
        region = self._clients.session(profile).region_name
        if not region:
            of = f"Profile {profile}" if profile else "The environment"
            raise ParameterError(
                f"{of} sets no region, and none was given.", next_steps=REGION_STEPS
            )
        check_regions([region])
        return region

    def _offered(self, partition: str) -> list[str]:
        return offered_in(self._service, partition) if self._service else []

    def _expand(self, pattern: str, account: Target) -> list[str]:
        if pattern != ALL and not is_glob(pattern):
            return [pattern]
        enabled = enabled_regions(
            account, clients=self._clients, cache=self._cache, fresh=self._fresh
        )
        if enabled.note and enabled.note not in self.notes:
            self.notes.append(enabled.note)
        return matching(pattern, enabled.names)

    def _nothing(self, account: Target, patterns: Sequence[str]) -> Placed:
        named = ", ".join(patterns)
        return _at(account, named), NotOfferedError(
            f"Account {account.account} has no enabled region that matches {named}.",
            facts={"account": account.account, "region": named},
        )


def _placed(target: Target, service: str, offered: Sequence[str]) -> Placed:
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


def _at(account: Target, region: str) -> Target:
    return dataclasses.replace(account, region=region)
