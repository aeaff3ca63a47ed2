"""The verbs: what they show, what they return, what they refuse."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.verbs.every import TABLE
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import GrammarError, InputError, UnknownNameError
from aibrain_jupyter.shared.verbs.verb import FUTURE_VERBS, VERBS
from aibrain_jupyter.tool_registry import get_tool_registry


@pytest.fixture
def profiles(tmp_path):
    """Two configured profiles."""
    (tmp_path / "aws-config").write_text("[profile prod]\nregion = eu-west-1\n[profile dev]\n")
    get_client_pool().clear()


def test_the_table_and_the_reserved_names_agree():
    """Every verb has a handler, and no tool can take its name."""
    assert {"", *VERBS} == {verb.name for verb in TABLE}


@pytest.mark.parametrize("verb", FUTURE_VERBS)
def test_planned_verbs_are_refused_as_such(run, verb):
    """The user is told that the verb is planned, not that it does not exist."""
    ran = run(f"%aibrain {verb} something --else")

    assert isinstance(ran.error, GrammarError)
    assert "is not part of this version" in str(ran.error)


def test_home_fits_a_screen(run, tools):
    """Profile, tools, cache, runs and next steps, without asking anybody."""
    run("%aibrain cook thai")
    (shown,) = run("%aibrain").shown

    assert "AWS default chain · keys in the environment" in shown
    assert "cook" in shown
    assert "r1" in shown
    assert "%aibrain demo start" in shown
    assert 50 > len(shown.splitlines())


def test_tools_are_a_frame_that_can_be_searched(run):
    """All tools, or those that hold a text in name, group or summary."""
    assert isinstance(run("%aibrain tools").value, pd.DataFrame)
    assert ["iam_users"] == run("%aibrain tools iam_use").value["tool"].tolist()
    assert isinstance(run("%aibrain tools iam_usr").error, UnknownNameError)


def test_a_broken_package_is_reported_with_the_tools(run):
    """A plugin that cannot be read hides nothing and is named."""
    get_tool_registry().names()
    get_tool_registry().broken["gcp"] = "gcp_tools: ImportError: no module"
    ran = run("%aibrain tools")

    assert "gcp: gcp_tools: ImportError" in ran.shown[0]
    assert 1 < len(ran.value)


def test_help_shows_the_whole_grammar(run):
    """All verbs and all options, on one page."""
    (shown,) = run("%aibrain help").shown

    for verb in VERBS:
        assert f"%aibrain {verb}" in shown
    assert "--max-parallel N" in shown
    assert [shown] == run("%aibrain --help").shown


@pytest.mark.parametrize(
    "cell", ["%aibrain help cook", "%aibrain cook --help", "%aibrain --help cook;"]
)
def test_help_of_a_tool_shows_parameters_examples_and_permissions(run, tools, cell):
    """``help TOOL`` and ``TOOL --help`` are one; required parameters are not asked for."""
    shown = "".join(run(cell).shown)

    for text in ("kitchen", "required", "french, thai", "%aibrain cook thai soup", "kitchen:Enter"):
        assert text in shown
    assert [] == tools.calls


def test_help_shows_what_depends_on_other_parameters(run, tools):
    """With a dish given, its own parameters are shown as well."""
    assert "Spices" in run("%aibrain help cook dish=stew").shown[0]
    assert "Spices" not in run("%aibrain help cook").shown[0]


def test_the_reference_page_is_text_that_renders(run):
    """``--markdown`` gives the page of a resource, or of all, as Markdown and as a str."""
    page = run("%aibrain help efs_file_systems --markdown").value

    assert page._repr_markdown_() == page
    assert "| `efs:DescribeBackupPolicy` | once per row | backup |" in page
    assert page in run("%aibrain help --markdown").value.replace("\n## ", "\n# ").replace(
        "### ", "## "
    )
    refused = run("%aibrain help aws_export --markdown").error
    assert "no reference page" in str(refused)


def test_help_of_a_resource_shows_its_calls_and_traps(run):
    """What is asked, how often, and what it fills; what a reader should know."""
    (shown,) = run("%aibrain help ecs_services").shown
    assert "once per 10 rows" in shown
    (shown,) = run("%aibrain help ec2_images").shown
    assert "Only AMIs the account owns" in shown


def test_help_of_a_verb_shows_its_forms(run):
    """``help VERB`` and ``VERB --help`` show the forms and the options."""
    (shown,) = run("%aibrain help cache").shown

    assert "%aibrain cache clear [TOOL]" in shown
    assert "--older-than AGE" in shown
    assert [shown] == run("%aibrain cache --help").shown


def test_last_shows_and_returns_what_is_known_of_a_run(run, tools):
    """Provenance and coverage, to read and to compute with."""
    assert isinstance(run("%aibrain last").error, InputError)
    run("%aibrain patchy")

    shown = run("%aibrain last").shown[0]
    assert "r1 · patchy · gaps" in shown
    assert "1 gap" in shown
    assert "r1" == run("%aibrain last --provenance").value["run"]
    assert {"ok", "denied"} == set(run("%aibrain last --coverage").value["outcome"])
    assert 1 == len(run("%aibrain last --rows").value)


def test_the_rows_of_a_run_without_any_are_not_silently_nothing(run, tools):
    """Asking for what is not there says so, and where to look."""
    run("%aibrain denied")
    error = run("%aibrain last --rows").error

    assert isinstance(error, InputError)
    assert "r1 (denied)" in str(error)
    assert "%aibrain last r1 --coverage" in str(error)


def test_history_lists_the_runs(run, tools):
    """Newest first, each with the cell as it was written."""
    run("%aibrain cook thai;")
    run("%%aibrain cook\nkitchen: thai\n")
    history = run("%aibrain history").value

    assert ["r2", "r1"] == history["run"].tolist()
    assert ["%%aibrain cook\nkitchen: thai", "%aibrain cook thai;"] == history["cell"].tolist()


def test_a_table_is_static_where_nobody_watches(run, tools):
    """Of the variable named, or of the last run; without a front end it is the frame as drawn."""
    assert "Nothing has been run" in str(run("%aibrain table").error)
    run("%aibrain cook thai -o dishes")
    named, last = run("%aibrain table dishes"), run("%aibrain table")

    assert named.shown == last.shown
    assert "thai" in named.shown[0]
    assert named.value is None
    assert "Did you mean dishes?" in str(run("%aibrain table dishs").error)


def test_every_view_is_reached_by_its_cell(run, tools):
    """The verbs mark what they return."""
    run("%aibrain patchy")
    views = ["last --coverage", "history", "tools", "jobs", "cache list"]
    views += [f"history {run('%aibrain history').value['run'][0]}"]

    found = [run(f"%aibrain {cell}").value.attrs.get("aibrain_view") for cell in views]
    assert ["coverage", "history", "tools", "jobs", "entries", "calls"] == found


def test_the_traceback_is_that_of_the_last_failure(run, tools):
    """Also of a refused cell, and of a tool's own bug."""
    assert "No cell has failed" in str(run("%aibrain tb").error)
    get_session().last_error = None
    run("%aibrain broken")

    assert "ZeroDivisionError: a bug" in run("%aibrain tb").shown[0]


