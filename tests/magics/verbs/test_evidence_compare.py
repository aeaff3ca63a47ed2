"""``%aibrain evidence compare``: items, runs and frames as sides, in one line."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.shared.error_handler import InputError, ParameterError, UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry
from tests.magics.verbs.things import differences, scope

pytestmark = pytest.mark.usefixtures("evidence_folder")


@pytest.fixture
def users(shell):
    """A frame of the notebook, of no run."""
    shell.user_ns["users"] = pd.DataFrame({"arn": ["ana", "bob"], "is_admin": [False, False]})
    return shell.user_ns["users"]


def test_two_runs_show_what_changed_since(run, inventory):
    """Run beside run: their tool's key is taken, and each difference is named, none made up."""
    run("before = %aibrain inventory --fresh")
    inventory.things["hall"] = {
        1: {"is_open": False, "seen": 9},
        2: {"is_open": True, "seen": 2},
        4: {"is_open": False, "seen": 1},
    }
    run("%aibrain inventory --fresh")

    ran = run("%aibrain evidence compare r1 r2")

    assert [
        ("hall-4", "added", ""),
        ("hall-3", "removed", ""),
        ("hall-2", "changed", "is_open"),
        ("hall-1", "volatile", "seen"),
    ] == differences(ran.value)
    assert ["house", "room", "id"] == list(ran.value)[:3]
    assert [] == scope(ran.value)
    assert "1 row added, 1 row removed, 1 cell changed in 1 row." in "".join(ran.shown)


def test_a_run_is_as_it_was_collected(run, shell, inventory):
    """What was done to a run's frame afterwards is no difference of the run."""
    run("things = %aibrain inventory")
    shell.user_ns["things"].loc[0, "is_open"] = True

    assert [] == differences(run("%aibrain evidence compare r1 r1").value)
    assert 1 == len(differences(run("%aibrain evidence compare r1 things").value))


def test_a_place_that_refuses_takes_no_row_away(run, inventory):
    """Things of a locked room are not asked, and the gap is said before any figure."""
    run("%aibrain inventory --fresh")
    inventory.refused.add("attic")
    run("%aibrain inventory --fresh")

    ran = run("%aibrain evidence compare r1 r2")

    assert [("attic-1", "not asked", "")] == differences(ran.value)
    assert ["answer of home/attic", "completeness"] == scope(ran.value)
    assert "".join(ran.shown).startswith("! What was asked is smaller: answer of home/attic")
    assert 2 == ran.value.attrs["evidence"]["status"]


def test_a_run_whose_rows_are_gone_is_told(run, inventory):
    """A later run took its place and nobody held its rows: it is said how to keep them."""
    run("%aibrain inventory --fresh;")
    del inventory.things["attic"][1]
    run("%aibrain inventory --fresh")

    refused = run("%aibrain evidence compare r1 r2").error

    assert isinstance(refused, InputError)
    assert "kept no longer" in str(refused)


def test_a_new_filter_is_evaluated(run, inventory):
    """What where= leaves out is not asked; what it would show and is gone is removed."""
    run("before = %aibrain inventory --fresh")
    del inventory.things["attic"][1]
    inventory.things["attic"][2] = {"is_open": True, "seen": 1}
    run("%aibrain inventory where=is_open --fresh")

    frame = run("%aibrain evidence compare r1 r2").value

    assert [
        ("attic-2", "added", ""),
        ("attic-1", "removed", ""),
        *((f"hall-{n}", "not asked", "") for n in (1, 2, 3)),
    ] == differences(frame)
    assert ["where=", "rows left out by filters"] == scope(frame)


def test_rows_left_out_in_the_notebook_are_not_removed(run, shell, inventory):
    """A frame that was filtered by hand says so, and what it left out is not gone."""
    run("things = %aibrain inventory")
    item = run("%aibrain evidence save things --rfi RFI-1").value
    shell.user_ns["some"] = shell.user_ns["things"].iloc[1:]

    frame = run(f"%aibrain evidence compare {item} some").value

    assert [("hall-1", "not asked", "")] == differences(frame)
    assert "made by hand" == scope(frame)[0]


def test_an_item_is_named_by_its_id_its_end_or_a_variable(run, shell, inventory):
    """What saving gave names the item, with and without a dollar."""
    run("things = %aibrain inventory")
    run("item = %aibrain evidence save things --rfi RFI-1")

    for word in ("item", "$item", shell.user_ns["item"], shell.user_ns["item"][-6:]):
        ran = run(f"%aibrain evidence compare {word} things")
        assert (0, []) == (ran.value.attrs["evidence"]["status"], differences(ran.value))
    assert "4 rows compared, no difference in them." in "".join(ran.shown)


def test_exclusions_of_an_item_are_apart(run, inventory):
    """Rows that are excluded when they are saved are no difference of the rest."""
    run("things = %aibrain inventory")
    run("%aibrain evidence exclude room=attic --reason closed --decided-by Ann")
    item = run("%aibrain evidence save things --rfi RFI-1").value
    del inventory.things["attic"][1]
    run("%aibrain inventory --fresh")

    frame = run(f"%aibrain evidence compare {item} r2").value

    assert [("attic-1", "excluded", "")] == differences(frame)
    assert "removed; excluded: closed" == frame["why"].iloc[-1]


def test_frames_of_no_run_need_a_key(run, shell, users):
    """Nobody declares the key of a frame by hand: those that would do are named."""
    shell.user_ns["now"] = users.assign(is_admin=[False, True])

    refused = run("%aibrain evidence compare users now")
    frame = run("%aibrain evidence compare users now --key arn").value

    assert isinstance(refused.error, ParameterError)
    assert "Rows differ by: arn." in str(refused.error)
    assert [("bob", "changed", False, True)] == list(
        frame[["arn", "change", "old", "new"]].itertuples(index=False, name=None)
    )


def test_what_changes_by_itself_can_be_said(run, shell, users):
    """``--volatile`` lists a column apart."""
    shell.user_ns["now"] = users.assign(is_admin=[False, True])

    frame = run("%aibrain evidence compare users now --key arn --volatile is_admin").value

    assert ["volatile"] == frame["change"].tolist()


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        ("users", ParameterError, "needs new"),
        ("users nobody", UnknownNameError, "no evidence item named 'nobody'"),
        ("users r77", UnknownNameError, "no evidence item named 'r77'"),
        ("users number", ParameterError, "new is int"),
        ("users users --key Arn", UnknownNameError, "arn"),
        ("a b c", InputError, "takes no 'c'"),
    ],
)
def test_slips_are_told(run, shell, users, words, error, says):
    """A side that is none, or one too many, is refused before anything is compared."""
    shell.user_ns["number"] = 5

    refused = run(f"%aibrain evidence compare {words}").error

    assert isinstance(refused, error)
    assert says in str(refused)


def test_from_python_it_is_a_tool(users):
    """The registry gives the same comparison to scripts."""
    found = get_tool_registry().get_tool("evidence_compare")(
        old=users, new=users.iloc[:1], key=["arn"]
    )

    assert ["removed"] == found["change"].tolist()
    assert 1 == found.attrs["evidence"]["status"]
