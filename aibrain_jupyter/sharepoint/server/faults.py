"""A script of what goes wrong: refusals, broken connections, slow answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

REQUEST: Final = "request"
ANSWER: Final = "answer"

_CODES: Final = {
    401: "InvalidAuthenticationToken",
    403: "accessDenied",
    404: "itemNotFound",
    409: "nameAlreadyExists",
    410: "resyncRequired",
    412: "resourceModified",
    423: "resourceLocked",
    429: "activityLimitReached",
    503: "serviceNotAvailable",
    507: "quotaLimitReached",
}


@dataclass(slots=True)
class Fault:
    """
    Something that goes wrong with requests whose ``METHOD path`` fits `match`.

    `status` is answered (0: the request is served), with `code` and the seconds of `retry_after`.
    `drop` breaks the connection: ``request``, when half of the body has come, or ``answer``, when
    it was served and half of the answer was sent. The first `after` requests that fit pass; of
    those that follow, every `every`-th is hit, `times` of them (None: all). `delay_s` holds the
    answer back; `headers` are added.
    """

    match: str = ""
    status: int = 0
    code: str = ""
    retry_after: float | None = None
    drop: str = ""
    after: int = 0
    every: int = 1
    times: int | None = 1
    delay_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    hits: int = 0
    _seen: int = field(default=0, repr=False)

    def hits_now(self, asked: str) -> bool:
        """Count a request, and tell whether it is hit."""
        if not re.search(self.match, asked):
            return False
        self._seen += 1
        number = self._seen - self.after
        if (
            number < 1
            or number % self.every
            or (self.times is not None and self.hits >= self.times)
        ):
            return False
        self.hits += 1
        return True

    @property
    def error_code(self) -> str:
        """The code that Graph gives with such a status."""
        return self.code or _CODES.get(self.status, "generalException")
