"""A cell that runs a tool: its value, what is shown beside it, how it fails."""

from __future__ import annotations

import pytest

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import (
    InputError,
    PermissionDeniedError,
    RunFailedError,
)

pytestmark = pytest.mark.usefixtures("tools")


def values(frame):
    """The parameters the tool was called with, as it tells them."""
    return dict(zip(frame["name"], frame["value"], strict=True))


def test_the_rows_are_the_value_and_the_coverage_line_comes_after(run):
    """The cell's value is the DataFrame; below it stands one coverage line."""
    ran = run("%aibrain cook thai stew count=2")

    assert {"kitchen": "'thai'", "dish": "'stew'", "count": "2"} == values(ran.value)
    assert ["1 call, 0 failed · 3 rows"] == ran.shown


def test_a_cell_takes_its_parameters_from_the_body(run):
    """Line and body together are the request."""
    ran = run("%%aibrain cook --strict\nkitchen: thai\nguests: [ana, bob]\n")

    assert {"kitchen": "'thai'", "guests": "['ana', 'bob']"} == values(ran.value)


def test_variables_reach_the_tool_as_objects(run, shell, tools):
    """A list of the user's is passed as one; the history keeps names, not values."""
    shell.user_ns["who"] = ["ana"]
    run("%%aibrain cook thai\nlayout: {guests: $who}\n")

    assert ["ana"] == tools.calls[0]["layout"]["guests"]
    assert "$who" in get_session().last.request.text


def test_variables_of_a_function_hide_the_shells(run):
    """A magic inside a function sees what the function sees."""
    ran = run(
        "n = 1\ndef f():\n    n = 7\n    return get_ipython().run_line_magic("
        "'aibrain', 'cook thai count=$n')\nf()"
    )

    assert "7" == values(ran.value)["count"]


def test_braces_are_left_alone(run, shell):
    """IPython's own ``{name}`` expansion is off."""
    shell.user_ns["thai"] = "french"
    ran = run("%aibrain cook thai note='\"{thai}\"'")

    assert "'{thai}'" == values(ran.value)["note"]


def test_an_assigned_result_still_has_its_coverage_line(run, shell):
    """``x = %aibrain …`` assigns the rows and shows what they cover."""
    ran = run("rows = %aibrain cook thai")

    assert ["1 call, 0 failed · 1 row"] == ran.shown
    assert {"kitchen": "'thai'"} == values(shell.user_ns["rows"])


def test_several_runs_in_a_cell_show_a_line_each_in_order(run):
    """Each run is accounted for, and its line says which run it is about."""
    ran = run("a = %aibrain cook thai\nb = %aibrain cook thai stew")

    assert [
        "r1 cook · 1 call, 0 failed · 1 row",
        "r2 cook · 1 call, 0 failed · 2 rows",
    ] == ran.shown


def test_the_line_is_shown_when_later_code_fails(run):
    """A run that went well is accounted for in a cell that fails after it."""
    ran = run("a = %aibrain cook thai\n1 / 0")

    assert isinstance(ran.error, ZeroDivisionError)
    assert ["1 call, 0 failed · 1 row"] == ran.shown
    assert [] == run("1").shown


@pytest.mark.parametrize(
    "cell", ["%aibrain cook thai;", "%aibrain cook thai ; ", "%%aibrain cook thai\n;\n"]
)
def test_a_semicolon_hides_the_value_and_not_the_line(run, cell):
    """The value is hidden, the coverage stays; the rows can be had again."""
    ran = run(cell)

    assert (None, ["1 call, 0 failed · 1 row"]) == (ran.value, ran.shown)
    assert {"kitchen": "'thai'"} == values(run("%aibrain last --rows").value)


@pytest.mark.parametrize(
    "cell",
    [
        "x = %aibrain cook thai;",
        "x = %aibrain cook thai ; ",
        "def f():\n    x = %aibrain cook thai;\n    return x\nx = f()",
        "x = get_ipython().run_line_magic('aibrain', 'cook thai;').copy()",
    ],
)
def test_a_semicolon_takes_no_value_from_a_variable(run, shell, cell):
    """What is assigned, or used in an expression, is the rows: a semicolon hides, no more."""
    ran = run(cell)

    assert (None, None) == (ran.value, ran.error)
    assert {"kitchen": "'thai'"} == values(shell.user_ns["x"])


