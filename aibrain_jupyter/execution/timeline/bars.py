"""
The calls of a run on one line of time, and their requests: what a picture of it is made of.

Nothing is measured for it: when a call began and ended is in its outcome, what it waited for in its
call log. Of a call that the cache answered the log is that of the original collection, so it says
nothing of this run and is left out.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.call_log import AnsweredRequest, unpacked
from aibrain_jupyter.shared.frames.stack import UTC, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.runs.combine import KeptCall

RUNNING: Final = "running"
REFUSED: Final = "refused"
"""What a request is whose answer was an error that is not about the rate."""
NOT_FOUND: Final = "not found"
"""What one is whose answer was that there is no such thing: often an answer like any other."""
_THROTTLED_STATUS: Final = (429, 503)

COLUMNS: Final = {
    "profile": "str",
    "operation": "str",
    "call": "Int64",
    "began": UTC,
    "queued_s": "Float64",
    "seconds": "Float64",
    "waited_s": "Float64",
    "wire_s": "Float64",
    "parse_s": "Float64",
    "requests": "Int64",
    "retried": "Int64",
    "throttled": "Int64",
    "rows": "Int64",
    "outcome": "str",
    "source": "str",
    "worker": "str",
    "is_critical": "bool",
}
"""After ``run`` and the parts of the place."""


class Bar(NamedTuple):
    """
    A call, or a request of one. Its fields are the columns of `frame_of`; `place` are the parts of
    its target by column. `queued_s` is None where a call never began.
    """

    place: Mapping[str, str]
    profile: str
    operation: str
    call: int
    began: dt.datetime | None
    queued_s: float | None
    seconds: float
    waited_s: float = 0.0
    wire_s: float = 0.0
    parse_s: float = 0.0
    requests: int = 0
    retried: int = 0
    throttled: int = 0
    rows: int | None = None
    outcome: str = RUNNING
    source: str = ""
    worker: str = ""
    is_critical: bool = False

    @property
    def label(self) -> str:
        """Where it was asked, in short; the profile stands for an account that is not known."""
        first, *others = *self.place.values(), ""
        return "/".join(part for part in (first or self.profile, *others) if part) or "-"

    @property
    def made_by(self) -> str:
        """Which process made the call, in words; of one that goes on nobody has said it yet."""
        return self.worker or ("not told yet" if self.outcome == RUNNING else "this kernel")

    @property
    def end(self) -> float | None:
        """When it ended, in seconds since its run began; None: it never began."""
        return None if self.queued_s is None else self.queued_s + self.seconds


def bar_of_call(call: KeptCall, started_at: dt.datetime) -> Bar:
    """Return an ended call as a bar; its run began at `started_at`."""
    log = unpacked(call.requests) if call.source == LIVE else []
    return Bar(
        place=call.target.parts,
        profile=call.target.profile,
        operation=call.title,
        call=call.number,
        began=call.started_at,
        queued_s=_since(started_at, call.started_at),
        seconds=round(call.seconds, 3),
        waited_s=round(sum(one.waited_s for one in log), 3),
        wire_s=round(sum(one.wire_s for one in log), 3),
        parse_s=round(sum(one.parse_s for one in log), 3),
        requests=len(log),
        retried=sum(one.attempts - 1 for one in log),
        throttled=max(call.throttled, sum(one.throttled for one in log)),
        rows=call.rows,
        outcome=str(call.outcome),
        source=call.source,
        worker=call.worker,
    )


def bars_of_requests(call: KeptCall, started_at: dt.datetime) -> list[Bar]:
    """Return the answered requests of a call as bars: waiting first, then wire, then reading."""
    if call.source != LIVE:
        return []
    return [_bar_of_request(one, call, started_at) for one in unpacked(call.requests)]


def _bar_of_request(one: AnsweredRequest, call: KeptCall, started_at: dt.datetime) -> Bar:
    seconds = one.waited_s + one.wire_s + one.parse_s
    end = (one.at - started_at).total_seconds()
    is_error = one.status >= 400
    is_throttled = is_error and (one.throttled >= one.attempts or one.status in _THROTTLED_STATUS)
    refusal = NOT_FOUND if one.status == 404 else REFUSED
    return Bar(
        place=call.target.parts,
        profile=call.target.profile,
        operation=f"{one.service}:{one.operation}",
        call=call.number,
        began=one.at - dt.timedelta(seconds=seconds),
        queued_s=round(max(end - seconds, 0.0), 3),
        seconds=round(seconds, 3),
        waited_s=one.waited_s,
        wire_s=one.wire_s,
        parse_s=one.parse_s,
        requests=1,
        retried=one.attempts - 1,
        throttled=one.throttled,
        rows=one.rows,
        outcome="throttled" if is_throttled else refusal if is_error else "ok",
        source=LIVE,
        worker=call.worker,
    )


def frame_of(run_id: str, bars: Iterable[Bar], places: Sequence[str]) -> pd.DataFrame:
    """
    Return one row per bar, in the order given.

    Returns:
        ``run``, the `places` of the target, ``profile``; ``operation`` (str: what the call is named
        by, or the request's ``service:Operation``), ``call`` (its number, from 0, as in the
        coverage), ``began`` (UTC; NaT: it never began), ``queued_s`` (Float64: seconds from the
        run's start to its own), ``seconds`` (how long it took), ``waited_s``, ``wire_s``,
        ``parse_s`` (of its requests: held back for the provider's pace, until the answers had come,
        reading them; requests of one call may overlap), ``requests``, ``retried`` (sent again),
        ``throttled``, ``rows`` (Int64), ``outcome`` (``running``; of a request ``ok``,
        ``not found``, ``throttled``, ``refused``), ``source`` (str), ``worker`` (str: the process
        that made the call, empty for this kernel), ``is_critical`` (bool: on the chain of calls
        that the run's end waited for).
    """
    rows: list[dict[str, Any]] = [{**bar._asdict(), **bar.place, "run": run_id} for bar in bars]
    return table_of(rows, {"run": "str", **dict.fromkeys(places, "str"), **COLUMNS})


def _since(started_at: dt.datetime, moment: dt.datetime | None) -> float | None:
    return None if moment is None else round(max((moment - started_at).total_seconds(), 0.0), 3)
