"""What the server answers with, and the refusals that it raises."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class Asked:
    """A request: `path` without the query, unquoted; header names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str

    def json(self) -> dict[str, Any]:
        """The body as JSON; an empty one is an empty mapping."""
        found = json.loads(self.body or b"{}")
        if not isinstance(found, dict):
            raise GraphRefusal(400, "invalidRequest", "The body is no object.")
        return found


@dataclass(slots=True)
class Answer:
    """An answer; `body` is sent as it is, `data` as JSON."""

    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | memoryview | None = None


class GraphRefusal(Exception):  # noqa: N818 - an answer of the imitated service
    """An error as Graph answers it."""

    def __init__(
        self, status: int, code: str, message: str, *, inner: str = "", **headers: str
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.inner = status, code, message, inner
        self.headers = {name.replace("_", "-").title(): text for name, text in headers.items()}


def not_found() -> GraphRefusal:
    """Return the refusal of what is not there."""
    return GraphRefusal(404, "itemNotFound", "The resource could not be found.")
