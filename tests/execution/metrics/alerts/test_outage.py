"""A scripted outage: figures, states, history and a real webhook, by an injected clock."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import socket
import sys
import threading
import time
from typing import ClassVar

import pytest

from aibrain_jupyter.execution.metrics import store
from aibrain_jupyter.execution.metrics.alerts import last_words, telling
from aibrain_jupyter.execution.metrics.alerts.kept import alerts_history
from aibrain_jupyter.execution.metrics.alerts.watching import AlertWatch
from aibrain_jupyter.execution.runs.history.history import History
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.metrics.meter import Figures, Series, get_meter
from aibrain_jupyter.shared.metrics.sketch import Sketch
from aibrain_jupyter.shared.tools.provider import Provider, Reading

_START = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
_SERIES = Series("iam_users", "iam", "ListUsers", "123456789012", "global")


class _Hook(http.server.ThreadingHTTPServer):
    """A webhook that keeps what it is told; `status` is what it answers, `leads_to` where to."""

    def __init__(self):
        self.told, self.status, self.leads_to = [], 200, ""
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def address(self):
        return f"json://127.0.0.1:{self.server_port}/hook?token=s3cr3t"


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.told.append(json.loads(body))
        self.send_response(self.server.status)
        if self.server.leads_to:
            self.send_header("location", self.server.leads_to)
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def hook():
    with _Hook() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(telling, "PAUSES_S", (0.0, 0.0))
    telling.get_notifier.cache_clear()
    get_meter.cache_clear()
    yield
    telling.get_notifier().stop()
    telling.get_notifier.cache_clear()


@pytest.fixture
def history(tmp_path):
    """A history that some run has made."""
    found = History(tmp_path / "history.sqlite")
    found.opened().close()
    return found


class _Clock:
    now = _START

    def __call__(self):
        return self.now


def _minute(history, at, throttled):
    figures = Figures()
    figures.requests, figures.throttled, figures.retried = 40, throttled, throttled
    figures.latency = Sketch([0.1] * 40)
    store.write(history, {(int(at.timestamp()), _SERIES): figures}, {}, at.timestamp())


def _outage(history, watches, clock):
    """Ten good minutes, twenty throttled ones, twenty good ones; two ticks each."""
    for minute in range(50):
        clock.now = _START + dt.timedelta(minutes=minute)
        _minute(history, clock.now, 20 if 10 <= minute < 30 else 0)
        for second in (20, 50):
            clock.now = _START + dt.timedelta(minutes=minute, seconds=second)
            for watch in watches:
                watch.tick(history, [])


def test_an_outage_is_told_once_and_its_end_once(hook, history, monkeypatch):
    """The webhook gets exactly one firing and one resolved message, without rows or secrets."""
    monkeypatch.setenv("AIBRAIN_NOTIFY", hook.address)
    clock = _Clock()
    watch = AlertWatch(clock)

    _outage(history, [watch], clock)

    assert telling.get_notifier().wait(60)
    assert ["firing: throttled", "resolved: throttled"] == [one["title"] for one in hook.told]
    assert "iam: 33% of the attempts were refused for rate" in hook.told[0]["message"]
    told = json.dumps(hook.told)
    assert not [word for word in ("123456789012", "ListUsers", "s3cr3t") if word in told]
    before = alerts_history(history)
    assert ["resolved", "firing"] == before["state"].tolist()
    assert ["receiver 1: told"] * 2 == before["told"].tolist()


def test_two_kernels_tell_it_once(hook, history, monkeypatch):
    """Kernels that watch the same history send one message of each between them."""
    monkeypatch.setenv("AIBRAIN_NOTIFY", hook.address)
    clock = _Clock()
    watches = [AlertWatch(clock), AlertWatch(clock)]

    _outage(history, watches, clock)

    assert telling.get_notifier().wait(60)
    assert ["firing: throttled", "resolved: throttled"] == [one["title"] for one in hook.told]


def test_the_kernel_after_resolves_what_one_before_left_firing(hook, history, monkeypatch):
    """An alert that fired when its kernel ended is taken up, not told again, and resolved."""
    monkeypatch.setenv("AIBRAIN_NOTIFY", hook.address)
    clock = _Clock()
    for minute in range(30):
        clock.now = _START + dt.timedelta(minutes=minute)
        _minute(history, clock.now, 20)
    first = AlertWatch(clock)
    for minute in (10, 20, 29):
        clock.now = _START + dt.timedelta(minutes=minute)
        first.tick(history, [])
    second = AlertWatch(clock)
    second.tick(history, [])
    assert ["firing"] == [one.state for one in second.known() if one.rule.name == "throttled"]

    for minute in range(30, 40):
        clock.now = _START + dt.timedelta(minutes=minute)
        _minute(history, clock.now, 0)
        second.tick(history, [])

    assert telling.get_notifier().wait(60)
    assert ["firing: throttled", "resolved: throttled"] == [one["title"] for one in hook.told]


def test_a_receiver_that_is_down_delays_nothing(hook, history, monkeypatch):
    """A tick returns at once and another receiver is told, while one accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as dead:
        silent = f"json://127.0.0.1:{dead.getsockname()[1]}/?rto=3&cto=3"
        monkeypatch.setenv("AIBRAIN_NOTIFY", f"{silent} {hook.address}")
        clock = _Clock()
        began = time.thread_time()

        _outage(history, [AlertWatch(clock)], clock)

        assert time.thread_time() - began < 20  # its own work; it waited for nobody
        until = time.monotonic() + 20
        while len(hook.told) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        assert 2 == len(hook.told)
        assert telling.get_notifier().wait(60)
    told = alerts_history(history)["told"].tolist()
    assert all("receiver 1: not reached" in words for words in told)
    assert all("receiver 2: told" in words for words in told)


