"""What a dashboard reads: of this kernel and of others, and what fails while it goes on."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest

from aibrain_jupyter.aws.clients.remembered_limits import remembered_limits
from aibrain_jupyter.aws.clients.token_bucket import Limit
from aibrain_jupyter.aws.provider import AwsProvider
from aibrain_jupyter.execution.dashboard.problems import grouped
from aibrain_jupyter.execution.dashboard.reading import DashboardReader
from aibrain_jupyter.execution.dashboard.sizes import sizes_of
from aibrain_jupyter.execution.metrics.measuring import drain
from aibrain_jupyter.execution.runs.background import BackgroundRun
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.metrics.meter import get_meter
from aibrain_jupyter.shared.tools.provider import KnownLimit

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def troubled(tmp_path, monkeypatch):
    """The module of the tool in trouble, registered; a session and a meter of its own."""
    from pathlib import Path

    monkeypatch.setenv("AIBRAIN_TEST_FOLDER", str(tmp_path))
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "data")
    import troubled_tools

    monkeypatch.setattr(troubled_tools, "FOLDER", tmp_path)
    get_session.cache_clear()
    get_meter.cache_clear()
    troubled_tools.register()
    yield troubled_tools
    get_session.cache_clear()
    get_meter.cache_clear()


def asked(tool, *accounts, **params):
    """A request of the tool for these accounts."""
    options = RunOptions(accounts=accounts)
    return Request(tool.SPEC, params, text="%aibrain list_vpcs", options=options)


def test_what_went_wrong_is_there_at_once(troubled):
    """After a run: shares of throttles and failures, the reason, the operations by their cost."""
    run_request(asked(troubled, "111122223300", "111122223301", "111122223303"))

    found = DashboardReader(HOUR, is_fresh=True).read()

    assert (3, 2) == (found.calls, found.failed)
    assert 6 / 11 == pytest.approx(found.throttled_share)
    (problem,) = found.problems
    assert ("denied", 2, 2) == (problem.outcome, problem.calls, problem.places)
    assert "…" in problem.why
    assert "111122223301" not in problem.why
    assert {"ec2:DescribeVpcs", "ec2:DescribeSubnets"} == {one.name for one in found.operations}
    assert "gaps" == found.runs[0].state
    assert {"ok": 1, "denied": 2} == found.runs[0].counts


def test_a_run_that_goes_on_is_seen_with_what_has_failed_by_now(troubled, tmp_path):
    """Nothing waits for its end; and when it has ended it is never missing between the two."""
    reader = DashboardReader(HOUR)
    run = BackgroundRun(asked(troubled, "111122223300", "111122223301", "slow2"))
    run.start()
    deadline = time.monotonic() + 120
    while len(run.outcomes) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)

    found = reader.read()
    assert "running" == found.runs[0].state
    assert (2, 1) == (found.calls, found.failed)
    assert 1 == found.runs[0].counts["denied"]
    assert 1 == found.problems[0].calls

    (tmp_path / "release").touch()
    seen = []
    while run.is_running and time.monotonic() < deadline:
        seen.append(reader.read())
    seen.append(reader.read())
    assert {(2, 1), (3, 1)} >= {(one.calls, one.failed) for one in seen}
    assert all([run.id] == [line.id for line in one.runs] for one in seen)
    assert 3 == seen[-1].calls
    assert {} == get_session().under_way


def test_a_run_that_could_not_be_planned_does_not_go_on(troubled, monkeypatch):
    """Whatever a run raises, it leaves the list of those that go on."""

    def fails(*_):
        raise RuntimeError("planning")

    monkeypatch.setattr(troubled.Accounts, "profiles", fails)
    with pytest.raises(RuntimeError, match="planning"):
        run_request(asked(troubled, "111122223300"))

    assert {} == get_session().under_way


def test_rates_stand_beside_remembered_limits(troubled):
    """An operation whose limit throttling showed has it beside its rate, for that account."""
    seconds = 0.0
    reader = DashboardReader(HOUR, clock=lambda: seconds)
    run_request(asked(troubled, "111122223302"))
    drain()  # as the recorder does, half a second behind
    reader.read()
    run_request(asked(troubled, "111122223300", "111122223302"))
    drain()
    seconds = 2.1  # rates are looked at every two seconds
    found = {(one.name, one.account): one.limit for one in reader.read().pacing}

    assert 4.0 == found["ec2:DescribeVpcs", "111122223300"]
    assert found["ec2:DescribeSubnets", ""] is None


def test_aws_gives_the_limits_that_it_remembers():
    """What throttling showed is there by service, operation, account and endpoint."""
    remembered_limits().keep("111122223300 ec2 https://ec2 DescribeVpcs", Limit(4.0, 10.0))

    limit = KnownLimit("ec2", "DescribeVpcs", "111122223300", "https://ec2", 4.0)
    assert [limit] == list(AwsProvider().limits())


def test_reasons_that_differ_in_names_are_one(troubled):
    """Accounts, regions and ids do not make a reason another one; words do."""
    why = "User arn:aws:iam::{}:role/a is not authorized in {}"
    places = [("111122223333", "eu-west-1"), ("444455556666", "us-gov-east-1")]
    found = grouped(
        [("denied", why.format(*place), place, 2) for place in places]
        + [("timed out", "no answer", places[0], 1), ("denied", "no answer", places[0], 1)]
    )

    assert [("denied", 4, 2), ("timed out", 1, 1), ("denied", 1, 1)] == [
        (one.outcome, one.calls, one.places) for one in found
    ]
    assert "User arn:aws:iam::…:role/a is not authorized in …" == found[0].why


def test_sizes_are_those_of_the_files(troubled, tmp_path):
    """The evidence store's size is that of its files, those in folders too."""
    store = tmp_path / "evidence"
    (store / "a").mkdir(parents=True)
    (store / "one").write_bytes(b"x" * 100)
    (store / "a" / "two").write_bytes(b"y" * 23)

    sizes = {one.name: one for one in sizes_of()}

    assert (123, "2 files") == (sizes["evidence store"].size, sizes["evidence store"].what)
    assert 256 << 20 == sizes["memory cache"].limit


def test_many_readers_disturb_no_run(troubled):
    """Reading from another thread while a run goes on raises nothing and changes nothing."""
    is_over, errors = threading.Event(), []

    def read():
        reader = DashboardReader(HOUR)
        while not is_over.is_set():
            try:
                reader.read()
            except Exception as exc:  # noqa: BLE001 - whatever it is, it is the test's answer
                errors.append(exc)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    run = run_request(asked(troubled, *(f"{2 * n:012d}" for n in range(300)), requests=1))
    is_over.set()
    for thread in threads:
        thread.join()

    assert [] == errors
    assert 600 == run.summary.rows


def test_a_history_that_cannot_be_read_is_no_zero(troubled):
    """Of a damaged history the page says that figures and runs are not known, nowhere 0 or none."""
    from aibrain_jupyter.widgets.dashboard.page import dashboard_page

    get_session().history.path.parent.mkdir(parents=True, exist_ok=True)
    get_session().history.path.write_bytes(b"garbage " * 1000)

    with pytest.warns(UserWarning, match="cannot be used"):
        moment = DashboardReader(HOUR, is_fresh=True).read()

    said = dashboard_page(moment)._repr_mimebundle_()["text/plain"]
    assert "in all: not known" in said
    assert "0 of 0" not in said
    assert "none yet" not in said
    assert "file is not a database" in said
