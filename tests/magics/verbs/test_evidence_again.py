"""``reperform`` and ``complete``: what an item was asked with is asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aibrain_jupyter.shared.error_handler import EvidenceError, PermissionDeniedError
from tests.magics.verbs.things import differences, scope


def manifest_of(item):
    """Return the manifest of an item."""
    return json.loads(Path(f"evidence/items/{item}/manifest.json").read_text())


def items(run):
    """Return the ids of the items, and their states."""
    listed = run("%aibrain evidence list").value
    return dict(zip(listed["item"], listed["state"], strict=True))


@pytest.fixture
def saved(run, inventory):
    """The id of an item of all rooms."""
    run("%aibrain inventory --save RFI-1 --save-period FY2026")
    inventory.asked.clear()
    return next(iter(items(run)))


@pytest.fixture
def gappy(run, inventory):
    """The id of an item without the attic, which was locked."""
    inventory.refused.add("attic")
    run("%aibrain inventory --save RFI-1 --save-period FY2026")
    inventory.refused.clear()
    inventory.asked.clear()
    return next(iter(items(run)))


def test_an_item_is_reperformed_beside_the_saved_one(run, inventory, saved):
    """All of it is asked now, whatever the cache has, and compared; nothing is saved."""
    inventory.things["hall"][1]["is_open"] = True

    frame = run(f"%aibrain evidence reperform {saved}").value

    assert [("hall-1", "changed", "is_open")] == differences(frame)
    assert ([], ["attic", "hall"]) == (scope(frame), sorted(inventory.asked))
    assert [saved] == [*items(run)]


def test_what_came_can_be_an_item_of_its_own(run, inventory, saved):
    """It answers the same codes for the same period and says beside what it was asked."""
    ran = run(f"%aibrain evidence reperform {saved} --save")

    (new,) = items(run).keys() - {saved}
    manifest = manifest_of(new)
    assert (saved, 0) == (manifest["reperforms"]["item"], manifest["reperforms"]["kept"])
    old = manifest_of(saved)
    for name in ("codes", "title"):
        assert old[name] == manifest[name]
    assert old["times"]["audit_period"] == manifest["times"]["audit_period"]
    assert "collected" == items(run)[saved]
    assert f"{new}: collected" in "".join(ran.shown)


def test_parameters_and_places_are_those_of_the_item(run, inventory):
    """A filter and a chosen room are asked for again, and no other room."""
    run("%aibrain inventory where=is_open --regions attic --save RFI-1")
    inventory.asked.clear()
    inventory.things["attic"][2] = {"is_open": True, "seen": 1}

    frame = run(f"%aibrain evidence reperform {next(iter(items(run)))}").value

    assert [("attic-2", "added", "")] == differences(frame)
    assert ["attic"] == inventory.asked


def test_a_refusal_leaves_nothing_behind(run, inventory, saved):
    """Where no call succeeds the cell fails, and no draft or item is left."""
    inventory.refused.update(("attic", "hall"))

    ran = run(f"%aibrain evidence reperform {saved} --save")

    assert ran.error is not None
    assert [saved] == [*items(run)]
    assert [] == [*Path("evidence/drafts").iterdir()]


def test_the_gaps_of_an_item_are_completed(run, inventory, gappy):
    """Only what was missing is asked; the new item has all, both windows, and is in place of it."""
    new = run(f"%aibrain evidence complete {gappy}").value

    assert ["attic"] == inventory.asked
    assert {gappy: "superseded", new: "collected"} == items(run)
    manifest = manifest_of(new)
    completes = manifest["completes"]
    assert (4, gappy, 1) == (manifest["rows"], completes["item"], completes["kept"])
    assert [{"house": "home", "room": "attic"}] == completes["asked_again"]
    assert [manifest_of(gappy)["source"]["window"], manifest["source"]["window"]] == completes[
        "windows"
    ]
    assert "2026-01-01 to 2026-12-31 UTC" == manifest["times"]["audit_period"]["words"]
    frame = run(f"%aibrain evidence compare {gappy} {new}").value
    assert [("attic-1", "not asked before", "")] == differences(frame)


def test_what_is_still_missing_does_not_take_its_place(run, inventory):
    """A new version with a gap adds to the old one and supersedes nothing."""
    inventory.things["cellar"] = {1: {"is_open": True, "seen": 1}}
    inventory.refused.update(("attic", "cellar"))
    run("%aibrain inventory --save RFI-2")
    gappy = next(iter(items(run)))
    inventory.refused.remove("attic")
    inventory.asked.clear()

    new = run(f"%aibrain evidence complete {gappy}").value

    assert {gappy: "incomplete", new: "incomplete"}.items() <= items(run).items()
    assert {"attic", "cellar"} == {*inventory.asked}
    saves = run("%aibrain evidence ledger").value.query("event == 'save'")
    assert gappy == json.loads(saves["facts"].iloc[-1])["supplements"]


def test_a_whole_item_is_not_completed(run, saved):
    """Without gaps there is nothing to ask for, and it is said what is."""
    refused = run(f"%aibrain evidence complete {saved}").error

    assert isinstance(refused, EvidenceError)
    assert "reperform" in refused.next_steps[0]


def test_only_what_a_tool_collected_is_asked_again(run, shell, inventory, saved):
    """A derived set has no source of its own."""
    run("things = %aibrain inventory")
    shell.user_ns["some"] = shell.user_ns["things"].iloc[1:]
    derived = run("%aibrain evidence save some --rfi RFI-1").value

    refused = run(f"%aibrain evidence reperform {derived}").error

    assert isinstance(refused, EvidenceError)
    assert "it is derived" in str(refused)


def test_a_completion_that_fails_keeps_the_item(run, inventory, gappy):
    """Still refused: a version as incomplete as before is no progress, and the old one stands."""
    inventory.refused.add("attic")

    ran = run(f"%aibrain evidence complete {gappy}")

    assert not isinstance(ran.error, PermissionDeniedError)
    assert "incomplete" == items(run)[gappy]