def test_a_receiver_that_refuses_is_asked_three_times(hook, history, monkeypatch):
    """A webhook that answers with an error is tried again, and then it is written down."""
    hook.status = 500
    monkeypatch.setenv("AIBRAIN_NOTIFY", hook.address)
    done = []

    telling.get_notifier().tell("firing: x", "y", done.append)

    assert telling.get_notifier().wait(60)
    assert 3 == len(hook.told)
    assert ["receiver 1: not reached, tried 3 times"] == done


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_receiver_that_sends_elsewhere_was_not_told(hook, monkeypatch, status):
    """A redirect leaves a message nowhere: it is followed to no other host, nor called told."""
    with _Hook() as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        hook.status, hook.leads_to = status, f"http://127.0.0.1:{other.server_port}/"
        monkeypatch.setenv("AIBRAIN_NOTIFY", hook.address)
        done = []

        telling.get_notifier().tell("firing: x", "y", done.append)

        assert telling.get_notifier().wait(60)
        other.shutdown()
    assert ["receiver 1: not reached, tried 3 times"] == done
    assert [] == other.told


def test_a_service_with_a_fault_of_its_own_ends_no_thread(hook, monkeypatch):
    """What a receiver's plugin raises is said without a word of it; the next message is told."""
    monkeypatch.setenv("AIBRAIN_NOTIFY", hook.address)
    really, done = telling.sent, []

    def fails_once(*words):
        monkeypatch.setattr(telling, "sent", really)
        raise RuntimeError("s3cr3t")

    monkeypatch.setattr(telling, "sent", fails_once)
    for number in range(2):
        telling.get_notifier().tell(f"firing: {number}", "y", done.append)

    assert telling.get_notifier().wait(60)
    assert ["receiver 1: not told, RuntimeError", "receiver 1: told"] == done
    assert ["firing: 1"] == [one["title"] for one in hook.told]


class _Sessions(Provider):
    """A provider that knows when a session ends."""

    name = "sessions"
    measures: ClassVar = {"session_ends_in_s": ("s", "the session ends in {value}")}
    left = 3600.0

    def readings(self, metrics):
        return [Reading("session_ends_in_s", "audit", self.left)]


class _Broken(Provider):
    """A provider with a fault."""

    name = "broken"
    measures: ClassVar = {"broken_things": ("count", "{value} things")}

    def readings(self, metrics):
        raise RuntimeError("a fault")


def test_what_only_a_provider_knows_is_watched(history):
    """A session that ends within ten minutes fires, whatever fault another provider has."""
    clock, sessions = _Clock(), _Sessions()
    watch = AlertWatch(clock)
    watch.tick(history, [_Broken(), sessions])
    before = watch.frame()
    sessions.left = 540.0
    watch.tick(history, [_Broken(), sessions])

    rows = {row["rule"]: row for row in watch.frame().to_dict("records")}

    assert "ok" == before[before["rule"] == "session ends"]["state"].item()
    assert ("firing", "audit") == tuple(rows["session ends"][n] for n in ("state", "of"))
    assert "audit: the session ends in 9 min (below 10m)" == rows["session ends"]["says"]


def test_who_shows_alerts_is_told_of_changes_alone(history):
    """A tick that changes nothing calls nobody."""
    clock, sessions, seen = _Clock(), _Sessions(), []
    watch = AlertWatch(clock)
    watch.on_change.append(lambda known: seen.append([one.state for one in known]))

    for left in (3600, 540, 500, 3600, 3600):
        sessions.left = left
        watch.tick(history, [sessions])

    assert [["firing"], ["resolved"]] == [[s for s in one if s != "ok"] for one in seen]


def test_a_tool_that_only_the_kernel_has_ends_no_last_look(history, monkeypatch):
    """A module beside the notebook, or none at all, and what fires last is entered all the same."""
    monkeypatch.delenv("AIBRAIN_NOTIFY", raising=False)
    now = dt.datetime.now(dt.UTC)
    for minute in range(5):
        _minute(history, now - dt.timedelta(minutes=minute), 20)
    file = history.path.with_name("rules.yml")
    file.write_text("alerts: [{name: mine, metric: throttled_share, when: above 10%}]")
    settings = {"alerts": True, "alerts_file": str(file)}
    modules = {"modules": ["nowhere_to_be_found"], "path": [str(history.path.parent)]}
    try:
        last_words.tell(
            {"history": str(history.path), "messages": [], "settings": settings, **modules}
        )
    finally:
        for name in settings:
            get_settings().unset(name)
        sys.path.remove(str(history.path.parent))

    assert ["mine"] == alerts_history(history)["rule"].tolist()
