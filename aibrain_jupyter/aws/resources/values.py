"""Small readings that many resources share: tags, ages, pieces of ARNs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def tags_of(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """
    Return a tag list as a mapping, ordered by key.

    A tag without a key cannot be put into one: then the mapping is an `Unreadable`.
    """
    found = list(tags or ())
    if not all(tag.get("Key") for tag in found):
        return Unreadable(found, "a tag has no key")  # type: ignore[return-value]
    return {tag["Key"]: tag.get("Value", "") for tag in sorted(found, key=lambda tag: tag["Key"])}


def days_between(start: Any, end: Any) -> int | None:
    """Return the whole days from `start` to `end` (negative: it lies ahead), None if unknown."""
    for moment in (start, end):
        if isinstance(moment, Unreadable):
            return moment  # type: ignore[return-value]
    return (end - start).days if start and end else None


def latest(moments: Iterable[Any]) -> Any:
    """Return the last of several times; None: there is none. One may be an `Unreadable`."""
    found = [moment for moment in moments if moment]
    unread = [moment for moment in found if isinstance(moment, Unreadable)]
    return unread[0] if unread else max(found, default=None)


READ_FAULTS = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""What reading a value of another form than the model's raises."""


def readable(read: Callable[[Any], Any], value: Any, why: str) -> Any:
    """
    Return ``read(value)``, or the value as an `Unreadable` with the words `why`.

    One that is an `Unreadable` already goes through: what is made of it cannot be read either.
    """
    if isinstance(value, Unreadable):
        return value
    try:
        return read(value)
    except READ_FAULTS:
        return Unreadable(value, why)


def texts(values: Iterable[Any]) -> list[str]:
    """Return texts sorted, those that are missing left out."""
    return sorted(value for value in values if value is not None)


def from_epoch(seconds: str | float | None) -> dt.datetime | None:
    """Return seconds since 1970, as number or text, as a UTC time; None for none."""
    return dt.datetime.fromtimestamp(float(seconds), dt.UTC) if seconds else None


def account_of(arn: str) -> str:
    """Return the account id in an ARN, empty if it has none."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def either(*facts: bool | None) -> bool | None:
    """Return the three-valued *or*: true if one is, else unknown if one is, else false."""
    if any(facts):
        return True
    return None if None in facts else False


def every(*facts: bool | None) -> bool | None:
    """Return the three-valued *and*: false if one is, else unknown if one is, else true."""
    if False in facts:
        return False
    return None if None in facts else True
