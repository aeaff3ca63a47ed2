"""
The accounts of the organization: all of them, those of a unit, those with a tag.

Listings are kept for an hour, under the identity that asked. Every list is read to its end: AWS
Organizations gives empty pages with a token on the way.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.account_patterns import ALL, ORGANIZATION, TAG
from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.error_handler import ParameterError, PermissionDeniedError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.shared.base_tool import CallContext

LISTING_TTL_S: Final = 3600
_SERVICE: Final = "organizations"
_ACTIVE: Final = "ACTIVE"
_SHOWN: Final = 5


class Organization:
    """
    The organization as one identity sees it.

    Args:
        ctx: Where it is asked: the management account or a delegated administrator.

        cache, fresh: As `identity_of` takes them.
    """

    def __init__(
        self, ctx: CallContext, *, cache: AdvancedCacheManager | None, fresh: bool
    ) -> None:
        self._ctx = ctx
        self._cache = cache
        self._fresh = fresh

    def select(self, selection: str) -> tuple[list[str], str]:
        """
        Return the ids of a selection's active accounts, sorted, and a remark on those left out.

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
        inactive = [entry for entry in found if entry["state"] != _ACTIVE]
        active = [entry["id"] for entry in found if entry["state"] == _ACTIVE]
        return active, _left_out(inactive)

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
        values = {entry["id"]: entry["tags"][key] for entry in tags if key in entry["tags"]}
        chosen = {id_ for id_, value in values.items() if fnmatch.fnmatchcase(value, wanted)}
        found = [entry for entry in active if entry["id"] in chosen]
        if not found:
            there = sorted(set(values.values()))
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
            answers = pages(self._ctx, _SERVICE, operation, params)
            return [entry for page in answers for entry in page.get(member, ())]
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
            service=_SERVICE,
            account=target.account,
            identity=target.identity,
            endpoint=target.endpoint,
            params={"what": what},
        )
        cache = None if self._fresh else self._cache
        if cache is not None and (known := cache.look_up(key, max_age=LISTING_TTL_S)):
            return list(known.value)
        found = ask()
        if self._cache is not None and self._ctx.may_be_kept:
            self._cache.store(key, found, meta={}, ttl=LISTING_TTL_S)
        return found


def _left_out(accounts: Sequence[Mapping[str, str]]) -> str:
    """Return the remark about accounts that are not active, empty when all are."""
    if not accounts:
        return ""
    named = ", ".join(f"{entry['id']} ({entry['state']})" for entry in accounts[:_SHOWN])
    more = f" and {len(accounts) - _SHOWN} more" if len(accounts) > _SHOWN else ""
    who = "account of the organization is"
    if len(accounts) > 1:
        who = "accounts of the organization are"
    return f"{len(accounts)} {who} not active and left out: {named}{more}."


def _sorted(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    found = {}
    for entry in entries:
        # Status is the older word for it, which AWS has announced to stop sending.
        state = entry.get("State") or entry.get("Status") or _ACTIVE
        found[entry["Id"]] = {"id": entry["Id"], "state": state}
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
