"""Which columns of a row are not known, and why: the words of its cell in ``not_known``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.frames.not_known import write_reasons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from aibrain_jupyter.shared.coverage import Gap


def items_of(row: Mapping[str, Any], known: Collection[str]) -> set[str]:
    """Return which of the items `known` a row is about: one of its texts names it."""
    if not known:
        return set()
    found: set[str] = set()
    for value in row.values():
        if isinstance(value, str) and value in known:
            found.add(value)
        elif isinstance(value, list):
            found.update(v for v in value if isinstance(v, str) and v in known)
    return found


def reasons_of(
    row: Mapping[str, Any],
    names: Collection[str],
    gaps: Iterable[Gap],
    unread: Collection[str],
) -> str | None:
    """Return ``policy, has_policy: denied; tags: throttled``; None: nothing is unknown."""
    reasons: dict[str, str] = {}
    for gap in gaps:
        for name in gap.columns:
            if name in names and row.get(name) is None:
                reasons.setdefault(name, str(gap.outcome))
    for name in unread:
        reasons.setdefault(name, str(Outcome.FAILED))
    return write_reasons(reasons)
