"""A `Snapshot` in words: the panel as text, one line for terminals, the line that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.notice import Notice
from aibrain_jupyter.widgets.spans import plural, shorten

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress.causes import Cause
    from aibrain_jupyter.widgets.progress.state import ActiveCall, Snapshot

MOST_ACTIVE: Final = 6
"""Calls shown one by one; the oldest, because those are the ones to worry about."""
_BLOCKS: Final = "▁▂▃▄▅▆▇█"


def panel_text(snapshot: Snapshot) -> str:
    """Return the whole panel."""
    head = _joined(*head_texts(snapshot))
    rows = [f"{snapshot.run_id} {snapshot.title}  {bar_text(snapshot, 24)}  {head}"]
    if words := _count_words(snapshot):
        rows.append(_joined(*words))
    rows += [notice.text() for notice in pause_notices(snapshot)]
    for call in snapshot.active[:MOST_ACTIVE]:
        rows.append("  " + "  ".join(filter(None, active_cells(call, snapshot))))
    if more := more_text(snapshot):
        rows.append(f"  {more}")
    rows += _cause_lines(snapshot)
    pace = f"{curve_text(snapshot)} {pace_text(snapshot)}".strip()
    rows.append(_joined(times_text(snapshot), pace))
    return "\n".join(rows)


def _cause_lines(snapshot: Snapshot) -> list[str]:
    more = more_causes_text(snapshot)
    causes = [": ".join(cause_words(cause)) for cause in snapshot.causes]
    return [f"  ! {words}" for words in (*causes, more) if words]


def line_text(snapshot: Snapshot) -> str:
    """Return the state in one line, the title left out."""
    done, _ = head_texts(snapshot)
    words = _count_words(snapshot)
    return _joined(done, *words, times_text(snapshot), pace_text(snapshot))


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
    words = ", ".join(_count_words(snapshot)) or "none"
    return f"{cancelled}{plural(snapshot.total, 'call')}: {words}"


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
    """Return what a notebook shows that was saved while the run went on: how far it was."""
    done, _ = head_texts(snapshot)
    so_far = _joined(
        done, *_count_words(snapshot), "" if snapshot.is_planning else plural(snapshot.rows, "row")
    )
    rows = [f"{snapshot.run_id} {snapshot.title} is running: {so_far}", *_cause_lines(snapshot)]
    rows.append("The notebook was saved meanwhile: %aibrain history tells what became of the run.")
    return "\n".join(rows)


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


def _count_words(snapshot: Snapshot) -> list[str]:
    return [f"{count:,} {word}" for word, count in counts(snapshot)]


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


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
    left = ""
    if snapshot.is_cancelling:
        left = "cancelling…"
    elif snapshot.remaining is not None:
        left = f"about {rough_seconds(snapshot.remaining)} left"
    return _joined(
        "" if snapshot.is_planning else plural(snapshot.rows, "row"),
        f"{snapshot.from_cache:,} from cache" if snapshot.from_cache else "",
        f"{whole_seconds(snapshot.seconds)} elapsed",
        left,
    )


def pace_text(snapshot: Snapshot) -> str:
    """Return how many calls end in a second or minute, and what holds them up, if anything."""
    if snapshot.is_cancelling:
        return ""
    rate = snapshot.calls_per_second
    pace = f"{rate:.1f} calls/s" if rate >= 0.95 else f"{60 * rate:.0f} calls/min"
    throttled = f"throttled {plural(snapshot.throttled, 'time')}" if snapshot.throttled else ""
    return _joined(pace if rate else "", throttled)


def cause_words(cause: Cause) -> tuple[str, str]:
    """Return ``12 denied``, and why: whole, on one line."""
    return f"{cause.count:,} {cause.outcome}", " ".join(cause.why.split()) or "no reason given"


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
