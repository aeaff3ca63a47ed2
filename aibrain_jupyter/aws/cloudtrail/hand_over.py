"""
Ending in time: what was read so far is handed over before the call's time-out takes it away.

An hour of reading must not be lost for the last minute. Whoever reads asks before each part
whether there is time for it, and for making a frame of the rows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import CallTimeoutError

if TYPE_CHECKING:
    from aibrain_jupyter.shared.base_tool import CallContext

_MARGIN_S: Final = 2.0
_ROWS_A_SECOND: Final = 20_000
"""Rows of events that become a frame in a second, on a slow machine."""


class HandOver:
    """Watches the time of one reading, from the start of a part to the start of the next."""

    def __init__(self, ctx: CallContext) -> None:
        self._ctx = ctx
        self._rows_before = ctx.rows
        self._part_began: float | None = None
        self._longest_part_s = 0.0

    def check(self) -> None:
        """
        Begin a part.

        Raises:
            CallTimeoutError: there is no time for one as long as the longest so far.
        """
        now = time.monotonic()
        if self._part_began is not None:
            self._longest_part_s = max(self._longest_part_s, now - self._part_began)
        self._part_began = now
        rows_s = (self._ctx.rows - self._rows_before) / _ROWS_A_SECOND
        if not self._ctx.has_time_for(_MARGIN_S + self._longest_part_s + rows_s):
            raise CallTimeoutError(
                f"The time of the call on {self._ctx.target.label} was over before all was read.",
                why=self._ctx.held_up_by,
                next_steps=["Give it more time with --timeout, or a shorter period."],
            )
