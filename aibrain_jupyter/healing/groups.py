"""
Troubles put together by cause: one card for 400 calls that failed for one reason.

What is grouped has one cause, one permission or reason, and one identity; where it happened is
listed below it. The groups with most calls come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aibrain_jupyter.healing.own_causes import FAULT_OF_A_TOOL
from aibrain_jupyter.shared.coverage import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.healing.troubles import Trouble

_NOT_BEGUN = (str(Outcome.CANCELLED),)
_BY_POLICY = "denied-"
"""How causes begin of refusals that a further permission does not end."""


@dataclass(frozen=True, slots=True)
class Group:
    """Troubles of one cause."""

    troubles: tuple[Trouble, ...]

    @property
    def first(self) -> Trouble:
        """The first of them, which stands for all."""
        return self.troubles[0]

    @property
    def calls(self) -> int:
        """How many whole calls it cost."""
        whole = [one for one in self.troubles if not one.item and not one.columns]
        return len({one.call for one in whole} - {""}) + sum(not one.call for one in whole)

    @property
    def details(self) -> int:
        """How many details it cost."""
        return sum(bool(one.item or one.columns) for one in self.troubles)

    @property
    def places(self) -> tuple[str, ...]:
        """Where it happened, each once, in order."""
        return tuple(dict.fromkeys(one.label for one in self.troubles if one.label))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are not known because of it, each once."""
        return tuple(dict.fromkeys(name for one in self.troubles for name in one.columns))

    @property
    def title(self) -> str:
        """One sentence: who lacks what, or what happened."""
        first = self.first
        if first.action and first.outcome == str(Outcome.DENIED):
            who = _named(first.who) or "Who asked"
            verb = "is refused" if first.cause.startswith(_BY_POLICY) else "lacks"
            return f"{who} {verb} {first.action}"
        words = {one.what for one in self.troubles}
        if len(words) == 1 or not first.operation:
            return first.what.rstrip(".")
        return f"{first.what.rstrip('.')}, and {len(words) - 1:,} like it"

    @property
    def steps(self) -> tuple[str, ...]:
        """The next steps, each once."""
        return tuple(dict.fromkeys(step for one in self.troubles for step in one.steps))


def grouped(troubles: Iterable[Trouble]) -> list[Group]:
    """Return the troubles by cause, those with most of them first."""
    found: dict[tuple[str, ...], list[Trouble]] = {}
    for one in troubles:
        found.setdefault(_key(one), []).append(one)
    groups = [Group(tuple(members)) for members in found.values()]
    return sorted(groups, key=lambda group: -len(group.troubles))


def _key(one: Trouble) -> tuple[str, ...]:
    if one.outcome in _NOT_BEGUN:
        return (one.outcome,)
    if one.action:
        return one.cause, one.outcome, one.action, _named(one.who)
    if one.cause == FAULT_OF_A_TOOL:
        return one.cause, one.outcome, one.why.partition(":")[0], *one.steps[:1]
    # Without a row in a table only what is said alike is alike.
    return one.cause, one.outcome, "" if one.steps else one.what, *one.steps[:1]


def _named(who: str) -> str:
    """Return who is meant by an ARN: ``role AuditRead``, ``user ann``."""
    kind, _, name = who.rpartition(":")[2].partition("/")
    if kind == "assumed-role":
        return f"role {name.partition('/')[0]}"
    return f"{kind} {name.rpartition('/')[2]}" if name else who
