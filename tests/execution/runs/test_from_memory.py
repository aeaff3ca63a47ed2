"""A run that memory answers whole: the same run, without whatever a live one needs."""

from __future__ import annotations

import sys
import types

import pandas as pd
import pytest

from aibrain_jupyter.advanced_cache import get_cache_manager
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.runs.from_memory import MOST_CALLS, run_from_memory
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import Param, ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.tool_registry import get_tool_registry

REGION = "eu-west-1"


def target_of(name):
    return AwsTarget("1" * 12 if name == "twin" else name * 12, REGION, profile=name, identity=name)


class Accounts:
    """Accounts by the digit they are made of; ``twin`` is the account of 1."""

    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts) or ["1"]

    def of_profile(self, profile, regions, ctx):
        return [(target_of(profile), None)]


class Things(ToolHandler):
    """Two things of every account, known by name; account 9 leaves a gap."""

    known = True

    def run(self, ctx):
        Things.calls.append(ctx.target.profile)
        gaps = (Gap(Outcome.DENIED, "no", ctx.target),) if ctx.target.profile == "9" else ()
        return ToolResult(pd.DataFrame({"name": ["a", "b"]}, dtype="str"), gaps=gaps)

    def asked(self, params):
        return {}

    def shape(self, result, target, params):
        if params["where"] == "fault":
            raise RuntimeError("a fault in a view")
        result.frame = result.frame[result.frame["name"] == params["where"]]
        result.left_out = 1
        return result

    def targets(self, params, finding):
        return Accounts()

    def known_targets(self, params, finding, accounts, profile, regions):
        if not Things.known:
            return None
        return [target_of(name) for name in accounts or ["1"]]


@pytest.fixture
def spec(monkeypatch):
    """A tool over accounts, registered for the time of a test, in a session of its own."""
    Things.known, Things.calls = True, []
    module = types.ModuleType("tools_in_memory")
    module.Things = Things
    monkeypatch.setitem(sys.modules, "tools_in_memory", module)
    found = ToolSpec(
        name="kept_things",
        summary="Things.",
        handler="tools_in_memory:Things",
        params=(Param("where", str, "which", "", is_view=True),),
        places=("account_id", "region"),
    )
    get_tool_registry().register(found, replace=True)
    get_session.cache_clear()
    get_cache_manager().clear()
    yield found
    get_session.cache_clear()


def request_of(spec, *accounts, where="", **options):
    params = {"where": where} if where else {}
    options = RunOptions(accounts=accounts, **options)
    return Request(spec, params, options, text="%aibrain kept_things")


def counts():
    stats = get_cache_manager().get_advanced_stats()
    return [stats[name] for name in ("memory_hits", "disk_hits", "misses")]


def figures(run):
    """What may not differ between the two ways."""
    lasting = run.coverage.drop(columns=["seconds"])
    own = ("run", "started_at", "seconds")
    provenance = {name: value for name, value in run.provenance.items() if name not in own}
    summary = run.summary
    return (
        lasting.to_dict("records"),
        provenance,
        (summary.calls, summary.rows, summary.places, summary.counts, summary.from_cache),
        run.outcome_word,
        run.frame.to_dict("records"),
        [str(dtype) for dtype in run.frame.dtypes],
    )


def test_it_is_the_same_run(spec):
    """Outcomes, coverage, provenance, rows and their types are those of the long way."""
    run_request(request_of(spec, "1", "2"))

    short = run_from_memory(request_of(spec, "1", "2"))
    found = figures(short)

    assert found == figures(run_request(request_of(spec, "1", "2")))
    assert ["memory", "memory"] == short.coverage["source"].tolist()
    assert ["1", "2"] == sorted(Things.calls)


def test_it_is_in_the_history_as_any_other(spec):
    """One entry, with its calls; nothing tells it from a run of the long way."""
    run_request(request_of(spec, "1", "2"))
    run_from_memory(request_of(spec, "1", "2"))
    run_request(request_of(spec, "1", "2"))

    history = get_session().history.frame()
    same = history.drop(columns=["run", "started", "seconds"]).to_dict("records")
    calls = [get_session().history.calls(name).drop(columns="seconds") for name in ("r2", "r3")]

    assert ["r3", "r2", "r1"] == history["run"].tolist()
    assert same[0] == same[1]
    pd.testing.assert_frame_equal(*calls)


