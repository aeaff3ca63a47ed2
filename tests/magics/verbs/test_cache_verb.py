"""``cache why``, ``warm``, ``publish`` and ``--stale``, in cells of a real shell."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import time

import pandas as pd
import pytest

from aibrain_jupyter.advanced_cache import get_cache_manager
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.execution.several.warming import Warming
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.magics.verbs.cache import verb as cache_verb
from aibrain_jupyter.magics.verbs.cache.cells import _bounds
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.config import get_settings, user_dir
from aibrain_jupyter.shared.error_handler import NotCachedError, ThrottledError
from aibrain_jupyter.shared.tools.params import Param
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.cache import reading as cache_reading

pytestmark = pytest.mark.usefixtures("counting")


@pytest.fixture(autouse=True)
def _no_warming():
    yield
    if cache_verb._warming is not None:
        cache_verb._warming.cancel()
        cache_verb._warming.wait(10)
        cache_verb._warming = None


def warmed():
    assert cache_verb._warming.wait(90)
    return cache_verb._warming


def test_why_says_what_a_cell_would_find(run, counting):
    """By its text, its number and its run; and nothing is asked or counted."""
    run("%aibrain count_things note=x --accounts a1")
    stats = get_cache_manager().get_advanced_stats()

    for cell in (
        '%aibrain cache why "count_things note=x --accounts a1,a2"',
        "%aibrain cache why count_things note=y",
        "%aibrain cache why r1",
    ):
        run(cell)
    both = run('%aibrain cache why "count_things note=x --accounts a1,a2"').value
    other = run("%aibrain cache why count_things note=y").value
    by_run = run("%aibrain cache why r1").value

    assert ["hit", "miss"] == both["verdict"].tolist()
    assert ["memory", ""] == both["level"].tolist()
    assert "up to 60 min is accepted" in both["rule"][0]
    assert "nothing is kept" in both["rule"][1]
    assert "differs in the parameters" in other["rule"][0]
    said = run('%aibrain cache why "count_things note=x --accounts a1,a2"').shown[0].splitlines()
    assert ["hit (1 call): ", "miss (1 call): "] == [row[: row.index(": ") + 2] for row in said]
    assert "and up to 60 min is accepted" in said[0]
    assert ["hit"] == by_run["verdict"].tolist()
    assert ["a1"] == counting.asked
    after = get_cache_manager().get_advanced_stats()
    assert [stats[n] for n in ("memory_hits", "misses")] == [
        after[n] for n in ("memory_hits", "misses")
    ]


@pytest.mark.parametrize(
    ("options", "verdict", "rule"),
    [
        ("--fresh", "miss", "--fresh asks the source (else hit)"),
        ("--no-cache", "not cached", "--no-cache"),
        ("--ttl 0", "miss", "only up to 0.0 s is accepted"),
        ("--ttl 0 --stale 1h", "stale", "--stale serves it for 60 min more"),
    ],
)
def test_why_knows_the_run_options(run, options, verdict, rule):
    """The policy of the line is part of the answer."""
    run("%aibrain count_things")

    (row,) = run(f'%aibrain cache why "count_things {options}"').value.to_dict("records")

    assert verdict == row["verdict"]
    assert rule in row["rule"]


def test_why_of_a_cell_by_its_number(shell, run):
    """In[n] as the notebook shows it, line form and cell form."""
    shell.run_cell("%aibrain count_things note=x -o a", store_history=True)
    shell.run_cell("%%aibrain count_things -o b\nnote: x", store_history=True)
    shell.run_cell("1 + 1", store_history=True)

    for number in (1, 2):
        assert ["hit"] == run(f"%aibrain cache why {number}").value["verdict"].tolist()
    assert "no %aibrain cell" in str(run("%aibrain cache why 3").error)


def test_why_sends_nothing_even_where_the_account_is_not_known(run):
    """Who asks would have to be found out first: then that is the answer."""
    (row,) = run("%aibrain cache why iam_users").value.to_dict("records")

    assert "unknown" == row["verdict"]
    assert "sts would have to be asked" in row["rule"]


def test_a_stale_answer_in_a_cell(run, counting, eventually):
    """Rows at once, a remark under them, and the next run has the new ones."""
    run("%aibrain count_things")
    time.sleep(0.05)

    stale = run("%aibrain count_things --ttl 0 --stale 8h")
    assert eventually(lambda: 2 == len(counting.asked))
    manager = get_cache_manager()
    assert eventually(lambda: manager.refresher.pending == 0)
    new = run("%aibrain count_things")

    assert 2 == len(stale.value) == len(new.value)
    assert ["stale"] == stale.value.attrs["aibrain"]["sources"]
    assert "refreshed behind" in " ".join(stale.shown)
    assert "from cache 1 of 1" in " ".join(stale.shown)
    assert ["memory"] == new.value.attrs["aibrain"]["sources"]
    first, second = (r.value.attrs["aibrain"]["collected_from"] for r in (stale, new))
    assert first < second


def test_only_cached_in_a_cell(run, counting):
    """What is missing is a gap that names its account, not an empty table."""
    run("%aibrain count_things --accounts a1")

    both = run("%aibrain count_things --accounts a1,a2 --only-cached")
    none = run("%aibrain count_things --accounts a3 --only-cached")

    assert ["a1", "a1"] == both.value["account_id"].tolist()
    assert "a2" in " ".join(both.shown)
    assert isinstance(none.error, NotCachedError)
    assert ["a1"] == counting.asked


def test_warming_a_file(run, counting, tmp_path):
    """Texts and mappings; what is fresh already is not asked again; rows carry their own time."""
    run("%aibrain count_things --accounts a1")
    file = tmp_path / "cells.yml"
    file.write_text(
        "- count_things --accounts a1,a2\n"
        "- tool: count_things\n  options: --accounts a3\n  note: from yaml\n"
    )

    begun = run(f"%aibrain cache warm {file}")
    before = dt.datetime.now(dt.UTC).isoformat()
    counts = warmed().counts

    assert "Warming" in begun.shown[0]
    assert (3, 2, 1, 0) == (counts.total, counts.fetched, counts.known, counts.failed)
    assert ["a1", "a2", "a3"] == counting.asked
    assert "Warming is done: 3 of 3 calls" in run("%aibrain cache warm").shown[0]
    found = run("%aibrain count_things note='from yaml' --accounts a3")
    assert ["a1", "a2", "a3"] == counting.asked
    assert ["memory"] == found.value.attrs["aibrain"]["sources"]
    assert found.value.attrs["aibrain"]["collected_to"] != before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- count_thinks\n", "Cell 1 of cells.yml"),
        ("- count_things\n- count_things nota=1\n", "Cell 2 of cells.yml"),
        ("- 7\n", "neither a text nor a mapping"),
        ("a: 1\n", "holds no list of cells"),
        ("- [\n", "is not YAML"),
        (None, "cannot be read"),
    ],
    ids=["tool", "parameter", "number", "no list", "no yaml", "no file"],
)
def test_a_wrong_file_is_refused_before_anything_runs(run, counting, tmp_path, text, message):
    """The cell and the file are named, and no call is made."""
    file = tmp_path / "cells.yml"
    if text is not None:
        file.write_text(text)

    assert message in str(run(f"%aibrain cache warm {file}").error)
    assert [] == counting.asked


def test_what_was_warmed_is_in_the_history(run, counting, tmp_path):
    """What was fetched, what failed and why; it is nothing to resume, nor what a period was."""
    counting.refuse("a9")
    file = tmp_path / "cells.yml"
    file.write_text("- count_things --accounts a1,a9\n- count_things --accounts a9\n")
    run("%aibrain count_things --accounts a1")

    run(f"%aibrain cache warm {file}")
    warming = warmed()
    runs = run("%aibrain history").value.set_index("run")
    calls = run(f"%aibrain history {warming.run_ids[0]}").value
    shown = run("%aibrain cache warm").shown[0]

    assert ["r2", "r3"] == warming.run_ids
    assert {"r1": False, "r2": True, "r3": True} == runs["is_warming"].to_dict()
    assert {"r1": "complete", "r2": "gaps", "r3": "failed"} == runs["outcome"].to_dict()
    assert (2, 1, 1) == tuple(runs.loc["r2", ["calls", "gaps", "from_cache"]])
    assert "%aibrain count_things --accounts a1,a9" == runs.loc["r2", "cell"]
    assert ["ok", "denied"] == calls["outcome"].tolist()
    assert ["memory", ""] == calls["source"].tolist()
    assert calls["why"][1]
    assert "%aibrain history r3" in shown
    assert get_session().history.find() is None
    assert "r1" == get_session().last.id
    begin, _ = _bounds("last-period", dt.datetime.now(dt.UTC))
    with contextlib.closing(sqlite3.connect(user_dir("data") / "history.sqlite")) as file, file:
        file.execute("UPDATE runs SET started = ?, outcome = 'complete'", (begin.isoformat(),))
    run("%aibrain cache warm --from last-period")
    assert ["%aibrain count_things --accounts a1"] == [r.text for r in warmed().requests]


def test_a_stopped_warming_says_which_calls_were_not_made(run, counting, eventually, tmp_path):
    """Those that were not begun stand there as cancelled."""
    counting.hold("a1")
    file = tmp_path / "cells.yml"
    file.write_text("- count_things --accounts a1,a2\n")
    run(f"%aibrain cache warm {file}")
    assert eventually(lambda: ["a1"] == counting.asked)
    (running,) = run("%aibrain history").value["outcome"]

    run("%aibrain cache warm stop")
    counting.release()
    warmed()

    assert "running" == running
    assert ["cancelled"] == run("%aibrain history").value["outcome"].tolist()
    calls = run("%aibrain history r1").value
    assert ["a1", "a2"] == calls["account_id"].tolist()
    assert "cancelled" == calls["outcome"][1]
    assert "cancelled before it began" in calls["why"][1]


def test_warming_from_last_period(run, counting):
    """Every cell of the last quarter once; not what failed, was demo or held a secret."""
    for cell in ("count_things note=x", "count_things note=x", "count_things --accounts a2"):
        run(f"%aibrain {cell} --no-cache")
    counting.refuse("a9")
    run("%aibrain count_things --accounts a9")
    get_session().history.flush()
    begin, _ = _bounds("last-period", dt.datetime.now(dt.UTC))
    with sqlite3.connect(user_dir("data") / "history.sqlite") as file:
        file.execute("UPDATE runs SET started = ?", ((begin + dt.timedelta(days=9)).isoformat(),))
        file.execute("UPDATE runs SET cell = replace(cell, ' --no-cache', '')")
    file.close()
    asked = len(counting.asked)

    assert run("%aibrain cache warm --from last-period").error is None
    warming = warmed()

    assert ["%aibrain count_things note=x", "%aibrain count_things --accounts a2"] == [
        request.text for request in warming.requests
    ]
    assert ["a1", "a2"] == counting.asked[asked:]
    assert "Nothing that can be run again" in str(run("%aibrain cache warm --from yesterday").error)


@pytest.mark.parametrize(
    ("period", "now", "bounds"),
    [
        ("last-period", "2026-02-10", ("2025-10-01", "2026-01-01")),
        ("last-period", "2026-11-25", ("2026-07-01", "2026-10-01")),
        ("last-month", "2026-01-05", ("2025-12-01", "2026-01-01")),
        ("last-week", "2026-11-25", ("2026-11-16", "2026-11-23")),
        ("yesterday", "2026-03-01", ("2026-02-28", "2026-03-01")),
    ],
)
def test_the_bounds_of_a_period(period, now, bounds):
    """Calendar periods that are over, in UTC."""
    moment = dt.datetime.fromisoformat(f"{now}T13:30:00+00:00")

    assert bounds == tuple(f"{bound:%Y-%m-%d}" for bound in _bounds(period, moment))


def test_warming_gives_way_to_a_run(run, counting, eventually):
    """While a cell's call is under way no warming call begins."""
    counting.hold("a1")
    run("%aibrain count_things --accounts a1 --bg")
    assert eventually(lambda: ["a1"] == counting.asked)

    warming = Warming([request_of_text("%aibrain count_things --accounts a2", {})])
    time.sleep(0.3)
    assert ["a1"] == counting.asked
    counting.release()

    assert warming.wait(90)
    assert ["a1", "a2"] == counting.asked


