"""The control totals of all curated resources, by the name of their tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.resources.totals.counters import COUNTERS
from aibrain_jupyter.aws.resources.totals.lagging import LAGGING
from aibrain_jupyter.aws.resources.totals.second_listings import SECOND_LISTINGS

if TYPE_CHECKING:
    from aibrain_jupyter.aws.resources.declaration import Resource
    from aibrain_jupyter.aws.resources.totals.declaration import Total, Totals

TOTALS: Final[dict[str, Totals]] = {**COUNTERS, **SECOND_LISTINGS, **LAGGING}


def totals_of(resource: Resource) -> Totals:
    """Return the totals of a curated resource."""
    return TOTALS[resource.tool_name]


def ways_to_count(name: str) -> list[Total]:
    """Return all totals a resource may be compared with, those of its parents last."""
    found = [*TOTALS[name].totals]
    if parents := TOTALS[name].parents:
        found += TOTALS[parents.resource].totals
    return found


def actions_of(resource: Resource) -> tuple[str, ...]:
    """Return the IAM actions that its totals and the roll-call of regions need."""
    own = [action for total in ways_to_count(resource.tool_name) for action in total.actions]
    return tuple(dict.fromkeys((*own, *(() if resource.is_global else ROLL_CALL))))


ROLL_CALL: Final = ("account:ListRegions", "ec2:DescribeRegions")
