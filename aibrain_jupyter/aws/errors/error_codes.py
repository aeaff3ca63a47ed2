"""
What an AWS error code stands for: denied, throttled, expired, …

AWS services spell the same refusal in many ways, so a code is reduced to its stem, which is looked
up in the rows of ``aws/errors/causes/answers.py``. To teach it a spelling, add the stem there;
``tests/aws/errors/test_translate.py`` fails when a new botocore brings a code that looks like a
refusal or a throttle and is in no row.
"""

from __future__ import annotations

import re
from typing import Final

from aibrain_jupyter.aws.errors.causes.answers import ANSWERS
from aibrain_jupyter.aws.errors.causes.enabling import ENABLING
from aibrain_jupyter.aws.errors.kinds import Kind

__all__ = ["Kind", "kind_of", "stem_of"]

_SUFFIX = re.compile(r"(exception|fault|error)$")
_KINDS: Final = {kind.value: kind for kind in Kind}
_ROWS: Final = tuple((_KINDS[row.name], row) for row in (*ANSWERS, *ENABLING) if row.name in _KINDS)
_BY_STEM: Final = {stem: kind for kind, row in _ROWS for stem in row.codes}
_BY_PART: Final = tuple((part, kind) for kind, row in _ROWS for part in row.code_parts)
_BY_STATUS: Final = {status: kind for kind, row in _ROWS for status in row.statuses}


def kind_of(code: str, *, status: int = 0) -> Kind:
    """
    Return what `code` stands for.

    Args:
        code: The error code as the service gave it; EC2's ``Client.`` and JSON services'
            ``namespace#`` in front do not count.

        status: The HTTP status, which decides where the code is unknown.
    """
    stem = stem_of(code)
    if found := _BY_STEM.get(stem):
        return found
    for part, kind in _BY_PART:
        if part in stem:
            return kind
    return _BY_STATUS.get(status, Kind.OTHER)


def stem_of(code: str) -> str:
    """Return the stem of a code: ``accessdenied`` of ``AccessDeniedException``."""
    plain = code.rpartition("#")[2].partition(":")[0].strip()
    plain = plain.removeprefix("Client.").removeprefix("Server.")
    stem = plain.lower().replace("_", "")
    while (shorter := _SUFFIX.sub("", stem)) not in ("", stem):
        stem = shorter
    return stem
