"""
The critical path of a run: the chain of calls that its end waited for.

A call begins when one before it has given back its place, so from the call that ended last the
chain goes back to the one that ended last before that began, and on, until a call that waited for
none. A shorter call anywhere else would not have ended the run earlier.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.timeline.bars import Bar

_HANDED_OVER_S: Final = 0.002
"""Times are rounded to a millisecond: a call may seem to begin before its place was free."""


def with_critical_path(bars: Sequence[Bar]) -> list[Bar]:
    """Return the bars, those of calls on the critical path marked."""
    on_path = critical_calls(bars)
    return [bar._replace(is_critical=number in on_path) for number, bar in enumerate(bars)]


def critical_calls(bars: Sequence[Bar]) -> frozenset[int]:
    """Return the places, in `bars`, of those on the critical path; what never began is on none."""
    timed = [(bar.end, number) for number, bar in enumerate(bars) if bar.end is not None]
    timed.sort()
    ends = [end for end, _ in timed]
    found = []
    place = len(timed) - 1
    while place >= 0:
        number = timed[place][1]
        found.append(number)
        began = bars[number].queued_s
        assert began is not None  # it has an end
        # Always an earlier one: calls that took no time would otherwise lead to themselves.
        place = min(bisect_right(ends, began + _HANDED_OVER_S) - 1, place - 1)
    return frozenset(found)
