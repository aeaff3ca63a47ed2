"""Names and reasons that are markup, steer a terminal, or cannot be written: shown as they are."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import time

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.dashboard.reading import DashboardReader
from aibrain_jupyter.execution.exporters import json_lines, prometheus
from aibrain_jupyter.execution.metrics.alerts.rules import FIGURES, rule_of
from aibrain_jupyter.execution.metrics.alerts.states import FIRING, Alert
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.execution.timeline.of_run import BY, timeline_of_run
from aibrain_jupyter.shared.base_tool import ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.shared.metrics.meter import get_meter
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.alerts import banner_page
from aibrain_jupyter.widgets.dashboard.file import write_file
from aibrain_jupyter.widgets.dashboard.page import dashboard_page
from aibrain_jupyter.widgets.timeline.picture import timeline_page
from tests.execution.exporters.conftest import needed

NAME = "</svg><img src=x onerror=alert(1)>\"'`\n<script>alert(2)</script>\u202e\x1b[31m\x00é"
HALF = NAME + "\ud800"
"""What JSON may say and UTF-8 cannot."""


class _Accounts:
    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts)

    def of_profile(self, profile, regions, ctx):
        return [(AwsTarget(account=profile, region=NAME, profile=profile, identity=profile), None)]


class Hostile(ToolHandler):
    """Tells of requests by such names; accounts that begin with ``bad`` refuse in such words."""

    def targets(self, params, finding):
        return _Accounts()

    def run(self, ctx, **params):
        note = [time.time(), HALF, HALF, HALF, HALF, 200, 3, 1, 5, 9, 2, 0.0, 0.05, 0.01, None]
        ctx.answered.extend([note] * 3)
        if ctx.target.account.startswith("bad"):
            raise PermissionDeniedError(f"no {HALF}", why=f"because {HALF}", facts={"action": HALF})
        return ToolResult(pd.DataFrame({"a": [1]}))


@pytest.fixture
def run():
    """A run of such names, half of it refused, in a session of its own."""
    get_session.cache_clear()
    get_meter.cache_clear()
    spec = ToolSpec(
        name="hostile",
        summary=HALF,
        handler=f"{__name__}:Hostile",
        places=("account_id", "region"),
        is_cacheable=False,
    )
    get_tool_registry().register(spec, replace=True)
    options = RunOptions(accounts=(f"ok{NAME}", f"bad{NAME}"))
    yield run_request(Request(spec, {}, text=f"%aibrain hostile {HALF}", options=options))
    get_session.cache_clear()
    get_meter.cache_clear()


def _alert():
    rule = rule_of({"name": HALF, "metric": "throttled_share", "when": "above 10%"}, FIGURES)
    return Alert(rule, HALF, FIRING, dt.datetime.now(dt.UTC), 0.5)


def test_they_are_shown_as_they_are_and_do_nothing(run, tmp_path):
    """No page has a tag or a control character of theirs, in HTML or text; the file is UTF-8."""
    moment = DashboardReader(dt.timedelta(hours=1), is_fresh=True).read()
    pages = [
        dashboard_page(moment),
        banner_page([_alert()]),
        *(timeline_page(timeline_of_run(run, by)) for by in BY),
    ]
    for page in pages:
        for mark in ("<script", "<img", "\x1b", "\x00", "\u202e"):
            assert mark not in page.html(), (page.label, mark)
        for mark in ("\x1b", "\x00", "\u202e", "\ud800"):
            assert mark not in page.text(), (page.label, mark)
    write_file(tmp_path / "page.html", pages[0], HALF)
    assert "<script" not in (tmp_path / "page.html").read_text("utf-8")
    assert 2 == len(timeline_of_run(run).frame())


def test_they_stop_nobody_who_writes(run):
    """The history has the run and its reasons, and the figures; the next run is written as well."""
    history = get_session().history

    assert [2] == history.frame()["calls"].tolist()
    assert "\\ud800" in history.calls(run.id)["why"].iloc[1]
    moment = DashboardReader(dt.timedelta(hours=1), is_fresh=True).read()
    assert (6, 2, 1) == (moment.requests, moment.calls, moment.failed)
    assert "\\ud800" in moment.operations[0].name


def test_other_programs_can_read_them(run, tmp_path):
    """promtool finds nothing in the labels, and each JSON line is one."""
    registry = prometheus.make_registry()
    prometheus.write_file(tmp_path / "a.prom", registry)
    with (tmp_path / "a.prom").open() as file:
        assert "aibrain_requests_total{" in file.read()
        file.seek(0)
        checked = subprocess.run(
            [needed("promtool"), "check", "metrics"],
            stdin=file,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (0, "") == (checked.returncode, checked.stdout + checked.stderr)

    lines = json_lines.append(tmp_path / "a.jsonl", run)
    written = (tmp_path / "a.jsonl").read_text("utf-8").removesuffix("\n").split("\n")
    assert lines == len([json.loads(line) for line in written])
