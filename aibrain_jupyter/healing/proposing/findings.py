"""What a reader of errors finds, and what it asks of a provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aibrain_jupyter.healing.proposing.place import Place
    from aibrain_jupyter.healing.proposing.source import Edit
    from aibrain_jupyter.shared.tools.provider import OperationShape


@dataclass(frozen=True)
class Finding:
    """A change that would mend one thing: what it is, and what it does not know."""

    kind: str
    what: str
    line: int
    edits: tuple[Edit, ...]
    not_known: str


@dataclass(frozen=True)
class NoFinding:
    """The error is of a kind that is known here, and nothing is certain enough: why."""

    why: str


Operations = Callable[[str, str], "OperationShape | None"]
"""What an operation is asked for and answers, by service and method; None: nobody knows it."""

Reader = Callable[["Place", Operations], "Finding | NoFinding | None"]
"""Reads an error where it came by the source; None: it is of no kind that it knows."""
