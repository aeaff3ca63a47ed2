"""Small readings that many resources share: tags, ages, pieces of ARNs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def tags_of(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Return a tag list as a mapping, ordered by key."""
    ordered = sorted(tags or (), key=lambda tag: tag["Key"])
    return {tag["Key"]: tag.get("Value", "") for tag in ordered}


def days_between(start: dt.datetime | None, end: dt.datetime | None) -> int | None:
    """Return the whole days from `start` to `end` (negative: it lies ahead), None if unknown."""
    return (end - start).days if start and end else None


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


def as_list(value: Any) -> list[Any]:
    """Return a policy element that may be one value or a list as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
