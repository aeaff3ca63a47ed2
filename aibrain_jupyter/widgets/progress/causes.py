"""
Why calls of a run failed: each cause once, with a count.

A missing permission in a thousand accounts is one cause, although each message
names another account: messages that differ only in account, region, profile and
long numbers are the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aibrain_jupyter.shared.coverage import Outcome, Target

_MOST_KEPT: Final = 50
_WORD: Final = re.compile(r"[\w-]+")
_PLACE: Final = re.compile(r" (?:in|on) …(?![\w/])")
_DIGITS_OF_AN_ID: Final = 5


@dataclass(frozen=True, slots=True)
class Cause:
    """Why `count` calls ended as they did."""

    outcome: Outcome
    why: str
    count: int


class Causes:
    """Counts causes, those first seen last first. At most `_MOST_KEPT` are remembered."""

    def __init__(self) -> None:
        self._found: dict[tuple[Outcome, str], Cause] = {}
        self.known = 0

    def note(self, outcome: Outcome, why: str, target: Target) -> None:
        """Note one call that failed."""
        general = _without_names(why, target)
        key = (outcome, general)
        before = self._found.get(key)
        if before is None:
            self.known += 1
            self._found[key] = Cause(outcome, why, 1)
            if len(self._found) > _MOST_KEPT:
                del self._found[next(iter(self._found))]
            return
        # One account's name would be wrong for all of them.
        words = why if why == before.why else general
        self._found[key] = Cause(outcome, words, before.count + 1)

    def newest(self, most: int) -> tuple[Cause, ...]:
        """Return the causes that were found last. Their order only changes when one is new."""
        return tuple(reversed(list(self._found.values())[-most:]))


def _without_names(why: str, target: Target) -> str:
    names = {*target.parts.values(), target.profile}

    def general(match: re.Match[str]) -> str:
        word = match[0]
        is_id = sum(map(str.isdigit, word)) >= _DIGITS_OF_AN_ID
        return "…" if is_id or word in names else word

    return _PLACE.sub("", _WORD.sub(general, why).replace("…/…", "…"))
