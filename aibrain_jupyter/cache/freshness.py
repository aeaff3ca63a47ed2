"""
How old an entry is: the one place that decides about time.

An entry stamped in the future (the clock was set back since, or was wrong when
it was written) has no age: nobody knows how old it is, so it is a miss. Setting
the clock back makes no entry young again: inside a process the monotonic clock
runs along, and an entry on disk is at least as old as when it was last used.
"""

import datetime as dt
import time
from dataclasses import InitVar, dataclass, field

# Two machines that share a home folder may differ by seconds, hardly by more.
CLOCK_SLACK_S = 30.0
_AHEAD = time.time() - time.monotonic()
_LATEST = 253_402_300_799.0  # 9999-12-31T23:59:59


def latest_now() -> float:
    """Return the time in seconds since the epoch, by a clock that nobody sets back meanwhile."""
    return max(time.time(), _AHEAD + time.monotonic())


@dataclass(frozen=True, slots=True)
class Birth:
    """
    When a value was collected: seconds since the epoch, and the monotonic clock of that age.

    `seen` is a later moment at which it was there already; None: it is new.
    """

    created: float
    seen: InitVar[float | None] = None
    _anchor: float = field(init=False, compare=False)

    def __post_init__(self, seen: float | None) -> None:
        latest = time.time() if seen is None else max(latest_now(), seen)
        object.__setattr__(self, "_anchor", time.monotonic() - max(0.0, latest - self.created))

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
