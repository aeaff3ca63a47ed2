"""What is known of a frame that is saved: sections of a manifest, times, key, requests."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.saving.times import MOMENT, PERIOD, Times, iso
from aibrain_jupyter.evidence.store.ledger import os_user
from aibrain_jupyter.shared.frames.row_key import NO_KEY
from aibrain_jupyter.tool_executors.views import period_of
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.collected import Collected, CollectedTarget
    from aibrain_jupyter.shared.frames.row_key import RowKey

_WITH_ANOTHER: Final = (
    "It was saved after its run: the answers are with the item that the run was saved as."
)
_COLLECTED: Final = "collected"
_DERIVED: Final = "derived"
_NOT_COMPARABLE: Final = "derived, source not comparable"


@dataclass(frozen=True, slots=True)
class Known:
    """
    What is known of a frame: what it is called, its `kind` (``collected``, ``derived``), times,
    key, the sections of its manifest, and the requests it was made with.
    """

    title: str
    kind: str
    times: Times
    key: RowKey = NO_KEY
    sections: Mapping[str, Any] = field(default_factory=dict)
    requests: Sequence[Mapping[str, Any]] = ()


def known_of_run(run: Collected) -> Known:
    """Return what is known of the rows of a run."""
    requests: Any = run.requests.to_dict("records")
    sections = {
        "source": _source(run),
        "completeness": _completeness(run, len(run.frame)),
        "secrets": {
            "hidden": dict(run.hidden),
            "revealed": list(run.revealed),
            "allowed": list(run.allowed),
        },
        "clock": {"provider_ahead_s": list(run.clock) if run.clock else None},
        "raw": {"is_kept": bool(run.raw_folder), "note": run.raw_note},
        "is_demo": run.is_demo,
    }
    key = run.key.within(run.places)
    return Known(run.title, _COLLECTED, _times(run), key, sections, requests)


def without_answers(run: Collected) -> Collected:
    """Return a run as what is saved afterwards has it: its answers are with another item."""
    targets = tuple(dataclasses.replace(target, raw_file="") for target in run.targets)
    note = run.raw_note or _WITH_ANOTHER if run.raw_folder else run.raw_note
    return dataclasses.replace(run, targets=targets, raw_folder="", raw_note=note)


def known_of_frame(
    frame: pd.DataFrame,
    now: dt.datetime,
    runs: Sequence[Collected] = (),
    made: Mapping[str, Any] | None = None,
    beside: Mapping[str, Mapping[str, Any]] | None = None,
) -> Known:
    """
    Return what is known of a frame that is no run's as it came.

    Args:
        frame: The rows.

        now: When it is saved.

        runs: What it was made of, as far as its cells tell; none: they do not.

        made: How it was made: ``sources`` and ``changes``, and the ``cell``.

        beside: What else was collected where it was made, by run: ``columns``, ``gaps``,
            ``is_demo``. Rows that no run gave and that name none may be made of these.
    """
    stamp = frame.attrs.get("aibrain") or {}
    sections: dict[str, Any] = {"is_demo": bool(stamp.get("is_demo"))}
    against: list[str] = []
    if runs:
        sections = {**known_of_run(runs[0]).sections}
        sections["is_demo"] = any(run.is_demo for run in runs)
        sections["completeness"] = _of_all(runs, len(frame))
    elif gaps := stamp.get("gaps"):
        # Its run is not known any more, but a partial run stays incomplete under every name.
        against = [f"The run it came from had {gaps} gaps."]
        sections["completeness"] = {"rows": len(frame), "against": against}
    elif not stamp.get("run"):
        sections["is_demo"], against = _of_no_run(frame, beside or {})
        sections["against"] = against
    sections["derived"] = {
        "kind": _DERIVED if runs else _NOT_COMPARABLE,
        "runs": [run.run for run in runs] or list(filter(None, [stamp.get("run")])),
        "rows_before": sum(len(run.frame) for run in runs) if runs else None,
        "rows_after": len(frame),
        **(made or {}),
    }
    times = _times(runs[0]) if runs else Times(MOMENT, now, now, now, now)
    # Rows of one run, filtered or edited, are told apart as before; those of several are not.
    key = runs[0].key.within(runs[0].places) if len(runs) == 1 else NO_KEY
    return Known(runs[0].title if runs else "frame", _DERIVED, times, key, sections)


def _of_no_run(
    frame: pd.DataFrame, beside: Mapping[str, Mapping[str, Any]]
) -> tuple[bool, list[str]]:
    """Return whether rows of no known run are invented, and what speaks against them."""
    demo = [run for run, said in beside.items() if said["is_demo"]]
    names = {str(name) for name in (*frame.columns, *frame.index.names)}
    partial = [run for run, said in beside.items() if said["gaps"] and names & {*said["columns"]}]
    unknown = "It is not known which run it came from"
    against = [f"{unknown}, and {', '.join(partial)} had gaps."] if partial else []
    if demo and len(demo) < len(beside):
        against.append(f"{unknown}, and {', '.join(demo)} collected demo data.")
    if not len(frame):
        against.append("There is no row, and it is not known where was looked.")
    return bool(demo) and len(demo) == len(beside), against


def _of_all(runs: Sequence[Collected], rows: int) -> dict[str, Any]:
    """Return the completeness of rows made of several runs: what is missing from any is missing."""
    first, *others = (_completeness(run, rows) for run in runs)
    for other in others:
        for name in ("targets", "gaps", "totals", "notes"):
            first[name] += other[name]
        first["requests"] += other["requests"]
        first["not_known_cells"] += other["not_known_cells"]
        first["was_cancelled"] |= other["was_cancelled"]
    # A total counts what a run gave; of what was made of it it says nothing.
    return {**first, "totals": [], "totals_of_runs": first["totals"], "is_derived": True}


def _source(run: Collected) -> dict[str, Any]:
    places = [
        sorted({target.place[name] for target in run.targets if target.place.get(name)})
        for name in run.places
    ]
    accounts, regions = [*places, [], []][:2]
    user = os_user()
    return {
        "system": get_tool_registry().spec(run.tool).group,
        "who": f"{user['name']} on {user['host']} (operating system)",
        "identities": sorted({t.identity for t in run.targets if t.identity}),
        "endpoints": sorted({t.endpoint for t in run.targets if t.endpoint}),
        "asked": dict(run.asked),
        "accounts": accounts,
        "regions": regions,
        "tool": run.tool,
        "version": run.version,
        "is_standard": run.is_standard,
        "why_custom": run.why_custom,
        **({"patch_sha256": run.patch} if run.patch else {}),
        "sha256": run.source_sha256,
        "parts": dict(run.source_parts),
        "parameters": dict(run.parameters),
        "defaults_applied": dict(run.defaults_applied),
        "cell": run.cell,
        "notebook": run.notebook,
        "run": run.run,
        "kernel": run.kernel,
        "window": {"from": iso(run.started_at), "to": iso(run.ended_at)},
        "versions": dict(run.versions),
    }


def _completeness(run: Collected, rows: int) -> dict[str, Any]:
    pages = run.requests["page"].max() if len(run.requests) else 0
    return {
        "rows": rows,
        "left_out": run.left_out,
        "requests": len(run.requests),
        "pages": int((run.requests["page"] >= 1).sum()) if pages else 0,
        "places": list(run.places),
        "targets": [_target(target) for target in run.targets],
        "gaps": [{**gap, "label": _label(gap, run.places)} for gap in run.gaps],
        "not_known": dict(run.not_known),
        "not_known_cells": sum(run.not_known.values()),
        "totals": list(run.totals),
        "was_cancelled": run.outcome == "cancelled",
        "notes": list(run.notes),
    }


def _label(gap: Mapping[str, Any], places: Sequence[str]) -> str:
    where = "/".join(str(gap[name]) for name in places if gap.get(name))
    what = [where, gap.get("action") or gap.get("operation"), gap.get("item")]
    return f"{' '.join(str(word) for word in what if word)}: {gap['outcome']}"


def _target(target: CollectedTarget) -> dict[str, Any]:
    said = {k: v for k, v in dataclasses.asdict(target).items() if v not in ("", None)}
    place = said.pop("place")
    if target.collected_at:
        said["collected_at"] = iso(target.collected_at)
    return {**place, **said}


def _times(run: Collected) -> Times:
    """Return when the rows are of: the period that was asked for, or when the source was asked."""
    first, last = run.collected_from or run.started_at, run.collected_to or run.ended_at
    if text := run.parameters.get("period"):
        period = period_of(str(text), run.started_at)
        if period.start is not None:
            return Times(PERIOD, period.start, min(period.end or last, last), first, last)
    return Times(MOMENT, first, last, first, last)
