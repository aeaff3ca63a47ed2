"""
What a policy document says, as far as columns need it.

These are readings of single statements, not an evaluation of IAM: several statements,
conditions, boundaries and service control policies decide together. Each function says what it
counts, so that a column can say it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aibrain_jupyter.aws.resources.values import account_of, as_list, readable

Policy = dict[str, Any]

EVERYONE = "*"
_ACCOUNT_DIGITS = 12


def parsed(document: str | Mapping[str, Any] | None) -> Policy | None:
    """
    Return a policy document as a mapping; None when there is none.

    Raises:
        ValueError: it is no JSON, or no mapping. JSON within JSON is read, and so is JSON whose
            quotes are escaped, which is how API Gateway gives it.
    """
    if not document:
        return None
    found: Any = document
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            found = json.loads(json.loads(f'"{found}"'))
    if isinstance(found, str):
        found = json.loads(found)
    if not isinstance(found, Mapping):
        raise ValueError("A policy document is a mapping.")
    return dict(found)


def readable_policy(document: Any) -> Any:
    """Return what `parsed` returns, an `Unreadable` where it raises: there is one, for a cell."""
    return readable(parsed, document, "it is no policy document")


def of_policy(read: Callable[[Any], Any], policy: Any) -> Any:
    """Return ``read(policy)`` of what `readable_policy` returned."""
    return readable(read, policy, "it is no policy document")


def statements(document: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the statements; one statement without a list is allowed by IAM's grammar."""
    return [s for s in as_list((document or {}).get("Statement")) if isinstance(s, dict)]


def allowed_principals(document: Mapping[str, Any] | None) -> list[str]:
    """Return whom an Allow statement names, sorted: ``Service:ec2.amazonaws.com``, ``*``, …"""
    return sorted({p for s in statements(document) if _allows(s) for p in principals(s)})


def principals(statement: Mapping[str, Any]) -> list[str]:
    """Return the principals of one statement as ``kind:identifier``; ``*`` is everyone."""
    named = statement.get("Principal")
    if "NotPrincipal" in statement or named == EVERYONE:
        return [EVERYONE]
    if not isinstance(named, dict):
        return []
    found = [f"{kind}:{name}" for kind, names in named.items() for name in as_list(names)]
    return [EVERYONE if p == "AWS:*" else p for p in found]


def allows_everyone(document: Mapping[str, Any] | None) -> bool:
    """Tell whether an Allow statement names everyone (or all but some) and has no condition."""
    return any(
        _allows(s) and not s.get("Condition") and EVERYONE in principals(s)
        for s in statements(document)
    )


def allows_everything(document: Mapping[str, Any] | None) -> bool:
    """Tell whether a statement allows every action on every resource without a condition."""
    return any(
        _allows(s)
        and not s.get("Condition")
        and {"*", "*:*"} & set(as_list(s.get("Action")))
        and "*" in as_list(s.get("Resource"))
        for s in statements(document)
    )


def other_accounts(statement: Mapping[str, Any], own: str) -> list[str]:
    """Return the ids of accounts other than `own` among its AWS principals; ``*`` for all."""
    found = set()
    for principal in principals(statement):
        if principal == EVERYONE:
            found.add(EVERYONE)
        elif principal.startswith("AWS:"):
            name = principal.removeprefix("AWS:")
            account = account_of(name) or name
            # A principal that was deleted stays as its bare id (AROA…), which is no account.
            if len(account) == _ACCOUNT_DIGITS and account.isdigit() and account != own:
                found.add(account)
    return sorted(found)


def asks_external_id(statement: Mapping[str, Any]) -> bool:
    """Tell whether a statement has a condition on sts:ExternalId."""
    return any(
        key.lower() == "sts:externalid"
        for tests in (statement.get("Condition") or {}).values()
        for key in tests
    )


def refuses_plain_http(document: Mapping[str, Any] | None, bucket: str) -> bool:
    """
    Tell whether a bucket policy denies everyone every S3 action on the objects without TLS.

    Counted is one Deny statement for everyone, on ``s3:*`` or ``*``, on all objects, whose only
    condition is ``aws:SecureTransport`` false. A further condition narrows the denial.
    """
    return any(
        s.get("Effect") == "Deny"
        and "NotPrincipal" not in s
        and EVERYONE in principals(s)
        and {"*", "s3:*"} & set(as_list(s.get("Action")))
        and any(_covers_objects(r, bucket) for r in as_list(s.get("Resource")))
        and _is_only_without_tls(s.get("Condition") or {})
        for s in statements(document)
    )


def _is_only_without_tls(condition: Mapping[str, Mapping[str, Any]]) -> bool:
    tests = [
        (operator.lower(), key.lower(), [str(value).lower() for value in as_list(values)])
        for operator, keys in condition.items()
        for key, values in keys.items()
    ]
    return tests in (
        [("bool", "aws:securetransport", ["false"])],
        [("boolifexists", "aws:securetransport", ["false"])],
    )


def _covers_objects(resource: str, bucket: str) -> bool:
    return resource == "*" or resource.endswith((f":::{bucket}/*", f":::{bucket}*", ":::*"))


def _allows(statement: Mapping[str, Any]) -> bool:
    return statement.get("Effect") == "Allow"
