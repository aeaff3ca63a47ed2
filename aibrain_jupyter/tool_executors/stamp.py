"""
What travels with a frame in ``frame.attrs["aibrain"]``: where its rows came from.

Plain JSON values, no secret among them, and small: pandas copies ``attrs`` on
every operation. A frame made in a cell and one made by Python code carry the
same keys.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.frames.chosen import moments_of, remarks_of
from aibrain_jupyter.shared.texts.redaction import HIDDEN, is_secret_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.coverage import Target

_AS_THEY_ARE: Final = frozenset({str, bool, type(None)})


def make_stamp(
    tool: str,
    params: Mapping[str, Any],
    targets: Iterable[Target],
    results: Sequence[ToolResult],
    *,
    gaps: int,
    run_id: str = "",
    patch: str = "",
) -> dict[str, Any]:
    """
    Return the stamp of a frame.

    Returns:
        ``run`` (empty outside of a cell), ``tool``, ``params``, one list for each part of the
        targets (``accounts`` and ``regions`` for AWS, sorted), ``collected_from`` and
        ``collected_to`` (ISO 8601, UTC: when the source was asked, also for cached results),
        ``sources`` (``live``, ``memory``, ``disk``), ``rows``, ``gaps`` (how many),
        ``is_complete``, ``is_demo``, ``moments`` (what relative words of ``where`` and ``period``
        meant, by word, UTC) and ``remarks`` (what is to be said of the rows that ``where`` left
        out); ``patch``, of a tool that was modified in its session: SHA-256 of the patch.
    """
    asked = list(targets)
    # Others say how many they have without making their frame.
    rows = sum(len(r.frame) if type(r) is ToolResult else r.rows for r in results)
    chosen = [result.chosen for result in results if result.chosen is not None]
    times = sorted(result.collected_at for result in results)
    return {
        "run": run_id,
        "tool": tool,
        "params": json_values(params),
        **places_of(asked),
        "collected_from": times[0].isoformat() if times else "",
        "collected_to": times[-1].isoformat() if times else "",
        "sources": sorted({result.source for result in results}),
        "rows": rows,
        "gaps": gaps,
        "is_complete": not gaps,
        "is_demo": any(target.is_demo for target in asked),
        "moments": moments_of(chosen) if chosen else {},
        "remarks": remarks_of(chosen, rows) if chosen else [],
        **({"patch": patch} if patch else {}),
    }


def places_of(targets: Iterable[Target]) -> dict[str, list[str]]:
    """Return the values of each part of some targets, sorted: ``accounts``, ``regions``."""
    found: dict[str, set[str]] = {}
    for target in targets:
        for name, value in target.facts.items():
            found.setdefault(name, set()).add(value)
    return {f"{name}s": sorted(filter(None, values)) for name, values in found.items()}


def json_values(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON values; what only Python knows becomes its type's name."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        if is_secret_name(name):
            found[name] = HIDDEN
            continue
        found[name] = value if type(value) in _AS_THEY_ARE else _json_value(value)
    return found


def _json_value(value: Any) -> Any:
    from aibrain_jupyter.shared.tools.plain_values import NotPlainError, plain

    try:
        return json.loads(json.dumps(plain(value), default=str))
    except NotPlainError:
        return f"<{type(value).__name__}>"
