"""Runs in the background: the cell ends at once, the rows come when they are there."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from aibrain_jupyter.execution.runs.background import BackgroundRun
from aibrain_jupyter.execution.runs.session import KEEP_JOBS, get_session
from aibrain_jupyter.shared.error_handler import (
    GrammarError,
    InputError,
    PermissionDeniedError,
    RunFailedError,
    StillRunningError,
    UnknownNameError,
)

pytestmark = pytest.mark.usefixtures("counting")
WAIT_S = 60


def until(is_so):
    """Wait for something that another thread does."""
    end = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_the_cell_ends_at_once_with_a_run(run, counting):
    """While a call hangs the cell is over; the run says where it is and gives its rows later."""
    counting.hold("a1")
    ran = run("%aibrain count_things --bg")
    job = ran.value

    assert isinstance(job, BackgroundRun)
    assert ["r1 count_things · in the background"] == ran.shown
    assert ("running", None) == (job.state, job.frame)
    assert "%aibrain cancel r1" in repr(job)
    counting.release()
    assert ["a1-1", "a1-2"] == job.result(WAIT_S)["name"].tolist()
    assert ("complete", None) == (job.state, job.error)


def test_the_variable_is_there_when_it_is_done_and_not_before(run, shell, counting):
    """``-o`` is set once, between cells, and what the variable held stays until then."""
    shell.user_ns["things"] = "old"
    counting.hold("a1")
    ran = run("%aibrain count_things --bg -o things")

    assert ran.shown[0].endswith("things is set when it is done, until then it holds what it held")
    run("1")
    assert "old" == shell.user_ns["things"]
    counting.release()
    until(lambda: not ran.value.is_running)
    assert "old" == shell.user_ns["things"]  # not from the run's own thread
    assert 2 == run("len(things)").value
    shell.user_ns["things"] = "mine"
    run("1")
    assert "mine" == shell.user_ns["things"]


def test_rows_appear_as_calls_end(run, counting):
    """What has been collected by now can be had while the rest goes on."""
    counting.hold("a2")
    job = run("%aibrain count_things --accounts a1,a2 --bg").value
    until(lambda: job.outcomes)

    assert ["a1", "a1"] == job.frame["account_id"].tolist()
    assert ["ok"] == job.coverage["outcome"].tolist()
    jobs = run("%aibrain jobs").value
    assert [("r1", "running", 1, 2, 2)] == list(
        jobs[["run", "state", "done", "calls", "rows"]].itertuples(index=False, name=None)
    )
    counting.release()
    assert 4 == len(job.result(WAIT_S))


def test_other_cells_run_meanwhile(run, counting):
    """A run in the background holds up neither code nor another run."""
    counting.hold("a1")
    job = run("%aibrain count_things --bg").value
    ran = run("%aibrain count_things --accounts b1")

    assert (2, True) == (len(ran.value), job.is_running)
    counting.release()
    job.result(WAIT_S)
    assert "r2" == get_session().last.id  # what began last, though r1 ended after it


def test_two_runs_keep_their_calls_apart(run, counting):
    """Each of several has its own outcomes, rows and errors."""
    counting.refuse("a2")
    first = run("%aibrain count_things --accounts a1,a3 --bg").value
    second = run("%aibrain count_things --accounts a2 --bg").value

    assert {"a1", "a3"} == set(first.result(WAIT_S)["account_id"])
    with pytest.raises(PermissionDeniedError):
        second.result(WAIT_S)
    assert ("complete", "failed") == (first.state, second.state)


def test_result_waits_and_accounts_for_it(run, counting):
    """``%aibrain result`` is what the cell would have been: rows, and the coverage line."""
    run("%aibrain count_things --accounts a1,a2 seconds=0.2 --bg")
    ran = run("%aibrain result r1")

    assert 4 == len(ran.value)
    assert ["2 accounts, 2 calls, 0 failed · 4 rows"] == ran.shown


def test_a_failure_is_told_where_it_is_asked_for(run, shell, counting):
    """Nothing is assigned; result raises what the cell would have raised, and tb has it."""
    counting.refuse("a1")
    run("%aibrain count_things --bg -o things")
    ran = run("%aibrain result")

    assert isinstance(ran.error, PermissionDeniedError)
    assert "things" not in shell.user_ns
    assert "PermissionDeniedError" in run("%aibrain tb").shown[0]


def test_strict_holds_in_the_background(run, counting):
    """A gap that is not accepted fails the result, not the cell that started it."""
    counting.refuse("a2")
    ran = run("%aibrain count_things --accounts a1,a2 --strict --bg -o things")

    assert ran.error is None
    assert isinstance(run("%aibrain result").error, RunFailedError)
    assert isinstance(run("things").error, NameError)


def test_cancel_keeps_what_there_is(run, shell, counting):
    """``%aibrain cancel`` ends it within the grace; the rows so far are its result."""
    counting.hold("a2")
    job = run("%aibrain count_things --accounts a1,a2 --bg -o things").value
    until(lambda: job.outcomes)
    ran = run("%aibrain cancel")

    assert "r1 count_things is being cancelled; what it has is kept" in ran.shown[0]
    assert ["a1-1", "a1-2"] == job.result(WAIT_S)["name"].tolist()
    assert "cancelled" == job.state
    assert ["ok", "cancelled"] == job.coverage["outcome"].tolist()
    assert 2 == run("len(things)").value


def test_which_run_to_cancel_is_never_guessed(run, counting):
    """With several under way it takes a name, or the word all; an ended one is said to be ended."""
    counting.hold("a1")
    jobs = [run(f"%aibrain count_things note={n} --bg").value for n in (1, 2)]

    assert isinstance(run("%aibrain cancel").error, GrammarError)
    assert isinstance(run("%aibrain cancel r7").error, UnknownNameError)
    assert all(job.is_running for job in jobs)
    run("%aibrain cancel r2")
    until(lambda: not jobs[1].is_running)
    assert jobs[0].is_running
    assert "has ended already: cancelled" in run("%aibrain cancel r2").shown[0]
    run("%aibrain cancel all")
    until(lambda: not jobs[0].is_running)
    assert "Nothing runs" in run("%aibrain cancel").shown[0]


def test_awaiting_leaves_the_loop_free(run, shell, counting):
    """``await run`` gives the rows, sets the variable, and other tasks go on meanwhile."""
    counting.hold("a1")
    job = run("%aibrain count_things --bg -o things").value
    at_last = threading.Timer(WAIT_S, counting.release)
    at_last.start()

    async def both():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1
                if ticks > 5:
                    counting.release()

        ticker = asyncio.create_task(tick())
        frame = await job
        ticker.cancel()
        return frame, ticks

    frame, ticks = asyncio.run(both())
    at_last.cancel()

    assert 2 == len(frame)
    assert ticks > 5
    assert 2 == len(shell.user_ns["things"])


def test_waiting_has_an_end_for_who_wants_one(run, counting):
    """A wait that is over is an error with the next step; the run goes on."""
    counting.hold("a1")
    job = run("%aibrain count_things --bg").value

    with pytest.raises(StillRunningError, match="%aibrain cancel r1"):
        job.result(0.1)
    assert job.is_running
    counting.release()
    assert 2 == len(job.result(WAIT_S))


def test_a_wrong_account_is_an_error_of_the_run(run, shell, monkeypatch):
    """What only the look-up of accounts can find fails the run visibly, with its own words."""
    import counting_tools

    def nobody(self, accounts, profile):
        raise UnknownNameError("There is no account a9.")

    monkeypatch.setattr(counting_tools.Accounts, "profiles", nobody)
    job = run("%aibrain count_things --accounts a9 --bg").value

    with pytest.raises(UnknownNameError, match="a9"):
        job.result(WAIT_S)
    assert ("failed", None, 0) == (job.state, job.frame, len(job.coverage))


@pytest.mark.parametrize("option", ["--show", "--dry-run"])
def test_options_that_need_the_cell_are_refused(run, option, counting):
    """What would have to show rows or a plan in a cell that ends at once is refused."""
    ran = run(f"%aibrain count_things --bg {option}")

    assert isinstance(ran.error, InputError)
    assert [] == counting.asked


def test_a_day_of_runs_does_not_fill_the_memory(run, counting):
    """The session lets go of the oldest; whoever kept the run itself still has its rows."""
    kept = run("%aibrain count_things note=first --bg").value
    kept.result(WAIT_S)
    for n in range(KEEP_JOBS + 2):
        run(f"%aibrain count_things note={n} --bg").value.result(WAIT_S)

    assert KEEP_JOBS >= len(get_session().jobs)
    assert get_session().find("r1").frame is None
    assert 2 == len(kept.frame)
    assert isinstance(run("%aibrain result r1").error, InputError)


def test_home_and_history_tell_of_it(run, counting):
    """What goes on is on the first screen, and in the history as running."""
    counting.hold("a1")
    run("%aibrain count_things --bg")
    until(lambda: counting.asked)

    assert "r1 · count_things · in the background" in run("%aibrain").shown[0]
    assert ["running"] == run("%aibrain history").value["outcome"].tolist()
