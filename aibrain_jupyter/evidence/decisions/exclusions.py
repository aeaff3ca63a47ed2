"""
Exclusions on purpose: accounts, regions, resources or rows that are not looked at, and why.

Rows stay: they are marked and counted. Past its end an exclusion no longer applies. Exclusions are
no gaps, and are listed apart from them.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.store.names import slug
from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from aibrain_jupyter.evidence.store.ledger import Event
    from aibrain_jupyter.evidence.store.store import Store

COLUMN: Final = "excluded"
"""The column that says why a row is excluded; absent where it is not."""
_OWN: Final = f"{COLUMN} (own)"
"""What a frame's own column of that name is saved as."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """
    What is excluded: rows whose cells equal `where` (column to value), the `reason`, who decided,
    and until when (last day, UTC; None: until it is lifted). `row` is the row of a plan that it is
    for, as of `row_named`; empty: it is for everything that is saved.
    """

    name: str
    where: Mapping[str, str]
    reason: str
    decided_by: str
    until: dt.date | None = None
    row: str = ""

    def applies(self, day: dt.date) -> bool:
        """Tell whether it applies on a day."""
        return self.until is None or day <= self.until

    def as_fact(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        until = self.until.isoformat() if self.until else ""
        return {
            "name": self.name,
            "where": dict(self.where),
            "reason": self.reason,
            "decided_by": self.decided_by,
            "until": until,
            **({"row": self.row} if self.row else {}),
        }

    @classmethod
    def of_fact(cls, fact: Mapping[str, Any]) -> Exclusion:
        """Return the one that the ledger keeps."""
        until = dt.date.fromisoformat(fact["until"]) if fact["until"] else None
        return cls(
            fact["name"],
            fact["where"],
            fact["reason"],
            fact["decided_by"],
            until,
            fact.get("row", ""),
        )


def exclude(
    store: Store,
    where: Mapping[str, str],
    reason: str,
    decided_by: str,
    until: dt.date | None = None,
    row: str = "",
) -> Event:
    """
    Exclude what has these cells, from now on, and return the event; arguments as of `Exclusion`.

    Raises:
        ParameterError: nothing is named, or no reason or nobody who decided it.
    """
    if not where or not all(str(value).strip() for value in where.values()):
        raise ParameterError(
            "It is not said what is excluded: nothing is neither all nor none.",
            next_steps=["Name it by columns: account_id=111122223333 region=eu-west-3"],
        )
    for word, said in {"reason": reason, "decided_by": decided_by}.items():
        if not said.strip():
            flag = f"--{word.replace('_', '-')}"
            raise ParameterError(f"An exclusion needs {word}=.", next_steps=[f"Add: {flag} '…'"])
    values = {name: str(value) for name, value in where.items()}
    first = named = slug(" ".join([*values.values(), row]), longest=40)
    numbers = itertools.count(2)
    store.make()
    with store.ledger.locked():  # two kernels give no two exclusions one name
        known = {one.name: (one.where, one.row) for one in _decided(store)}
        while known.get(named, (values, row)) != (values, row):  # another one, which stays in force
            named = f"{first}-{next(numbers)}"
        exclusion = Exclusion(named, values, reason, decided_by, until, row)
        return store.ledger.append("exclude", facts=exclusion.as_fact())


def lift(store: Store, name: str, reason: str) -> Event:
    """End an exclusion before its time; it needs a reason."""
    if not reason.strip():
        raise ParameterError("Lifting an exclusion needs reason=.")
    return store.ledger.append("lift", facts={"name": name, "reason": reason})


def exclusions_of(store: Store, day: dt.date, row: str | None = "") -> list[Exclusion]:
    """
    Return the exclusions that apply on a day, in the order they were decided: those for everything,
    and those for that `row` of a plan; None: those for any.
    """
    found = [one for one in _decided(store) if one.applies(day)]
    return found if row is None else [one for one in found if one.row in ("", row)]


def row_named(collection: Mapping[str, Any] | None) -> str:
    """Return how exclusions name the row of a plan, of that section of a manifest."""
    return f"{collection['plan']} {collection['row']}" if collection else ""


def _decided(store: Store) -> list[Exclusion]:
    found: dict[str, Exclusion] = {}
    for event in store.ledger.events() if store.exists else ():
        if event.type == "exclude":
            found[event.facts["name"]] = Exclusion.of_fact(event.facts)
        elif event.type == "lift":
            found.pop(event.facts["name"], None)
    return list(found.values())


def mark(
    frame: pd.DataFrame, exclusions: Iterable[Exclusion]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """
    Return the frame with the column `COLUMN`, and the exclusions with how many rows each has.

    A frame in which nothing is excluded has no such column; one of its own by that name is
    ``excluded (own)``: what it says is no decision to exclude.
    """
    import pandas as pd

    frame = frame.rename(columns={COLUMN: _OWN}) if COLUMN in frame else frame
    reasons = pd.Series(pd.NA, frame.index, dtype="str")
    counted = []
    for exclusion in exclusions:
        if not all(name in frame for name in exclusion.where):
            continue
        cells = [frame[name].astype("str") == value for name, value in exclusion.where.items()]
        meant = pd.concat(cells, axis=1).all(axis=1)
        counted.append({**exclusion.as_fact(), "rows": int(meant.sum())})
        reasons = reasons.mask(meant, exclusion.reason)
    return (frame.assign(**{COLUMN: reasons}) if reasons.notna().any() else frame), counted
