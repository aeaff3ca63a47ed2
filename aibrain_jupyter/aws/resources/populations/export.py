"""The population of a period: rows now, and those that were made and are gone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.aws.resources.details import Details
from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.populations.asking import testimony_of
from aibrain_jupyter.aws.resources.populations.declaration import (
    FROM,
    IN_PERIOD,
    POPULATION_COLUMNS,
    SOURCE,
    UNTIL,
)
from aibrain_jupyter.aws.resources.populations.lives import Lives, was_there
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import NOT_KNOWN
from aibrain_jupyter.shared.frames.not_known import read_reasons, write_reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.aws.resources.declaration import Resource
    from aibrain_jupyter.aws.resources.populations.asking import Testimony
    from aibrain_jupyter.aws.resources.populations.declaration import Population
    from aibrain_jupyter.aws.resources.populations.lives import Life
    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult
    from aibrain_jupyter.shared.frames.columns import Column

Row = dict[str, Any]
_NOW: Final = "now"
_GONE: Final = "deleted"
_NOBODY_SAYS: Final = "no event says"


def export_population(
    resource: Resource,
    population: Population,
    ctx: CallContext,
    period: tuple[dt.datetime, dt.datetime],
    *,
    trail: str = "",
) -> ToolResult:
    """
    Export who was there in a period, and who is there now.

    Args:
        resource: What is listed now.

        population: How it comes and goes.

        ctx: The call context.

        period: From the first moment to just before the second, aware.

        trail: The trail whose files tell of what LookupEvents has no more; empty: that is a gap.

    Returns:
        The rows of the resource and its columns, then `POPULATION_COLUMNS`. Behind the rows that
        are listed now come those of things that are gone, with what events tell of them; their
        other cells are not known. A thing that was made after the period is a row, too.

    Raises:
        PermissionDeniedError: the identity lacks the first permission of the resource. That of
            CloudTrail is a gap.
    """
    details = Details(ctx)
    now = export_resource(resource, ctx)
    testimony = testimony_of(ctx, details, population, period[0], trail)
    rows = _Rows(population, testimony, period, details)
    listed = rows.listed(now.frame)
    columns = [column for column in resource.columns if column.name in now.frame]
    gone = rows.gone([column for column in columns if column != NOT_KNOWN])
    columns = [*(c for c in columns if c != NOT_KNOWN), *POPULATION_COLUMNS, NOT_KNOWN]
    parts = [part for part in (listed, frame_of(gone, columns)) if len(part)] or [listed]
    told = details.result([], POPULATION_COLUMNS)
    return replace(
        now,
        frame=pd.concat(parts, ignore_index=True)[[column.name for column in columns]],
        gaps=(*now.gaps, *told.gaps),
        operations=dict(ctx.operations),
        notes=(*now.notes, *told.notes, _note(details.now)),
    )


def _note(until: dt.datetime) -> str:
    return (
        f"Rows as of {until:%Y-%m-%d %H:%M} UTC; CloudTrail has events some minutes late: who was "
        "deleted right before may be missing."
    )


class _Rows:
    """Makes the rows of one population."""

    def __init__(
        self,
        population: Population,
        testimony: Testimony,
        period: tuple[dt.datetime, dt.datetime],
        details: Details,
    ) -> None:
        self._population = population
        self._testimony = testimony
        self._period = period
        self._details = details
        self._lives = Lives(population, testimony.told)

    def listed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are listed now, with the columns of a population."""
        lives: dict[str, Life] = {}
        rows = []
        for record in frame.to_dict("records"):
            row = {str(name): value for name, value in record.items()}
            key = str(row[self._population.key])
            if key not in lives:
                lives[key] = self._lives.of_listed(key, _time(row, self._population.created))
            rows.append(self._listed_row(lives[key], row))
        more = frame_of(rows, (*POPULATION_COLUMNS, NOT_KNOWN))
        return pd.concat([frame.drop(columns=[NOT_KNOWN.name]), more], axis=1)

    def gone(self, columns: Sequence[Column]) -> list[Row]:
        """Return the rows of what is gone."""
        lives = sorted(self._lives.all, key=lambda life: (self._lives.same(life.key), _last(life)))
        return [self._gone_row(life, columns) for life in lives]

    def _listed_row(self, life: Life, row: Row) -> Row:
        unseen = self._population.unseen
        source = _NOW
        if life.former:
            source = f"{_NOW}; renamed from {', '.join(life.former)}: {_events(life)}"
        elif life.end is not None:
            source = f"{_NOW}; deleted: {_events(life)}"
        reasons = read_reasons(_text(row.get(NOT_KNOWN.name)))
        seen = _time(row, self._population.seen_by)
        may_be_unseen = bool(unseen and search(unseen, row))
        times = self._times(life, reasons, seen, is_listed=True, may_be_unseen=may_be_unseen)
        return {**times, SOURCE.name: source, NOT_KNOWN.name: write_reasons(reasons)}

    def _gone_row(self, life: Life, columns: Sequence[Column]) -> Row:
        population = self._population
        row: Row = {population.key: life.key}
        if life.start is not None and population.created:
            row[population.created] = life.start
        for name, text in population.told.items():
            said = (search(text, told.event) for told in life.told)
            row.setdefault(name, next((text for text in said if isinstance(text, str)), None))
        known = {name for name, value in row.items() if value is not None}
        reasons = {c.name: _GONE for c in columns if c.name not in known}
        unseen = bool(population.unseen and search(population.unseen, row))
        times = self._times(life, reasons, None, is_listed=False, may_be_unseen=unseen)
        if life.end is None:
            self._details.missing(self._without_end(life), is_of_batch=True)
        kinds = ("created" * (life.start is not None), "deleted" * (life.end is not None))
        what = " and ".join(kind for kind in kinds if kind) or "renamed"
        name = f", before {', '.join(life.former)}" if life.former else ""
        return {
            **row,
            **times,
            SOURCE.name: f"{what}{name}: {_events(life)}",
            NOT_KNOWN.name: write_reasons(reasons),
        }

    def _times(
        self,
        life: Life,
        reasons: dict[str, str],
        seen: dt.datetime | None,
        *,
        is_listed: bool,
        may_be_unseen: bool,
    ) -> Row:
        """Return when it was there; what is not known of it is added to `reasons`."""
        since = None if may_be_unseen else self._testimony.since
        first = last = life.start
        if life.start is None:
            # Nobody saw it begin though all was seen since: it began before.
            moments = (since, seen, *(told.time for told in life.told))
            last = min((moment for moment in moments if moment), default=None)
            reasons[FROM.name] = _before(since) or self._testimony.why or _NOBODY_SAYS
        gone = life.end or self._details.now
        if life.end is None and not is_listed:
            gone = _last(life)
            reasons[UNTIL.name] = self._testimony.why or _NOBODY_SAYS
        inside = was_there((first, last), (gone, life.end), self._period)
        if inside is None:
            reasons[IN_PERIOD.name] = reasons.get(FROM.name) or reasons[UNTIL.name]
        return {IN_PERIOD.name: inside, FROM.name: life.start, UNTIL.name: life.end}

    def _without_end(self, life: Life) -> Gap:
        why = "It was there, is not listed now, and no event says when it was deleted."
        return Gap(Outcome.FAILED, why, item=life.key, columns=(UNTIL.name,))


def _last(life: Life) -> dt.datetime:
    return max(told.time for told in life.told)


def _before(since: dt.datetime | None) -> str:
    if since is None:
        return ""
    is_midnight = since.time() == dt.time()
    return f"before {since:{'%Y-%m-%d' if is_midnight else '%Y-%m-%dT%H:%MZ'}}"


def _events(life: Life) -> str:
    by: dict[str, dict[str, None]] = {}
    for t in life.told:
        by.setdefault(t.by, {})[f"{t.event_id}{f' in {t.where}' if t.where else ''}"] = None
    said = (f"{what}{'s' if len(ids) > 1 else ''} {', '.join(ids)}" for what, ids in by.items())
    return "; ".join(said)


def _time(row: Row, name: str) -> dt.datetime | None:
    value = row.get(name) if name else None
    return None if value is None or value is pd.NaT else pd.Timestamp(value).to_pydatetime()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
