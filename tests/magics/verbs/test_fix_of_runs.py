"""``%aibrain fix`` of runs in the background, of plans, of other kernels, tried again and again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.formatters import format_display_data

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.error_handler import InputError, UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry
from tests.magics.conftest import DATA

PLAN = """
plan: p
period: 2026
rows:
  - {id: a, tool: raw_denied, controls: [CC6.1]}
  - {id: b, tool: raw_throttled, controls: [CC6.2]}
  - {id: c, tool: grouped, controls: [CC6.3]}
"""
_ELSEWHERE = """
import sys
sys.path[:0] = [sys.argv[1]]
from IPython.core.interactiveshell import InteractiveShell
import failing_tools
failing_tools.register()
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "aibrain_jupyter")
shell.run_cell("%aibrain raw_throttled")
from aibrain_jupyter.execution.runs.session import get_session
get_session().history.flush()
"""


@pytest.fixture
def failing(monkeypatch, shell, evidence_folder):
    """The tools that fail, known to this process."""
    monkeypatch.syspath_prepend(str(DATA))
    sys.modules.pop("failing_tools", None)
    import failing_tools

    failing_tools.register()
    yield failing_tools
    failing_tools.go_on.set()
    _wait()
    sys.modules.pop("failing_tools", None)


def _wait():
    for job in get_session().jobs:
        job.wait(60)


def _causes(found):
    return dict(zip(found["cause"], found["calls"], strict=True))


def test_what_a_tool_of_anybody_met_is_explained_by_the_table(run, failing):
    """A tool with an SDK of its own: who lacks what, the policy, and no advice to its author."""
    run("%aibrain raw_denied")
    row = run("%aibrain fix").value.iloc[0]

    assert ("denied", "role AuditRead lacks kms:ListKeys") == (row["cause"], row["title"])
    assert '"kms:ListKeys"' in row["policy"]
    assert not any("propose_fix" in step for step in row["next"])


def test_each_member_of_a_group_that_a_tool_raised_has_its_row(run, failing):
    """What is explained and each fault that is not; the call is counted once for each."""
    run("%aibrain grouped")
    found = run("%aibrain fix").value

    assert ["denied", "fault-of-tool", "fault-of-tool"] == found["cause"].tolist()
    assert [1, 1, 1] == found["calls"].tolist()
    assert ["KeyError: 'a'", "TypeError: b"] == found["why"].tolist()[1:]
    assert any("propose_fix grouped" in step for step in found["next"][1])


def test_a_background_run_that_failed_is_explained(run, failing):
    """As one of the foreground, by its id and without; while it goes on that is said."""
    run("%aibrain held --bg")
    error = run("%aibrain fix r1").error

    assert "r1 is still running." == error.what
    assert "%aibrain cancel r1" in error.next_steps[0]
    failing.go_on.set()
    _wait()
    for ask in ("%aibrain fix", "%aibrain fix r1"):
        assert {"throttled": 1} == _causes(run(ask).value)


def test_a_cancelled_background_run_is_asked_for_again(run, failing):
    """What was cancelled may be asked for again, and is, once."""
    run("%aibrain held --bg")
    run("%aibrain cancel r1")
    _wait()
    row = run("%aibrain fix").value.iloc[0]
    assert ("cancelled", True) == (row["outcome"], row["may_repeat"])

    failing.go_on.set()
    run("%aibrain fix --apply")
    _wait()
    assert ["r1", "r2"] == [one.id for one in get_session().runs]


def test_a_cause_that_stays_is_met_once_for_each_time_it_is_tried(run, failing):
    """``--apply`` loops over nothing: a call for each; once mended there is nothing to do."""
    run("%aibrain raw_throttled")
    for times in (2, 3):
        run("%aibrain fix --apply")
        assert times == len(failing.asked)

    failing.mended.add("raw_throttled")
    assert 1 == len(run("%aibrain fix --apply").value)
    ran = run("%aibrain fix --apply")
    assert "Nothing is missing" in ran.shown[0]
    assert 4 == len(failing.asked)


def test_all_runs_of_a_plan_are_explained_together(run, failing):
    """One cause of two rows is one card; the cell is the plan's, which alone saves for its rows."""
    Path("plan.yml").write_text(PLAN)
    run("%aibrain evidence collect plan.yml")
    found = run("%aibrain fix").value

    assert {"denied": 2, "throttled": 1, "fault-of-tool": 1} == _causes(found)
    assert {"%aibrain evidence collect plan.yml"} == set(found["cell"])
    asked = list(failing.asked)
    assert "Run %aibrain evidence collect plan.yml" in run("%aibrain fix --apply").shown[0]
    assert asked == failing.asked
    together = get_session().find_together()
    assert found.equals(run(f"%aibrain fix {together.id}").value)
    assert {"throttled": 1} == _causes(run(f"%aibrain fix {together.runs[1]}").value)


