"""What a run collected, for whoever keeps it: a `Collected` of what the run knows."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.provenance.call_log import call_log_frame
from aibrain_jupyter.execution.runs.plan import parameters_of
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import LIVE, REQUIRED
from aibrain_jupyter.shared.call_log import clock_difference, unpacked
from aibrain_jupyter.shared.collected import Collected, CollectedTarget
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, read_reasons
from aibrain_jupyter.shared.texts.redaction import HIDDEN, redact
from aibrain_jupyter.tool_executors.stamp import json_values
from aibrain_jupyter.tool_executors.tool_source import source_of_tool
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.provenance.kept_rows import CollectedRun
    from aibrain_jupyter.execution.runs.combine import KeptCall
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.coverage import Gap
    from aibrain_jupyter.shared.raw_answers import RawFolder

_NOTEBOOK: Final = "JPY_SESSION_NAME"
_NO_ANSWERS: Final = "The provider's answers were not kept: the run was not made to be saved."
_FROM_CACHE: Final = "{} of {} targets came from the cache: of these there are no answers."


def collected_of(
    run: Run, frame: pd.DataFrame | None = None, *, notebook: str = ""
) -> Collected | None:
    """
    Return what a run collected; None where it gave no rows.

    Args:
        run: A run that has ended, with or without its rows.

        frame: Its rows, where the run has let go of them.

        notebook: The notebook's name, where the caller knows it.
    """
    rows = run.frame if frame is None else frame
    if rows is None:
        return None
    request, (note, files) = run.request, _raw_of(run)
    calls = _of_calls(run.calls, request.spec.places, run.started_at, files)
    if run.summary.totals:  # those of no call too: whether every place was asked
        calls["totals"] = tuple(total.as_dict() for total in run.summary.totals)
    return Collected(
        **_of_tool(request.spec, parameters_of(request), request.spec.patch),
        **_of_rows(rows),
        **calls,
        run=run.id,
        kernel=get_session().history.kernel,
        title=run.plan.title,
        cell=redact(request.text),
        notebook=notebook or _notebook(),
        asked={
            name: getattr(request.options, name) or get_settings().get(name) or ""
            for name in ("accounts", "regions", "profile")
        },
        gaps=tuple(map(_gap, run.summary.gaps)),
        left_out=run.summary.left_out,
        notes=run.summary.notes,
        raw_folder=request.options.raw_folder if files else "",
        raw_note=note,
        started_at=run.started_at,
        ended_at=run.started_at + dt.timedelta(seconds=run.summary.seconds),
        outcome=run.outcome_word,
        is_demo=run.summary.is_demo,
        versions=_versions(run.request.spec, run.provenance),
    )


def collected_of_kept(
    kept: CollectedRun, frame: pd.DataFrame | None = None, *, notebook: str = ""
) -> Collected:
    """
    Return what an earlier run collected; of a kernel that ended, what history and cache know.

    Args:
        kept: The run.

        frame: Its rows, where the caller has them; None: as they are kept.

        notebook: The notebook's name, where the caller knows it.

    Raises:
        ValueError: its rows are kept no longer, and were not given.
    """
    rows = kept.frame if frame is None else frame
    if rows is None:
        raise ValueError(f"the rows of {kept.id} are kept no longer")
    if kept.run is not None:
        found = collected_of(kept.run, rows, notebook=notebook)
        assert found is not None
        return found
    known, started = kept.provenance, dt.datetime.fromisoformat(kept.provenance["started_at"])
    return Collected(
        **_of_tool(kept.spec, kept.params, str(kept.provenance.get("patch") or "")),
        **_of_rows(rows),
        **_of_calls(_with_results(kept), kept.spec.places, started, {}),
        run=kept.id,
        kernel=kept.kernel,
        title=kept.calls[0].title if kept.calls else kept.spec.name,
        cell=kept.cell,
        notebook=notebook,
        gaps=tuple({"why": label} for label in known.get("missing", ())),
        notes=tuple(known.get("remarks", ())),
        raw_note=_NO_ANSWERS,
        started_at=started,
        ended_at=started + dt.timedelta(seconds=kept.seconds),
        outcome=kept.outcome,
        is_demo=bool(known.get("is_demo")),
        versions=known["versions"],
    )


def _with_results(kept: CollectedRun) -> list[KeptCall]:
    results = iter(kept.results or ())
    return [
        call._replace(collected_at=found[0].collected_at, requests=found[0].requests)
        if call.rows is not None and (found := next(results, None))
        else call
        for call in kept.calls
    ]


def _of_tool(spec: ToolSpec, params: Mapping[str, Any], patch: str) -> dict[str, Any]:
    source = source_of_tool(spec, params, patch)
    defaults = {
        param.name: param.default
        for param in spec.params
        if param.name not in params and param.default not in (REQUIRED, None, (), "")
    }
    return {
        "places": spec.places,
        "key": get_tool_registry().handler_of(spec).key(params),
        "tool": spec.name,
        "version": spec.version,
        "is_standard": source.is_standard,
        "why_custom": source.why,
        "patch": patch,
        "source_sha256": source.sha256,
        "source_parts": source.parts,
        "parameters": json_values(params),
        "defaults_applied": json_values(defaults),
        "revealed": tuple(params.get("reveal") or ()),
        "allowed": tuple(params.get("allow") or ()),
    }


def _of_rows(frame: pd.DataFrame) -> dict[str, Any]:
    return {"frame": frame, "not_known": _not_known(frame), "hidden": _hidden(frame)}


def _of_calls(
    calls: Sequence[KeptCall],
    places: Sequence[str],
    started_at: dt.datetime,
    files: Mapping[int, str],
) -> dict[str, Any]:
    times = sorted(call.collected_at for call in calls if call.collected_at)
    asked = [call for call in calls if call.source == LIVE] or calls
    return {
        "targets": tuple(_target(call, started_at, files) for call in calls),
        "requests": call_log_frame(calls, places),
        "clock": clock_difference(r for call in asked for r in unpacked(call.requests)),
        "totals": tuple(
            {**call.target.parts, **total.as_dict()} for call in calls for total in call.totals
        ),
        "collected_from": times[0] if times else None,
        "collected_to": times[-1] if times else None,
    }


def _versions(spec: ToolSpec, provenance: Mapping[str, Any]) -> dict[str, str]:
    own = get_tool_registry().handler_of(spec).provider.versions()
    return {**provenance["versions"], **own}


def _raw_of(run: Run) -> tuple[str, Mapping[int, str]]:
    """Return why not all answers were kept (empty: all were), and the files of those that were."""
    raw: RawFolder | None = run.plan.call.raw
    if raw is None:
        return _NO_ANSWERS, {}
    if raw.fault:
        return f"The provider's answers could not be kept: {raw.fault}.", {}
    kept = sum(call.source not in ("", LIVE) for call in run.calls)
    return _FROM_CACHE.format(kept, len(run.calls)) if kept else "", raw.files


def _target(call: KeptCall, started_at: dt.datetime, files: Mapping[int, str]) -> CollectedTarget:
    target, age = call.target, None
    if call.collected_at and call.source != LIVE:
        age = (started_at - call.collected_at).total_seconds()
    return CollectedTarget(
        place=target.parts,
        profile=target.profile,
        identity=target.identity.partition(" ")[0],  # what is behind it tells rights apart
        endpoint=target.endpoint,
        outcome=str(call.outcome),
        why=call.error.reason if call.error else "",
        next_step=call.error.next_steps[0] if call.error and call.error.next_steps else "",
        rows=call.rows,
        source=call.source,
        collected_at=call.collected_at,
        age_s=age,
        seconds=round(call.seconds, 3),
        raw_file=files.get(call.number, ""),
        entry=call.entry,
    )


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        **gap.target.parts,
        "outcome": str(gap.outcome),
        "why": redact(gap.why),
        "operation": gap.operation,
        "action": gap.action,
        "item": gap.item,
        "columns": list(gap.columns),
    }


def _not_known(frame: pd.DataFrame) -> dict[str, int]:
    found: dict[str, int] = {}
    if NOT_KNOWN in frame:
        for words, times in frame[NOT_KNOWN].value_counts().items():
            for column in read_reasons(str(words)):
                found[column] = found.get(column, 0) + int(times)
    return found


def _hidden(frame: pd.DataFrame) -> dict[str, int]:
    mark = HIDDEN[:-1]
    found: dict[str, int] = {}
    for name, dtype in frame.dtypes.items():
        if str(dtype) in ("str", "string", "object"):
            count = sum(mark in (v if isinstance(v, str) else repr(v)) for v in frame[name].array)
            if count:
                found[str(name)] = count
    return found


def _notebook() -> str:
    """Return the name of the notebook as Jupyter tells its kernel; empty where it does not."""
    name = Path(os.environ.get(_NOTEBOOK, "")).name
    return name if name.endswith(".ipynb") else ""
