"""
How old an entry is: the one place that decides about time.

An entry stamped in the future (the clock was set back since, or was wrong when
it was written) has no age: nobody knows how old it is, so it is a miss. Inside a
process the monotonic clock runs along, so that setting the clock back does not
make an entry young again.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field

# Two machines that share a home folder may differ by seconds, hardly by minutes.
CLOCK_SLACK_S = 300.0
_LATEST = 253_402_300_799.0  # 9999-12-31T23:59:59


@dataclass(frozen=True, slots=True)
class Birth:
    """When a value was collected: seconds since the epoch, and the monotonic clock of that age."""

    created: float
    _anchor: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        wall_age = max(0.0, time.time() - self.created)
        object.__setattr__(self, "_anchor", time.monotonic() - wall_age)

    @property
    def moment(self) -> dt.datetime:
        """When the value was collected, aware, in UTC; what no calendar has is its nearest day."""
        return dt.datetime.fromtimestamp(min(max(self.created, 0.0), _LATEST), dt.UTC)

    def age_s(self) -> float | None:
        """Return the age in seconds, or None when the stamp lies in the future."""
        wall_age = time.time() - self.created
        if wall_age < -CLOCK_SLACK_S:
            return None
        return max(0.0, wall_age, time.monotonic() - self._anchor)

    def is_within(self, seconds: float) -> bool:
        """Tell whether the value is at most `seconds` old."""
        age = self.age_s()
        return age is not None and age <= seconds
