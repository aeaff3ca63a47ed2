"""What makes a compiled parser leave an answer to botocore's."""

from __future__ import annotations

from typing import Any, Final


class UnexpectedError(Exception):
    """Something stands in an answer, or in a model, that is not read here."""


MOST_LAYOUTS: Final = 256
"""Kept of a shape: which members came in which order. Answers with others take their time."""
LONGEST_LAYOUT: Final = 128
"""Members of one that is kept: the flat list of a page is read once."""

READ_FAULTS: Final = (
    UnexpectedError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What reading an answer of another form raises."""


def body_members(shape: Any) -> list[tuple[str, Any]]:
    """Return the members of a structure that are read from the body, in the model's order."""
    return [
        (name, member)
        for name, member in shape.members.items()
        if member.serialization.get("location") not in ("header", "headers", "statusCode")
        and not member.serialization.get("eventheader")
    ]
