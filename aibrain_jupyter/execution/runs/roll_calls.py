"""
Whether a run asked every place it should have: no total of one place can find another.

Asked once per account, after the calls, where control totals are wanted.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.shared.frames.stack import UTC, table_of
from aibrain_jupyter.shared.texts.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.tools.totals import ControlTotal

_CALLERS: Final = 8
_COLUMNS: Final = {
    "place": "str",
    "name": "str",
    "verdict": "str",
    "listed": "Int64",
    "before": "Int64",
    "after": "Int64",
    "source": "str",
    "kind": "str",
    "as_of": UTC,
    "missing": "object",
    "extra": "object",
    "scope": "str",
    "why": "str",
    "differences": "object",
}


async def call_the_roll(
    plan: Plan, outcomes: Sequence[CallOutcome], token: CancelToken
) -> tuple[ControlTotal, ...]:
    """Return the roll-calls of the accounts of a run; none of one that was cancelled."""
    if token.is_cancelled:
        return ()
    accounts: dict[tuple[str, str], list[Target]] = {}
    for outcome in outcomes:
        target = outcome.target
        accounts.setdefault((target.place[0], target.profile), []).append(target)
    timeout = plan.request.options.timeout
    if timeout is None:
        timeout = parse_duration(get_settings().get("timeout"), name="timeout")
    ended = await execute_jobs(
        [
            Job.calling(
                index,
                "roll-call",
                partial(_roll_call, plan=plan, targets=targets),
                takes_context=True,
                target=targets[0],
                limit_key=targets[0].place[0],
                timeout=timeout or None,
            )
            for index, targets in enumerate(accounts.values())
        ],
        max_parallel=_CALLERS,
        emit=ignore,
        token=token,
    )
    return tuple(total for outcome in ended for total in outcome.value or ())


def totals_frame(totals: Sequence[ControlTotal]) -> pd.DataFrame:
    """
    Return control totals as a table.

    Returns:
        One row a total. Columns: ``place`` (account and region), ``name`` (what is counted),
        ``verdict``, ``listed``, ``before`` and ``after`` (Int64; what the independent call gave,
        NA: nothing), ``source`` (that call), ``kind``, ``as_of`` (UTC), ``missing`` and ``extra``
        (identifiers, a list, at most 50), ``scope`` (which rows it counts; empty: all), ``why``,
        ``differences`` (a list: what may differ honestly).
    """
    return table_of([total.as_dict() for total in totals], _COLUMNS)


def _roll_call(
    context: CallContext, *, plan: Plan, targets: Sequence[Target]
) -> tuple[ControlTotal, ...]:
    regions = plan.request.options.regions or (str(get_settings().get("regions")),)
    return plan.call.handler.roll_call(context, targets, [text for text in regions if text])
