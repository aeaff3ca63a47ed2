"""What a kernel has not told when it ends: nothing of it is lost, and what arrived is not in it."""

from __future__ import annotations

import http.server
import threading

import pytest

from aibrain_jupyter.execution.metrics.alerts.telling import Notifier


@pytest.fixture
def slow(monkeypatch):
    """A webhook that takes a message when it is let."""
    asked, may_answer = threading.Event(), threading.Event()

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            asked.set()
            may_answer.wait(120)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"json://127.0.0.1:{server.server_port}/?rto=120&cto=120"
        monkeypatch.setenv("AIBRAIN_NOTIFY", address)
        yield address, asked, may_answer
        may_answer.set()
        server.shutdown()


def test_what_is_being_sent_is_left_too(slow):
    """The message that nobody has taken yet comes first, then those behind it; each once."""
    address, asked, _ = slow
    notifier = Notifier()
    for title in ("firing: a", "firing: b"):
        notifier.tell(title, "x", lambda _: None)
    assert asked.wait(120)

    left = notifier.take_back()

    told = {"address": address, "number": 1, "body": "x"}
    assert [{**told, "title": "firing: a"}, {**told, "title": "firing: b"}] == left
    assert [] == notifier.take_back()


def test_what_arrives_in_time_is_not_left(slow):
    """A message that is taken meanwhile is told to nobody a second time."""
    _, asked, may_answer = slow
    notifier, done = Notifier(), []
    notifier.tell("firing: a", "x", done.append)
    assert asked.wait(120)
    may_answer.set()

    assert [] == notifier.take_back(120)
    assert ["receiver 1: told"] == done
