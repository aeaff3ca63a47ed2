"""A moment of everything as a page: what is wrong first, then what goes on, then what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.metrics.alerts.states import FIRING
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import Block, Callout, Page, Table, dotted, line
from aibrain_jupyter.widgets.cache.hit_rate_picture import HitRatePicture
from aibrain_jupyter.widgets.dashboard.blocks import (
    BAD,
    GOOD,
    NEUTRAL,
    Curve,
    Grid,
    Meter,
    RunRow,
    Section,
    Tile,
    Tiles,
)
from aibrain_jupyter.widgets.spans import Inline, format_size, muted, plural, shorten, strong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.dashboard.state import Asked, Ending, Moment, RunLine

_MUCH: Final = 0.05
"""The part of attempts or calls from which on a figure is marked."""
_NEAR: Final = 0.9
_SOON_S: Final = 900.0
_LATE_S: Final = 0.5
_GAPS: Final = frozenset(str(one) for one in Outcome if one.is_gap)
_WORDS: Final = 240


def dashboard_page(moment: Moment) -> Page:
    """Return the page of a moment."""
    runs = [one for one in moment.runs if one.state == "running"]
    going = f"{plural(len(runs), 'run')} going on" if runs else "nothing goes on here"
    head = dotted(
        strong("Dashboard"),
        going,
        f"the last {_span(moment.span_s)}, all kernels",
        muted(f"{moment.at:%Y-%m-%d %H:%M:%S} UTC"),
    )
    blocks: list[Block] = [head, *_alerts(moment), Tiles(_tiles(moment)), Grid(_sections(moment))]
    return Page("Dashboard", blocks)


def _alerts(moment: Moment) -> list[Block]:
    if not moment.alerts:
        return []
    firing = [one for one in moment.alerts if one.state == FIRING]
    pending = [one.rule.name for one in moment.alerts if one.state != FIRING]
    lines = [
        line(strong(f"! {one.rule.name}"), f" {one.says}, since {one.since:%H:%M} UTC")
        for one in firing
    ]
    if pending:
        names = ", ".join(dict.fromkeys(pending))
        lines.append(line(muted(f"Not for long enough to fire: {names}")))
    return [Callout(lines, label="Alerts", is_warning=bool(firing))]


def _tiles(moment: Moment) -> list[Tile]:
    failed = moment.failed / moment.calls if moment.calls else None
    throttled = moment.throttled_share
    places = f"{moment.queue:,} waiting" if moment.queue else "none waiting"
    late = f", loop {format_duration(moment.lag_s)} late" if moment.lag_s >= _LATE_S else ""
    in_all = "in all: not known" if moment.unread else _in_all(moment)
    rate = moment.per_second
    asked = "not measured" if moment.requests is None else ""
    of_calls = f"{moment.failed:,} of {moment.calls:,}"
    if moment.elsewhere and not moment.calls:
        of_calls = "not known"
    if moment.unread:  # what goes on here is not all there was
        failed, of_calls = None, "not known"
    return [
        Tile("requests now", "–" if rate is None else f"{rate:,.1f}/s", in_all),
        Tile("calls under way", f"{moment.places:,}", places + late, BAD if late else NEUTRAL),
        Tile(
            "latency p90",
            _ms(moment.p90_ms),
            f"p50 {_ms(moment.p50_ms)}" if moment.p50_ms else asked,
        ),
        Tile("throttled", _part(throttled), asked or "of attempts", _level(throttled)),
        Tile("failed calls", _part(failed), of_calls, _level(failed)),
        Tile("from the cache", _part(moment.hit_rate), "of answered calls"),
    ]


def _in_all(moment: Moment) -> str:
    if moment.requests is None:
        return "not measured"
    # What calls asked while metrics were off, or elsewhere just now, is missing in the number.
    is_less = moment.unmeasured or moment.elsewhere
    if is_less and not moment.requests:
        return "in all: not known"
    return f"{'at least ' if is_less else ''}{moment.requests:,} in all"


def _level(part: float | None) -> str:
    return NEUTRAL if part is None else BAD if part >= _MUCH else GOOD


def _sections(moment: Moment) -> list[Section]:
    nothing = "not known" if moment.unread else "none yet"
    found = [Section("Runs", _runs(moment.runs) or [line(muted(nothing))])]
    if moment.problems:
        found.append(Section("Why calls failed", [_problems(moment)]))
    if moment.operations:
        table = _operations(moment.operations)
        note = "by time on the wire: slow, or asked often"
        found.append(Section("What costs", [table], note, is_wide=True))
    if moment.pacing:
        meters = [
            Meter(
                f"{one.name} {one.account}".strip(),
                one.now / one.limit if one.limit else None,
                f"{one.now:,.1f}/s of {one.limit:,.1f}/s" if one.limit else f"{one.now:,.1f}/s",
                bool(one.limit) and one.now >= _NEAR * (one.limit or 0.0),
            )
            for one in moment.pacing
        ]
        curve = Curve(
            moment.rates, f"Requests a second, at most {max(moment.rates, default=0.0):.1f}"
        )
        note = "requests a second of late, and the limits found"
        found.append(Section("Rate against limits", [curve, *meters], note))
    if moment.hours:
        hours = tuple((one.begin, one.asked, one.hits) for one in moment.hours)
        found.append(Section("Hit rate over time", [HitRatePicture(hours)]))
    if moment.sessions:
        found.append(Section("Sessions", [*map(_session, moment.sessions)]))
    if moment.sizes:
        meters = [
            Meter(
                one.name,
                one.size / one.limit if one.limit else None,
                " · ".join(filter(None, (format_size(one.size), one.what))),
                bool(one.limit) and one.size > one.limit,
            )
            for one in moment.sizes
        ]
        found.append(Section("Caches and stores", meters))
    if missing := [*moment.unread, *_unmeasured(moment)]:
        found.append(Section("Not known", [line(f"! {words}") for words in missing]))
    return found


def _unmeasured(moment: Moment) -> list[str]:
    found = [moment.unwatched] if moment.unwatched else []
    if moment.per_second is None:
        found.append("metrics are off: %config AibrainMagics.metrics = True measures what is asked")
    if moment.unmeasured:
        calls = plural(moment.unmeasured, "call")
        found.append(f"{calls} asked while metrics were off: in no figure of requests")
    if moment.elsewhere:
        runs = plural(moment.elsewhere, "run")
        found.append(
            f"{runs} of another kernel not ended, or ended with it: calls in no figure yet"
        )
    return found


def _runs(runs: Sequence[RunLine]) -> list[Block]:
    return [_run(one) for one in runs]


def _run(run: RunLine) -> RunRow:
    counts = {word: count for word, count in run.counts.items() if word != "waiting"}
    gaps = sum(count for word, count in counts.items() if word in _GAPS and word != "cancelled")
    done = sum(counts.values())
    total = "?" if run.calls is None else f"{run.calls:,}"
    wrong = ", ".join(f"{n:,} {word}" for word, n in counts.items() if word in _GAPS)
    words = [
        f"{done:,} of {total} calls" if run.state == "running" else run.state,
        wrong,
        plural(run.rows, "row") if run.rows is not None and run.state != "running" else "",
        format_duration(run.seconds) if run.seconds is not None else "",
        "" if run.is_here else "another kernel",
    ]
    return RunRow(
        name=run.id,
        title=run.title,
        words=" · ".join(word for word in words if word),
        counts=counts,
        total=run.calls or done,
        is_bad=bool(gaps) or run.state == "failed",
    )


def _problems(moment: Moment) -> Table:
    rows: list[list[Inline]] = [
        [strong(one.outcome), f"{one.calls:,}", f"{one.places:,}", shorten(one.why, _WORDS)]
        for one in moment.problems
    ]
    headers = ("outcome", "calls", "places", "why")
    return Table(headers, rows, label="Why calls failed", right=("calls", "places"))


def _operations(operations: Sequence[Asked]) -> Table:
    rows: list[list[Inline]] = [
        [
            one.name,
            f"{one.requests:,}",
            format_duration(one.seconds),
            _ms(one.p50_ms),
            _ms(one.p90_ms),
            _ms(one.p99_ms),
            _marked(one.throttled_share),
            _part(one.error_share) if one.error_share else "",
        ]
        for one in operations
    ]
    headers = ("operation", "requests", "on the wire", "p50", "p90", "p99", "throttled", "errors")
    return Table(headers, rows, label="Operations", right=headers[1:])


def _session(one: Ending) -> Meter:
    if one.seconds is None:
        return Meter(one.of, None, "its end is not known")
    if one.seconds <= 0:
        return Meter(one.of, None, f"ended {format_duration(-one.seconds)} ago", is_bad=True)
    return Meter(one.of, None, f"ends in {format_duration(one.seconds)}", one.seconds < _SOON_S)


def _marked(part: float | None) -> Inline:
    """Return a part in %, in bold from `_MUCH` on; nothing of 0."""
    if not part:
        return ""
    return strong(f"! {_part(part)}") if part >= _MUCH else _part(part)


def _part(part: float | None) -> str:
    if part is None:
        return "–"
    return f"{100 * part:.0f} %" if part >= 0.1 or not part else f"{100 * part:.1f} %"


def _ms(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f} ms" if value < 1000 else format_duration(value / 1000)


def _span(seconds: float) -> str:
    """Return a span in words: ``60 min``, ``24 h``."""
    if seconds % 86_400 == 0:
        return f"{seconds / 86_400:.0f} d"
    return f"{seconds / 3600:.0f} h" if seconds % 3600 == 0 else f"{seconds / 60:.0f} min"
