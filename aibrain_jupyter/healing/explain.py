"""What is wrong with a run, as a table: a row for each cause, what it cost, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.healing.groups import grouped
from aibrain_jupyter.healing.troubles import UNKNOWN
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.frames.stack import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from aibrain_jupyter.healing.groups import Group
    from aibrain_jupyter.healing.troubles import Trouble
    from aibrain_jupyter.shared.causes import Cause

_COLUMNS: Final = {
    "title": "str",
    "cause": "str",
    "outcome": "str",
    "calls": "Int64",
    "details": "Int64",
    "places": "object",
    "why": "str",
    "next": "object",
    "may_repeat": "boolean",
    "action": "str",
    "who": "str",
    "columns": "object",
    "policy": "str",
    "cell": "str",
}


def explained(
    troubles: Iterable[Trouble],
    causes: Sequence[Cause],
    policy_of: Callable[[Sequence[str]], str],
    cell: str = "",
) -> pd.DataFrame:
    """
    Return what is wrong, by cause.

    Args:
        troubles: What failed or is missing.

        causes: The rows of the provider's table.

        policy_of: Gives the policy for permissions, as text to copy.

        cell: The cell that asks again for what is missing.

    Returns:
        A row for each cause, those that cost most first. Columns ``title``, ``cause`` (a row of
        the table of causes, the error's class, or ``unknown``), ``outcome``, ``why``, ``action``
        (the permission that is lacking), ``who``, ``policy`` (a statement to copy), ``cell``
        (ready to run; empty: asking again would not help) (str); ``calls`` and ``details`` it cost
        (Int64); ``places``, ``next`` and ``columns`` (lists of text); ``may_repeat`` (boolean):
        asking again unchanged does no harm and may succeed; NA where nobody knows.
    """
    by_name = {cause.name: cause for cause in causes}
    rows = [
        _row(group, by_name.get(group.first.cause), policy_of, cell) for group in grouped(troubles)
    ]
    return table_of(rows, _COLUMNS)


def _row(
    group: Group, cause: Cause | None, policy_of: Callable[[Sequence[str]], str], cell: str
) -> dict[str, Any]:
    first = group.first
    is_lacking = cause is not None and cause.lacks_permission and first.action
    may_repeat = _may_repeat(group, cause)
    return {
        "title": group.title,
        "cause": first.cause,
        "outcome": first.outcome,
        "calls": group.calls,
        "details": group.details,
        "places": list(group.places),
        "why": first.why,
        "next": list(group.steps),
        "may_repeat": may_repeat,
        "action": first.action,
        "who": first.who,
        "columns": list(group.columns),
        "policy": policy_of([first.action]) if is_lacking else "",
        "cell": cell if first.cause != "input" else "",
    }


def _may_repeat(group: Group, cause: Cause | None) -> bool | None:
    if cause is not None and cause.name != UNKNOWN:
        return cause.is_retry_safe
    if group.first.outcome in (str(Outcome.CANCELLED), str(Outcome.TIMED_OUT)):
        return True
    return None if group.first.cause == UNKNOWN else False
