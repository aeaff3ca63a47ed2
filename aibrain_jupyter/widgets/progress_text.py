"""A `Snapshot` in words: the panel as text, one line for terminals, the line that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.durations import format_duration
from aibrain_jupyter.widgets.blocks import plural, shorten

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress_state import ActiveCall, Snapshot

MOST_ACTIVE: Final = 6
"""Calls shown one by one; the oldest, because those are the ones to worry about."""


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
    for call in snapshot.active[:MOST_ACTIVE]:
        rows.append("  " + "  ".join(cell for cell in active_cells(call, snapshot) if cell))
    if more := more_text(snapshot):
        rows.append(f"  {more}")
    return "\n".join([*rows, times_text(snapshot)])


def line_text(snapshot: Snapshot) -> str:
    """Return the state in one line, the title left out."""
    words = [f"{count:,} {word}" for word, count in counts(snapshot)]
    done, _ = head_texts(snapshot)
    return " · ".join([done, *words, times_text(snapshot)])


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


def counts(snapshot: Snapshot) -> list[tuple[str, int]]:
    """Return every outcome that occurred and its count, then what has not ended."""
    found = [(str(outcome), count) for outcome, count in snapshot.counts.items()]
    if snapshot.is_finished:
        open_calls = [("not finished", len(snapshot.active) + snapshot.waiting)]
    else:
        word = "stopping" if snapshot.is_cancelling else "running"
        open_calls = [(word, len(snapshot.active)), ("waiting", snapshot.waiting)]
    return found + [(word, count) for word, count in open_calls if count]


def bar_text(snapshot: Snapshot, width: int) -> str:
    """Return a bar of `width` characters with a sign of its own for what went wrong."""
    total = max(snapshot.total, 1)
    bad = sum(count for outcome, count in snapshot.counts.items() if outcome.is_gap)
    full = round(width * snapshot.done / total)
    # One failed call among thousands must still be seen.
    marks = min(full, max(round(width * bad / total), 1)) if bad else 0
    return f"[{'█' * (full - marks)}{'x' * marks}{'░' * (width - full)}]"


def head_texts(snapshot: Snapshot) -> tuple[str, str]:
    """Return how many calls are done, and that in percent; before calls: what it is about."""
    if snapshot.is_planning:
        return "looking up accounts and regions", ""
    return f"{snapshot.done:,} of {plural(snapshot.total, 'call')}", f"{percent(snapshot)} %"


def percent(snapshot: Snapshot) -> int:
    """Return how much is done, 100 only when all is."""
    return 100 * snapshot.done // snapshot.total if snapshot.total else 100


def times_text(snapshot: Snapshot) -> str:
    """Return rows, elapsed and remaining time, and the speed."""
    parts = [] if snapshot.is_planning else [plural(snapshot.rows, "row")]
    if snapshot.from_cache:
        parts.append(f"{snapshot.from_cache:,} from cache")
    parts.append(f"{whole_seconds(snapshot.seconds)} elapsed")
    if snapshot.is_cancelling:
        parts.append("cancelling…")
    elif snapshot.remaining is not None:
        parts.append(f"about {whole_seconds(max(1.0, snapshot.remaining))} left")
        parts.append(f"{snapshot.calls_per_second:.1f} calls/s")
    return " · ".join(parts)


def active_cells(call: ActiveCall, snapshot: Snapshot) -> tuple[str, str, str, str, str]:
    """Return target, title (where it is not the run's), pages, rows, elapsed of a running call."""
    return (
        shorten(call.target, 44),
        shorten(call.title, 44) if call.title != snapshot.title else "",
        plural(call.pages, "page") if call.pages else "",
        plural(call.rows, "row") if call.rows else "",
        whole_seconds(call.seconds),
    )


def more_text(snapshot: Snapshot) -> str:
    """Return how many running calls are not shown one by one."""
    more = len(snapshot.active) - MOST_ACTIVE
    return f"and {more:,} more running" if more > 0 else ""


def whole_seconds(seconds: float) -> str:
    """Return a duration in whole seconds: it changes, and is sent, once a second at most."""
    whole = int(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 120:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
