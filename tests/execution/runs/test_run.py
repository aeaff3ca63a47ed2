"""A run: rows in order, one outcome per call, gaps named, errors only when there are no rows."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.config import reset_profile, use_profile
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    CredentialsExpiredError,
    NotOfferedError,
    PermissionDeniedError,
    RunFailedError,
    UnknownNameError,
)
from aibrain_jupyter.shared.events import CallFinished, CallStarted, RunFinished, RunStarted
from aibrain_jupyter.tool_registry import get_tool_registry

ACCOUNTS = {
    "again": "111111111111",
    "prod": "111111111111",
    "dev": "222222222222",
    "lab": "333333333333",
}


class Accounts:
    """
    Three accounts, one region each; ``expired`` has no identity, ``moon`` no such service, and
    ``hung`` never answers.
    """

    notes = ("Three accounts are known.",)

    def profiles(self, accounts, profile):
        for name in accounts:
            if name not in (*ACCOUNTS, "expired", "moon", "hung"):
                raise UnknownNameError(f"There is no account {name}.")
        return list(accounts) or [profile or "prod"]

    def of_profile(self, profile, regions, ctx):
        if profile == "hung":
            time.sleep(60)
        if profile == "expired":
            raise CredentialsExpiredError("The session is over.", next_steps=["Log in."])
        target = AwsTarget(
            account=ACCOUNTS.get(profile, "4" * 12), region="eu-west-1", profile=profile
        )
        return [(target, NotOfferedError("Not there.") if profile == "moon" else None)]


def things(ctx, *, refuse="", none_of="", detail=False):
    """Two rows per account; one may refuse, one may have none, one detail may be missing."""
    if ctx.target.profile == refuse:
        raise PermissionDeniedError(
            f"Account {ctx.target.account} refused iam:ListThings.",
            facts={"operation": "iam:ListThings", "action": "iam:ListThings"},
        )
    names = [f"{ctx.target.profile}-{n}" for n in (1, 2) if ctx.target.profile != none_of]
    frame = pd.DataFrame({"name": names}, dtype="str")
    at = AwsTarget("1", "r")
    gaps = [Gap(Outcome.DENIED, "no", at, "iam:GetThing", "iam:GetThing", "x", ("size",))]
    return ToolResult(frame, gaps=tuple(gaps if detail else ()))


class Things(ToolHandler):
    """Things of every account."""

    run = staticmethod(things)

    def targets(self, params, finding):
        return Accounts()


@pytest.fixture
def spec(monkeypatch):
    """A tool over accounts, registered for the time of a test."""
    module = types.ModuleType("tools_under_test")
    module.Things = Things
    monkeypatch.setitem(sys.modules, "tools_under_test", module)
    found = ToolSpec(
        name="things",
        summary="Things.",
        handler="tools_under_test:Things",
        places=("account_id", "region"),
        is_cacheable=False,
    )
    get_tool_registry().register(found, replace=True)
    return found


def _run(spec, accounts, *, listener=lambda event: None, token=None, options=None, **params):
    options = RunOptions(accounts=tuple(accounts), **(options or {}))
    request = Request(spec, params, options, text="%aibrain things")
    return run_request(request, listener=listener, token=token)


def test_rows_come_in_the_order_of_the_accounts(spec):
    """The same cell gives the same table, whichever call ends first."""
    run = _run(spec, ["prod", "dev", "lab"])

    assert ["account_id", "region", "name"] == list(run.frame.columns)
    assert ["prod-1", "prod-2", "dev-1", "dev-2", "lab-1", "lab-2"] == run.frame["name"].tolist()
    assert not run.summary.gaps
    assert run.error is None


def test_a_refused_account_is_a_gap_among_rows(spec):
    """One denied target of three: two targets' rows, and one gap that names what was refused."""
    run = _run(spec, ["prod", "dev", "lab"], refuse="dev")

    assert {"111111111111", "333333333333"} == set(run.frame["account_id"])
    (gap,) = run.summary.gaps
    assert ("222222222222", "eu-west-1", "iam:ListThings") == (
        gap.target.account,
        gap.target.region,
        gap.action,
    )
    assert ["ok", "denied", "ok"] == run.coverage["outcome"].tolist()
    assert run.error is None


