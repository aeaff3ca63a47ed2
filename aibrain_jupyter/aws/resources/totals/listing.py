"""What was listed, in the unit and the scope of a total: rows of a frame become items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.aws.resources.totals.declaration import ACCOUNT
from aibrain_jupyter.shared.frames.columns import NOT_KNOWN
from aibrain_jupyter.shared.tools.totals import Listing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.aws.resources.totals.declaration import Total, Totals
    from aibrain_jupyter.aws.target import AwsTarget
    from aibrain_jupyter.shared.tools.totals import Count

    Rules = Mapping[str, Sequence[Any]]

_NO_RULES: Final[Rules] = {}


def listing_of(
    frame: pd.DataFrame,
    totals: Totals,
    total: Total,
    target: AwsTarget,
    count: Count,
    *,
    date: str = "",
    without: Rules = _NO_RULES,
) -> Listing:
    """
    Return the items of a frame that a total counts.

    Args:
        frame: The rows, with `Totals.columns`.

        totals: What makes an item.

        total: What it counts.

        target: Where the rows are from.

        count: What it gave: it may be about some time only.

        date: The column that says when an item came to be; empty: there is none.

        without: Rows that shall not count besides, by column.
    """
    for rules, is_wanted in ((total.only, True), (total.without, False), (without, False)):
        for column, values in rules.items():
            own = [target.account if value == ACCOUNT else value for value in values]
            # Rows that do not say stay for now: see below.
            keeps = (frame[column].isin(own) == is_wanted) | _is_not_known(frame, column)
            frame = frame[keeps]
    if count.span is not None:
        times = frame[total.window[0]]
        frame = frame[(times >= count.span[0]) & (times < count.span[1])]
    looked_at = [*total.only, *total.without, *without, *totals.items]
    undecided = sum(
        (_is_not_known(frame, column) for column in looked_at), start=pd.Series(0, frame.index)
    )
    if not totals.items:
        return Listing(len(frame), undecided=int((undecided > 0).sum()))
    # A service that is off may be a row that says so, and names nothing; among others that have
    # names, a row without one is something that nobody can count.
    named = frame.dropna(subset=list(totals.items))
    nameless = ~frame.index.isin(named.index) if len(named) else False
    number = int(((undecided > 0) | nameless).sum())
    names = ["/".join(map(str, row)) for row in named[list(totals.items)].itertuples(index=False)]
    firsts = named[~pd.Series(names, index=named.index, dtype=object).duplicated()]
    created = firsts[date].dropna() if date in firsts.columns else ()
    times_made = tuple(time.to_pydatetime() for time in created)
    return Listing(len(firsts), frozenset(names), number, times_made)


def doubled(frame: pd.DataFrame) -> list[str]:
    """Return what rows that are there twice begin with: no two rows say all the same."""
    names = [name for name in frame.columns if name != NOT_KNOWN.name]
    # Rows that differ in their first cell differ: most frames need no other look.
    alike = frame[frame[names[0]].map(repr).duplicated(keep=False)]
    texts = alike[names].astype(object).map(repr)
    return [str(value) for value in alike.loc[texts.duplicated(), names[0]]]


def _is_not_known(frame: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Return where a cell does not say: it is missing, and not because there is none."""
    reasons = frame[NOT_KNOWN.name].fillna("").astype(str)
    named = reasons.str.contains(rf"\b{column}\b", regex=True).astype(bool)
    return frame[column].isna() & named
