"""
States: what was decided about an item, read from the ledger, never stored beside it.

Collected or incomplete → in review → approved or rejected → superseded belong to the item;
delivered, accepted and returned belong to the item, a code and a package. An approval is bound to
the hash of the manifest, so that it holds for these files and no others.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import Code, codes_of, named
from aibrain_jupyter.evidence.store.ledger import os_user
from aibrain_jupyter.evidence.store.store import COLLECTED, INCOMPLETE
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.evidence.store.ledger import Event
    from aibrain_jupyter.evidence.store.store import Item, Store

IN_REVIEW, APPROVED, REJECTED = "in review", "approved", "rejected"
DELIVERED, ACCEPTED, RETURNED = "delivered", "accepted", "returned"
SUPERSEDED, PURGED = "superseded", "purged"


@dataclass(frozen=True, slots=True)
class _Step:
    """A step: the states it may be taken from, where it leads, and whether it needs a reason."""

    of: tuple[str, ...]
    to: str
    needs_reason: bool = False


STEPS: Final[Mapping[str, _Step]] = {
    "submit": _Step((COLLECTED, INCOMPLETE), IN_REVIEW),
    "approve": _Step((COLLECTED, INCOMPLETE, IN_REVIEW), APPROVED),
    "reject": _Step((COLLECTED, INCOMPLETE, IN_REVIEW, APPROVED), REJECTED, needs_reason=True),
    "reopen": _Step((REJECTED, APPROVED), IN_REVIEW, needs_reason=True),
    "supersede": _Step((COLLECTED, INCOMPLETE, IN_REVIEW, APPROVED, REJECTED), SUPERSEDED),
}
CODE_STEPS: Final[Mapping[str, _Step]] = {
    "deliver": _Step(("", DELIVERED, RETURNED), DELIVERED),
    "accept": _Step((DELIVERED,), ACCEPTED),
    "return": _Step((DELIVERED, ACCEPTED), RETURNED, needs_reason=True),
}


def state_of(item: Item) -> str:
    """Return the state of an item."""
    state = str(item.saved.facts["status"])
    for event in item.events:
        if event.type in STEPS:
            state = STEPS[event.type].to
    return PURGED if item.is_purged else state


def code_states(item: Item) -> dict[Code, str]:
    """Return how far each code of an item is: delivered, accepted, returned, or empty."""
    found = dict.fromkeys(codes_of(item), "")
    for event in item.events:
        if event.type in CODE_STEPS:
            for fact in event.facts["of_codes"]:
                if Code(**fact) in found:
                    found[Code(**fact)] = CODE_STEPS[event.type].to
    return found


def take_step(
    store: Store,
    item: Item,
    step: str,
    *,
    reason: str = "",
    actor: Mapping[str, str] | None = None,
    is_strict: bool = False,
    **facts: Any,
) -> tuple[Event, str]:
    """
    Take one of `STEPS` and return its event, and what is odd about it (or an empty text).

    Args:
        store: Where the item is.

        item: What it is about.

        step: A key of `STEPS`.

        reason: Why; rejecting, reopening and approving what is incomplete need one.

        actor: Who, and how they are known; None: the user of the operating system.

        is_strict: Refuse an approval by whoever collected the item, instead of warning.

        facts: What else the ledger keeps of it.

    Raises:
        EvidenceError: the item's state does not allow it, or a reason is missing.
    """
    who, rule, reason = dict(actor or os_user()), STEPS[step], reason.strip()
    was_incomplete = item.saved.facts["status"] == INCOMPLETE
    if not reason and (rule.needs_reason or (step == "approve" and was_incomplete)):
        why = "" if rule.needs_reason else f"{item.id} was saved incomplete."
        raise EvidenceError(
            f"{step} needs a reason.", why=why, next_steps=[f"Add: --reason 'why you {step} it'"]
        )
    odd = ""
    if step == "approve" and who.get("name") == item.saved.actor.get("name"):
        odd = f"{who['name']} collected {item.id} and approves it."
        if is_strict:
            raise EvidenceError(
                odd,
                why="Who collects does not approve (strict).",
                next_steps=["Let somebody else approve it."],
            )
    bound = {"manifest_sha256": item.manifest_sha256} if step == "approve" else {}
    about = {**facts, **bound, **({"reason": reason} if reason else {})}
    with store.deciding(item) as now:
        if (state := state_of(now)) not in rule.of:
            raise EvidenceError(
                f"{item.id} is {state}: {step} is not for it.",
                next_steps=[f"{step} is for items that are {' or '.join(rule.of)}."],
            )
        return store.ledger.append(step, item=item.id, facts=about, actor=who), odd


def take_code_step(
    store: Store,
    item: Item,
    step: str,
    codes: Iterable[str] = (),
    *,
    package: str = "",
    reason: str = "",
    by: str = "",
    is_current: bool = False,
) -> Event:
    """
    Take one of `CODE_STEPS` for some codes of an item (none named: all) and return its event.

    `is_current`: the caller keeps other writers out since the item was looked up.

    Raises:
        EvidenceError: a code's state does not allow it, or a reason is missing.
        ParameterError: a code is not the item's.
    """
    rule, reason = CODE_STEPS[step], reason.strip()
    if rule.needs_reason and not reason:
        raise EvidenceError(f"{step} needs a reason.", next_steps=["Add: --reason 'why'"])
    wanted, said = tuple(codes), {"reason": reason, "by": by}
    with nullcontext(item) if is_current else store.deciding(item) as now:
        meant = _codes_for(now, step, wanted)
        facts = {"of_codes": [code.as_fact() for code in meant], "package": package}
        facts |= {name: value for name, value in said.items() if value}
        return store.ledger.append(step, item=item.id, facts=facts)


def _codes_for(item: Item, step: str, wanted: Iterable[str]) -> list[Code]:
    """Return the codes of an item that a step is taken for, each of which has to allow it."""
    rule, states = CODE_STEPS[step], code_states(item)
    meant = [code for text in wanted for code in named(states, text)] or list(states)
    for code in meant:
        if states[code] not in rule.of:
            raise EvidenceError(
                f"{item.id} for {code} is {states[code] or 'not delivered'}: {step} is not for it.",
                next_steps=[f"%aibrain evidence deliver {item.id}: says that it was delivered."],
            )
    if not meant:
        raise EvidenceError(
            f"{item.id} answers no code: there is nothing to {step}.",
            next_steps=[f"Give it one: %aibrain evidence codes {item.id} --rfi RFI-014"],
        )
    return list(dict.fromkeys(meant))