def test_a_run_that_ends_after_a_later_one_has_its_rows(spec, monkeypatch):
    """Threads, gather and subshells: each gets the rows of its own run; the session, the last's."""
    began, go_on = threading.Event(), threading.Event()

    def slowly(ctx, **params):
        if ctx.target.profile == "prod":
            began.set()
            assert go_on.wait(60)
        return things(ctx, **params)

    monkeypatch.setattr(Things, "run", staticmethod(slowly))
    with ThreadPoolExecutor(1) as pool:
        earlier = pool.submit(_run, spec, ["prod"])
        assert began.wait(60)
        later = _run(spec, ["dev"])
        go_on.set()
        found = earlier.result(60)

    assert ["prod-1", "prod-2"] == found.frame["name"].tolist()
    assert ["dev-1", "dev-2"] == later.frame["name"].tolist()
    assert [None, later] == [get_session().find(found.id).frame, get_session().find(later.id)]


def test_who_did_not_answer_is_no_category(spec):
    """A refused account must not be counted as having nothing; one that has nothing is."""
    run = _run(spec, ["prod", "dev", "lab"], refuse="dev", none_of="lab")

    assert {"111111111111": 2, "333333333333": 0} == (
        run.frame["account_id"].value_counts().to_dict()
    )


def test_what_planning_remarks_is_in_the_summary(spec):
    """A fallback taken while accounts and regions were looked up is told."""
    assert ("Three accounts are known.",) == _run(spec, ["prod"]).summary.notes


def test_strict_fails_on_a_gap(spec):
    """Whoever accepts no gaps gets an error that names them."""
    run = _run(spec, ["prod", "dev"], refuse="dev", options={"strict": True})

    assert isinstance(run.error, RunFailedError)
    assert "222222222222/eu-west-1 iam:ListThings: denied" in str(run.error)


def test_one_refused_call_alone_is_its_own_error(spec):
    """A single refused call is never an empty table."""
    run = _run(spec, ["prod"], refuse="prod")

    assert run.frame is None
    assert isinstance(run.error, PermissionDeniedError)


def test_an_account_that_cannot_be_reached_does_not_stop_the_others(spec):
    """Expired credentials of one account are a gap; the others are read."""
    run = _run(spec, ["expired", "dev"])

    assert ["dev-1", "dev-2"] == run.frame["name"].tolist()
    assert ["failed", "ok"] == run.coverage["outcome"].tolist()
    assert "expired" == run.summary.gaps[0].target.profile


def test_an_account_that_never_answers_ends_at_the_time_out(spec):
    """The time-out also holds while accounts are looked up, and the others are read."""
    run = _run(spec, ["hung", "dev"], options={"timeout": 3})

    assert ["timed out", "ok"] == run.coverage["outcome"].tolist()
    assert ["dev-1", "dev-2"] == run.frame["name"].tolist()


def test_an_account_reached_twice_is_asked_once(spec):
    """Two profiles of one account do not give its rows twice, and that is remarked."""
    run = _run(spec, ["prod", "again"])

    assert ["prod-1", "prod-2"] == run.frame["name"].tolist()
    assert "again is account 111111111111, as prod is, and was not asked again." in (
        run.summary.notes
    )


def test_one_number_at_two_endpoints_is_two_accounts(spec, monkeypatch):
    """Local servers give every account the same number; no rows are lost to that."""
    at_home = Accounts.of_profile
    monkeypatch.setattr(
        Accounts,
        "of_profile",
        lambda self, profile, regions, ctx: [
            (dataclasses.replace(target, endpoint=f"http://{profile}"), problem)
            for target, problem in at_home(self, profile, regions, ctx)
        ],
    )

    assert 4 == len(_run(spec, ["prod", "again"]).frame)


def test_a_profile_on_the_line_is_meant_instead_of_configured_accounts(spec, monkeypatch):
    """What the line says is where the run goes, whatever is configured."""
    monkeypatch.setenv("AIBRAIN_ACCOUNTS", "prod,lab")

    assert {"dev-1", "dev-2"} == set(_run(spec, [], options={"profile": "dev"}).frame["name"])
    assert {"prod-1", "prod-2", "lab-1", "lab-2"} == set(_run(spec, []).frame["name"])


def test_a_profile_put_in_use_is_meant_instead_of_configured_accounts(spec, monkeypatch):
    """``%aibrain profile use`` and the demo account are not overruled in silence."""
    monkeypatch.setenv("AIBRAIN_ACCOUNTS", "prod,lab")
    use_profile("dev", "test")
    try:
        assert {"dev-1", "dev-2"} == set(_run(spec, []).frame["name"])
    finally:
        reset_profile()
    assert 4 == len(_run(spec, []).frame)