def test_output_goes_to_a_variable_with_a_receipt(run, shell):
    """``-o`` assigns, shows one line and gives the cell no value."""
    ran = run("%aibrain cook thai -o dinner")

    assert (None, ["dinner = 1 row × 2 columns · 1 call, 0 failed"]) == (ran.value, ran.shown)
    assert {"kitchen": "'thai'"} == values(shell.user_ns["dinner"])


def test_output_and_show_give_both(run, shell):
    """``--show`` displays the rows as well."""
    ran = run("%aibrain cook thai -o dinner --show")

    assert shell.user_ns["dinner"] is ran.value
    assert ["dinner = 1 row × 2 columns · 1 call, 0 failed"] == ran.shown


def test_quiet_says_nothing_unless_something_is_missing(run):
    """No line and no receipt for what is complete; a gap is always said."""
    assert [] == run("%aibrain cook thai --quiet").shown
    assert [] == run("%aibrain cook thai --quiet -o x").shown
    assert "1 gap" in "".join(run("%aibrain patchy --quiet").shown)
    assert "1 gap" in "".join(run("%aibrain patchy --quiet -o x").shown)


def test_strict_fails_the_cell_and_keeps_the_rows(run):
    """Under ``--strict`` a gap is an error; what was reached is shown and can be had."""
    ran = run("%aibrain patchy --strict")

    assert isinstance(ran.error, RunFailedError)
    assert "1 gap" in ran.shown[0]
    assert 1 == len(run("%aibrain last --rows").value)


def test_a_failed_call_raises_its_own_error(run, shell):
    """Nothing is assigned, and the provider's refusal says all there is to say."""
    ran = run("%aibrain denied -o users")

    assert isinstance(ran.error, PermissionDeniedError)
    assert [] == ran.shown
    assert "users" not in shell.user_ns


def test_old_rows_are_not_taken_for_new_ones(run, shell):
    """A variable from before stays when the cell fails, and the cell says that it is old."""
    shell.user_ns["users"] = "old"
    shown = [run(f"%aibrain {cell} -o users").shown for cell in ("denied", "patchy --strict")]

    assert "old" == shell.user_ns["users"]
    assert ["! users still holds what it held before this cell"] == shown[0]
    assert "! users still holds what it held before this cell" in shown[1][1]
    assert "%aibrain last --rows" in shown[1][1]


def test_a_bug_of_a_tool_is_not_hidden(run):
    """A tool's own exception fails the cell with its kind and message."""
    ran = run("%aibrain broken")

    assert "ZeroDivisionError" in str(ran.error)
    assert "a bug" in str(ran.error)


def test_the_traceback_has_the_cause_and_no_secret(run):
    """``%aibrain tb`` shows where it came from; what looks like a secret is hidden."""
    run("%aibrain denied")
    shown = run("%aibrain tb").shown[0]

    assert "PermissionDeniedError" in shown
    assert "magic_tools.py" in shown
    assert "hunter2" not in shown


def test_dry_run_shows_the_plan_and_calls_nothing(run, tools):
    """The plan says what would be called and what it needs."""
    ran = run("%aibrain cook thai --dry-run")

    assert (None, []) == (ran.value, tools.calls)
    assert "nothing was run" in ran.shown[0]
    assert "kitchen:Enter" in ran.shown[0]


@pytest.mark.parametrize(
    "cell",
    [
        "%aibrain cook thai cuont=2",
        "%aibrain cook thai -o 2x",
        "%aibrain cook $who",
        "%%aibrain cook thai\nthai\n",
        "%%aibrain\nkitchen: thai\n",
        "%%aibrain tools\nkitchen: thai\n",
        "%aibrain coook thai",
        "%aibrain evidence save users --rfi RFI-1",
    ],
)
def test_a_refused_cell_runs_nothing(run, tools, cell):
    """What is wrong is an `InputError`, and no tool was called."""
    ran = run(cell)

    assert isinstance(ran.error, InputError)
    assert ([], None) == (tools.calls, get_session().last)
