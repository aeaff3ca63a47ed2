"""Where a frame's rows are from: by what is in its cells, whatever it says of itself."""

from __future__ import annotations

import sys
import types

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter import advanced_cache
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.provenance.origin import (
    AS_COLLECTED,
    DERIVED,
    NOT_COMPARABLE,
    origin_of,
)
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import Param, ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NOT_KNOWN, TEXT, TIME, Column
from aibrain_jupyter.tool_registry import get_tool_registry

USERS = [
    Column("arn", TEXT, "arn"),
    Column("name", TEXT, "name"),
    Column("has_mfa", FLAG, "mfa"),
    Column("keys", COUNT, "keys"),
    Column("created", TIME, "created"),
    Column("tags", NESTED, "tags"),
    NOT_KNOWN,
]
REPORT = [Column("user_arn", TEXT, "arn"), Column("password_age", COUNT, "days"), NOT_KNOWN]


class Accounts:
    """Accounts by the digit they are made of."""

    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts) or ["1"]

    def of_profile(self, profile, regions, ctx):
        account = profile * 12
        return [(AwsTarget(account, "eu-west-1", profile=profile, identity=f"arn:{account}"), None)]


class Things(ToolHandler):
    """Rows that tell their account; account 9 leaves a gap; `turn` makes other rows."""

    turn = 0

    def targets(self, params, finding):
        return Accounts()

    def result(self, ctx, rows, columns):
        gaps = (Gap(Outcome.DENIED, "no", ctx.target),) if ctx.target.profile == "9" else ()
        return ToolResult(frame_of(rows, columns), gaps=gaps)


class Users(Things):
    def run(self, ctx):
        account = ctx.target.account
        when = pd.Timestamp("2026-01-31 09:00", tz="UTC")
        return self.result(
            ctx,
            [
                {
                    "arn": f"arn:aws:iam::{account}:user/u{n}",
                    "name": f"user-{n}" if n else None,
                    "has_mfa": n % 2 == 0,
                    "keys": n % 3 + Things.turn,
                    "created": when + pd.Timedelta(days=n),
                    "tags": {"team": f"t{n % 4}", "ids": [n]},
                }
                for n in range(20)
            ],
            USERS,
        )

    def shape(self, result, target, params):
        frame = result.frame[result.frame["keys"] == int(params["where"])].reset_index(drop=True)
        return ToolResult(frame, entry=result.entry, requests=result.requests)


class Report(Things):
    def run(self, ctx):
        account = ctx.target.account
        rows = [
            {"user_arn": f"arn:aws:iam::{account}:user/u{n}", "password_age": n * 7}
            for n in range(20)
        ]
        return self.result(ctx, rows, REPORT)


def spec(name, code, **more):
    where = Param("where", str, "which", default="", is_view=True)
    return ToolSpec(
        name, "Things.", f"origin_tools:{code}", (where,), places=("account_id", "region"), **more
    )


@pytest.fixture(autouse=True)
def _tools(monkeypatch):
    module = types.ModuleType("origin_tools")
    module.Users, module.Report = Users, Report
    monkeypatch.setitem(sys.modules, "origin_tools", module)
    monkeypatch.setattr(Things, "turn", 0)
    new_kernel()
    yield
    new_kernel()


def new_kernel():
    """Forget all that a kernel has in memory; files stay."""
    advanced_cache._made_manager.cache_clear()
    get_session.cache_clear()
    get_tool_registry.cache_clear()
    get_tool_registry().register(spec("users", "Users"))
    get_tool_registry().register(spec("report", "Report"))


def collect(tool="users", *accounts, where="", **options):
    """Run a tool and return its frame, as a cell gives it."""
    request = Request(
        get_tool_registry().spec(tool),
        {"where": where} if where else {},
        RunOptions(accounts=accounts, **options),
        f"%aibrain {tool}",
    )
    return run_request(request).frame


def test_what_a_run_gave_is_as_collected():
    """Whatever ran since: the run, its rows, and all that is known of it."""
    users = collect("users", "1", "2")
    collect("report")

    origin = origin_of(users)

    assert (AS_COLLECTED, 40) == (origin.kind, origin.rows)
    [source] = origin.sources
    assert ("r1", "users", 40, "complete") == (source.id, source.tool, source.rows, source.outcome)
    collected = source.collected()
    assert collected.frame.equals(users)
    assert ["1" * 12, "2" * 12] == [t.place["account_id"] for t in collected.targets]
    assert ["arn:" + "1" * 12, "arn:" + "2" * 12] == [t.identity for t in collected.targets]


