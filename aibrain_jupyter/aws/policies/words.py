"""What the readings of policies share: the help of their columns, and the error of no policy."""

from typing import Final


class NoPolicyError(ValueError):
    """A part of a document is none of a policy; the message says why, as `Unreadable.why` does."""


ALLOWS_EVERYONE: Final = (
    "whether a policy statement allows everyone and no condition says which account, "
    "organization, principal, ARN, network or address it must be; conditions that can be met "
    "without (IfExists, Not…, ForAllValues, Null, patterns for all) or by anybody (TLS, headers, "
    "tags) say nothing, and denials of other statements are not counted"
)
"""What `questions.allows_everyone` tells."""