def test_each_call_counts_as_one_hit(spec):
    """The statistics of cache and tool count a hit once, and what was not all there not at all."""
    run_request(request_of(spec, "1", "2"))
    before, called = counts(), get_tool_registry().metrics()["kept_things"].calls

    run_from_memory(request_of(spec, "1", "2"))
    nothing = run_from_memory(request_of(spec, "1", "3"))

    assert nothing is None
    assert [before[0] + 2, *before[1:]] == counts()
    assert called + 2 == get_tool_registry().metrics()["kept_things"].calls
    assert ["r1", "r2"] == [run.id for run in get_session().runs]


@pytest.mark.parametrize(
    "options", [{"fresh": True}, {"no_cache": True}, {"ttl": 0.0}], ids=["fresh", "none", "old"]
)
def test_what_the_cache_may_not_answer_goes_the_long_way(spec, options):
    """``--fresh``, ``--no-cache`` and an entry that is too old are not for memory to answer."""
    run_request(request_of(spec, "1"))

    assert run_from_memory(request_of(spec, "1", **options)) is None


def test_who_has_to_be_looked_up_goes_the_long_way(spec):
    """Accounts that are not known, two of one place, and very many need the planner."""
    many = [f"{number}x" for number in range(MOST_CALLS + 1)]
    for accounts in (["1"], ["1", "twin"], many):
        run_request(request_of(spec, *accounts))

    assert run_from_memory(request_of(spec, "1", "twin")) is None
    assert run_from_memory(request_of(spec, *many)) is None
    Things.known = False
    assert run_from_memory(request_of(spec, "1")) is None


def test_a_result_with_a_gap_is_asked_again(spec):
    """What is incomplete is not kept, so memory never serves it."""
    run_request(request_of(spec, "1", "9"))

    assert run_from_memory(request_of(spec, "1", "9")) is None


def test_a_view_is_made_of_what_memory_has(spec):
    """A filter is applied to the kept rows, and its faults are outcomes as on the long way."""
    run_request(request_of(spec, "1"))

    chosen = run_from_memory(request_of(spec, "1", where="b"))
    assert (["b"], 1) == (chosen.frame["name"].tolist(), chosen.summary.left_out)

    fault = run_from_memory(request_of(spec, "1", where="fault"))
    assert (Outcome.FAILED, "failed") == (fault.outcomes[0].outcome, fault.outcome_word)

    whole = run_from_memory(request_of(spec, "1"))
    assert ["a", "b"] == whole.frame["name"].tolist()


def test_the_third_run_gives_what_the_first_did(spec):
    """The frame that is kept put together is the one that is put together, and nobody's but his."""
    run_request(request_of(spec, "1", "2"))
    frames = []
    for _ in range(4):
        run = run_from_memory(request_of(spec, "1", "2"))
        frames.append(run.frame.copy(deep=True))
        assert [2, 2] == [call.rows for call in run.calls]
        run.frame.loc[:, "name"] = "changed"

    for frame in frames[1:]:
        frame.attrs, frames[0].attrs = {}, {}
        pd.testing.assert_frame_equal(frames[0], frame)
    shown = run_from_memory(request_of(spec, "1", "2", where="a"))
    assert ["a", "a"] == shown.frame["name"].tolist()
    assert 2 == shown.summary.left_out


def test_an_entry_that_was_replaced_gives_its_own_rows(spec, monkeypatch):
    """What is kept put together goes by the values it was made of, not by the question."""
    for _ in range(4):
        run_request(request_of(spec, "1", "2"))
        assert run_from_memory(request_of(spec, "1", "2")) is not None
    monkeypatch.setattr(
        Things, "run", lambda self, ctx: ToolResult(pd.DataFrame({"name": ["new"]}, dtype="str"))
    )
    run_request(request_of(spec, "1", "2", fresh=True))

    assert ["new", "new"] == run_from_memory(request_of(spec, "1", "2")).frame["name"].tolist()