def test_attrs_are_not_needed():
    """A frame without its stamp, or with another's, is known by its cells."""
    users, report = collect("users"), collect("report")
    users.attrs.clear()
    stolen = collect("users", "2")
    stolen.attrs = dict(report.attrs)

    assert (AS_COLLECTED, "r1") == (origin_of(users).kind, origin_of(users).sources[0].id)
    assert (AS_COLLECTED, "r3") == (origin_of(stolen).kind, origin_of(stolen).sources[0].id)


def test_of_two_runs_that_gave_the_same_it_is_the_one_it_names():
    """The second was answered by the cache; a frame that names neither is the newer's."""
    first, second = collect("users"), collect("users")
    sources = [origin_of(frame).sources[0].id for frame in (first, second)]
    first.attrs.clear()

    assert ["r1", "r2"] == sources
    assert "r2" == origin_of(first).sources[0].id


def test_a_run_with_a_view_gave_what_it_showed():
    """``where=`` belongs to the run: its rows are as collected, and a filter behind it is not."""
    one = collect("users", where="1")
    whole = collect("users")
    behind = whole[whole["keys"] == 1].reset_index(drop=True)

    assert (AS_COLLECTED, "r1") == (origin_of(one).kind, origin_of(one).sources[0].id)
    behind.attrs.clear()
    assert origin_of(behind).is_as_collected  # nobody can tell, and nothing differs


def test_a_copy_and_a_file_are_the_same_rows(tmp_path):
    """Parquet changes dtypes of cells with lists, and not what is in them."""
    users = collect("users")
    users.to_pickle(tmp_path / "users.pkl")

    assert origin_of(users.copy()).is_as_collected
    assert origin_of(pd.read_pickle(tmp_path / "users.pkl")).is_as_collected


def in_place(users):
    users.loc[3, "keys"] = 9
    return users


def in_a_list(users):
    users.loc[3, "tags"]["ids"].append(7)
    return users


def to_a_number(users):
    users.loc[1, "tags"]["ids"][0] = True  # equal to 1 for Python
    return users


CHANGES = {
    "filtered": (lambda f: f[f["keys"] == 1], 7, ["13 of the 20 rows of r1 are left out"]),
    "sorted": (lambda f: f.sort_values("keys"), 20, ["rows of r1 are in another order"]),
    "shuffled index only": (lambda f: f.iloc[::-1], 20, ["rows of r1 are in another order"]),
    "renamed": (
        lambda f: f.rename(columns={"has_mfa": "MFA"}),
        20,
        ["columns of r1 are renamed: has_mfa is MFA"],
    ),
    "columns": (
        lambda f: f[["account_id", "arn", "keys"]],
        20,
        ["columns of r1 are left out: region, name, has_mfa, created, tags, not_known"],
    ),
    "edited": (in_place, 20, ["1 cells are not as r1 gave them"]),
    "edited within a list": (in_a_list, 20, ["1 cells are not as r1 gave them"]),
    "a type within a list": (to_a_number, 20, ["1 cells are not as r1 gave them"]),
    "added": (lambda f: f.assign(is_ok=True), 20, ["columns of no run: is_ok"]),
    "twice": (lambda f: pd.concat([f, f]), 40, ["rows of r1 are there more than once"]),
    "by key": (lambda f: f.set_index("arn").reset_index(), 20, None),
    "no key": (lambda f: f[["has_mfa", "keys", "tags"]].head(12), 12, None),
    "emptied": (lambda f: f[f["keys"] > 99], 0, ["all 20 rows of r1 are left out"]),
}


@pytest.mark.parametrize("is_cached", [True, False], ids=["cached", "not cached"])
@pytest.mark.parametrize("how", CHANGES)
def test_what_was_changed_is_derived(how, is_cached):
    """From which run, rows before and after, and what was done; attrs claim the contrary."""
    change, after, words = CHANGES[how]
    users = collect("users", no_cache=not is_cached)
    stamp = dict(users.attrs)
    frame = change(users)
    frame.attrs = stamp

    origin = origin_of(frame)

    assert (DERIVED, after) == (origin.kind, origin.rows)
    assert [("r1", 20)] == [(source.id, source.rows) for source in origin.sources]
    if words is not None:
        assert set(words) <= set(origin.changes)