def test_config_shows_the_settings_and_their_sources(run, monkeypatch):
    """All of them or one; changing is left to ``%config``."""
    monkeypatch.setenv("AIBRAIN_TTL", "2h")
    (shown,) = run("%aibrain config --sources ttl").shown

    assert "environment AIBRAIN_TTL" in shown
    assert "strict" not in shown
    assert "strict" in run("%aibrain config").shown[0]
    assert "Did you mean ttl?" in str(run("%aibrain config tll").error)
    assert "%config AibrainMagics.ttl = '1h'" in str(run("%aibrain config ttl=1h").error)


def test_profiles_are_listed_used_and_reset(run, profiles):
    """The profile in use is that of every run that names none."""
    run("%aibrain profile use prod")
    listed = run("%aibrain profile").value.set_index("profile")

    assert "prod" == get_session().profile
    assert {"dev": False, "prod": True} == listed["is_in_use"].to_dict()
    assert "eu-west-1" == listed.loc["prod", "region"]
    assert "Did you mean prod?" in str(run("%aibrain profile use prdo").error)
    run("%aibrain profile reset")
    assert ("", "default") == get_settings().resolve("profile")


def test_the_cache_is_shown_and_cleared(run, tools):
    """Figures, entries, and letting go of some of them."""
    get_tool_registry().register(ToolSpec("kept", "Cached.", "magic_tools:echo"))
    run("%aibrain kept")

    assert ["kept"] == run("%aibrain cache list").value["tool"].tolist()
    assert "hit rate" in run("%aibrain cache stats").shown[0]
    assert "0 cached results" in run("%aibrain cache clear kept --older-than 1d").shown[0]
    assert "1 cached result cleared" in run("%aibrain cache clear kept").shown[0]
    assert [] == run("%aibrain cache list").value["tool"].tolist()


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%aibrain cache", "needs one of: stats, list, clear"),
        ("%aibrain cache clera", "Did you mean clear?"),
        ("%aibrain cache stats iam_users", "takes no tool and no options"),
        ("%aibrain cache stats --tag aws", "takes no --tag"),
        ("%aibrain cache list iam_usres", "Did you mean iam_users"),
        ("%aibrain cache list a=1", "takes no a=…"),
        ("%aibrain cache stats a=1", "takes no a=…"),
        ("%aibrain cache warm", "needs a file of cells or --from"),
        ("%aibrain cache warm --from last-yaer", "no period named 'last-yaer'"),
        ("%aibrain cache why", "needs a run, the number of a cell, or a cell"),
        ("%aibrain cache why 99", "Cell 99 is no %aibrain cell"),
        ("%aibrain cache publish", "needs a folder and a key file"),
        ("%aibrain cache clear iam_usres", "Did you mean iam_users"),
        ("%aibrain cache clear --older-than soon", "not a duration"),
        ("%aibrain demo strat", "Did you mean start"),
        ("%aibrain demo start now", "takes no 'now'"),
        ("%aibrain history r99", "no run named 'r99'"),
        ("%aibrain jobs r1", "takes no 'r1'"),
        ("%aibrain result", "No run has been started in the background"),
        ("%aibrain last run=1", "takes no 'run=…'"),
        ("%aibrain last --coverge", "Did you mean --coverage?"),
        ("%aibrain help cok", "Did you mean cook?"),
        ("%aibrain profile use", "needs the name of a profile"),
        ("%aibrain profile reset prod", "takes no name"),
        ("%aibrain hitsory", "Did you mean history?"),
        ("%aibrain stats --by tols", "Did you mean tool?"),
        ("%aibrain stats --since soon", "not a duration"),
        ("%aibrain stats --since 0", "no time at all"),
        ("%aibrain stats --against last-week --by day", "no day in common"),
        ("%aibrain stats --against lastweek", "Did you mean last-week?"),
        ("%aibrain stats r99", "no run named 'r99'"),
        ("%aibrain stats r99 --since 7d", "has no --since"),
        ("%aibrain alerts r1", "takes no 'r1'"),
        ("%aibrain alerts --rules --history", "are two questions"),
        ("%aibrain alerts --test", "no receiver to be told"),
    ],
)
def test_what_is_wrong_is_refused(run, tools, cell, message):
    """Every wrong word gets its reason or the nearest right one."""
    assert message in str(run(cell).error)


def test_the_demo_is_not_running_until_it_is_started(run):
    """``demo status`` and ``demo stop`` start nothing."""
    assert "not running" in run("%aibrain demo status").shown[0]
    assert "not running" in run("%aibrain demo stop").shown[0]


@pytest.mark.slow
def test_the_demo_gives_rows_without_credentials(run, monkeypatch):
    """From nothing to rows in two cells; they are marked, and stopping gives everything back."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    try:
        assert "demo-prod" in run("%aibrain demo start").shown[0]
        rows = run("%aibrain iam_users")
        both = run("%aibrain iam_users --accounts demo-* -o both")
    finally:
        stopped = run("%aibrain demo stop")

    assert {"111122223333"} == set(rows.value["account_id"])
    assert rows.shown[0].startswith("demo data · 1 account, 1 call, 0 failed")
    assert "2 accounts, 2 calls, 0 failed · from cache 1 of 2" in both.shown[0]
    assert "stopped" in stopped.shown[0]
    assert ("", "default") == get_settings().resolve("profile")
