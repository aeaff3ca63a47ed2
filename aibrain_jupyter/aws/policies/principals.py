"""
Who is named by a statement.

Source:
    IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.policies.operators import arn_parts

if TYPE_CHECKING:
    from aibrain_jupyter.aws.policies.documents import Statement

EVERYONE: Final = "*"
_ACCOUNT_PART: Final = 4
_ACCOUNT_DIGITS: Final = 12


def named(statement: Statement) -> list[str]:
    """
    Return whom a statement names as ``kind:identifier``; ``*`` is everyone.

    ``NotPrincipal`` is everyone but some. A pattern of accounts, which IAM refuses and other
    implementations take, is everyone too.
    """
    if statement.is_not_principal:
        return [EVERYONE]
    principal = statement.principal
    if isinstance(principal, Mapping):
        found = [f"{kind}:{name}" for kind, names in principal.items() for name in _as_list(names)]
    else:
        found = [f"AWS:{name}" for name in _as_list(principal)]
    return [EVERYONE if _is_everyone(*p.split(":", 1)) else p for p in found]


def names_everyone(statement: Statement) -> bool:
    """Tell whether a statement is about everyone, nobody left out: ``*`` or ``{"AWS": "*"}``."""
    principal = statement.principal
    if isinstance(principal, Mapping):
        principal = principal.get("AWS")
    return not statement.is_not_principal and EVERYONE in _as_list(principal)


def other_accounts(statement: Statement, own: str) -> list[str]:
    """Return the ids of accounts other than `own` that a statement names; ``*`` for all."""
    found = set()
    for principal in named(statement):
        kind, _, name = principal.partition(":")
        if principal == EVERYONE:
            found.add(EVERYONE)
        elif kind == "AWS":
            # A principal that was deleted stays as its bare id (AROA…), which is no account.
            account = account_of(name) or name
            if len(account) == _ACCOUNT_DIGITS and account.isdigit() and account != own:
                found.add(account)
    return sorted(found)


def account_of(arn: str) -> str:
    """Return the account part of an ARN or of a pattern of ARNs, empty if it has none."""
    parts = arn_parts(arn)
    return parts[_ACCOUNT_PART] if len(parts) > _ACCOUNT_PART + 1 else ""


def _is_everyone(kind: str, name: str) -> bool:
    if name and set(name) == {"*"}:
        return True
    return kind == "AWS" and not {"*", "?"}.isdisjoint(account_of(name) or name)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