def test_a_throttle_pauses_warming_and_then_ends_it(run, counting, monkeypatch):
    """It waits, longer each time, tries again, and gives the rest up when that does not help."""
    import counting_tools

    class Throttled(counting_tools.CountThings):
        def run(self, ctx, **params):
            counting_tools.count_things(ctx, **params)
            raise ThrottledError("slow down")

    monkeypatch.setattr(counting_tools, "Throttled", Throttled, raising=False)
    requests = [
        request_of_text(f"%aibrain count_things --accounts {account}", {})
        for account in ("a1", "a2")
    ]
    spec = requests[0].spec
    from aibrain_jupyter.tool_registry import get_tool_registry

    get_tool_registry().register(
        type(spec)(
            "slow_down", "Throttled.", "counting_tools:Throttled", places=("account_id", "region")
        )
    )
    slow = request_of_text("%aibrain slow_down", {})

    warming = Warming([slow, *requests], first_pause_s=0.05)

    assert warming.wait(90)
    assert (4, 1, 0) == (
        warming.counts.throttles,
        warming.counts.failed,
        warming.counts.fetched,
    )
    assert ["a1"] * 4 == counting.asked
    assert "Given up: the provider throttles." == warming.problems[-1]


def test_publishing_from_a_cell(run, tmp_path):
    """Another user of the team is answered from the folder."""
    run("%aibrain count_things")
    get_settings().set("team_key_file", str(tmp_path / "team.key"), "test")

    said = run(f"%aibrain cache publish count_things --to {tmp_path / 'team'}").shown[0]

    assert "1 result published" in said
    assert 1 == len(list((tmp_path / "team").rglob("*.aib")))


