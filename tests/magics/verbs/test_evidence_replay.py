"""``%aibrain evidence replay``: the plan of last period's items, and what is not as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError


@pytest.fixture
def last_year(run, inventory):
    """Items for 2026: one of all rooms, one of a room with a filter; a document."""
    run("%aibrain inventory --accounts home --regions hall,attic --save CC6.1 --save-period 2026")
    run("%aibrain inventory where=is_open --save RFI-1 --save-period 2026")
    Path("policy.pdf").write_text("policy")
    run(
        "%aibrain evidence attach policy.pdf --rfi RFI-2 --as-of 2026-06-30 --source HR "
        "--period 2026 --title 'Signed policy'"
    )
    inventory.asked.clear()


def changes(frame):
    """Return the changes as tuples."""
    return [tuple(row) for row in frame[["what", "old", "new", "status"]].itertuples(index=False)]


def test_a_plan_is_written_and_nothing_is_asked(run, inventory, last_year):
    """What was collected is a plan that can be shown at once, and collected once it has begun."""
    ran = run("%aibrain evidence replay 2027")

    plan = yaml.safe_load(Path("plan-2027.yml").read_text("utf-8"))
    assert ["inventory", "inventory", ""] == [row.get("tool", "") for row in plan["rows"]]
    assert ["hall", "attic"] == plan["rows"][0]["regions"]
    assert {"where": "is_open"} == plan["rows"][1]["parameters"]
    assert "Signed policy" == plan["rows"][2]["document"]
    assert [] == inventory.asked
    assert "Nothing was asked" in "".join(ran.shown)
    assert "4 calls" in run("%aibrain evidence collect plan-2027.yml --dry-run").shown[0]
    collected = run("%aibrain evidence collect plan-2027.yml --period 2026 --again").value
    assert {"complete": 2, "missing": 1} == collected["status"].value_counts().to_dict()


def test_what_is_new_is_proposed_and_what_is_gone_is_named(run, inventory, last_year):
    """A new house is proposed, and asked only on request; one that is gone is taken out."""
    inventory.houses[:] = ["home", "barn"]
    proposed = run("%aibrain evidence replay 2027").value
    run("%aibrain evidence replay 2027 taken.yml --add-new")
    inventory.houses[:] = ["barn"]
    gone = run("%aibrain evidence replay 2027 gone.yml").value

    assert [("accounts", "home", "barn", "proposed")] == changes(proposed)
    assert 2 == proposed.attrs["evidence"]["status"]
    assert ["home", "barn"] == yaml.safe_load(Path("taken.yml").read_text())["rows"][0]["accounts"]
    assert ("accounts", "home", "", "gone") in changes(gone)


def test_what_a_tool_takes_no_more_is_named(run, inventory, last_year):
    """A parameter that the tool has no longer is found before anything runs."""
    import dataclasses

    from aibrain_jupyter.tool_registry import get_tool_registry

    get_tool_registry().register(dataclasses.replace(inventory.INVENTORY, params=()), replace=True)

    frame = run("%aibrain evidence replay 2027").value

    assert ["gone"] == frame.query("what == 'tool'")["status"].tolist()
    assert "where" in frame.query("what == 'tool'")["remark"].item()


def test_a_plan_that_is_there_is_not_written_over(run, last_year):
    """What somebody changed in it stays."""
    run("%aibrain evidence replay 2027")

    assert isinstance(run("%aibrain evidence replay 2027").error, ParameterError)


def test_a_period_without_items_is_refused(run, last_year):
    """Nothing to replay is no empty plan."""
    refused = run("%aibrain evidence replay 2031").error

    assert isinstance(refused, EvidenceError)
    assert not Path("plan-2031.yml").exists()
