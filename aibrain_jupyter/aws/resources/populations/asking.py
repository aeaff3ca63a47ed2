"""
What CloudTrail tells of a population: looked up event by event, read from a trail's files before.

LookupEvents selects by one event name, which is a few pages instead of all that happened.
Whatever it does not give is a gap: nobody was told, which is not that nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.regions import enabled_regions
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.aws.clients.home_regions import home_region
from aibrain_jupyter.aws.cloudtrail.asked import KEPT_DAYS, LOOK_UP, Asked, Where, cut, kept_since
from aibrain_jupyter.aws.cloudtrail.event_rows import UNREAD, id_of, time_of
from aibrain_jupyter.aws.cloudtrail.found_events import FoundEvent, rows_in_order
from aibrain_jupyter.aws.cloudtrail.lookup import SOURCE
from aibrain_jupyter.aws.cloudtrail.selection import Selection, Span
from aibrain_jupyter.aws.resources.populations.config_history import recorded_in
from aibrain_jupyter.aws.resources.populations.lives import Told, told_by
from aibrain_jupyter.aws.resources.services.logging.cloudtrail_events_export import (
    LoggedEvents,
    look_up,
)
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import PermissionDeniedError, ProviderError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.aws.resources.details import Details
    from aibrain_jupyter.aws.resources.populations.declaration import Population
    from aibrain_jupyter.shared.base_tool import CallContext

_GLOBAL: Final = "global"


@dataclass(slots=True)
class Testimony:
    """
    What was told: `since` is the first moment from which on nothing is missing, None where
    something is (`why`: its outcome).
    """

    told: list[Told] = field(default_factory=list)
    since: dt.datetime | None = None
    why: str = ""


def testimony_of(
    ctx: CallContext,
    details: Details,
    population: Population,
    start: dt.datetime,
    trail: str,
) -> Testimony:
    """
    Return what events from `start` until now tell; what is missing of them is a gap of `details`.

    Args:
        ctx: The call context.

        details: What keeps the gaps, and the time until which is asked.

        population: Whose things they are about.

        start: The first moment, aware.

        trail: The trail whose files are read for what is older than LookupEvents has; empty: none.
    """
    regions = _regions(ctx, details, population)
    kept = kept_since(details.now)
    lookup, files = cut(Span(start, details.now), kept)
    found: list[FoundEvent] = []
    recorded: list[Told] = []
    if files is not None:
        if not trail or not _read_files(ctx, details, population, files, trail, regions, found):
            start = kept
        if not trail:
            recorded, words = recorded_in(ctx, population, files, regions)
            details.missing(_too_old(files, kept, words))
    missed = ""
    for region in regions:
        missed = _look_up(ctx, details, population, lookup or Span(kept), region, found) or missed
    testimony = Testimony(since=None if missed else start, why=missed)
    for row in rows_in_order(found):
        _add(details, population, row, testimony)
    testimony.told += recorded
    return testimony


def _regions(ctx: CallContext, details: Details, population: Population) -> Sequence[str]:
    """Return where the events are; empty text: where the call asks."""
    target = ctx.target
    if not population.in_every_region and (target.region != _GLOBAL or target.partition == "aws"):
        return ("",)
    clients: Any = ctx.clients
    with asking_for(ctx):
        enabled = enabled_regions(target, clients=clients)
    if enabled.note:
        details.note(enabled.note)
    return enabled.names


def _look_up(
    ctx: CallContext,
    details: Details,
    population: Population,
    span: Span,
    region: str,
    found: list[FoundEvent],
) -> str:
    """Look all events of a region up; return the outcome of what failed, else an empty text."""
    failed: dict[str, ProviderError] = {}
    before = details.gaps()
    names = list(population.events)
    for name in names:
        selection = Selection(wanted={"event_name": name, "event_source": population.source})
        make_row = partial(_row, names=population.events)
        try:
            look_up(ctx, details, selection, span, found, region=region, make_row=make_row)
        except ProviderError as error:
            ctx.check()  # a call that is over ends; it does not fill up with gaps
            failed[name] = error
            if isinstance(error, PermissionDeniedError):
                failed |= dict.fromkeys(names, error)  # the others would be refused as well
                break
    target = replace(ctx.target, region=region) if region else ctx.target
    for outcome in dict.fromkeys(error.outcome for error in failed.values()):
        alike = {name: error for name, error in failed.items() if error.outcome == outcome}
        gap = Gap.of(next(iter(alike.values())), target, operation=LOOK_UP)
        details.missing(replace(gap, item=f"who was made or deleted ({', '.join(alike)})"))
    return next((str(gap.outcome) for gap in details.gaps() if gap not in before), "")


def _read_files(
    ctx: CallContext,
    details: Details,
    population: Population,
    span: Span,
    trail: str,
    regions: Sequence[str],
    found: list[FoundEvent],
) -> bool:
    """Read a trail's files of a span; return whether that was all of it."""
    target = ctx.target
    here = target.region
    if here == _GLOBAL:
        here = home_region("cloudtrail", partition=target.partition)
    selection = Selection(wanted={"event_source": population.source})
    asked = Asked(selection, Span(), span, Where(trail=trail))
    before = len(details.gaps())
    logged = LoggedEvents(
        ctx,
        details,
        asked,
        found,
        regions=[region or here for region in regions],
        make_row=partial(_row, names=population.events),
    )
    logged.read()
    if days := logged.days_without_files():
        why = (
            f"The trail {trail} has no file of {len(days)} days ({days[0]} to {days[-1]}): nothing "
            "happened, it did not record, or files were removed."
        )
        details.missing(Gap(Outcome.FAILED, why, operation="s3:ListBucket", item=f"trail {trail}"))
    return len(details.gaps()) == before


def _too_old(span: Span, kept: dt.datetime, recorded: str) -> Gap:
    day = f"{kept:%Y-%m-%d}"
    return Gap(
        Outcome.FAILED,
        f"Not known before {day}: LookupEvents has {KEPT_DAYS} days. population_trail= names a "
        f"trail whose log files tell of what was before. {recorded}",
        operation=LOOK_UP,
        item=f"who was deleted from {span.start:%Y-%m-%d} to before {day}",
    )


def _row(
    event: Mapping[str, Any], *, names: Mapping[str, Any], read_from: str, **_: Any
) -> dict[str, Any]:
    """Return an event as it is, if it is one of those that tell."""
    is_one = UNREAD in event or event.get("eventName") in names
    return {"event": event, "read_from": read_from} if is_one else {}


def _add(
    details: Details, population: Population, row: Mapping[str, Any], testimony: Testimony
) -> None:
    if not row:
        return
    event = row["event"]
    change = population.events.get(str(event.get("eventName")))
    where = "" if row["read_from"] == SOURCE else str(row["read_from"])
    event_id = id_of(event) or ""
    told = told_by(change, event, time_of(event), event_id, where) if change else None
    if told is None:
        name = " ".join(part for part in (event.get("eventName"), event_id, where) if part)
        why = "The event does not say what it made or deleted, or when."
        details.missing(
            Gap(Outcome.FAILED, why, operation=LOOK_UP, item=f"event {name}"), is_of_batch=True
        )
        testimony.since, testimony.why = None, str(Outcome.FAILED)
        return
    testimony.told += told
