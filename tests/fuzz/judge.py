"""What is wrong with the outcome of a cell."""

from __future__ import annotations

import re

from aibrain_jupyter.shared.error_handler import AibrainError

from .odd_values import SECRET

_LONGEST = 3000
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def complaint(error: BaseException | None) -> str:
    """Return what is wrong with an error, empty if nothing is, or if there is none."""
    if error is None:
        return ""
    if not isinstance(error, AibrainError):
        return f"a raw {type(error).__name__}"
    text = "\n".join(error._render_traceback_())
    if "a fault of its own" in error.what:
        return "an internal fault"
    if not (error.why or error.next_steps):
        return "neither why nor next step"
    if SECRET in text:
        return "a secret"
    if _UNSHOWABLE.search(text):
        return "characters that cannot be shown"
    if len(text) > _LONGEST:
        return f"a message of {len(text)} characters"
    return ""
