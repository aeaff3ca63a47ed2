"""
Whether every region was asked: no total of a region can find one that nobody asked.

``account:ListRegions`` and ``ec2:DescribeRegions`` each tell which regions are enabled; what is
missing from the regions asked has a name. Which regions a run asks may be chosen, and then only
those that were chosen are expected.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.accounts.region_names import matching, split_regions
from aibrain_jupyter.aws.clients.home_regions import home_region
from aibrain_jupyter.aws.resources.declaration import listing
from aibrain_jupyter.aws.resources.totals.asking import ask
from aibrain_jupyter.aws.resources.totals.declaration import Total
from aibrain_jupyter.aws.target import GLOBAL_REGION
from aibrain_jupyter.shared.tools.totals import Claim, ControlTotal, Count, Kind, Listing, judge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from aibrain_jupyter.shared.base_tool import CallContext

_ENABLED: Final = {"RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"]}
_NAMES: Final = (
    Total(
        Kind.ROLL_CALL,
        (listing("account:ListRegions", "Regions", fixed=_ENABLED),),
        ids="RegionName",
        when="RegionOptStatus=='ENABLED' || RegionOptStatus=='ENABLED_BY_DEFAULT'",
    ),
    Total(Kind.ROLL_CALL, (listing("ec2:DescribeRegions", "Regions"),), ids="RegionName"),
)
_SHOWN: Final = 5


def roll_call(
    ctx: CallContext, asked: Sequence[Any], patterns: Sequence[str] = ()
) -> tuple[ControlTotal, ...]:
    """
    Return the comparison of the regions asked with those that are enabled; nothing if global.

    Args:
        ctx: A context in the account; its region does not matter.

        asked: The targets of the run in this account.

        patterns: What the user wrote for regions: names, globs, ``all``; none: the configured one,
            and then only those that were asked are expected.
    """
    regions = frozenset(target.region for target in asked)
    if GLOBAL_REGION in regions or not regions:
        return ()
    home = home_region("ec2", partition=ctx.target.partition)
    ctx.target = dataclasses.replace(ctx.target, region=home)
    counts = [ask(ctx, total) for total in _NAMES]
    given = [count.ids for count in counts if count.ids is not None]
    why = "; ".join(count.why for count in counts if count.why)
    place = ctx.target.account or ctx.target.profile
    claim = Claim("regions", ", ".join(t.source for t in _NAMES), Kind.ROLL_CALL, place=place)
    if not given:
        return (judge(claim, Listing(len(regions)), after=Count(why=why)),)
    enabled = frozenset.union(*given)
    chosen = split_regions(patterns) or sorted(regions)
    expected = frozenset(name for one in chosen for name in matching(one, sorted(enabled)))
    others = sorted(enabled - expected)
    scope = ""
    if others:
        more = ", …" if len(others) > _SHOWN else ""
        scope = (
            f"{len(expected)} of {len(enabled)} enabled regions, as chosen "
            f"(not: {', '.join(others[:_SHOWN])}{more})"
        )
    count = Count(len(expected), expected, counts[0].as_of or counts[1].as_of, why)
    # Regions that are not enabled may be asked: they are answered with a refusal.
    listed = Listing(len(regions & enabled), regions & enabled)
    return (judge(dataclasses.replace(claim, scope=scope), listed, after=count),)
