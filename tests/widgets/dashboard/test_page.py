"""The dashboard as it is read: what is wrong is marked in words, what is not known is no zero."""

from __future__ import annotations

import datetime as dt
import re

from aibrain_jupyter.execution.dashboard.state import (
    Asked,
    Ending,
    Hour,
    Moment,
    Pacing,
    Problem,
    RunLine,
    Size,
)
from aibrain_jupyter.execution.metrics.alerts.rules import Rule
from aibrain_jupyter.execution.metrics.alerts.states import FIRING, Alert
from aibrain_jupyter.widgets.dashboard.file import file_html, write_file
from aibrain_jupyter.widgets.dashboard.page import dashboard_page

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
ALERT = Alert(
    Rule("throttled", "throttled_share", "above 10%", True, 0.1, unit="share"), "", FIRING, NOW, 0.6
)


def moment(**changes):
    """A moment of a run in trouble, changed where asked."""
    usual = {
        "requests": 90,
        "calls": 24,
        "failed": 12,
        "p50_ms": 40.0,
        "p90_ms": 51.0,
        "p99_ms": 1500.0,
        "throttled_share": 0.6,
        "hit_rate": 0.25,
        "runs": [
            RunLine("r7", "iam users", "running", NOW, 12.0, {"ok": 12, "denied": 12}, 26),
            RunLine("r6", "s3 buckets", "complete", NOW, 2.0, {"ok": 2}, 2, 18, is_here=False),
        ],
        "operations": [Asked("iam:ListUsers", 90, 3.0, 40.0, 51.0, 1500.0, 0.6, 0.5)],
        "pacing": [Pacing("iam:ListUsers", "111122223333", 9.5, 10.0)],
        "problems": [Problem("denied", "not authorized <b>", 12, 12)],
        "sessions": [Ending("prod", 300.0), Ending("dev", None), Ending("old", -60.0)],
        "sizes": [Size("disk cache", 2048, "3 results", 1 << 20)],
        "hours": [Hour(NOW.timestamp(), 8, 2)],
        "alerts": [ALERT],
    }
    return Moment(NOW, 3600.0, **{**usual, **changes})


def test_what_is_wrong_is_marked_in_words():
    """A mark stands before what is wrong, in text and HTML: no colour is needed to see it."""
    page = dashboard_page(moment())

    for said in (
        "! throttled",
        "! throttled 60 %",
        "! failed calls 50 % (12 of 24)",
        "! r7 iam users: 24 of 26 calls · 12 denied",
        "! iam:ListUsers 111122223333  9.5/s of 10.0/s",
        "! prod  ends in 5 min",
        "! old  ended 60 s ago",
        "dev  its end is not known",
        "another kernel",
    ):
        assert said in page.text(), said
    assert "<b>! 60 %</b>" in page.html()
    assert page.text().index("! throttled") < page.text().index("Runs")


def test_a_quiet_kernel_has_no_mark_and_no_empty_section():
    """Without trouble nothing is marked; what there is nothing of is left out."""
    quiet = moment(
        failed=0,
        throttled_share=0.0,
        runs=[],
        operations=[],
        pacing=[],
        problems=[],
        sessions=[],
        sizes=[],
        hours=[],
        alerts=[],
    )

    text = dashboard_page(quiet).text()
    assert "!" not in text
    for title in ("Why calls failed", "Sessions", "What costs", "Rate", "Hit rate"):
        assert title not in text


def test_what_is_not_known_is_no_zero():
    """Where nothing was asked there is a dash instead of 0 %."""
    text = dashboard_page(
        moment(calls=0, failed=0, throttled_share=None, hit_rate=None, p50_ms=None, p90_ms=None)
    ).text()

    assert "throttled –" in text
    assert "latency p90 –" in text
    assert "from the cache –" in text


def test_the_file_needs_nothing_and_runs_nothing(tmp_path):
    """One HTML document: no script, no address, every text escaped, both colour schemes."""
    html = file_html(dashboard_page(moment()), "Dashboard")

    assert html.startswith("<!doctype html>")
    assert "<script" not in html
    assert not re.search(r"(src|href)=|https?://", html)
    assert "not authorized &lt;b&gt;" in html
    assert "prefers-color-scheme: dark" in html
    path = tmp_path / "dashboard.html"
    assert write_file(path, dashboard_page(moment()), "Dashboard") == path.stat().st_size
    assert [path] == list(tmp_path.iterdir())
