"""
What a run collected, as whoever keeps it needs it: rows, and everything that is to be said of them.

Plain data of every provider: whoever makes evidence of it (`Saver`) asks nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from aibrain_jupyter.shared.frames.row_key import NO_KEY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import pandas as pd

    from aibrain_jupyter.shared.frames.row_key import RowKey
    from aibrain_jupyter.shared.verbs.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedTarget:
    """
    One target and what came of it.

    `place` are its parts by column (``account_id``, ``region``), `identity` who asked there (for
    AWS the ARN of the caller; a role's without its session), `outcome` as in the coverage, `rows`
    those that were given (None: there was no answer), `source` ``live`` or the level of the cache,
    `age_s` the age of kept rows when they were served, `raw_file` the name of the file with the
    provider's answers, empty where none were kept, `entry` the name of the cache's entry, which
    has the SHA-256 of the target's rows.
    """

    place: Mapping[str, str]
    profile: str = ""
    identity: str = ""
    endpoint: str = ""
    outcome: str = ""
    why: str = ""
    next_step: str = ""
    rows: int | None = None
    source: str = ""
    collected_at: dt.datetime | None = None
    age_s: float | None = None
    seconds: float = 0.0
    raw_file: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """
    A run's rows and where they are from.

    Args:
        frame: The rows as the run gave them, places first.

        places: The columns that say where a row is from.

        key: What tells one row from another, besides the places; with what of it the rows have.

        run: The run's id; every kernel counts from ``r1``, so `kernel` tells them apart.

        tool, title, version: The tool's name, the words its calls go by, its version.

        is_standard, why_custom: Whether the tool is as this package published it; why not.

        patch: SHA-256 of the patch that its code was modified by in its session; empty: none.

        source_sha256, source_parts: SHA-256 of the tool's code, and of each of its modules; empty
            where there is no code to be found.

        parameters, defaults_applied: What was given, as JSON, secrets hidden; what was not, and
            the value that held.

        cell, notebook: What was written; the notebook's name, empty where it is not known.

        asked: What was written or configured of where to ask: ``accounts``, ``regions``,
            ``profile``; empty where nothing was said.

        targets: Each target, in call order.

        gaps: What is missing: ``outcome``, ``why``, ``operation``, ``action``, ``item``,
            ``columns`` and the place.

        not_known: Cells that are not known, by column.

        hidden: Cells with something hidden in them, by column; `revealed`, `allowed` the names
            that were shown, and the sensitive reads that were sent, on purpose.

        left_out: Rows that were read and are not shown (``where``, ``period``).

        notes: One-line remarks.

        requests: The call log, see ``Run.call_log``.

        clock: How many seconds the provider's clock was ahead of this machine's, at least and at
            most; None: nobody told the time.

        raw_folder, raw_note: Where the provider's answers are; why there are none, or not all.

        totals: What independent calls counted, one mapping each.

        started_at, ended_at, collected_from, collected_to: The run's window (UTC), and when the
            source was asked: for kept rows long before.

        outcome: ``complete``, ``gaps``, ``cancelled`` or ``failed``.

        is_demo: Whether any of it is made up.

        versions: Of this package, Python, and what its provider's code is made of.
    """

    frame: pd.DataFrame
    places: tuple[str, ...]
    key: RowKey = NO_KEY
    run: str
    kernel: str
    tool: str
    title: str
    version: str
    is_standard: bool
    why_custom: str = ""
    patch: str = ""
    source_sha256: str = ""
    source_parts: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    defaults_applied: Mapping[str, Any] = field(default_factory=dict)
    cell: str = ""
    notebook: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[CollectedTarget, ...] = ()
    gaps: tuple[Mapping[str, Any], ...] = ()
    not_known: Mapping[str, int] = field(default_factory=dict)
    hidden: Mapping[str, int] = field(default_factory=dict)
    revealed: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    left_out: int = 0
    notes: tuple[str, ...] = ()
    requests: pd.DataFrame
    clock: tuple[float, float] | None = None
    raw_folder: str = ""
    raw_note: str = ""
    totals: tuple[Mapping[str, Any], ...] = ()
    started_at: dt.datetime
    ended_at: dt.datetime
    collected_from: dt.datetime | None = None
    collected_to: dt.datetime | None = None
    outcome: str = ""
    is_demo: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)


class Saver(Protocol):
    """Who keeps the rows of one run: made before it begins, and ended exactly once."""

    @property
    def raw_folder(self) -> str:
        """Where the provider's answers are to be written while they come; made when needed."""

    def save(self, collected: Collected) -> Message | None:
        """
        Keep it, and return what is to be said.
        Raises AibrainError: it was not kept; nothing of it is left.
        """

    def drop(self) -> None:
        """Keep nothing: the run gave nothing to keep, or `save` failed. Harmless when repeated."""
