"""Times as services write them, to aware UTC datetimes."""

from __future__ import annotations

import datetime as dt


def parse_timestamp(value: object) -> dt.datetime:
    """
    Return the instant as an aware UTC datetime.

    Args:
        value: ISO 8601 text (a text without a zone is UTC), RFC 822 text, or seconds since 1970
            as a number or text.

    Raises:
        ValueError: not a timestamp.
    """
    if isinstance(value, str):
        # "2024-…": the dash tells it from epoch seconds (20240131 are seconds, not a day).
        value = value.strip()  # XML may be written with its tags on lines of their own
        if value[4:5] == "-":
            try:
                return _in_utc(dt.datetime.fromisoformat(value))
            except ValueError:
                pass
    elif isinstance(value, int | float):
        try:
            return dt.datetime.fromtimestamp(value, dt.UTC)
        except (OSError, OverflowError):
            pass
    from botocore.utils import parse_timestamp as parse_any_form

    return _in_utc(parse_any_form(value))  # type: ignore[arg-type]  # its stubs know only texts


def _in_utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is dt.UTC:
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC)
