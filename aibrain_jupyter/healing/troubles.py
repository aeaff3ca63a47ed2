"""
A trouble: one thing that is missing or failed, as data, whoever's call it was.

A whole call that failed, a detail that was refused inside one, an exception of a cell: all become a
`Trouble`, so that they can be put together by what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.own_causes import FAULT_OF_A_TOOL, own_cause
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import AibrainError, InputError
from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.texts.shown import clipped, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    call), `columns` the columns that are not known because of it.
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

    @property
    def label(self) -> str:
        """Where it is: ``111122223333/eu-west-1``; empty: nowhere in particular."""
        first, *others = *self.place.values(), ""
        return "/".join(part for part in (first or self.profile, *others) if part)


def trouble_of_error(error: BaseException, target: Target | None = None) -> Trouble:
    """Return the trouble of an exception; nothing is claimed of one that is not ours."""
    place = target.parts if target else {}
    profile = target.profile if target else ""
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
