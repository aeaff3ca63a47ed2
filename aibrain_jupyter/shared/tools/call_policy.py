"""How one call may be answered: from the cache, from which age on, or by its source."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.texts.durations import parse_duration


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """
    What the cache may do for a call. Plain data, so that it can go to another process.

    Args:
        uses_cache: Whether results are looked up and kept at all.

        ttl: Age in seconds up to which a kept result is served; None: the tool's own.

        is_fresh: Ask the source, whatever is kept; the answer is kept then.

        stale: For how many seconds past `ttl` a kept result is served at once, while its successor
            is fetched in the background.

        only_cached: Never ask the source.

        refusal_ttl: For how many seconds a refusal is repeated without asking; 0: ask again.

        accepts_from: Serve what was collected since then (aware, UTC), whatever `ttl` says.

        wants_totals: Ask for control totals as well; what was kept without them is not served.
    """

    uses_cache: bool = True
    ttl: float | None = None
    is_fresh: bool = False
    stale: float = 0.0
    only_cached: bool = False
    refusal_ttl: float = 0.0
    accepts_from: dt.datetime | None = None
    wants_totals: bool = False

    @classmethod
    def configured(cls) -> CallPolicy:
        """Return the policy of the settings."""
        settings = get_settings()
        ttl = settings.get("ttl")
        return cls(
            uses_cache=bool(settings.get("cache")),
            ttl=parse_duration(ttl, name="ttl") if ttl else None,
            stale=parse_duration(settings.get("stale"), name="stale"),
            refusal_ttl=parse_duration(settings.get("refusal_ttl"), name="refusal_ttl"),
        )

    def now(self) -> CallPolicy:
        """Return the policy for a call that begins now: `accepts_from` as an age."""
        if self.accepts_from is None:
            return self
        age = (dt.datetime.now(dt.UTC) - self.accepts_from).total_seconds()
        return dataclasses.replace(self, ttl=age, stale=0.0, accepts_from=None)
