"""
Causes: what a failure of a provider means, as rows of a table.

Each provider keeps one table; the first row that fits a failure explains it, so special rows come
before general ones. A row is data: how to recognise the failure, its class in our tree, the cause
in words, what to do, and whether asking again by itself may help. Whoever translates errors, and
whoever heals them, reads the same rows. A new cause is a new row.

The words are templates (``{account}``, ``{call}``, …), filled in by the provider. A step of which
a word in braces is not known is left out: no advice names what is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.shared.error_handler import AibrainError

_WORD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Failure:
    """
    What is known of a failure.

    `code` is the error code in the form the provider's table is written in, `status` the HTTP
    status (0: no answer), `message` the words, `asked` the provider's operation that failed,
    `came_through` the functions the exception came through as ``module:name``, outermost first,
    `traits` facts that the provider finds out itself (``endpoint-set``).
    """

    exception: BaseException
    code: str = ""
    status: int = 0
    message: str = ""
    service: str = ""
    asked: str = ""
    came_through: tuple[str, ...] = ()
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """
    One row. What it is recognised by is left empty where it does not count; all else must fit.

    Recognised by: `classes` (of the exception), `codes` (whole) or `code_parts` (in the middle of
    one) or `statuses`, any of these three; and `message` and `came_through` (patterns, case does
    not count), `services`, `asked`, `traits` (all of them).

    Said: `name` (the class of failure, unique in its table), `error` (its class in our tree),
    `what` and `steps` (templates), `is_retry_safe` (asking again, unchanged, does no harm and may
    succeed), `lacks_permission` (a permission would help: not where a policy denies), `source`
    (where it is written or was seen).
    """

    name: str
    error: type[AibrainError]
    what: str
    steps: tuple[str, ...]
    is_retry_safe: bool = False
    lacks_permission: bool = False
    source: str
    classes: tuple[type[BaseException], ...] = ()
    codes: frozenset[str] = field(default=frozenset(), repr=False)
    code_parts: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    message: str = ""
    came_through: str = ""
    services: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()

    def fits(self, failure: Failure) -> bool:
        """Tell whether this row explains a failure."""
        return (
            (not self.classes or isinstance(failure.exception, self.classes))
            and self.fits_code(failure.code, failure.status)
            and (not self.services or failure.service in self.services)
            and (not self.asked or failure.asked in self.asked)
            and self.traits <= failure.traits
            and _found(self.message, failure.message)
            and _found(self.came_through, "\n".join(failure.came_through))
        )

    def fits_code(self, code: str, status: int) -> bool:
        """Tell whether an error code or an HTTP status is one of this row's."""
        if not (self.codes or self.code_parts or self.statuses):
            return True
        return (
            code in self.codes
            or any(part in code for part in self.code_parts)
            or status in self.statuses
        )

    def steps_with(self, words: Mapping[str, str]) -> list[str]:
        """Return the steps filled in; a word of several lines is as many steps."""
        found: list[str] = []
        for step in self.steps:
            if all(words[name] for name in _WORD.findall(step)):
                found += fill(step, words).splitlines()
        return found


def cause_of(failure: Failure, causes: Iterable[Cause]) -> Cause | None:
    """Return the first row that explains a failure; None where none does."""
    return next((cause for cause in causes if cause.fits(failure)), None)


def fill(template: str, words: Mapping[str, str]) -> str:
    """Return a template with its words in place; what is in them stays as it is."""
    return _WORD.sub(lambda found: words[found[1]], template)


def _found(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text, re.I | re.M) is not None
