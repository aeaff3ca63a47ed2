"""The nearest right name: one rule for every "did you mean"."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def nearest(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """
    Return up to `most` known names that are likely meant by `name`, best first.

    Case, ``-`` and ``_`` do not count: ``Security-Groups`` finds ``security_groups``.
    """
    by_plain: dict[str, str] = {}
    for candidate in known:
        by_plain.setdefault(_plain(candidate), candidate)
    found = difflib.get_close_matches(_plain(name), by_plain, n=most, cutoff=0.6)
    if begun := [match for match in found if match.startswith(_plain(name))]:
        found = begun  # what is written goes on so: the others only look alike
    if not found and len(name) >= 3:
        found = sorted(k for k in by_plain if k.startswith(_plain(name)))[:most]
    # Two letters swapped are the commonest slip, and the matcher ranks them no better than two
    # letters wrong.
    found.sort(key=lambda match: sorted(match) != sorted(_plain(name)))
    return [by_plain[match] for match in found]


def did_you_mean(matches: Sequence[str]) -> str:
    """Return the question that offers what `nearest` found; empty if it found nothing."""
    return f"Did you mean {' or '.join(matches)}?" if matches else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
