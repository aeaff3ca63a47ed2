"""
Whether a bucket is public: policy, ACL and the public access blocks of bucket and account.

Each of them can be unknown on its own, so the answer has three values: a bucket whose policy was
refused to us is public if its ACL says so, and otherwise unknown, never "not public".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.values import either, every
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCKS = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
_GROUPS = "http://acs.amazonaws.com/groups/"
_PUBLIC = (f"{_GROUPS}global/AllUsers", f"{_GROUPS}global/AuthenticatedUsers")

_NOBODY = "?"

Row = dict[str, Any]


def blocks_of(answer: Mapping[str, Any] | None) -> Row | None:
    """Return the block settings in an answer; ``{}``: none are set, None: unknown."""
    return None if answer is None else dict(answer.get("PublicAccessBlockConfiguration") or {})


def block_columns(bucket: Row | None, account: Row | None) -> Row:
    """Return the blocks in force: set on the bucket or on the account; None: unknown."""
    row: Row = {
        column: either(*(None if b is None else _flag(b.get(name)) for b in (bucket, account)))
        for column, name in _BLOCKS.items()
    }
    return row | {"is_public_access_blocked": every(*row.values())}


def _flag(value: Any) -> bool | None:
    return None if isinstance(value, Unreadable) else bool(value)


def acl_columns(answer: Mapping[str, Any]) -> Row:
    """
    Return the columns of GetBucketAcl. Grantees: a group's name, an account's canonical id.

    A grant to nobody that is told may be one to everyone: then neither column is known, but for a
    bucket that another grant makes public.
    """
    grants = answer.get("Grants") or []
    untold = next((grant for grant in grants if _grantee(grant) == _NOBODY), None)
    unread = None if untold is None else Unreadable(dict(untold), "a grant has no grantee")
    is_public = any((grant.get("Grantee") or {}).get("URI") in _PUBLIC for grant in grants)
    return {
        "has_public_acl": is_public or unread or False,
        "acl_grants": unread
        or sorted(f"{_grantee(grant)}:{grant.get('Permission') or '?'}" for grant in grants),
    }


def only_the_owner(canonical_id: str) -> Row:
    """Return what GetBucketAcl answers for a bucket whose ACLs are switched off."""
    owner = {"Type": "CanonicalUser", "ID": canonical_id}
    return {"Grants": [{"Grantee": owner, "Permission": "FULL_CONTROL"}]}


def _grantee(grant: Mapping[str, Any]) -> str:
    grantee: Mapping[str, str] = grant.get("Grantee") or {}
    if uri := grantee.get("URI"):
        return uri.rpartition("/")[2]
    return grantee.get("ID") or grantee.get("EmailAddress") or grantee.get("DisplayName") or _NOBODY


def is_public(row: Mapping[str, Any]) -> bool | None:
    """
    Return whether policy or ACL make a bucket public after the blocks in force; None: unknown.

    A public policy counts only without ``restrict_public_buckets``, a public ACL only without
    ``ignore_public_acls``; the two other blocks refuse new ones and change nothing that is set.
    """
    return either(
        every(_known(row, "has_public_policy"), _not(_known(row, "restrict_public_buckets"))),
        every(_known(row, "has_public_acl"), _not(_known(row, "ignore_public_acls"))),
    )


def _known(row: Mapping[str, Any], name: str) -> bool | None:
    fact: bool | None = None if isinstance(row.get(name), Unreadable) else row.get(name)
    return fact


def _not(fact: bool | None) -> bool | None:
    return None if fact is None else not fact
