"""The tool that compares: items, runs and frames as sides of a comparison."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aibrain_jupyter.evidence.comparing.compare import compare
from aibrain_jupyter.evidence.comparing.scope import FILTERS
from aibrain_jupyter.evidence.comparing.sides import Side, side_of_item
from aibrain_jupyter.evidence.comparing.summary import (
    ATTRIBUTE,
    NOT_COMPARABLE,
    about,
    status_of,
    verdict_of,
)
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.shared.base_tool import REQUIRED, ToolResult
from aibrain_jupyter.shared.coverage import NOWHERE
from aibrain_jupyter.shared.error_handler import AibrainError, ParameterError
from aibrain_jupyter.shared.texts.periods import is_relative_period
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors.evidence.common import Reads
from aibrain_jupyter.tool_executors.views import period_of
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aibrain_jupyter.evidence.comparing.sides import Mask
    from aibrain_jupyter.shared.base_tool import CallContext, ToolHandler, ToolSpec
    from aibrain_jupyter.tool_executors.evidence.known import Known

_CELLS_ONLY: dict[str, Any] = {"columns": (), "tags": (), "flatten": ()}
_PLACE = "row of the comparison"


@dataclass(frozen=True, slots=True, eq=False)
class KnownFrame:
    """
    A frame and what is `known` of it (None: nothing), `label` what it is called; `whole` are the
    rows of its run where some of them were left out by hand.
    """

    label: str
    frame: pd.DataFrame
    known: Known | None = None
    whole: pd.DataFrame | None = None


def _compare(
    ctx: CallContext, old: Any, new: Any, key: Sequence[str], volatile: Sequence[str]
) -> pd.DataFrame:
    """
    Compare two sides, each an item's id, a frame, or a `KnownFrame`.

    Returns:
        The frame of `comparing.compare`; ``attrs["evidence"]`` has the verdict and the status,
        ``attrs["comparison"]`` what a page shows.
    """
    found = compare(
        *(_side(value, name) for value, name in ((old, "old"), (new, "new"))),
        key=key,
        volatile=volatile,
    )
    status, frame = status_of(found), found.frame
    frame.attrs["evidence"] = {
        "verdict": verdict_of(found),
        "status": status,
        "is_warning": status == NOT_COMPARABLE,
    }
    frame.attrs[ATTRIBUTE] = about(found)
    frame.attrs["aibrain_view"] = ATTRIBUTE
    return frame


def _side(value: Any, name: str) -> Side:
    if isinstance(value, str):
        item = default_store().item(value)
        source = item.manifest().get("source") or {}
        side = side_of_item(item)
        return _declared(side, source)
    given = KnownFrame(name, value) if issubclass(type(value), pd.DataFrame) else value
    if not isinstance(given, KnownFrame):
        raise ParameterError(
            f"{name} is {type(value).__name__}, and an item or a frame is compared.",
            next_steps=["%aibrain evidence list gives the items."],
        )
    known = given.known
    if known is None:
        return Side(given.label, given.frame)
    said: dict[str, Any] = {**known.sections, "kind": known.kind}
    if said.get("source"):
        said["times"] = known.times.as_facts(None)
    side = Side(given.label, given.frame, said, known.key, whole=given.whole)
    return _declared(side, said.get("source") or {})


def _declared(side: Side, source: Mapping[str, Any]) -> Side:
    """Return a side with what its tool declares: key, volatile columns, filters."""
    registry = get_tool_registry()
    try:
        spec = registry.spec(source["tool"])
        handler = registry.handler_of(spec)
        params = _params(spec, source)
        columns = handler.reference(params).columns
    except (AibrainError, KeyError, TypeError):  # a tool that is gone, or another version of it
        return side
    # iam_users and aws_export service=iam resource=users ask the same.
    asked = {**spec.preset, **(source.get("parameters") or {}), **period_then(source)}
    source = {**source, "tool": spec.cache_as or spec.name, "parameters": asked}
    return dataclasses.replace(
        side,
        about={**side.about, "source": source},
        key=handler.key(params).within(spec.places) if side.key.why else side.key,
        volatile={column.name: column.is_volatile for column in columns},
        shows=_shows(spec, handler, params, source),
    )


def period_then(source: Mapping[str, Any]) -> dict[str, str]:
    """Return a relative period as the days it meant when it was asked for."""
    period = (source.get("parameters") or {}).get("period")
    if not isinstance(period, str) or not is_relative_period(period):
        return {}
    return {"period": period_of(period, _asked_at(source)).days}


def _asked_at(source: Mapping[str, Any]) -> dt.datetime:
    window = (source.get("window") or {}).get("from")
    return dt.datetime.fromisoformat(window) if window else dt.datetime.now(dt.UTC)


def _params(spec: ToolSpec, source: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {p.name: p.default for p in spec.params if p.default is not REQUIRED}
    return {**defaults, **spec.preset, **(source.get("parameters") or {}), **_CELLS_ONLY}


def _shows(
    spec: ToolSpec, handler: ToolHandler, params: Mapping[str, Any], source: Mapping[str, Any]
) -> Callable[[pd.DataFrame], Mask | None] | None:
    """
    Return which rows the filters of a side would have shown, as of when it was asked.

    None: the provider filters, and only it knows how.
    """
    views = {param.name for param in spec.params if param.is_view}
    if any(params.get(name) for name in FILTERS if name not in views):
        return None
    asked = _asked_at(source)

    def shows(frame: pd.DataFrame) -> Mask | None:
        numbered = frame.assign(**{_PLACE: np.arange(len(frame))}).reset_index(drop=True)
        try:
            result = handler.shape(ToolResult(numbered), NOWHERE, {**params, ASKED_AT: asked})
        except (AibrainError, KeyError, TypeError, ValueError):  # its columns are not there
            return None
        found = np.zeros(len(frame), dtype=bool)
        found[result.frame[_PLACE].to_numpy()] = True
        return found

    return shows


COMPARE = Reads(_compare)
