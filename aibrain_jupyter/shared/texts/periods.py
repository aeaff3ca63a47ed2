"""
Audit periods: the words an auditor uses, as a span of time, in UTC or another zone's days.

``2026``, ``2026-03``, ``2026-Q1``, ``2026-H1``, ``2026-03-31``, ``FY2026``, ``FY2026-Q1``, any
two of them with ``..`` between, or one with ``..`` before or after it (open at that end). Both
ends belong to the period. A fiscal year has the number of the calendar year it ends in; the
setting ``fiscal_year_start`` names its first month.

``last-week`` (Monday to Sunday), ``last-month``, ``last-quarter`` and ``last-year`` are the last
ones that are over; ``last-30d`` are 30 days of which today is the last. They count from a moment
that the caller gives.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

UTC: Final = "UTC"
_FORMS: Final = (
    "2026, 2026-03, 2026-Q1, 2026-H1, 2026-03-31, FY2026, FY2026-Q1, two with .. between, one with "
    ".. before or after it, or last-week, last-month, last-quarter, last-year, last-30d"
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPAN: Final = re.compile(
    r"(?P<fiscal>FY)?(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d{2})))?",
    re.IGNORECASE,
)
_LAST: Final = re.compile(
    r"last-(?:(?P<unit>week|month|quarter|year)|(?P<days>\d{1,5})-?d(?:ays?)?)",
    re.IGNORECASE,
)
_MONTHS: Final = 12
_MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """
    A span of time: from `start` to just before `end`, both aware, in the zone whose days it has;
    None: open at that end. `zone` is that zone's name.
    """

    start: dt.datetime | None
    end: dt.datetime | None
    zone: str = UTC

    def __str__(self) -> str:
        """``2026-01-01 to 2026-03-31 UTC``: first and last day."""
        if self.start is None:
            return f"up to {self._last_day} {self.zone}"
        if self.end is None:
            return f"from {self.start:%Y-%m-%d} {self.zone}"
        return f"{self.start:%Y-%m-%d} to {self._last_day} {self.zone}"

    @property
    def edges(self) -> str:
        """Both ends as instants, in the zone and in UTC where they differ, on one line."""
        ends = [
            f"{word} {_instant(at)}"
            for word, at in (("from", self.start), ("before", self.end))
            if at
        ]
        return " ".join(ends)

    @property
    def days(self) -> str:
        """The days of UTC it touches, as `parse_period` reads them: ``2026-01-01..2026-03-31``."""
        first = f"{self.start.astimezone(dt.UTC):%Y-%m-%d}" if self.start else ""
        moment = dt.timedelta(microseconds=1)
        last = f"{self.end.astimezone(dt.UTC) - moment:%Y-%m-%d}" if self.end else ""
        return f"{first}..{last}"

    @property
    def _last_day(self) -> str:
        return f"{self.end - dt.timedelta(days=1):%Y-%m-%d}" if self.end else ""


def _instant(at: dt.datetime) -> str:
    utc = f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}"
    return utc if at.tzinfo is dt.UTC else f"{at:%Y-%m-%dT%H:%M%z} ({utc})"


def parse_period(
    text: str, *, fiscal_year_start: int = 1, now: dt.datetime | None = None, zone: str = UTC
) -> Period:
    """
    Return the period that `text` names.

    Args:
        text: One of the forms above.

        fiscal_year_start: Month (1 to 12) in which a fiscal year begins.

        now: What relative words count from, aware; None: now.

        zone: The zone whose days are meant, as IANA names it: ``Australia/Melbourne``.

    Raises:
        ParameterError: `text` is no period, or ends before it begins; there is no such zone.
    """
    today = (now or dt.datetime.now(dt.UTC)).astimezone(zone_named(zone))
    words = text.strip()
    first, separator, last = (part.strip() for part in words.partition(".."))
    if separator and not (first or last):
        raise _no_period(text)
    start = _span(first, text, fiscal_year_start, today)[0] if first else None
    end = (
        _span(last if separator else first, text, fiscal_year_start, today)[1]
        if (last or not separator)
        else None
    )
    if start and end and end <= start:
        raise _no_period(text, "It ends before it begins.")
    return Period(start, end, zone)


def zone_named(name: str) -> dt.tzinfo:
    """
    Return the zone of an IANA name.

    Raises:
        UnknownNameError: there is none of that name, with the nearest.
    """
    if name == UTC:
        return dt.UTC
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as exc:
        from aibrain_jupyter.shared.error_handler import unknown_name

        known = zoneinfo.available_timezones()
        steps = ["Write it as the IANA database does: Europe/Berlin, Australia/Melbourne, UTC."]
        raise unknown_name("time zone", name, known, next_steps=steps) from exc


def is_relative_period(text: str) -> bool:
    """Tell whether a text means another period on another day."""
    return any(_LAST.fullmatch(part.strip()) for part in text.split(".."))


def _span(
    word: str, text: str, fiscal_year_start: int, today: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    try:
        if _DAY.fullmatch(word):
            day = dt.datetime.fromisoformat(word).replace(tzinfo=today.tzinfo)
            return day, day + dt.timedelta(days=1)
        if found := _SPAN.fullmatch(word):
            return _months(found, fiscal_year_start, today.tzinfo)
        if found := _LAST.fullmatch(word):
            return _last(found, today)
    except (ValueError, OverflowError) as exc:
        raise _no_period(text, f"{word}: {exc}") from exc
    raise _no_period(text)


def _last(found: re.Match[str], today: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    if found["days"]:
        if not int(found["days"]):
            raise ValueError("no day is no period")
        end = midnight + dt.timedelta(days=1)
        return end - dt.timedelta(days=int(found["days"])), end
    unit = found["unit"].lower()
    if unit == "week":
        monday = midnight - dt.timedelta(days=midnight.weekday())
        return monday - dt.timedelta(days=7), monday
    count = _MONTHS_OF[unit]
    index = (today.year * _MONTHS + today.month - 1) // count * count
    return _first_day(index - count, today.tzinfo), _first_day(index, today.tzinfo)


def _months(
    found: re.Match[str], fiscal_year_start: int, zone: dt.tzinfo | None
) -> tuple[dt.datetime, dt.datetime]:
    first, count = 1, _MONTHS
    if found["quarter"]:
        first, count = 3 * int(found["quarter"]) - 2, 3
    elif found["half"]:
        first, count = 6 * int(found["half"]) - 5, 6
    elif found["month"]:
        first, count = int(found["month"]), 1
        if not 1 <= first <= _MONTHS:
            raise ValueError("month must be in 01..12")
    index = int(found["year"]) * _MONTHS + first - 1
    if found["fiscal"]:
        # FY2026 beginning in July is July 2025 to June 2026; beginning in January it is 2026.
        index += fiscal_year_start - 1 - (_MONTHS if fiscal_year_start > 1 else 0)
    return _first_day(index, zone), _first_day(index + count, zone)


def _first_day(index: int, zone: dt.tzinfo | None) -> dt.datetime:
    year, month = divmod(index, _MONTHS)
    return dt.datetime(year, month + 1, 1, tzinfo=zone)


def _no_period(text: str, why: str = "") -> Exception:
    from aibrain_jupyter.shared.error_handler import ParameterError

    return ParameterError(f"{text!r} is no period.", why=why, next_steps=[f"Write {_FORMS}."])
