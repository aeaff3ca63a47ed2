"""
Moments: what a text says about a time, in UTC.

A date, a month, a quarter or a year is all of its time: ``2026-03-31``, ``2026-03``, ``2026-Q1``,
``2026``. A date with a time of day is that instant; without a zone it is UTC, an offset is
honoured. ``today``, ``yesterday``, ``tomorrow``, ``now``, ``90 days ago``, ``12 hours ago`` and
``in 30 days`` count from a moment that the caller gives, so that all calls of a run mean the same.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.periods import Period, is_relative_period, parse_period

FORMS: Final = (
    '"2026-03-31" (the whole day), "2026-03", "2026-03-31T12:00Z", "90 days ago", "in 30 days", '
    '"today" or "yesterday"'
)
_NUMBERS: Final = {"a": 1, "an": 1, "one": 1}
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_UNITS: Final = {
    "minute": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
    "week": dt.timedelta(days=7),
}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_AMOUNT: Final = r"(?P<number>\d{1,6}|an?|one) (?P<unit>minute|hour|day|week|month|quarter|year)s?"
_AGO: Final = re.compile(f"{_AMOUNT} ago")
_AHEAD: Final = re.compile(f"(?:in {_AMOUNT})|(?:{_AMOUNT.replace('?P<', '?P<late_')} from now)")
_SPACES: Final = re.compile(r"[\s_]+|(?<=[a-z\d])-(?=[a-z])|(?<=[a-z])-(?=\d)")
_SHORT: Final = 4  # 2026
_COMPACT: Final = re.compile(r"\d{4}-W\d{2}|\d{5,}(?![-:])")


@dataclass(frozen=True, slots=True)
class Moment:
    """
    A stretch of time from `start` to just before `end`, aware, UTC; an instant where they are one.

    `instant` is what earlier and later are measured from where that is not the whole stretch:
    ``90 days ago`` is a day to be equal to, and a moment to be earlier than.
    """

    start: dt.datetime
    end: dt.datetime
    instant: dt.datetime | None = None

    def __str__(self) -> str:
        """``2026-03-31T12:00:00Z``, or ``2026-03-31T00:00:00Z to …`` where it is no instant."""
        if self.instant is not None:
            return _iso(self.instant)
        return f"{_iso(self.start)} to {_iso(self.end)}"


def parse_moment(text: str, now: dt.datetime, *, fiscal_year_start: int = 1) -> Moment:
    """
    Return what a text says about a time.

    Args:
        text: One of the forms above.

        now: What relative words count from, aware.

        fiscal_year_start: Month (1 to 12) in which a fiscal year begins.

    Raises:
        ParameterError: `text` is no time, or one beyond the calendar.
    """
    try:
        found = _relative(text, now) or _absolute(text)
        if found is not None:
            return found
        period = parse_period(text, fiscal_year_start=fiscal_year_start, now=now)
        if period.start is not None and period.end is not None:
            return Moment(period.start, period.end)
    except (ValueError, OverflowError, ParameterError) as exc:
        raise _no_time(text) from exc
    raise _no_time(text)


def is_relative(text: str) -> bool:
    """Tell whether a text means another time on another day."""
    words = _plain(text)
    return (
        words in (*_DAYS, "now")
        or bool(_AGO.fullmatch(words) or _AHEAD.fullmatch(words))
        or is_relative_period(text)
    )


def _absolute(text: str) -> Moment | None:
    """Return a day or an instant; None for what is neither."""
    words = " ".join(text.split()).removesuffix(" UTC").removesuffix(" GMT")
    if len(words) <= _SHORT or _COMPACT.match(words):
        return None
    try:
        found = dt.datetime.fromisoformat(words)
    except ValueError:
        return None
    if ":" not in words:
        day = found.replace(tzinfo=dt.UTC)
        return Moment(day, day + dt.timedelta(days=1))
    instant = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    return Moment(instant, instant, instant)


def _relative(text: str, now: dt.datetime) -> Moment | None:
    words, now = _plain(text), now.astimezone(dt.UTC)
    if words == "now":
        return Moment(now, now, now)
    if words in _DAYS:
        start = midnight(now) + dt.timedelta(days=_DAYS[words])
        return Moment(start, start + dt.timedelta(days=1))
    if found := _AGO.fullmatch(words):
        return _away(now, found["number"], found["unit"], -1)
    if found := _AHEAD.fullmatch(words):
        number, unit = found["number"] or found["late_number"], found["unit"] or found["late_unit"]
        return _away(now, number, unit, 1)
    return None


def _away(now: dt.datetime, number: str, unit: str, sign: int) -> Moment:
    count = sign * (_NUMBERS.get(number) or int(number))
    if unit in _MONTHS:
        instant = _months_away(now, count * _MONTHS[unit])
    else:
        instant = now + count * _UNITS[unit]
    if unit in ("minute", "hour"):
        return Moment(instant, instant, instant)
    day = midnight(instant)
    return Moment(day, day + dt.timedelta(days=1), instant)


def _months_away(now: dt.datetime, months: int) -> dt.datetime:
    """Return the same day of another month, or its last one where it is shorter."""
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    first = now.replace(year=year, month=month + 1, day=1)
    next_first = (first + dt.timedelta(days=31)).replace(day=1)
    return min(first + dt.timedelta(days=now.day - 1), next_first - dt.timedelta(days=1))


def midnight(moment: dt.datetime) -> dt.datetime:
    """Return the beginning of a moment's day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text.strip().lower())


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _no_time(text: str) -> ParameterError:
    return ParameterError(f"{text!r} is no time.", next_steps=[f"Write {FORMS}. Times are UTC."])


__all__ = ["FORMS", "Moment", "Period", "is_relative", "midnight", "parse_moment"]
