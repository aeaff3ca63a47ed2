"""
Accounts that are reached by a role: how they are written in ``--accounts``.

=============================  ==================================================================
``role:Audit@111122223333``    the role Audit in that account, assumed from the profile in use
``role:Audit@org:all``         in every active account of the organization
``org:all``                    the same with the role of the setting ``role``
``org:ou-abcd-12345678``       the accounts of an organizational unit and of those below it
``org:r-abcd``                 the same for a root
``org:tag:env=prod``           the accounts with that tag; the value may be a glob
=============================  ==================================================================

Several accounts go with a plus: ``role:Audit@111122223333+444455556666``. A role with a path is
written with it: ``role:audit/Reader@111122223333``. Nothing here asks the network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLE: Final = "role:"
ORGANIZATION: Final = "org:"
ALL: Final = "all"
TAG: Final = "tag:"

_ROLE_NAME: Final = re.compile(r"(?:[!-~]{1,510}/)?[\w+=,.@-]{1,64}", re.ASCII)
_ACCOUNT: Final = re.compile(r"\d{12}")
_PARENT: Final = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")
_FORMS: Final = (
    "One role: role:Audit@111122223333, or role:Audit@org:all for the whole organization.",
    "With %config AibrainMagics.role = 'Audit': org:all, org:ou-abcd-12345678, org:tag:env=prod",
)


@dataclass(frozen=True, slots=True)
class AccountPattern:
    """
    Accounts and the role they are reached by.

    `accounts` are ids; `selection` is what of the organization is meant instead (``all``, the id
    of a unit or root, ``tag:key=value``).
    """

    role: str
    accounts: tuple[str, ...] = ()
    selection: str = ""

    @property
    def text(self) -> str:
        """The pattern as it is written."""
        where = f"{ORGANIZATION}{self.selection}" if self.selection else "+".join(self.accounts)
        return f"{ROLE}{self.role}@{where}"


def is_account_pattern(text: str) -> bool:
    """Whether it speaks of roles or of the organization, rightly or wrongly."""
    return text.startswith((ROLE, ORGANIZATION))


def read_account_pattern(text: str, *, role: str = "") -> AccountPattern:
    """
    Return what a pattern, for which `is_account_pattern` holds, means.

    `role` is the name of the role where the pattern has none.

    Raises:
        ParameterError: it cannot be read, or there is no role.
    """
    if text.startswith(ROLE):
        role, at, where = text.removeprefix(ROLE).rpartition("@")
        if not at or not role:
            raise _unreadable(text, "A role is written with its account: role:NAME@ACCOUNT.")
    else:
        where = text
    if not role:
        raise ParameterError(
            f"{text} needs the name of the role to assume in each account.",
            next_steps=[
                f"Name it: role:Audit@{text}",
                "Or once for all: %config AibrainMagics.role = 'Audit'",
            ],
        )
    if not _ROLE_NAME.fullmatch(role):
        raise _unreadable(text, f"{role!r} cannot be the name of a role.")
    if where.startswith(ORGANIZATION):
        return AccountPattern(role, selection=_selection(text, where.removeprefix(ORGANIZATION)))
    accounts = tuple(dict.fromkeys(where.split("+")))
    for account in accounts:
        if not _ACCOUNT.fullmatch(account):
            raise _unreadable(text, f"{account!r} is no account id: it has 12 digits.")
    return AccountPattern(role, accounts)


def actions_for(patterns: Iterable[str]) -> list[str]:
    """Return the IAM actions the profile needs that finds these accounts and assumes the roles."""
    ours = [pattern for pattern in patterns if is_account_pattern(pattern)]
    found = ["sts:AssumeRole"] if ours else []
    for selection in (p.partition(ORGANIZATION)[2] for p in ours if ORGANIZATION in p):
        if selection == ALL or selection.startswith(TAG):
            found.append("organizations:ListAccounts")
        else:
            found.append("organizations:ListAccountsForParent")
            found.append("organizations:ListOrganizationalUnitsForParent")
        if selection.startswith(TAG):
            found.append("organizations:ListTagsForResource")
    return list(dict.fromkeys(found))


def _selection(text: str, selection: str) -> str:
    if selection == ALL or _PARENT.fullmatch(selection):
        return selection
    if selection.startswith(TAG):
        key, is_given, _ = selection.removeprefix(TAG).partition("=")
        if key and is_given:
            return selection
        raise _unreadable(text, "A tag is written with its value: org:tag:env=prod.")
    raise _unreadable(text, f"{selection!r} is neither all, nor a unit or root, nor a tag.")


def _unreadable(text: str, why: str) -> ParameterError:
    return ParameterError(f"{text!r} is not understood as accounts.", why=why, next_steps=_FORMS)
