"""How the metrics are read: figures of a time, two times beside one another, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import line
from aibrain_jupyter.widgets.spans import Inline, muted, plural, strong
from aibrain_jupyter.widgets.views.cells import (
    Cell,
    Row,
    code_of,
    count_of,
    duration_of,
    moment_of,
    some_of,
    table_of_cells,
    text_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.widgets.blocks import Block

_LABELS = ("day", "tool", "service", "operation", "account_id", "region")


def stats(frame: pd.DataFrame) -> list[Block]:
    """Return the figures by group: what was asked, how long it took, how it ended."""
    columns: dict[str, Cell] = {
        **_groups(frame),
        "requests": count_of("requests"),
        "rows": some_of("rows"),
        "p50 / p90 / p99": _percentiles,
        "throttled": some_of("throttled"),
        "calls": some_of("calls"),
        "failed": some_of("failed"),
        "hits": _percent("hit_rate"),
    }
    left = tuple(_groups(frame))
    more = ("retried", "refused", "lost", "waited_s", "wire_s", "bytes")
    return table_of_cells("group", frame, columns, more, left=left)


def compared(frame: pd.DataFrame) -> list[Block]:
    """Return what changed since the time before, worst first; what did not, in the value."""
    columns: dict[str, Cell] = {
        **_groups(frame),
        "what changed": lambda row: (strong(row["change"]),) if row["change"] else "as before",
        "p90": _beside("p90_ms", _time),
        "throttled": _beside("throttled_share", _share),
        "failed": _beside("failed_share", _share),
        "hits": _beside("hit_rate", _share),
    }
    left = (*_groups(frame), "what changed")
    more = ("requests", "calls", "slower_by")
    return table_of_cells("group", frame, columns, more, left=left)


def _groups(frame: pd.DataFrame) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name in _LABELS:
        if name == "operation" and name in frame:
            cells.pop("service", None)
            cells["operation"] = lambda row: f"{row['service']}:{row['operation']}"
        elif name == "day" and name in frame:
            cells["day (UTC)"] = lambda row: f"{row['day']:%Y-%m-%d}"
        elif name in frame:
            cells[name.removesuffix("_id")] = _named(name)
    return cells


def _named(name: str) -> Cell:
    empty = "(planning)" if name == "tool" else "(none)"
    return lambda row: str(row[name] or empty)


def _percentiles(row: Row) -> str:
    values = [row[name] for name in ("p50_ms", "p90_ms", "p99_ms")]
    if None in values:
        return ""
    if values[-1] < 1000:
        return " / ".join(f"{value:.0f}" for value in values) + " ms"
    return " / ".join(f"{value / 1000:.1f}" for value in values) + " s"


def _percent(name: str) -> Cell:
    return lambda row: "" if row[name] is None else _share(row[name])


def _time(milliseconds: float) -> str:
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return format_duration(milliseconds / 1000)


def _share(part: float) -> str:
    return f"{part:.0%}" if part >= 0.095 or not part else f"{part:.1%}"


def _beside(name: str, shown: object) -> Cell:
    """Return a cell ``before → now``; empty where both read the same, as nothing changed."""

    def cell(row: Row) -> Inline:
        said = ["?" if v is None else shown(v) for v in (row[f"{name}_before"], row[name])]  # type: ignore[operator]
        (before, _, unit), (_, _, unit_now) = (words.partition(" ") for words in said)
        if unit and unit == unit_now:
            said[0] = before  # 198 → 233 ms
        return "" if said[0] == said[1] else " → ".join(said)

    return cell


def alerts(frame: pd.DataFrame) -> list[Block]:
    """Return what fires, is pending, was resolved; of other rules only their names."""
    loud = frame[~frame["state"].isin(["ok", "no value"])]
    said = set(loud["rule"])
    fine, unknown = (
        [name for name in dict.fromkeys(frame[frame["state"] == state]["rule"]) if name not in said]
        for state in ("ok", "no value")
    )
    # One that has a value somewhere, and none elsewhere, is known there.
    unknown = [name for name in unknown if name not in fine]
    found: list[Block] = []
    if len(loud):
        columns: dict[str, Cell] = {
            "state": lambda row: (strong(row["state"]),),
            "alert": text_of("rule"),
            "since (UTC)": moment_of("since"),
            "what": text_of("says"),
        }
        more = ("value", "severity", "metric")
        found += table_of_cells("alert", loud, columns, more, left=tuple(columns))
    else:
        found.append(line(strong("No alert" if fine else "No alert: nothing has a value")))
    if fine:
        found.append(line(muted(f"{plural(len(fine), 'rule')} in order: {', '.join(fine)}")))
    if unknown:
        names = (
            f"{plural(len(unknown), 'rule')} without a value, so not known: {', '.join(unknown)}"
        )
        found.append(line(muted(names)))
    return found


def alerts_before(frame: pd.DataFrame) -> list[Block]:
    """Return what fired and was resolved, newest first, and who was told."""
    columns: dict[str, Cell] = {
        "at (UTC)": moment_of("at"),
        "state": text_of("state"),
        "alert": text_of("rule"),
        "what": text_of("says"),
        "told": text_of("told"),
    }
    return table_of_cells("change", frame, columns, ("of", "value"), left=tuple(columns))


def alert_rules(frame: pd.DataFrame) -> list[Block]:
    """Return the rules in force, as they can be written."""
    columns: dict[str, Cell] = {
        "alert": text_of("rule"),
        "metric": code_of("metric"),
        "when": text_of("when"),
        "by": text_of("by"),
        "over": duration_of("over_s"),
        "for": lambda row: format_duration(row["for_s"]) if row["for_s"] else "",
    }
    left = ("alert", "metric", "when", "by")
    return table_of_cells("rule", frame, columns, ("least", "severity"), left=left)
