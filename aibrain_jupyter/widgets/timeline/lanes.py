"""
Bars put into lanes: which lane, which row of it; where there are too many, how many at a time.

A lane has the rows its bars need when they overlap. Above `MOST_BARS` bars, and where a lane would
get too high, it shows how many went on at a time instead, by outcome.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.timeline.of_run import BY_OPERATION, BY_PLACE, BY_WORKER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aibrain_jupyter.execution.timeline.bars import Bar

MOST_BARS: Final = 1_000
MOST_LANES: Final = 24
MOST_ROWS: Final = 6
"""Of one lane."""
BINS: Final = 140
"""How many columns a lane has that shows how much went on at a time."""
WAITING: Final = "waiting"
_JUST_S: Final = 1e-9
_LABELS: Final[Mapping[str, Callable[[Bar], str]]] = {
    BY_PLACE: lambda bar: bar.label,
    BY_OPERATION: lambda bar: bar.operation,
    BY_WORKER: lambda bar: bar.made_by,
}


@dataclass(slots=True)
class Lane:
    """
    A lane. `rows` are its bars, those of a row one after another; none of them `is_dense`.

    `never_began` counts calls that ended without having begun.
    """

    label: str
    bars: list[Bar] = field(default_factory=list)
    rows: list[list[Bar]] = field(default_factory=list)
    never_began: int = 0
    is_dense: bool = False

    @property
    def is_critical(self) -> bool:
        """Whether a part of the critical path is in it."""
        return any(bar.is_critical for bar in self.bars)


def lanes_of(bars: Sequence[Bar], *, by: str) -> list[Lane]:
    """
    Return the lanes of a run, those of operations by the time they took, others in call order.

    `by` is one of `of_run.BY`.

    Where there would be more than `MOST_LANES`, a lane is an account, and where that does not help,
    the last lane is all the others together.
    """
    lanes = _grouped(bars, _LABELS[by])
    if len(lanes) > MOST_LANES and by == BY_PLACE:
        lanes = _grouped(bars, lambda bar: bar.label.partition("/")[0])
    if by == BY_OPERATION or len(lanes) > MOST_LANES:
        lanes.sort(key=lambda lane: -sum(bar.seconds for bar in lane.bars))
    if len(lanes) > MOST_LANES:
        others = lanes[MOST_LANES - 1 :]
        rest = Lane(f"{len(others)} others", [bar for lane in others for bar in lane.bars])
        rest.never_began = sum(lane.never_began for lane in others)
        lanes = [*lanes[: MOST_LANES - 1], rest]
    for lane in lanes:
        _put_into_rows(lane, is_dense=len(bars) > MOST_BARS)
    return lanes


def _grouped(bars: Iterable[Bar], label_of: Callable[[Bar], str]) -> list[Lane]:
    lanes: dict[str, Lane] = {}
    for bar in bars:
        label = label_of(bar)
        lane = lanes.setdefault(label, Lane(label))
        if bar.queued_s is None:
            lane.never_began += 1
        else:
            lane.bars.append(bar)
    return list(lanes.values())


def _put_into_rows(lane: Lane, *, is_dense: bool) -> None:
    lane.is_dense = is_dense
    if is_dense:
        return
    free_from: list[float] = []
    for bar in sorted(lane.bars, key=lambda one: (one.queued_s or 0.0, one.call)):
        began, end = bar.queued_s or 0.0, bar.end or 0.0
        row = next((n for n, free in enumerate(free_from) if free <= began + _JUST_S), None)
        if row is None:
            if len(free_from) == MOST_ROWS:
                lane.is_dense, lane.rows = True, []
                return
            row = len(free_from)
            free_from.append(0.0)
            lane.rows.append([])
        free_from[row] = end
        lane.rows[row].append(bar)


def waiting_part(bar: Bar) -> float:
    """Return the part of a bar (0 to 1) in which it was held back for the provider's pace."""
    # Requests of one call overlap: their sums are only parts of one another.
    total = bar.waited_s + bar.wire_s + bar.parse_s
    return min(bar.waited_s / total, 1.0) if total else 0.0


def load_of(lane: Lane, seconds: float) -> dict[str, list[float]]:
    """Return for each outcome, and for waiting, how many calls went on in each of `BINS` spans."""
    width = max(seconds, 0.001) / BINS
    found: dict[str, list[float]] = {}
    for bar in lane.bars:
        began, end = bar.queued_s or 0.0, bar.end or 0.0
        turn = began + waiting_part(bar) * (end - began)
        if turn > began:
            _add(found.setdefault(WAITING, [0.0] * BINS), began, turn, width)
        _add(found.setdefault(bar.outcome, [0.0] * BINS), turn, end, width)
    return found


def _add(load: list[float], began: float, end: float, width: float) -> None:
    first, last = min(int(began / width), BINS - 1), min(int(end / width), BINS - 1)
    if first == last:
        # What took no time is still there to be seen.
        load[first] += max((end - began) / width, 0.02)
        return
    load[first] += first + 1 - began / width
    for number in range(first + 1, last):
        load[number] += 1.0
    load[last] += min(end / width - last, 1.0)


def counted(bars: Iterable[Bar]) -> Counter[str]:
    """Return how many bars there are of each outcome."""
    return Counter(bar.outcome for bar in bars)
