"""
What an AWS error code stands for: denied, throttled, expired, …

AWS services spell the same refusal in many ways, so a code is reduced to its stem, which is looked
up in the rows of ``aws/errors/causes/error_codes.yaml``. To teach it one more, add the stem there;
``tests/aws/errors/test_translate.py`` fails when a new botocore brings a code that looks like a
refusal or a throttle and is in no row.
"""

from __future__ import annotations

import enum
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from aibrain_jupyter.aws.errors.causes import causes

if TYPE_CHECKING:
    from aibrain_jupyter.shared.causes import Cause

_SUFFIX = re.compile(r"(exception|fault|error)$")


class Kind(enum.Enum):
    """What kind of failure a code stands for. Each is also the name of a row of causes."""

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
    OTHER = "unknown"


@lru_cache(1024)
def kind_of(code: str, *, status: int = 0) -> Kind:
    """
    Return what `code` stands for.

    Args:
        code: The error code as the service gave it; EC2's ``Client.`` and JSON services'
            ``namespace#`` in front do not count.

        status: The HTTP status, which decides where the code is unknown.
    """
    stem, rows = stem_of(code), _rows()
    by_code = (kind for kind, row in rows if stem in row.codes)
    by_part = (kind for kind, row in rows if any(part in stem for part in row.code_parts))
    by_status = (kind for kind, row in rows if status in row.statuses)
    return next((kind for found in (by_code, by_part, by_status) for kind in found), Kind.OTHER)


@cache
def _rows() -> list[tuple[Kind, Cause]]:
    kinds = {kind.value: kind for kind in Kind}
    return [(kinds[row.name], row) for row in causes() if row.name in kinds]


def stem_of(code: str) -> str:
    """Return the stem of a code: ``accessdenied`` of ``AccessDeniedException``."""
    plain = code.rpartition("#")[2].partition(":")[0].strip()
    plain = plain.removeprefix("Client.").removeprefix("Server.")
    stem = plain.lower().replace("_", "")
    while (shorter := _SUFFIX.sub("", stem)) not in ("", stem):
        stem = shorter
    return stem
