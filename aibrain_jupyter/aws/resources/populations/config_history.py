"""
What AWS Config recorded of things that are gone: for the time before LookupEvents has events.

Config says what it knows, and not what it missed: a recorder may have been off, or have recorded
fewer types. So it adds rows of things that are gone, and the gap of that time stays.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.paging import call, pages
from aibrain_jupyter.aws.resources.populations.declaration import CREATED, DELETED
from aibrain_jupyter.aws.resources.populations.lives import Told
from aibrain_jupyter.shared.error_handler import ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aibrain_jupyter.aws.cloudtrail.selection import Span
    from aibrain_jupyter.aws.resources.populations.declaration import Population
    from aibrain_jupyter.shared.base_tool import CallContext

_ITEM: Final = "AWS Config item"


def recorded_in(
    ctx: CallContext, population: Population, span: Span, regions: Sequence[str]
) -> tuple[list[Told], str]:
    """
    Return what Config tells of things deleted in a span, and in words what it is good for.

    Args:
        ctx: The call context.

        population: Whose things they are.

        span: The time that is asked about.

        regions: Where it is asked; an empty text: where the call asks.
    """
    if not population.config_type:
        return [], "AWS Config does not record such things."
    told: list[Told] = []
    refused: dict[str, str] = {}
    for region in regions:
        try:
            for record in _deleted(ctx, population, span, region):
                told += _told(ctx, population, record, region)
        except ProviderError as error:
            ctx.check()  # a call that is over ends
            refused[region or ctx.target.region] = str(error.outcome)
    if refused:
        where = ", ".join(f"{region}: {outcome}" for region, outcome in refused.items())
        return told, f"AWS Config's history could not be read ({where})."
    count = len({one.key for one in told})
    return told, (
        f"AWS Config has {count:,} that were deleted then; it cannot tell what it did not record."
    )


def _deleted(
    ctx: CallContext, population: Population, span: Span, region: str
) -> Iterator[Mapping[str, Any]]:
    request = {"resourceType": population.config_type, "includeDeletedResources": True}
    for page in pages(
        ctx, "config", "ListDiscoveredResources", request, region=region, counts_rows=False
    ):
        for record in page.get("resourceIdentifiers") or ():
            if span.has(record.get("resourceDeletionTime")) and _key(population, record):
                yield record


def _told(
    ctx: CallContext, population: Population, record: Mapping[str, Any], region: str
) -> Iterator[Told]:
    key, resource = _key(population, record), str(record.get("resourceId"))
    at = record["resourceDeletionTime"]
    yield Told(at, DELETED, key, "", resource, "", {}, by=_ITEM)
    asked = {"resourceType": population.config_type, "resourceId": resource, "limit": 1}
    answer = call(ctx, "config", "GetResourceConfigHistory", asked, region=region)
    for item in answer.get("configurationItems") or ():
        made = item.get("resourceCreationTime")
        if isinstance(made, dt.datetime) and made <= at:
            yield Told(made, CREATED, key, "", resource, "", {}, by=_ITEM)


def _key(population: Population, record: Mapping[str, Any]) -> str:
    return str(record.get(population.config_key) or "")
