"""
A collection plan: codes, and for each the tool, scope, checks and rhythm that answer it.

A plan is data. Who reads its file is ``plan_file.py``; who carries it out knows the tools.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.evidence.decisions.codes import Code
    from aibrain_jupyter.shared.texts.periods import Period

ONCE: Final = "once"
MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12}
RHYTHMS: Final = (ONCE, "week", *MONTHS_OF)
OCCURRENCE: Final = "@period"
"""As a parameter: the days of the occurrence that is collected."""


@dataclass(frozen=True, slots=True)
class Check:
    """
    What no row may meet: `where` is a query over the columns of the row's tool. Where it
    `is_needed`, what a row of each account must meet (of each first part of a target's place): that
    finds what is missing, which has no row.
    """

    name: str
    where: str
    is_needed: bool = False

    @property
    def rule(self) -> str:
        """What it asks for in words."""
        where = f"where {self.where}"
        return f"in each account a row {where}" if self.is_needed else f"no row {where}"


COUNTS_ACCOUNTS: Final = "account"
"""What the verdict of a check counts that is needed."""


def is_needed(verdict: Mapping[str, Any]) -> bool:
    """Tell whether a verdict, as a manifest keeps it, is of a check that is needed."""
    return bool(verdict.get("counts") == COUNTS_ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Sampling:
    """A sample that is drawn of what was collected: `n` rows by `seed`, of each group of `by`."""

    n: int
    seed: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedExclusion:
    """Rows that are left out on purpose: their cells, why, who decided, until which day."""

    where: Mapping[str, str]
    reason: str
    decided_by: str
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """
    One thing to collect.

    Args:
        id: Its name in the plan.

        title: What it is, for people.

        codes: What it answers.

        tool: The tool that collects it; empty: a person attaches it, `document` says what.

        parameters: Those of the tool; `OCCURRENCE` stands for the days of the occurrence.

        accounts: Patterns as with ``--accounts``; empty: as configured. `regions` the same.

        why: Why this answers the codes.

        checks: What no row may meet.

        every: One of `RHYTHMS`: how often it is collected in the period.

        valid: How long an item is good for after it is of; None: for its whole occurrence.

        due: How long after the end of its occurrence it may be collected.
    """

    id: str
    title: str
    codes: tuple[Code, ...]
    tool: str = ""
    document: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    profile: str = ""
    why: str = ""
    checks: tuple[Check, ...] = ()
    sample: Sampling | None = None
    exclude: tuple[PlannedExclusion, ...] = ()
    every: str = ONCE
    valid: dt.timedelta | None = None
    due: dt.timedelta | None = None
    owner: str = ""

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked of whom: of what else it says, nothing changes the rows that come."""
        places = {"accounts": list(self.accounts), "regions": list(self.regions)}
        given = {"tool": self.tool, "parameters": dict(self.parameters)}
        return {**given, **places, "profile": self.profile}

    @property
    def is_of_whole(self) -> bool:
        """Whether it asks what happened in an occurrence: that is over only when that is."""
        return _names(OCCURRENCE, self.parameters)


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """
    A plan: `name`, `title`, the audit `period` it is for (with its words), and its rows.

    `sha256` is that of its file, which tells one version of it from another.
    """

    name: str
    title: str
    period: Period
    period_words: str
    rows: tuple[PlanRow, ...]
    sha256: str = ""

    @property
    def codes(self) -> tuple[Code, ...]:
        """What its rows answer, each once, in their order."""
        return tuple(dict.fromkeys(code for row in self.rows for code in row.codes))


def _names(word: str, value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return any(_names(word, one) for one in value) if isinstance(value, list) else value == word
