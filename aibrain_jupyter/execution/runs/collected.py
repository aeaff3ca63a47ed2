"""What a run collected, for whoever keeps it: a `Collected` of what the run knows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
    from collections.abc import Mapping

    import pandas as pd

    from aibrain_jupyter.execution.runs.combine import KeptCall
    from aibrain_jupyter.execution.runs.run import Run
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
    spec, params = run.request.spec, parameters_of(run.request)
    handler = get_tool_registry().handler_of(spec)
    source = source_of_tool(spec, params)
    times = sorted(call.collected_at for call in run.calls if call.collected_at)
    note, files = _raw_of(run)
    requests = [request for call in run.calls for request in unpacked(call.requests)]
    live = [r for call in run.calls if call.source == LIVE for r in unpacked(call.requests)]
    return Collected(
        frame=rows,
        places=spec.places,
        key=handler.key,
        run=run.id,
        kernel=get_session().history.kernel,
        tool=spec.name,
        title=run.plan.title,
        version=spec.version,
        is_standard=source.is_standard,
        why_custom=source.why,
        source_sha256=source.sha256,
        source_parts=source.parts,
        parameters=json_values(params),
        defaults_applied=json_values(
            {
                param.name: param.default
                for param in spec.params
                if param.name not in params and param.default not in (REQUIRED, None, (), "")
            }
        ),
        cell=redact(run.request.text),
        notebook=notebook or _notebook(),
        asked={
            name: getattr(run.request.options, name) or get_settings().get(name) or ""
            for name in ("accounts", "regions", "profile")
        },
        targets=tuple(_target(call, run, files) for call in run.calls),
        gaps=tuple(map(_gap, run.summary.gaps)),
        not_known=_not_known(rows),
        hidden=_hidden(rows),
        revealed=tuple(params.get("reveal") or ()),
        allowed=tuple(params.get("allow") or ()),
        left_out=run.summary.left_out,
        notes=run.summary.notes,
        requests=run.call_log,
        clock=clock_difference(live or requests),
        raw_folder=run.request.options.raw_folder if files else "",
        raw_note=note,
        totals=tuple(
            {**call.target.parts, **dataclasses.asdict(total)}
            for call in run.calls
            for total in call.totals
        ),
        started_at=run.started_at,
        ended_at=run.started_at + dt.timedelta(seconds=run.summary.seconds),
        collected_from=times[0] if times else None,
        collected_to=times[-1] if times else None,
        outcome=run.outcome_word,
        is_demo=run.summary.is_demo,
        versions={**run.provenance["versions"], **handler.provider.versions()},
    )


def _raw_of(run: Run) -> tuple[str, Mapping[int, str]]:
    """Return why not all answers were kept (empty: all were), and the files of those that were."""
    raw: RawFolder | None = run.plan.call.raw
    if raw is None:
        return _NO_ANSWERS, {}
    if raw.fault:
        return f"The provider's answers could not be kept: {raw.fault}.", {}
    kept = sum(call.source not in ("", LIVE) for call in run.calls)
    return _FROM_CACHE.format(kept, len(run.calls)) if kept else "", raw.files


def _target(call: KeptCall, run: Run, files: Mapping[int, str]) -> CollectedTarget:
    target, age = call.target, None
    if call.collected_at and call.source != LIVE:
        age = (run.started_at - call.collected_at).total_seconds()
    return CollectedTarget(
        place=target.parts,
        profile=target.profile,
        identity=target.identity.partition(" ")[0],  # what is behind it tells rights apart
        endpoint=target.endpoint,
        outcome=str(call.outcome),
        why=(call.error.why or call.error.what) if call.error else "",
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
