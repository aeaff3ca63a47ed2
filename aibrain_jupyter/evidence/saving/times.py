"""
The four times of an item, kept apart: as of, collected, saved, delivered.

What it says it says *as of* a moment or a period; it was *collected* then or later, *saved* when
the ledger says, and *delivered* when somebody did. Only the first has to lie in the audit period.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.texts.periods import parse_period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.texts.periods import Period

MOMENT: Final = "moment"
PERIOD: Final = "period"
_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_AUDIT: Final = re.compile(
    rf"(?:from )?(?P<first>{_DAY})?(?: to |up to )?(?P<last>{_DAY})? (?P<zone>\S+)"
)
"""A period as it is written: see `Period`."""


@dataclass(frozen=True, slots=True)
class Times:
    """
    When an item is of.

    `kind` is `MOMENT` (the state of things at some time between `start` and `end`) or `PERIOD`
    (what happened from `start` to before `end`); both aware. `collected_from` and `collected_to`
    are when the source was asked.
    """

    kind: str
    start: dt.datetime
    end: dt.datetime
    collected_from: dt.datetime
    collected_to: dt.datetime

    def remarks(self, audit: Period | None) -> tuple[str, ...]:
        """Return what a reader has to know, of an audit period, as sentences."""
        if audit is None:
            return ()
        found = []
        if self._is_outside(audit):
            found.append(f"As of {self.as_of} lies outside the audit period {audit}.")
        elif self.kind == PERIOD and not self._covers(audit):
            found.append(f"The period {self.as_of} covers a part of the audit period {audit}.")
        if audit.end is not None and self.collected_from >= audit.end:
            day = f"{self.collected_from.astimezone(dt.UTC):%Y-%m-%d}"
            found.append(f"It was collected on {day}, after the audit period's end.")
        return tuple(found)

    def remarks_when_saved(self, now: dt.datetime) -> tuple[str, ...]:
        """Return what cannot be true of what is saved now, as a sentence: a clock or a slip."""
        if self.start <= now and self.collected_from <= now:
            return ()
        late = "As of" if self.start > now else "Collected on"
        at = self.as_of if self.start > now else utc(self.collected_from)
        return (f"{late} {at} lies after it was saved, {utc(now)}: a clock or a day is wrong.",)

    @property
    def as_of(self) -> str:
        """As of when, in words, UTC."""
        first, last = utc(self.start), utc(self.end)
        if self.kind == PERIOD:
            return f"{first} to before {last}"
        if self.end - self.start == dt.timedelta(days=1) and first.endswith(" 00:00 UTC"):
            return f"{self.start.astimezone(dt.UTC):%Y-%m-%d} (UTC)"
        return first if first == last else f"{first} to {last}"

    def as_facts(self, audit: Period | None) -> dict[str, Any]:
        """Return them as a manifest keeps them; times ISO 8601, UTC."""
        collected = {"from": iso(self.collected_from), "to": iso(self.collected_to)}
        as_of = {"kind": self.kind, "from": iso(self.start), "to": iso(self.end)}
        return {
            "as_of": {**as_of, "words": self.as_of},
            "collected": collected,
            "audit_period": audit and {"words": str(audit), "edges": audit.edges},
            "remarks": list(self.remarks(audit)),
        }

    def _is_outside(self, audit: Period) -> bool:
        # A stretch ends before its `end`; an instant is one with it.
        too_early = audit.start is not None and (
            self.end < audit.start or self.start < self.end == audit.start
        )
        return too_early or (audit.end is not None and self.start >= audit.end)

    def _covers(self, audit: Period) -> bool:
        starts = audit.start is not None and self.start <= audit.start
        return starts and audit.end is not None and self.end >= audit.end


def audit_of(manifest: Mapping[str, Any]) -> Period | None:
    """Return the audit period an item is for, as its manifest has it; None: it is for none."""
    audit = (manifest.get("times") or {}).get("audit_period") or {}
    found = _AUDIT.fullmatch(audit.get("words", ""))
    if found is None:
        return None
    first, last = (found[name] or "" for name in ("first", "last"))
    return parse_period(first if first == last else f"{first}..{last}", zone=found["zone"])


def iso(at: dt.datetime) -> str:
    """Return a moment as ISO 8601, UTC, to the second."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def utc(at: dt.datetime) -> str:
    """Return a moment as it is read: ``2026-07-08 09:12 UTC``."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
