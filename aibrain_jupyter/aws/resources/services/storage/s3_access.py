"""
Whether a bucket is public: policy, ACL and the public access blocks of bucket and account.

Each of them can be unknown on its own, so the answer has three values: a bucket whose policy was
refused to us is public if its ACL says so, and otherwise unknown, never "not public".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.values import either, every

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

Row = dict[str, Any]


def blocks_of(answer: Mapping[str, Any] | None) -> Row | None:
    """Return the block settings in an answer; ``{}``: none are set, None: unknown."""
    return None if answer is None else dict(answer.get("PublicAccessBlockConfiguration") or {})


def block_columns(bucket: Row | None, account: Row | None) -> Row:
    """Return the blocks in force: set on the bucket or on the account; None: unknown."""
    row: Row = {
        column: either(*(None if b is None else bool(b.get(name)) for b in (bucket, account)))
        for column, name in _BLOCKS.items()
    }
    return row | {"is_public_access_blocked": every(*row.values())}


def acl_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetBucketAcl. Grantees: a group's name, an account's canonical id."""
    grants = answer.get("Grants") or []
    return {
        "has_public_acl": any(g["Grantee"].get("URI") in _PUBLIC for g in grants),
        "acl_grants": sorted(f"{_grantee(g['Grantee'])}:{g['Permission']}" for g in grants),
    }


def only_the_owner(canonical_id: str) -> Row:
    """Return what GetBucketAcl answers for a bucket whose ACLs are switched off."""
    owner = {"Type": "CanonicalUser", "ID": canonical_id}
    return {"Grants": [{"Grantee": owner, "Permission": "FULL_CONTROL"}]}


def _grantee(grantee: Mapping[str, str]) -> str:
    if uri := grantee.get("URI"):
        return uri.rpartition("/")[2]
    return grantee.get("ID") or grantee.get("EmailAddress") or grantee.get("DisplayName") or "?"


def is_public(row: Mapping[str, Any]) -> bool | None:
    """
    Return whether policy or ACL make a bucket public after the blocks in force; None: unknown.

    A public policy counts only without ``restrict_public_buckets``, a public ACL only without
    ``ignore_public_acls``; the two other blocks refuse new ones and change nothing that is set.
    """
    return either(
        every(row.get("has_public_policy"), _not(row.get("restrict_public_buckets"))),
        every(row.get("has_public_acl"), _not(row.get("ignore_public_acls"))),
    )


def _not(fact: bool | None) -> bool | None:
    return None if fact is None else not fact
