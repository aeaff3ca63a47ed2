"""Where the rows of a file came from, and what is missing, as every format tells it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter._version import __version__
from aibrain_jupyter.writers.cells import json_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.writers.table import Table

ATTRIBUTE: Final = "aibrain"
"""What a frame's ``attrs`` have of the run that made it."""


_COUNTS = ("rows", "gaps")


@dataclass(frozen=True, slots=True)
class Provenance:
    """
    The `facts` of the run that made a frame (plain JSON values; see ``tool_executors/stamp.py``),
    empty where nobody knows, and its `gaps`, one mapping each.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    gaps: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Provenance:
        """Return what the frame carries with it."""
        found = frame.attrs.get(ATTRIBUTE)
        facts = found if isinstance(found, dict) else {}
        odd = [name for name in _COUNTS if not isinstance(facts.get(name, 0), int)]
        return cls({name: fact for name, fact in facts.items() if name not in odd})

    @property
    def is_demo(self) -> bool:
        """Whether the rows are invented."""
        return bool(self.facts.get("is_demo"))

    def about(self, table: Table) -> dict[str, Any]:
        """Return everything that is to be said of a file with these rows, as JSON values."""
        said: dict[str, Any] = {
            "written_by": f"aibrain_jupyter {__version__}",
            "rows": table.rows,
            "not_known_cells": table.not_known,
            "is_demo": self.is_demo,
            "run": dict(self.facts),
            "gaps": [dict(gap) for gap in self.gaps],
            "remarks": [*self._remarks(table)],
            "columns": [
                {"name": f.name, "kind": f.kind.value, "dtype": f.dtype} for f in table.fields
            ],
        }
        found: dict[str, Any] = json.loads(json_of(said))
        return found

    def _remarks(self, table: Table) -> Iterator[str]:
        if self.is_demo:
            yield "DEMO DATA: the rows are invented and prove nothing."
        if not self.facts:
            yield "The frame does not say where its rows came from: it was made in the notebook."
        elif table.rows != (rows := self.facts.get("rows", table.rows)):
            yield f"The run gave {_count(rows, 'row')}: the frame was changed since."
        if gaps := len(self.gaps) or self.facts.get("gaps"):
            where = "" if self.gaps else ", which are listed no longer"
            yield f"Rows or cells may be missing: the run had {_count(gaps, 'gap')}{where}."
        if table.not_known:
            cells = _count(table.not_known, "cell")
            yield f"Not known: {cells}; the column not_known says why."


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def now_in_utc() -> str:
    """Return the time, ISO 8601."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
