"""
Coverage: what was asked, what came back, and what is missing.

The rule of the house: a refusal, a throttle or a time-out is never an empty
table, it is a `Gap` that names the place, the operation and the permission.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aibrain_jupyter.shared.error_handler import AibrainError


class Outcome(enum.StrEnum):
    """How one call ended. Every call ends in exactly one of these."""

    OK = "ok"
    EMPTY = "empty"
    DENIED = "denied"
    THROTTLED = "throttled"
    TIMED_OUT = "timed out"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_OFFERED = "not offered in region"
    NOT_ENABLED = "not enabled"

    @property
    def is_gap(self) -> bool:
        """Whether rows may be missing because of it."""
        return self not in (Outcome.OK, Outcome.EMPTY, Outcome.NOT_OFFERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    Where a call goes.

    A provider derives from it and names the parts a place has: AWS account and region, Microsoft
    Graph tenant and site. This one has no part: a tool that runs nowhere in particular, or a
    place that could not be found out.

    `profile` is the name of the settings it is reached by (empty: the provider's default),
    `identity` who asks there (for AWS the caller's ARN), `endpoint` the endpoint URL when it is not
    the provider's own, `is_demo` whether what is there is made up, `edition` which of several such
    data it is.
    """

    PARTS: ClassVar[Mapping[str, str]] = {}
    """The columns a place has in frames and coverage, and the attribute each is read from."""

    profile: str = ""
    identity: str = ""
    endpoint: str = ""
    is_demo: bool = False
    edition: str = ""

    @property
    def parts(self) -> dict[str, str]:
        """The parts by column: ``{"account_id": "123456789012", "region": "eu-west-1"}``."""
        kind: Any = type(self)
        columns, read = _reader(kind)
        return dict(zip(columns, read(self), strict=True))

    @property
    def label(self) -> str:
        """The parts, ``account/region``; the profile stands in for an unknown first one."""
        first, *others = *self.parts.values(), ""
        return "/".join(part for part in (first or self.profile, *others) if part) or "-"

    @property
    def place(self) -> tuple[str, str]:
        """The first part, and the others put together: what cache and history keep it under."""
        kind: Any = type(self)
        values = _reader(kind)[1](self)
        if len(values) == 2:
            return values
        first, *others = values or ("",)
        return first, "/".join(filter(None, others))

    @property
    def signs_in_as(self) -> str | None:
        """The profile whose session has to last for a call here; None: no session can end."""
        return None

    @property
    def facts(self) -> dict[str, str]:
        """The parts by attribute, for the facts of an error."""
        kind: Any = type(self)
        return dict(zip(kind.PARTS.values(), _reader(kind)[1](self), strict=True))


@lru_cache
def _reader(kind: Any) -> tuple[tuple[str, ...], Callable[[Target], tuple[str, ...]]]:
    """Return the columns of a kind of targets, and what reads its parts: asked for every call."""
    names = tuple(kind.PARTS.values())
    if len(names) > 1:
        return tuple(kind.PARTS), attrgetter(*names)
    return tuple(kind.PARTS), lambda target: tuple(getattr(target, name) for name in names)


NOWHERE: Final = Target()


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Something that is missing from a frame, and why.

    `target` is where it is missing, `operation` what was asked, as the API spells it
    (``service:Operation``), `action` the permission that was refused (mostly the same), `item` the
    resource whose detail is missing (empty: the whole call), `columns` the columns that are unknown
    because of it (empty: all). `cause` is the row of the provider's table that explains it, `who`
    was refused, `step` what to do now; empty where nobody knows.
    """

    outcome: Outcome
    why: str
    target: Target = NOWHERE
    operation: str = ""
    action: str = ""
    item: str = ""
    columns: tuple[str, ...] = ()
    cause: str = ""
    who: str = ""
    step: str = ""

    @classmethod
    def of(
        cls,
        error: AibrainError,
        target: Target,
        *,
        operation: str = "",
        item: str = "",
        columns: tuple[str, ...] = (),
    ) -> Gap:
        """
        Return the gap that an error leaves.

        Args:
            error: Why something is missing; its facts name operation and action.

            target: Where.

            operation: What was asked, where the error does not say.

            item: The resource whose detail is missing; empty: the whole call.

            columns: The columns that are not known because of it; empty: all.
        """
        return cls(
            outcome=error.outcome,
            why=error.reason,
            target=target,
            operation=error.facts.get("operation", "") or operation,
            action=error.facts.get("action", ""),
            item=item,
            columns=columns,
            cause=error.facts.get("cause", ""),
            who=error.facts.get("principal", ""),
            step=error.next_steps[0] if error.next_steps else "",
        )

    @property
    def label(self) -> str:
        """One line: where, what, outcome."""
        parts = [self.target.label, self.action or self.operation, self.item]
        return f"{' '.join(part for part in parts if part)}: {self.outcome}"
