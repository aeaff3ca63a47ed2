"""A `Snapshot` in words: the panel as text, one line for terminals, the line that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import plural
from aibrain_jupyter.widgets.notice import Notice
from aibrain_jupyter.widgets.progress.words import (
    MOST_ACTIVE,
    active_cells,
    cause_head,
    cause_words,
    counts,
    head_texts,
    more_causes_text,
    more_text,
    pace_text,
    percent,
    times_text,
)

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress.state import Snapshot

_BLOCKS: Final = "▁▂▃▄▅▆▇█"


def panel_text(snapshot: Snapshot) -> str:
    """Return the whole panel."""
    rows = [
        (
            f"{snapshot.run_id} {snapshot.title}  {bar_text(snapshot, 24)}  "
            f"{' · '.join(filter(None, head_texts(snapshot)))}"
        )
    ]
    if words := counts(snapshot):
        rows.append(" · ".join(f"{count:,} {word}" for word, count in words))
    rows += [notice.text() for notice in pause_notices(snapshot)]
    for call in snapshot.active[:MOST_ACTIVE]:
        rows.append("  " + "  ".join(cell for cell in active_cells(call, snapshot) if cell))
    if more := more_text(snapshot):
        rows.append(f"  {more}")
    for cause in snapshot.causes:
        rows.append(f"  ! {cause_head(cause)}: {cause_words(cause)}")
    if more := more_causes_text(snapshot):
        rows.append(f"  ! {more}")
    pace = f"{curve_text(snapshot)} {pace_text(snapshot)}".strip()
    rows.append(" · ".join(filter(None, [times_text(snapshot), pace])))
    return "\n".join(rows)


def line_text(snapshot: Snapshot) -> str:
    """Return the state in one line, the title left out."""
    words = [f"{count:,} {word}" for word, count in counts(snapshot)]
    done, _ = head_texts(snapshot)
    parts = [done, *words, times_text(snapshot), pace_text(snapshot)]
    return " · ".join(part for part in parts if part)


def final_text(snapshot: Snapshot) -> str:
    """Return what stays when the run is over, as one line."""
    return (
        f"{snapshot.run_id} {snapshot.title}  {bar_text(snapshot, 16)}  "
        f"{final_words(snapshot)} · {format_duration(snapshot.seconds)}"
    )


def final_words(snapshot: Snapshot) -> str:
    """Return ``48 calls: 45 ok, 2 empty, 1 denied``."""
    cancelled = "cancelled, " if snapshot.was_cancelled else ""
    if not snapshot.total:
        return f"{cancelled}nothing was called"
    words = ", ".join(f"{count:,} {word}" for word, count in counts(snapshot))
    return f"{cancelled}{plural(snapshot.total, 'call')}: {words or 'none'}"


def milestone_text(snapshot: Snapshot) -> str:
    """Return what a listener is told: it changes a few times in a run, however long that is."""
    if snapshot.is_planning:
        return f"{snapshot.title}: looking up accounts and regions"
    quarters = 25 * (percent(snapshot) // 25)
    words = [f"{snapshot.title}: {quarters} % of {plural(snapshot.total, 'call')}"]
    words += [
        f"some {outcome}"
        for outcome in snapshot.counts
        if outcome.is_gap and outcome is not Outcome.CANCELLED
    ]
    if snapshot.is_cancelling:
        words.append("cancelling")
    words += [f"{pause.why} {pause.step}" for pause in snapshot.paused]
    return ", ".join(words)


def saved_text(snapshot: Snapshot) -> str:
    """Return what a notebook shows that was saved while the run went on."""
    calls = "" if snapshot.is_planning else f" ({plural(snapshot.total, 'call')})"
    return (
        f"{snapshot.run_id} {snapshot.title}{calls} is running. Where this line stays, the "
        "notebook was saved meanwhile: %aibrain history tells what became of the run."
    )


def pause_notices(snapshot: Snapshot) -> list[Notice]:
    """Return, for each profile whose session has ended, what is waited for and what to do."""
    return [Notice(pause.why, [pause.step], "warning") for pause in snapshot.paused]


def bar_text(snapshot: Snapshot, width: int) -> str:
    """Return a bar of `width` characters with a sign of its own for what went wrong."""
    total = max(snapshot.total, 1)
    bad = sum(count for outcome, count in snapshot.counts.items() if outcome.is_gap)
    full = round(width * snapshot.done / total)
    # One failed call among thousands must still be seen.
    marks = min(full, max(round(width * bad / total), 1)) if bad else 0
    return f"[{'█' * (full - marks)}{'x' * marks}{'░' * (width - full)}]"


def curve_text(snapshot: Snapshot) -> str:
    """Return calls per second from the beginning until now, as a row of blocks."""
    # Two steps are one block: so many are not needed to see whether a run slows down.
    values = [sum(snapshot.curve[n : n + 2]) for n in range(0, len(snapshot.curve) - 1, 2)]
    highest = max(values, default=0)
    if not highest:
        return ""
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round(top * value / highest)] for value in values)
