"""What a tool returns, as a `ToolResult`; what is no table is refused by name."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    import pandas as pd

    from aibrain_jupyter.shared.base_tool import CallContext, ToolHandler

_LOOK_UP_S: Final = 0.05
"""How often an async tool's call looks whether it is over."""


def as_result(value: Any, ctx: CallContext, tool: str) -> ToolResult:
    """
    Return what a tool returned as a `ToolResult`.

    A frame stays, a Series becomes its column, a table of polars or Arrow its rows, a list of
    mappings or dataclasses its rows, one of them a row.

    Raises:
        AibrainError: it is something else. None is, too: a tool that forgets to return would have
            given an empty table.
    """
    if isinstance(value, ToolResult):
        return value
    frame = _frame(value)
    if frame is None:
        raise AibrainError(
            f"{tool} returned {_named(value)}, which is no table.",
            next_steps=[
                "Return a DataFrame, a ToolResult, a list of mappings or of dataclasses.",
            ],
        )
    return ToolResult(frame, operations=dict(ctx.operations))


def _frame(value: Any) -> pd.DataFrame | None:
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return value
    if isinstance(value, pd.Series):
        return value.to_frame("value" if value.name is None else str(value.name))
    for method in ("to_dicts", "to_pylist"):  # polars; Arrow
        if callable(found := getattr(value, method, None)):
            return frame_of(found())
    rows = list(value) if isinstance(value, list | tuple) else [value]
    records = [_record(row) for row in rows]
    return None if None in records else frame_of([r for r in records if r is not None])


def _record(row: Any) -> dict[str, Any] | None:
    if isinstance(row, dict):
        return row
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return dataclasses.asdict(row)
    return None


def _named(value: Any) -> str:
    if value is None:
        return "nothing"
    kind = type(value).__name__
    if isinstance(value, list | tuple) and value:
        odd = next(item for item in value if _record(item) is None)
        return f"a {kind} with a {type(odd).__name__} in it"
    return f"a {kind}"


def value_of(handler: ToolHandler, ctx: CallContext, params: Mapping[str, Any]) -> Any:
    """Return what a tool returns; one that is async has run to its end."""
    value = handler.run(ctx, **params)
    if not inspect.iscoroutine(value):
        return value
    # An async tool gets a loop of its own, in a thread of its own because one may be running
    # here (a cell that calls the tool directly): it is cached like any other and cannot hold up
    # the kernel's loop.
    with DaemonThreadPool(1, name="aibrain-loop") as pool:
        return pool.submit(asyncio.run, _heeding(value, ctx)).result()


async def _heeding(coroutine: Coroutine[Any, Any, Any], ctx: CallContext) -> Any:
    """Await a tool's coroutine, and cancel it when its call is over: nobody waits for it then."""
    task = asyncio.create_task(coroutine)
    while not (await asyncio.wait({task}, timeout=_LOOK_UP_S))[0]:
        if ctx.is_over:
            task.cancel()
    try:
        return task.result()
    except asyncio.CancelledError:
        ctx.check()
        raise