def test_the_list_is_narrowed_and_says_what_is_not_in_view(run):
    """By tool and account as clear is; a table that the front end cuts has all rows and says so."""
    run("%aibrain count_things --accounts a1,a2,a3")

    few = run("%aibrain cache list count_things --account a2")
    with pd.option_context("display.max_rows", 2):
        cut = run("%aibrain cache list")

    get_cache_manager().set("mine", 1)
    assert ["user"] == run("%aibrain cache list user").value["tool"].tolist()
    assert (["a2"], []) == (few.value["account_id"].tolist(), few.shown)
    assert 3 == len(cut.value)
    (said,) = cut.shown
    assert said.startswith("3 results, ")
    assert "the table has them all" in said
    assert "%aibrain cache list --region NAME" in said


def test_a_long_look_through_the_cache_says_how_far_it_is(shell, run, monkeypatch):
    """After a second of silence; a front end that can gets the result in the place of it."""
    run("%aibrain count_things --accounts a1,a2")
    monkeypatch.setattr(cache_reading, "_SILENT_S", 0)
    in_terminal = run("%aibrain cache list")
    shell.kernel = object()  # as ipykernel's shells have one
    try:
        in_notebook = run("%aibrain cache clear --tag demo")
    finally:
        del shell.kernel

    assert ["Going through the cache: 0 of 2 entries"] == in_terminal.shown
    assert "Going through the cache: 0 of 2 entries" == in_notebook.shown[0]
    assert "0 cached results cleared" in in_notebook.shown[-1]
    assert in_notebook.value is None


