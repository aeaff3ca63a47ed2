"""
Audit periods: the words an auditor uses, as a span of time in UTC.

``2026``, ``2026-03``, ``2026-Q1``, ``2026-H1``, ``2026-03-31``, ``FY2026``, ``FY2026-Q1``, and
any two of them with ``..`` between. Both ends belong to the period. A fiscal year has the number
of the calendar year it ends in; the setting ``fiscal_year_start`` names its first month.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

_FORMS: Final = "2026, 2026-03, 2026-Q1, 2026-H1, 2026-03-31, FY2026, FY2026-Q1, or two with .."
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPAN: Final = re.compile(
    r"(?P<fiscal>FY)?(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d{2})))?",
    re.IGNORECASE,
)
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time: from `start` to just before `end`, both aware, UTC."""

    start: dt.datetime
    end: dt.datetime

    def __str__(self) -> str:
        """``2026-01-01 to 2026-03-31 UTC``: first and last day."""
        return f"{self.start:%Y-%m-%d} to {self.end - dt.timedelta(days=1):%Y-%m-%d} UTC"


def parse_period(text: str, *, fiscal_year_start: int = 1) -> Period:
    """
    Return the period that `text` names.

    Args:
        text: One of the forms above.

        fiscal_year_start: Month (1 to 12) in which a fiscal year begins.

    Raises:
        ParameterError: `text` is no period, or ends before it begins.
    """
    first, separator, last = (part.strip() for part in text.partition(".."))
    start, end = _span(first, text, fiscal_year_start)
    if separator:
        end = _span(last, text, fiscal_year_start)[1]
    if end <= start:
        raise _no_period(text, "It ends before it begins.")
    return Period(start, end)


def _span(word: str, text: str, fiscal_year_start: int) -> tuple[dt.datetime, dt.datetime]:
    try:
        if _DAY.fullmatch(word):
            day = dt.datetime.fromisoformat(word).replace(tzinfo=dt.UTC)
            return day, day + dt.timedelta(days=1)
        if found := _SPAN.fullmatch(word):
            return _months(found, fiscal_year_start)
    except ValueError as exc:
        raise _no_period(text, f"{word}: {exc}") from exc
    raise _no_period(text)


def _months(found: re.Match[str], fiscal_year_start: int) -> tuple[dt.datetime, dt.datetime]:
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
    return _first_day(index), _first_day(index + count)


def _first_day(index: int) -> dt.datetime:
    year, month = divmod(index, _MONTHS)
    return dt.datetime(year, month + 1, 1, tzinfo=dt.UTC)


def _no_period(text: str, why: str = "") -> Exception:
    from aibrain_jupyter.shared.error_handler import ParameterError

    return ParameterError(
        f"{text!r} is no period.", why=why, next_steps=[f"Write {_FORMS}. Times are UTC."]
    )
