"""
The accounts of the organization: all of them, those of a unit, those with a tag.

Listings are kept for an hour, under the identity that asked. Every list is read to its end: AWS
Organizations gives empty pages with a token on the way.
"""

from __future__ import annotations

import fnmatch
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.account_patterns import ALL, ORGANIZATION, TAG
from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.error_handler import (
    ParameterError,
    PermissionDeniedError,
    ServiceError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.shared.base_tool import CallContext

LISTING_TTL_S: Final = 3600
_SERVICE: Final = "organizations"
_ACTIVE: Final = "ACTIVE"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Account:
    """One account: 12-digit id, name, state (``ACTIVE``, ``SUSPENDED``, …)."""

    id: str
    name: str
    state: str


class Organization:
    """
    The organization as one identity sees it.

    Args:
        ctx: Where it is asked: the management account or a delegated administrator.

        cache: Keeps the listings; None: nothing is kept.

        fresh: Whether to ask although the cache knows.
    """

    def __init__(
        self, ctx: CallContext, *, cache: AdvancedCacheManager | None, fresh: bool
    ) -> None:
        self._ctx = ctx
        self._cache = cache
        self._fresh = fresh

    def select(self, selection: str) -> list[Account]:
        """
        Return the accounts of a selection in the order of their ids, inactive ones included.

        Args:
            selection: As ``aws/accounts/account_patterns.py`` gives it.

        Raises:
            ParameterError: there is no such unit, or no account has that tag.
            PermissionDeniedError: the organization may not be listed by this identity.
            ProviderError: it cannot be listed to its end.
        """
        if selection == ALL:
            found = self._listed("accounts", self._all)
        elif selection.startswith(TAG):
            found = self._tagged(selection.removeprefix(TAG))
        else:
            found = self._listed(selection, lambda: self._below(selection))
        return [Account(**entry) for entry in found]

    def _all(self) -> list[dict[str, str]]:
        return _sorted(self._read("ListAccounts", {}, "Accounts"))

    def _below(self, parent: str) -> list[dict[str, str]]:
        found, parents = [], [parent]
        for unit in parents:  # grows while it is gone through
            inside = {"ParentId": unit}
            found += self._read("ListAccountsForParent", inside, "Accounts")
            below = self._read("ListOrganizationalUnitsForParent", inside, "OrganizationalUnits")
            parents += [entry["Id"] for entry in below]
        return _sorted(found)

    def _tagged(self, tag: str) -> list[dict[str, str]]:
        key, _, wanted = tag.partition("=")
        active = [e for e in self._listed("accounts", self._all) if e["state"] == _ACTIVE]
        tags = self._listed("tags", lambda: self._tags(entry["id"] for entry in active))
        values = {entry["id"]: entry["tags"].get(key) for entry in tags}
        found = [
            entry
            for entry in active
            if (value := values.get(entry["id"])) is not None and fnmatch.fnmatchcase(value, wanted)
        ]
        if not found:
            there = sorted({value for value in values.values() if value is not None})
            seen = ", ".join(there[:_SHOWN]) + (", …" if len(there) > _SHOWN else "")
            raise ParameterError(
                f"No active account of the organization has the tag {tag}.",
                why=f"Values of {key}: {seen}." if there else f"None has a tag {key}.",
                next_steps=["Tags and values are compared exactly; * stands for any characters."],
            )
        return found

    def _tags(self, accounts: Iterable[str]) -> list[dict[str, Any]]:
        def tags_of(account: str) -> dict[str, Any]:
            read = self._read("ListTagsForResource", {"ResourceId": account}, "Tags")
            return {"id": account, "tags": {tag["Key"]: tag["Value"] for tag in read}}

        return self._ctx.map(tags_of, accounts, workers=4)

    def _read(self, operation: str, params: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
        try:
            return [
                entry
                for page in pages(self._ctx, _SERVICE, operation, params)
                for entry in page.get(member, ())
            ]
        except PermissionDeniedError as refused:
            raise _denied(refused, operation) from refused
        except ServiceError as failed:
            codes = ("ParentNotFoundException", "InvalidInputException")
            if "ParentId" in params and failed.facts.get("code") in codes:
                raise ParameterError(
                    f"The organization has no unit or root {params['ParentId']}.",
                    why=failed.why,
                    next_steps=[
                        f"{ORGANIZATION}{ALL} takes every account.",
                        "In a terminal: aws organizations list-roots shows where ids begin.",
                    ],
                ) from failed
            raise

    def _listed(self, what: str, ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        target = self._ctx.target
        key = CacheKey(
            tool="aws_organization",
            version="1",
            service=_SERVICE,
            account=target.account,
            identity=target.identity,
            endpoint=target.endpoint,
            params={"what": what},
        )
        if self._cache is not None and not self._fresh:
            known = self._cache.look_up(key, max_age=LISTING_TTL_S)
            if known is not None:
                return list(known.value)
        found = ask()
        if self._cache is not None and self._ctx.may_be_kept:
            self._cache.store(key, found, meta={}, ttl=LISTING_TTL_S)
        return found


def left_out(accounts: Iterable[Account]) -> str:
    """Return the remark about accounts that are not active, empty when all are."""
    out = [account for account in accounts if account.state != _ACTIVE]
    if not out:
        return ""
    named = ", ".join(f"{account.id} ({account.state})" for account in out[:_SHOWN])
    more = f" and {len(out) - _SHOWN} more" if len(out) > _SHOWN else ""
    are = "account of the organization is" if len(out) == 1 else "accounts of the organization are"
    return f"{len(out)} {are} not active and left out: {named}{more}."


def active(accounts: Iterable[Account]) -> list[Account]:
    """Return those that can be asked."""
    return [account for account in accounts if account.state == _ACTIVE]


def _sorted(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    found = {
        entry["Id"]: asdict(
            Account(
                str(entry["Id"]),
                str(entry.get("Name", "")),
                # Status is the older word for it, which AWS has announced to stop sending.
                str(entry.get("State") or entry.get("Status") or _ACTIVE),
            )
        )
        for entry in entries
    }
    return [found[account] for account in sorted(found)]


def _denied(refused: PermissionDeniedError, operation: str) -> PermissionDeniedError:
    return PermissionDeniedError(
        refused.what,
        why=refused.why,
        next_steps=[
            (
                f"Use a profile of the management account or of a delegated administrator that "
                f"has organizations:{operation} (%aibrain profile use NAME), or name the accounts: "
                "role:Audit@111122223333+444455556666"
            ),
            "The AWS managed policy AWSOrganizationsReadOnlyAccess has what listing needs.",
        ],
        facts=refused.facts,
    )