def test_an_account_that_does_not_exist_stops_the_run_before_it_begins(spec):
    """A wrong name is found before anything is called."""
    events = []
    with pytest.raises(UnknownNameError):
        _run(spec, ["prod", "prdo"], listener=events.append)

    assert not any(isinstance(event, CallStarted) for event in events)
    assert isinstance(events[-1], RunFinished)


def test_cancel_reaches_the_look_up_of_accounts(spec, monkeypatch):
    """Identities and regions are looked up over the network; that can be stopped like a call."""
    token, release, events = CancelToken(), threading.Event(), []

    def hang(self, profile, regions, ctx):
        token.cancel()
        release.wait(60)

    monkeypatch.setattr(Accounts, "of_profile", hang)
    began = time.monotonic()
    run = _run(spec, ["prod"], token=token, listener=events.append)
    release.set()

    assert ("cancelled", CallCancelledError) == (run.outcome_word, type(run.error))
    assert 0 == events[0].total  # what shows progress, and Cancel, was told before
    assert time.monotonic() - began < 30


def test_an_empty_table_of_the_demo_says_that_it_has_none(spec, monkeypatch):
    """Whoever tries a tool on invented data learns that the tool is not to blame."""
    at_home = Accounts.of_profile
    monkeypatch.setattr(
        Accounts,
        "of_profile",
        lambda self, profile, regions, ctx: [
            (dataclasses.replace(target, is_demo=True), problem)
            for target, problem in at_home(self, profile, regions, ctx)
        ],
    )
    said = "The demo account has no things here: its data covers a part of AWS."

    assert said in _run(spec, ["prod"], none_of="prod").summary.notes
    assert said not in _run(spec, ["prod", "dev"], none_of="prod").summary.notes
    assert said not in _run(spec, ["prod", "dev"], none_of="prod", refuse="dev").summary.notes


def test_a_service_that_is_not_offered_is_no_gap(spec):
    """Nothing can be missing where the service does not exist."""
    run = _run(spec, ["prod", "moon"])

    assert not run.summary.gaps
    assert ["ok", "not offered in region"] == run.coverage["outcome"].tolist()


def test_a_missing_detail_is_a_gap_and_a_row_of_the_coverage(spec):
    """A refused detail is named with its item and columns."""
    run = _run(spec, ["prod"], detail=True)

    assert run.summary.gaps
    assert ["", "x"] == run.coverage["item"].tolist()
    assert ["", "size"] == run.coverage["columns"].tolist()


def test_an_async_tool_is_a_tool_like_any_other(spec, monkeypatch):
    """What a third party wrote as a coroutine gives rows, in the order of the accounts."""

    async def slow_things(ctx, **params):
        await asyncio.sleep(0.01)
        return [{"name": ctx.target.profile}]

    class SlowThings(Things):
        run = staticmethod(slow_things)

    monkeypatch.setattr(sys.modules["tools_under_test"], "Things", SlowThings)
    get_tool_registry().register(spec, replace=True)

    assert ["prod", "dev"] == _run(spec, ["prod", "dev"]).frame["name"].tolist()


def test_every_call_is_told_of_once(spec):
    """A listener hears of the run's beginning, of each call's end, and of the run's end."""
    events = []
    _run(spec, ["prod", "dev"], listener=events.append)

    assert [0, 2] == [e.total for e in events if isinstance(e, RunStarted)]
    assert isinstance(events[0], RunStarted)
    assert [0, 1] == sorted(e.index for e in events if isinstance(e, CallFinished))
    assert isinstance(events[-1], RunFinished)


def test_the_frame_carries_where_it_came_from(spec):
    """Provenance travels with the frame, as plain JSON values."""
    run = _run(spec, ["prod", "dev"])

    stamp = run.frame.attrs["aibrain"]
    assert (["111111111111", "222222222222"], 4, True, False) == (
        stamp["accounts"],
        stamp["rows"],
        stamp["is_complete"],
        stamp["is_demo"],
    )


def test_the_session_remembers_runs_and_lets_go_of_old_frames(spec):
    """History has every run; only the newest keeps its rows."""
    first = _run(spec, ["prod"])
    second = _run(spec, ["dev"])

    assert second is get_session().last
    assert get_session().find(first.id).frame is None
    assert [second.id, first.id] == get_session().history.frame()["run"].tolist()[:2]
