"""
Days as lists have them: dates of a workbook, Excel's day numbers, and texts in many forms.

``03/04/2026`` is the third of April or the fourth of March: the other days of its column say which,
and where they do not it is not known.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMS: Final = (
    *("%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y"),
    *("%d-%b-%y", "%d %b %y"),
)
_SLASHED: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?: .*)?")
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
_SERIALS: Final = range(30_000, 80_000)  # 1982 to 2119
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_LAST_MONTH: Final = 12


def days_are_first(values: Iterable[Any]) -> bool | None:
    """Tell whether the day stands before the month in a column; None: it does not tell."""
    found = [match for value in values if (match := _SLASHED.fullmatch(str(value).strip()))]
    first = any(int(match[1]) > _LAST_MONTH for match in found)
    second = any(int(match[2]) > _LAST_MONTH for match in found)
    return None if first == second else first


def day_of(value: Any, epoch: dt.datetime, *, is_day_first: bool | None) -> dt.date:
    """
    Return the day of a cell.

    Args:
        value: A date, a number of days, or a text.

        epoch: The day that numbers count from.

        is_day_first: As `days_are_first` gives it.

    Raises:
        ValueError: it is no day, or it is not known which; the text says why.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = str(value).strip()
    if _SERIAL.fullmatch(text) and int(float(text)) in _SERIALS:
        return (epoch + dt.timedelta(days=int(float(text)))).date()
    if match := _SLASHED.fullmatch(text):
        return _slashed(text, int(match[1]), int(match[2]), int(match[3]), is_day_first)
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        return _in_words(text)


def _slashed(text: str, one: int, two: int, year: int, is_day_first: bool | None) -> dt.date:
    if is_day_first is None and one != two and max(one, two) <= _LAST_MONTH:
        either = f"{year}-{two:02}-{one:02} or {year}-{one:02}-{two:02}"
        raise ValueError(f"{text} may be {either}: write it as one of them")
    is_first = is_day_first if max(one, two) <= _LAST_MONTH else one > _LAST_MONTH
    day, month = (one, two) if is_first else (two, one)
    try:
        return dt.date(year, month, day)
    except ValueError as exc:
        raise ValueError(f"{text!r} is no day: write it as {year}-12-31") from exc


def _in_words(text: str) -> dt.date:
    plain = _ORDINAL.sub("", " ".join(text.replace(",", " ").split()))
    for form in _FORMS:
        try:
            return dt.datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no day: write it as 2026-12-31")
