"""
CloudTrail's events: who did what, when, from where, and whether it worked.

Two sources, one frame (``aws/cloudtrail/``): LookupEvents for the last 90 days, the log files
of trails for what is older and for data events. What of a period cannot be read is a gap.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.cloudtrail.asked import Asked, asked_for
from aibrain_jupyter.aws.cloudtrail.event_rows import row_of
from aibrain_jupyter.aws.cloudtrail.found_events import FoundEvent, rows_in_order
from aibrain_jupyter.aws.cloudtrail.log_files import GET, LogReader
from aibrain_jupyter.aws.cloudtrail.log_places import LATEST, Place, folders_of, places_of
from aibrain_jupyter.aws.cloudtrail.lookup import looked_up
from aibrain_jupyter.aws.cloudtrail.params import EVERY
from aibrain_jupyter.aws.resources.details import Details
from aibrain_jupyter.aws.resources.services.logging.cloudtrail_events import EVENTS
from aibrain_jupyter.shared.coverage import Gap
from aibrain_jupyter.shared.error_handler import (
    CallTimeoutError,
    IncompleteAnswerError,
    ProviderError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aibrain_jupyter.aws.cloudtrail.event_rows import RowOf
    from aibrain_jupyter.aws.cloudtrail.log_files import Failure
    from aibrain_jupyter.aws.cloudtrail.selection import Selection, Span
    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

LOOK_UP: Final = "cloudtrail:LookupEvents"
_NAMED: Final = 10
"""Files of one day that are named one by one when they fail alike."""
_NO_FILE: Final = (
    "Where there is no row and no gap, the trail has no log file of the period: nothing happened "
    "there, or it did not record."
)


def export_cloudtrail_events(ctx: CallContext, **params: Any) -> ToolResult:
    """
    Export the events of one account and region.

    Args:
        ctx: The call context.

        params: Those of ``cloudtrail/params.py``, and ``period``.
            Without a period, the last 90 days.

    Returns:
        One row per event, by time; an event that was delivered twice is there once. Management
        events unless ``category`` says otherwise. A log file that cannot be read is a gap that
        names it; where a part of the period has no source, the gap says what to do. What could
        not be read in the time of the call is a gap, too.

    Raises:
        ParameterError: the parameters contradict each other.
        PermissionDeniedError: the identity lacks ``cloudtrail:LookupEvents``, or what the log
            files need where these are the only source.
        IncompleteAnswerError: the log files are the only source, and there are none.

    Source:
        CloudTrail user guide, record contents and log file names; API reference, LookupEvents.
    """
    asked = asked_for(params)
    details = Details(ctx)
    found: list[FoundEvent] = []
    if asked.files:
        LoggedEvents(ctx, details, asked, found).read()
    if asked.lookup:
        look_up(ctx, details, asked.selection, asked.lookup, found)
    return details.result(rows_in_order(found), EVENTS.columns)


def look_up(
    ctx: CallContext,
    details: Details,
    selection: Selection,
    span: Span,
    found: list[FoundEvent],
    *,
    region: str = "",
    make_row: RowOf = row_of,
) -> None:
    """
    Add the events of LookupEvents to `found`; those there is no time for are a gap.

    Raises:
        ProviderError: the service refused or failed; what came before is in `found`.
    """
    earliest: dt.datetime | None = None
    try:
        for event in looked_up(ctx, selection, span, region=region, make_row=make_row):
            found.append(event)
            earliest = event.time  # the latest come first
    except CallTimeoutError as error:
        ctx.check()  # really over: nothing can be handed over any more
        if earliest is None:
            raise
        details.missing(
            Gap(
                outcome=error.outcome,
                why=" ".join((error.what, *error.next_steps)),
                operation=LOOK_UP,
                action=LOOK_UP,
                item=f"events before {earliest:%Y-%m-%d %H:%M:%S} UTC",
            )
        )


class LoggedEvents:
    """Reads the part of an export that comes from log files, those of `regions`."""

    def __init__(
        self,
        ctx: CallContext,
        details: Details,
        asked: Asked,
        found: list[FoundEvent],
        *,
        regions: Sequence[str] = (),
        make_row: RowOf = row_of,
    ) -> None:
        if asked.files is None or asked.files.start is None or asked.files.end is None:
            raise ValueError("log files are read for a closed span only")
        self._ctx = ctx
        self._details = details
        self._asked = asked
        self._found = found
        self._begin, self._end = asked.files.start, asked.files.end
        self._regions = regions or (ctx.target.region,)
        self._reader = LogReader(ctx, asked.selection, asked.files, make_row)

    def read(self) -> None:
        """Read the files of every place and account; what fails is a gap if anything is left."""
        where = self._asked.where
        failures: list[tuple[str, ProviderError]] = []
        places: list[Place] = []
        accounts: tuple[str, ...] = ()
        try:
            accounts = where.log_accounts or (self._own_account(),)
            places = places_of(self._ctx, where)
        except ProviderError as error:
            failures.append(("", error))
        for place in places:
            for account in accounts:
                try:
                    self._read(place, account)
                except ProviderError as error:
                    failures.append((f"{place.label} of {account}", error))
        self._ctx.check()  # a call that is over ends; it does not fill up with gaps
        if failures and self._asked.lookup is None and not self._reader.files:
            raise failures[0][1]
        for item, failure in failures:
            self._details.missing(self._gap(failure, item))
        for gap in self._gaps(self._reader.failures):
            self._details.missing(gap)
        for note in self._notes(is_whole=not failures):
            self._details.note(note)

    def _read(self, place: Place, account: str) -> None:
        for folder in folders_of(self._ctx, place, account, self._asked.where):
            for region in self._regions:
                for event in self._reader.events(place, f"{folder}{region}/"):
                    self._found.append(event)  # one by one: reading may break off

    def _own_account(self) -> str:
        if account := self._ctx.target.account:
            return str(account)
        raise IncompleteAnswerError(
            "Whose log files to read is not known: the account did not say who it is.",
            next_steps=["Write log_accounts= with its 12 digits."],
        )

    def _gap(self, error: ProviderError, place: str) -> Gap:
        steps = error.next_steps if isinstance(error, IncompleteAnswerError) else ()
        return Gap(
            outcome=error.outcome,
            why=" ".join(part for part in (error.what, *steps, error.why) if part),
            operation=error.facts.get("operation", GET),
            action=error.facts.get("action", ""),
            item=", ".join(part for part in (f"events {self._days}", place) if part),
        )

    def _gaps(self, failures: Iterable[Failure]) -> Iterator[Gap]:
        """Yield a gap for each file; one for a day of which many failed alike."""
        groups: dict[tuple[str, str], list[Failure]] = {}
        for failure in failures:
            key = (failure.file.folder, str(failure.error.outcome))
            groups.setdefault(key, []).append(failure)
        for (folder, _), group in groups.items():
            many = len(group) > _NAMED
            for failure in group[:1] if many else group:
                error = failure.error
                why = error.reason
                yield Gap(
                    outcome=error.outcome,
                    why=f"{len(group)} files, the first {failure.file.key}: {why}" if many else why,
                    operation=GET,
                    action=error.facts.get("action", ""),
                    item=f"{folder} ({len(group)} files)" if many else failure.file.label,
                )

    def _notes(self, *, is_whole: bool) -> Iterator[str]:
        reader = self._reader
        if reader.other_category:
            kind = self._asked.selection.category
            yield (
                f"{reader.other_category:,} events of {self._ctx.target.label} are no {kind} "
                f"events and are left out: category={EVERY} has them."
            )
        if reader.no_log_files:
            yield (
                f"{len(reader.no_log_files):,} objects among the log files are none and were not "
                f"read, such as {reader.no_log_files[0]}."
            )
        missing = self.days_without_files() if is_whole else []
        if missing and not reader.days:
            yield _NO_FILE  # without a place: the same for many regions, and then one line
        elif missing:
            yield (
                f"{len(missing)} days of {self._ctx.target.label} have no log file "
                f"({missing[0]} to {missing[-1]}): nothing happened, the trail did not record, or "
                "files were removed."
            )

    @property
    def _days(self) -> str:
        """``of 2026-03-10``, ``from 2026-03-10 to 2026-03-12``."""
        first, last = self._begin.date(), (self._end - dt.timedelta(microseconds=1)).date()
        return f"of {first}" if first == last else f"from {first} to {last}"

    def days_without_files(self) -> list[dt.date]:
        """Return the days of the span on which no file was delivered."""
        until = min(self._end, dt.datetime.now(dt.UTC) - LATEST)
        days = (until - self._begin).days
        all_days = (self._begin.date() + dt.timedelta(days=n) for n in range(max(days, 0)))
        return [day for day in all_days if day not in self._reader.days]