def test_a_join_is_from_both_runs():
    """Under other names, with another order: each source with its rows before."""
    users, report = collect("users", "1", "2"), collect("report", "1")
    collect("users", "3")
    joined = users.merge(report, left_on="arn", right_on="user_arn", suffixes=("", "_report"))
    joined = joined.rename(columns={"password_age": "age"})

    origin = origin_of(joined)

    assert DERIVED == origin.kind
    assert {("r1", 40), ("r2", 20)} == {(source.id, source.rows) for source in origin.sources}
    assert 20 == origin.rows


def test_rows_of_several_runs_are_from_each():
    """Two accounts collected one after the other and put together."""
    frames = [collect("users", account) for account in "12"]

    origin = origin_of(pd.concat(frames, ignore_index=True))

    assert DERIVED == origin.kind
    assert {"r1", "r2"} == {source.id for source in origin.sources}


def test_an_older_result_is_not_taken_for_the_newer():
    """The entry was replaced since: the hash still tells that it is what the run gave."""
    old = collect("users", "1", "2")
    Things.turn = 5
    new = collect("users", "1", "2", fresh=True)
    edited = old.copy()
    edited.loc[0, "keys"] = 7

    assert ("r1", "r2") == tuple(origin_of(f).sources[0].id for f in (old, new))
    assert origin_of(old).is_as_collected
    # What it was edited from is kept no longer; the newer run has most of its cells, not all.
    assert not origin_of(edited).is_as_collected


def test_a_run_with_gaps_is_comparable_while_its_frame_is_there():
    """No entry was made of it: it is compared with what was sealed, and partial it stays."""
    users = collect("users", "1", "9")
    collect("report")
    kept = users[users["keys"] == 1].copy()

    whole, part = origin_of(users), origin_of(kept)
    assert (AS_COLLECTED, DERIVED) == (whole.kind, part.kind)
    assert ("gaps", 40) == (whole.sources[0].outcome, part.sources[0].rows)
    assert 1 == len(whole.sources[0].collected().gaps)

    get_session().runs[0].frame = None
    del users, whole, part
    assert NOT_COMPARABLE == origin_of(kept).kind
    assert "r1" == origin_of(kept).claimed


def test_a_kernel_that_ended_is_no_obstacle(tmp_path):
    """From history and cache: the run of another kernel, its targets, times and parameters."""
    users = collect("users", "1", "2", where="1")
    users.to_pickle(tmp_path / "users.pkl")
    new_kernel()
    again = pd.read_pickle(tmp_path / "users.pkl")

    origin = origin_of(again)

    assert AS_COLLECTED == origin.kind
    collected = origin.sources[0].collected()
    assert ("r1", "users", 14) == (collected.run, collected.tool, len(collected.frame))
    assert collected.kernel != get_session().history.kernel
    assert ["1" * 12, "2" * 12] == [t.place["account_id"] for t in collected.targets]
    assert all(target.collected_at for target in collected.targets)
    assert {"where": "1"} == dict(collected.parameters)
    assert DERIVED == origin_of(again.head(5)).kind
    again.attrs.clear()
    assert AS_COLLECTED == origin_of(again).kind


def test_after_a_restart_an_edited_frame_is_derived(tmp_path):
    """The entry's own hash stands for what was collected, not the frame's word."""
    users = collect("users")
    users.loc[0, "keys"] = 42
    users.to_pickle(tmp_path / "users.pkl")
    new_kernel()

    origin = origin_of(pd.read_pickle(tmp_path / "users.pkl"))

    assert (DERIVED, ("1 cells are not as r1 gave them",)) == (origin.kind, origin.changes)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2, 3]}),
        pd.DataFrame({"name": ["x", "y"], "keys": [1, 2]}),
        pd.DataFrame(),
        pd.DataFrame({"team": ["t0", "t1"], "count": [5, 5]}),
    ],
    ids=["anything", "names alone", "nothing", "aggregated"],
)
def test_what_nobody_collected_has_no_source(frame):
    """Column names alone are no proof, nor is a claim."""
    collect("users")
    frame.attrs["aibrain"] = {"run": "r1"}

    origin = origin_of(frame)

    assert (NOT_COMPARABLE, (), "r1") == (origin.kind, origin.sources, origin.claimed)


def test_nothing_is_changed_by_looking():
    """The frame, the cache's figures and the runs are as before."""
    users = collect("users")
    before = users.copy()
    stats = advanced_cache.get_cache_manager().get_advanced_stats()
    origin_of(users.head(3))

    after = advanced_cache.get_cache_manager().get_advanced_stats()
    assert stats == after
    assert users.equals(before)
    assert np.array_equal(users.index, before.index)
