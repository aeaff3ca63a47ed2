"""What a comparison says in short, as plain data: a verdict, a status, and what a page shows."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.comparing.parts import (
    ADDED,
    CHANGED,
    CHANGES,
    EXCLUDED_ROWS,
    NOT_ASKED,
    NOT_ASKED_BEFORE,
    ORDER,
    REMOVED,
    SCHEMA,
    UNKNOWN,
    VOLATILE,
)
from aibrain_jupyter.evidence.comparing.scope import LARGER, SMALLER, UNCLEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.evidence.comparing.compare import Comparison
    from aibrain_jupyter.evidence.comparing.sides import Side

SAME, DIFFERENT, NOT_COMPARABLE = 0, 1, 2
ATTRIBUTE: Final = "comparison"
"""What a frame's ``attrs`` have of the comparison."""
MEANINGS: Final = {
    ADDED: "rows that are new",
    REMOVED: "rows that are gone",
    CHANGED: "cells that differ",
    UNKNOWN: "cells that one side does not know: neither changed nor the same",
    NOT_ASKED: "old rows that lie in what the new side did not ask: not removed",
    NOT_ASKED_BEFORE: "new rows that lie in what the old side did not ask: not added",
    EXCLUDED_ROWS: "differences of rows that are excluded on purpose",
    ORDER: "lists with the same elements in another order",
    VOLATILE: "cells of columns that change by themselves",
}


def status_of(found: Comparison) -> int:
    """
    Return 0 for no difference, 1 for differences, 2 where something could not be compared.

    What could not be compared goes before: of a smaller scope no difference says little. What
    changes by itself, another order and excluded rows are no difference.
    """
    counts = found.counts
    is_cut = any(change.size for change in found.scope)
    if is_cut or any(counts[name] for name in (UNKNOWN, NOT_ASKED, NOT_ASKED_BEFORE)):
        return NOT_COMPARABLE
    return DIFFERENT if any(counts[n] for n in (SCHEMA, ADDED, REMOVED, CHANGED)) else SAME


def verdict_of(found: Comparison) -> str:
    """Return what was found, in one or two sentences; a scope that differs comes first."""
    counts = found.counts
    said = [f"{_plural(counts[n], 'row')} {n}" for n in (ADDED, REMOVED) if counts[n]]
    if counts[CHANGED]:
        rows = _plural(found.rows_changed, "row")
        said.append(f"{_plural(counts[CHANGED], 'cell')} changed in {rows}")
    apart = [
        f"{counts[name]:,} {words}"
        for name, words in (
            (UNKNOWN, "cells not known"),
            (NOT_ASKED, "rows not asked for now"),
            (NOT_ASKED_BEFORE, "rows not asked for before"),
        )
        if counts[name]
    ]
    figures = ", ".join(said) or f"{_plural(found.matched, 'row')} compared, no difference in them"
    parts = [_scope_words(found), _schema_words(found), f"{figures}."]
    more = f"Apart from that: {', '.join(apart)}." if apart else ""
    return " ".join(part for part in (*parts, more) if part)


def about(found: Comparison) -> dict[str, Any]:
    """Return what a page shows of it besides the frame's rows: plain values."""
    return {
        "sides": [_side(name, side) for name, side in (("old", found.old), ("new", found.new))],
        "key": list(found.key),
        "rows": len(found.frame),
        "matched": found.matched,
        "scope": [dataclasses.asdict(change) for change in found.scope],
        "counts": [(n, found.counts[n], MEANINGS[n]) for n in CHANGES if n in MEANINGS],
        "rows_changed": found.rows_changed,
        "columns": dict(found.columns),
        "volatile": list(found.volatile),
        "remarks": list(_remarks(found)),
    }


def _scope_words(found: Comparison) -> str:
    for size, words in (
        (SMALLER, "smaller"),
        (UNCLEAR, "not comparable"),
        (LARGER, "larger"),
        ("", "not the same"),
    ):
        named = [c.what for c in found.scope if c.size == size]
        if named:
            return f"What was asked is {words}: {', '.join(named)}."
    return ""


def _schema_words(found: Comparison) -> str:
    count = found.counts[SCHEMA]
    return f"{_plural(count, 'column')} differ{'s' * (count == 1)}." if count else ""


def _side(name: str, side: Side) -> dict[str, Any]:
    return {
        "side": name,
        "what": side.label,
        "rows": len(side.frame),
        "as_of": side.as_of,
        "collected": side.collected,
        "is_demo": bool(side.about.get("is_demo")),
    }


def _remarks(found: Comparison) -> Iterator[str]:
    old, new = found.old, found.new
    if not (old.is_known or new.is_known):
        yield (
            "Nothing is known of where the rows are from: what was not asked for cannot be told "
            "from what is gone."
        )
    if old.collected and new.collected and old.collected > new.collected:
        yield f"{old.label} was collected after {new.label}: the two may be the wrong way round."
    for side in (old, new):
        if not len(side.frame):
            why = " ".join(side.against)
            yield f"{side.label} has no rows{': ' + why if why else '.'}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
