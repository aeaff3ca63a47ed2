"""The accounts of an organization, found by walking its tree of roots and units."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.resources.details import listed
from aibrain_jupyter.shared.tools.totals import Count

if TYPE_CHECKING:
    from aibrain_jupyter.aws.resources.totals.declaration import Total
    from aibrain_jupyter.shared.base_tool import CallContext

_UNIT: Final = "ORGANIZATIONAL_UNIT"


def counted(ctx: CallContext, total: Total) -> Count:
    """Return the ids of the accounts below every root and unit."""
    began = dt.datetime.now(dt.UTC)
    accounts: set[str] = set()
    level = {root["Id"] for root in listed(ctx, "organizations", "ListRoots", "Roots")}
    seen: set[str] = set()
    while level:
        seen |= level
        accounts.update(*ctx.map(lambda parent: _children(ctx, parent, "ACCOUNT"), level))
        below = ctx.map(lambda parent: _children(ctx, parent, _UNIT), level)
        level = {unit for units in below for unit in units} - seen
    return Count(len(accounts), frozenset(accounts), began)


def _children(ctx: CallContext, parent: str, kind: str) -> list[str]:
    asked = {"ParentId": parent, "ChildType": kind}
    return [
        child["Id"] for child in listed(ctx, "organizations", "ListChildren", "Children", asked)
    ]