def test_clearing_by_tag_and_pattern(run):
    """The words of a result and the place it came from."""
    run("%aibrain count_things --accounts a1,a2")

    assert "0 cached" in run("%aibrain cache clear --tag demo").shown[0]
    assert "1 cached" in run("%aibrain cache clear --pattern */a2").shown[0]
    assert "1 cached" in run("%aibrain cache clear --tag other").shown[0]


@pytest.fixture
def resources(tools):
    """Curated resources that are entries of one tool, as those of AWS are."""

    params = (Param("service", str, "service"), Param("resource", str, "resource"))
    whole = ToolSpec("stall_export", "Rows.", "magic_tools:Stall", params=params, group="stall")
    get_tool_registry().register(whole)
    for service, resource in (("iam", "users"), ("s3", "users"), ("iam", "roles")):
        get_tool_registry().register(
            ToolSpec(
                f"{service}_{resource}_here",
                "Rows of one kind.",
                whole.handler,
                group=whole.group,
                preset={"service": service, "resource": resource},
                cache_as=whole.name,
            )
        )


def test_a_resource_is_cleared_alone(run, resources):
    """Under its own name and under the tool's; other resources and services stay."""
    run("%aibrain iam_users_here")
    run("%aibrain s3_users_here")
    run("%aibrain stall_export service=iam resource=roles")

    assert 3 == len(run("%aibrain cache list stall_export").value)
    assert 1 == len(run("%aibrain cache list iam_users_here").value)
    assert "0 cached" in run("%aibrain cache clear iam_users_here --tag demo").shown[0]
    assert "is of the service iam" in str(
        run("%aibrain cache clear iam_users_here --service s3").error
    )
    assert "1 cached" in run("%aibrain cache clear iam_roles_here --tag stall").shown[0]
    assert "1 cached" in run("%aibrain cache clear iam_users_here").shown[0]
    assert ["s3"] == run("%aibrain cache list").value["service"].tolist()
    assert "1 cached" in run("%aibrain cache clear stall_export").shown[0]


