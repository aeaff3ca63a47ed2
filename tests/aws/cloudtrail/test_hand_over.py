"""Events read in a limited time: what there is by then, and a gap for the rest."""

from __future__ import annotations

import datetime as dt
import threading
import types

import pytest

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import CallTimeoutError

from .conftest import event

# One part of the reading takes 0.7 s; 2 s are kept for handing over.
TIME_S = 3.1


class Clock:
    """The clock of a call, which goes on when the provider says so and never by itself."""

    def __init__(self, monkeypatch):
        self._now_s, self._lock = 1000.0, threading.Lock()
        for module in ("aws.cloudtrail.hand_over", "shared.tools.call_context"):
            own = types.SimpleNamespace(monotonic=self.monotonic)
            monkeypatch.setattr(f"aibrain_jupyter.{module}.time", own)

    def monotonic(self):
        return self._now_s

    def goes_on(self, seconds):
        with self._lock:
            self._now_s += seconds


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def slow_lookup(account, clock, monkeypatch):
    """120 events of 120 seconds, the latest first, 50 to a page, 0.7 s a page."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    account.events = [
        event(n, (now - dt.timedelta(hours=1, seconds=n)).isoformat()) for n in range(120)
    ]
    answer = account._looked_up
    monkeypatch.setattr(account, "_looked_up", lambda asked: clock.goes_on(0.7) or answer(asked))
    return account


def test_looked_up_events_are_handed_over_in_time(slow_lookup, export, ctx, clock):
    """The latest events are there, and a gap says before when they are missing."""
    ctx.deadline = clock.monotonic() + TIME_S
    found = export(source="lookup")
    [gap] = found.gaps

    assert not ctx.is_over
    assert 50 == len(found.frame) == len(slow_lookup.lookups) * 50
    assert Outcome.TIMED_OUT is gap.outcome
    assert f"events before {found.frame['event_time'].min():%Y-%m-%d %H:%M:%S} UTC" == gap.item
    assert "--timeout" in gap.why


def test_read_files_are_handed_over_in_time(account, export, ctx, clock):
    """The events of the files that were read are there, and a gap has the period."""
    account.add_trail()
    account.on_read = lambda _: clock.goes_on(0.2 / 8)  # eight are read at once
    for n in range(40):
        when = f"2025-03-10T08:{n:02d}"
        account.put(when, event(n, f"{when}:00Z"), number=n)
    ctx.deadline = clock.monotonic() + TIME_S
    found = export(period="2025-03-10", source="s3")
    [gap] = found.gaps

    assert not ctx.is_over
    assert 32 == len(found.frame) == len(account.read)
    assert (Outcome.TIMED_OUT, True) == (gap.outcome, "of 2025-03-10" in gap.item)


def test_no_time_for_anything_is_a_time_out(slow_lookup, export, ctx, clock):
    """Without a single event there is nothing to hand over."""
    ctx.deadline = clock.monotonic() + 1

    with pytest.raises(CallTimeoutError):
        export(source="lookup")
    assert [] == slow_lookup.lookups


def test_a_call_of_events_may_take_an_hour(account, run, monkeypatch):
    """Unless the user says how long: on the line or in the settings; other tools take 5 minutes."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    account.events = [event(1, dt.datetime.now(dt.UTC).isoformat())]

    def timeout_of(cell):
        run(f"{cell} --no-cache")
        return get_session().last.plan.jobs[0].timeout

    assert 3600 == timeout_of("%aibrain cloudtrail_events source=lookup")
    assert 3600 == timeout_of("%aibrain aws_export cloudtrail events source=lookup")
    assert 60 == timeout_of("%aibrain cloudtrail_events source=lookup --timeout 1m")
    assert 300 == timeout_of("%aibrain cloudtrail_trails")
    get_settings().set("timeout", "2m", "test")
    assert 120 == timeout_of("%aibrain cloudtrail_events source=lookup")
