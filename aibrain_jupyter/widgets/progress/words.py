"""The words of a `Snapshot` that its text and its HTML have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.spans import plural, shorten

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress.causes import Cause
    from aibrain_jupyter.widgets.progress.state import ActiveCall, Snapshot

MOST_ACTIVE: Final = 6
"""Calls shown one by one; the oldest, because those are the ones to worry about."""


def counts(snapshot: Snapshot) -> list[tuple[str, int]]:
    """Return every outcome that occurred and its count, then what has not ended."""
    found = [(str(outcome), count) for outcome, count in snapshot.counts.items()]
    if snapshot.is_finished:
        open_calls = [("not finished", len(snapshot.active) + snapshot.waiting)]
    else:
        word = "stopping" if snapshot.is_cancelling else "running"
        open_calls = [(word, len(snapshot.active)), ("waiting", snapshot.waiting)]
    return found + [(word, count) for word, count in open_calls if count]


def head_texts(snapshot: Snapshot) -> tuple[str, str]:
    """Return how many calls are done, and that in percent; before calls: what it is about."""
    if snapshot.is_planning:
        return "looking up accounts and regions", ""
    return f"{snapshot.done:,} of {plural(snapshot.total, 'call')}", f"{percent(snapshot)} %"


def percent(snapshot: Snapshot) -> int:
    """Return how much is done, 100 only when all is."""
    return 100 * snapshot.done // snapshot.total if snapshot.total else 100


def times_text(snapshot: Snapshot) -> str:
    """Return rows, elapsed and remaining time."""
    parts = [] if snapshot.is_planning else [plural(snapshot.rows, "row")]
    if snapshot.from_cache:
        parts.append(f"{snapshot.from_cache:,} from cache")
    parts.append(f"{whole_seconds(snapshot.seconds)} elapsed")
    if snapshot.is_cancelling:
        parts.append("cancelling…")
    elif snapshot.remaining is not None:
        parts.append(f"about {rough_seconds(snapshot.remaining)} left")
    return " · ".join(parts)


def pace_text(snapshot: Snapshot) -> str:
    """Return how many calls end in a second or minute, and what holds them up, if anything."""
    if snapshot.is_cancelling:
        return ""
    rate = snapshot.calls_per_second
    parts = []
    if rate:
        parts.append(f"{rate:.1f} calls/s" if rate >= 0.95 else f"{60 * rate:.0f} calls/min")
    if snapshot.throttled:
        parts.append(f"throttled {plural(snapshot.throttled, 'time')}")
    return " · ".join(parts)


def cause_head(cause: Cause) -> str:
    """Return ``12 denied``."""
    return f"{cause.count:,} {cause.outcome}"


def cause_words(cause: Cause) -> str:
    """Return why, on one line."""
    return shorten(cause.why or "no reason given", 100)


def more_causes_text(snapshot: Snapshot) -> str:
    """Return how many earlier causes are not shown one by one."""
    more = snapshot.known_causes - len(snapshot.causes)
    return f"and {plural(more, 'earlier cause')} of failure" if more > 0 else ""


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


def rough_seconds(seconds: float) -> str:
    """Return an estimate no finer than it is good, so that it does not flicker."""
    if seconds < 9.5:
        return f"{max(1, round(seconds))} s"
    if seconds < 57.5:
        return f"{5 * round(seconds / 5)} s"
    if seconds < 3570:
        return f"{round(seconds / 60)} min"
    hours, tens = divmod(round(seconds / 600), 6)
    return f"{hours} h {tens}0 min" if tens else f"{hours} h"