def test_an_account_may_be_named_by_its_profile(run, monkeypatch, tmp_path):
    """Whoever runs on profiles need not know the twelve digits."""
    config = tmp_path / "config"
    config.write_text("[profile prod]\nsso_account_id = 111122223333\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    run("%aibrain count_things --accounts 111122223333,444455556666")

    assert ["111122223333"] == (
        run("%aibrain cache list --account prod").value["account_id"].tolist()
    )
    assert "1 cached" in run("%aibrain cache clear --account prod").shown[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--account prdo", "Nothing is kept of account 'prdo'. Did you mean prod?"),
        ("--region eu-wst-1", "Nothing is kept of region 'eu-wst-1'. Did you mean eu-west-1"),
        ("--service imm", "Nothing is kept of service 'imm'. Did you mean iam"),
    ],
)
@pytest.mark.parametrize("verb", ["clear", "list"])
def test_a_slip_does_not_pass_for_an_empty_cache(run, monkeypatch, tmp_path, verb, options, said):
    """Where nothing fits, a name that does not exist is told with the nearest that does."""
    config = tmp_path / "config"
    config.write_text("[profile prod]\nsso_account_id = 111122223333\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    run("%aibrain count_things")

    assert said in run(f"%aibrain cache {verb} {options}").shown[0]


def test_names_that_exist_are_no_slips(run):
    """Nothing more is said of an account, a region and a service that could have entries."""
    cell = "%aibrain cache clear --account 111122223333 --region global --service iam"

    assert ["0 cached results cleared"] == run(cell).shown


def test_statistics_in_a_cell(run):
    """By tool and by account, with the seconds that were saved."""
    run("%aibrain count_things --accounts a1")
    run("%aibrain count_things --accounts a1")

    (shown,) = run("%aibrain cache stats").shown

    assert "hit rate [██████████░░░░░░░░░░] 50 %" in shown
    lines = [" ".join(row.split()) for row in shown.splitlines()]
    assert "tool look-ups hits time saved" in lines
    assert any(row.startswith("count_things 2 50 %") for row in lines)
    assert any(row.startswith("a1 2 50 %") for row in lines)
