"""
Time zones as JSON and back, exactly: the same class of object, not only the same offset.

boto3 gives ``dateutil.tz.tzutc()``, our frames ``datetime.UTC``; both must come
back as what they were. A zone that is not listed here (``dateutil``'s local and
file zones, ``pytz``) is refused.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from aibrain_jupyter.cache.problems import NotStorableError


def zone_to_json(zone: dt.tzinfo | None) -> list[Any] | None:
    """
    Return the zone as JSON data.

    Raises:
        NotStorableError: the zone cannot be rebuilt from a name or an offset.
    """
    if zone is None:
        return None
    if zone is dt.UTC:
        return ["utc"]
    if type(zone) is dt.timezone:
        offset, *name = zone.__getinitargs__()  # type: ignore[attr-defined]
        return ["fixed", offset.days, offset.seconds, offset.microseconds, *name]
    if type(zone) is zoneinfo.ZoneInfo and zone.key:
        return ["zone", zone.key]
    if type(zone).__name__ == "tzutc" and type(zone).__module__.startswith("dateutil."):
        return ["dateutil-utc"]
    raise NotStorableError(f"The time zone {zone!r} has no name or offset to store.")


def zone_from_json(data: list[Any] | None) -> dt.tzinfo | None:
    """Return the zone that `zone_to_json` gave `data` for."""
    if data is None:
        return None
    kind, *rest = data
    if kind == "utc":
        return dt.UTC
    if kind == "fixed":
        days, seconds, microseconds, *name = rest
        offset = dt.timedelta(days=days, seconds=seconds, microseconds=microseconds)
        return dt.timezone(offset, *name)
    if kind == "zone":
        return zoneinfo.ZoneInfo(rest[0])
    from dateutil.tz import UTC  # type: ignore[import-untyped]

    return UTC  # type: ignore[no-any-return]