def test_a_row_that_could_not_be_planned_is_explained_too(run, failing):
    """It has no run: what stood in its way is told beside what the others failed by."""
    rows = "  - {id: d, tool: unplanned, controls: [CC6.4]}\n"
    Path("plan.yml").write_text(f"{PLAN}{rows}")
    run("%aibrain evidence collect plan.yml --rows b,d")
    found = run("%aibrain fix").value

    assert {"throttled": 1, "CredentialsExpiredError": 1} == _causes(found)
    run("%aibrain evidence collect plan.yml --rows d")
    row = run("%aibrain fix").value.iloc[0]
    assert "The session of the organization has ended" == row["title"]
    assert ["Sign in again."] == row["next"]
    assert ["raw_throttled"] == failing.asked


def test_a_plan_that_fails_its_cell_is_explained_by_its_runs(run, failing):
    """``--strict`` says that something is missing; what it is the runs know."""
    Path("plan.yml").write_text(PLAN)
    run("%aibrain evidence collect plan.yml --strict --rows b")

    found = run("%aibrain fix").value
    assert {"throttled": 1} == _causes(found)
    cell = found["cell"].item()
    assert "%aibrain evidence collect plan.yml --rows b" == cell
    failing.mended.add("raw_throttled")
    assert "complete" == run(cell).value["status"].item()
    assert "Nothing is missing" in run("%aibrain fix").shown[0]


def test_a_later_run_comes_before_a_plan(run, failing):
    """The last thing that ended is what is explained."""
    Path("plan.yml").write_text(PLAN)
    run("%aibrain evidence collect plan.yml")
    run("%aibrain raw_throttled")

    assert {"throttled": 1} == _causes(run("%aibrain fix").value)


def test_a_run_of_another_kernel_is_named_with_what_can_be_done(run, failing):
    """Its causes are not kept: it is asked for again, and what fails then is explained."""
    subprocess.run([sys.executable, "-c", _ELSEWHERE, str(DATA)], check=True, capture_output=True)
    theirs = get_session().history.find().id
    plain = run("%aibrain fix").error
    for ask in (f"%aibrain fix {theirs}", f"%aibrain fix {theirs} --apply"):
        error = run(ask).error
        assert isinstance(error, InputError)
        assert f"{theirs} was run by another kernel; there it is failed." == error.what
        assert any(step.startswith(f"%aibrain resume {theirs}") for step in error.next_steps)

    assert plain.next_steps[0].startswith(f"%aibrain resume {theirs}")
    assert [] == failing.asked
    run(f"%aibrain resume {theirs}")
    assert ["raw_throttled"] == failing.asked
    assert {"throttled": 1} == _causes(run("%aibrain fix").value)


@pytest.mark.parametrize("word", ["r99", "99", "nosuch", "../r1", "r-1"])
def test_a_run_that_is_none_is_refused(run, failing, word):
    """What names nothing is an unknown name, with and without ``--apply``; nothing is asked."""
    run("%aibrain raw_denied")
    for more in ("", " --apply"):
        assert isinstance(run(f"%aibrain fix {word}{more}").error, UnknownNameError)
    assert ["raw_denied"] == failing.asked


def test_a_variable_that_is_no_exception_is_said(run, shell, failing):
    """A value or a class is named by what it is."""
    shell.user_ns.update(found=5, kind=ValueError)

    assert "found is int, no exception." == run("%aibrain fix found").error.what
    assert "kind is type, no exception." == run("%aibrain fix kind").error.what


def test_an_exception_is_not_tried_again(run, shell, failing):
    """``--apply`` says so, and what it means all the same."""
    shell.user_ns["exc"] = ExceptionGroup("g", [ValueError("x"), KeyError("y")])
    ran = run("%aibrain fix exc --apply")

    assert 2 == len(ran.value)
    assert "an exception is no run" in ran.shown[0]


def test_a_huge_exception_fills_no_notebook(run, failing):
    """Cell, card and traceback stay short; both ends of the traceback are there."""
    run("%aibrain huge")
    card = run("%aibrain fix").value["why"].item()
    shown = run("%aibrain tb").shown[0]

    assert len(card) < 10_000
    assert len(shown) < 100_000
    assert "Traceback" in shown
    assert "ValueError: xxx" in shown
    assert "lines …" in shown


def test_a_hostile_exception_steers_nothing(run, failing):
    """Neither page nor terminal; what its notes and causes hold stays hidden."""
    run("%aibrain hostile")
    heard = []
    for ask in ("fix", "tb", "last --coverage", "history r1"):
        ran = run(f"%aibrain {ask}")
        forms, _ = format_display_data(ran.value)
        heard += [*map(str, forms.values()), *ran.shown]
    whole = "".join(heard)

    assert "alert(1)" in whole
    assert "<script>" not in forms.get("text/html", "")
    assert not {"\x1b", "\u202e"} & set(whole)
    assert failing.SECRET not in whole


def test_a_tool_that_cannot_be_imported_hides_nothing(run, failing):
    """``fix`` and ``doctor`` are there when something is broken: it is red, others go on."""
    broken = ToolSpec(
        "broken_one", "A tool.", "no_such_package:f", group="a", places=("account_id",)
    )
    get_tool_registry().register(broken)
    run("%aibrain raw_denied")

    assert {"denied": 1} == _causes(run("%aibrain fix").value)
    row = run("%aibrain doctor").value.set_index("what").loc["plugin broken_one"]
    assert "red" == row["level"]
    assert "no_such_package" in row["found"]
    run("%aibrain broken_one")
    assert {"package-missing": 1} == _causes(run("%aibrain fix").value)
