"""
A trouble: one thing that is missing or failed, as data, whoever's call it was.

A whole call that failed, a detail that was refused inside one, an exception of a cell: all become a
`Trouble`, so that they can be put together by what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.behind import is_fault, led_to, members
from aibrain_jupyter.healing.own_causes import DISK_FULL, FAULT_OF_A_TOOL, own_cause
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import AibrainError, InputError
from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.texts.shown import clipped, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aibrain_jupyter.shared.coverage import Gap, Target

_LONGEST: Final = 1000
UNKNOWN: Final = "unknown"
"""The cause of what no row of a table explains: nothing is claimed about it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    What is wrong in one place.

    `cause` is the name of its row in the provider's table of causes, or `UNKNOWN`; `what`, `why`
    and `steps` are said as by the error. `place` has the parts of the target, `profile` stands in
    for an unknown first one. `action` is the permission that was refused, `who` who lacks it,
    `operation` what was asked; `item` is the resource whose detail is missing (empty: the whole
    call), `columns` the columns that are not known because of it. `call` tells apart the calls of a
    run: one may have failed in several ways.
    """

    outcome: str
    cause: str
    what: str
    why: str = ""
    steps: tuple[str, ...] = ()
    place: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""
    action: str = ""
    who: str = ""
    operation: str = ""
    item: str = ""
    columns: tuple[str, ...] = ()
    call: str = ""

    @property
    def label(self) -> str:
        """Where it is: ``111122223333/eu-west-1``; empty: nowhere in particular."""
        first, *others = *self.place.values(), ""
        return "/".join(part for part in (first or self.profile, *others) if part)


def troubles_of_error(
    error: BaseException,
    target: Target | None = None,
    explain: Callable[[BaseException], AibrainError | None] | None = None,
    call: str = "",
) -> list[Trouble]:
    """
    Return the troubles of an exception: one, or one for each member of a group.

    Args:
        error: What was raised.

        target: Where, if that is known.

        explain: What an exception means that is not ours: providers know those of their SDK. None:
            nobody is asked.

        call: Which call of its run it was.
    """
    found = [trouble_of_error(one, target, explain) for one in members(error)]
    if isinstance(error, AibrainError) and is_fault(error):
        # Members of a group that the code of a tool raised, and nobody explains.
        found = [_fault(one, error) if one.cause == UNKNOWN else one for one in found]
    return [replace(one, call=call) for one in found]


def _fault(trouble: Trouble, error: AibrainError) -> Trouble:
    return replace(
        trouble,
        cause=FAULT_OF_A_TOOL,
        what=error.what,
        why=trouble.what,
        steps=error.next_steps,
    )


def trouble_of_error(
    error: BaseException,
    target: Target | None = None,
    explain: Callable[[BaseException], AibrainError | None] | None = None,
) -> Trouble:
    """Return the trouble of one exception, as above; nothing is claimed of what nobody explains."""
    place = target.parts if target else {}
    profile = target.profile if target else ""
    error = _explained(error, explain) or error
    if not isinstance(error, AibrainError):
        what = printable(redact(clipped(words_of(error), _LONGEST)))
        row = own_cause(error)
        cause, steps = (row.name, row.steps) if row else (UNKNOWN, ())
        return Trouble(str(Outcome.FAILED), cause, what, steps=steps, place=place, profile=profile)
    return Trouble(
        outcome=str(error.outcome),
        cause=error.facts.get("cause") or _cause_of_ours(error),
        what=error.what,
        why=error.why,
        steps=error.next_steps,
        place=place,
        profile=profile,
        action=error.facts.get("action", ""),
        who=error.facts.get("principal", ""),
        operation=error.facts.get("operation", ""),
    )


def _explained(
    error: BaseException, explain: Callable[[BaseException], AibrainError | None] | None
) -> AibrainError | None:
    """Return the error of ours that says what led to an exception; None: there is none."""
    has_fault = is_fault(error)
    if isinstance(error, AibrainError) and not has_fault:
        return None
    if (row := own_cause(error)) and row.name == DISK_FULL:
        return None  # whatever failed by it
    for one in led_to(error):
        if isinstance(one, AibrainError) and not is_fault(one):
            return one
        if explain is None or isinstance(one, AibrainError):
            continue
        found = explain(one)
        # A tool that asks with what nobody takes has a fault, which the SDK only found.
        if found is not None and not (has_fault and isinstance(found, InputError)):
            return found
    return None


def _cause_of_ours(error: AibrainError) -> str:
    """Return the cause of an error of ours that no provider's table explained."""
    if row := own_cause(error):
        return row.name
    if isinstance(error, InputError):
        return "input"
    if type(error) is AibrainError and error.__cause__ is not None:
        return FAULT_OF_A_TOOL
    return type(error).__name__


def trouble_of_gap(gap: Gap) -> Trouble:
    """Return the trouble of a gap: of a detail, mostly."""
    return Trouble(
        outcome=str(gap.outcome),
        cause=gap.cause or UNKNOWN,
        what=gap.why,
        why=gap.why,
        steps=(gap.step,) if gap.step else (),
        place=gap.target.parts,
        profile=gap.target.profile,
        action=gap.action,
        who=gap.who,
        operation=gap.operation,
        item=gap.item,
        columns=gap.columns,
    )
