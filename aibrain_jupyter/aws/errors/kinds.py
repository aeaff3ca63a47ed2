"""The kinds of error codes. Each is also the name of a row of the table of causes."""

from __future__ import annotations

import enum


class Kind(enum.Enum):
    """What kind of failure a code stands for."""

    DENIED = "denied"
    NOT_SUBSCRIBED = "not-subscribed"
    THROTTLED = "throttled"
    EXPIRED = "expired"
    BAD_KEY = "bad-key"
    BAD_SIGNATURE = "bad-signature"
    CLOCK = "clock"
    PAGE_TOKEN = "page-token"  # noqa: S105 - a kind of failure
    UNAVAILABLE = "unavailable"
    TIMED_OUT = "timed-out"
    OTHER = "other"
