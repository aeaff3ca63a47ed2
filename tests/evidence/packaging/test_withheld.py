"""A withheld event shows when, of what type and of which item, provably, and nothing else."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from aibrain_jupyter.evidence.store.names import new_id
from aibrain_jupyter.evidence.verification.withheld import (
    WITHHELD,
    fault_of_withheld,
    is_about,
    withhold,
)
from tests.evidence.packaging.conftest import comment


@pytest.fixture
def events(full):
    """Every event of a store, with comments of many lengths."""
    (item, *_) = full.items()
    for length in range(0, 200, 3):
        comment(full, item, "é" * length, "internal")
    return [json.loads(line) for line in (full.folder / "ledger.jsonl").read_bytes().splitlines()]


def test_every_event_can_be_withheld(events):
    """Whatever an event says, its line proves its hash; what it says is not in the line."""
    for event in events:
        if event["type"] == "anchor":  # its signature comes after its grain; it is always shown
            continue
        line = withhold(event)
        assert "" == fault_of_withheld(line)
        assert {"hash", "item", "prev", "seq", "time", "type", WITHHELD} == set(line)
        assert event["grain"] not in json.dumps(line)
        assert event["item"][:-6] == "" or event["item"][:-6] not in json.dumps(line)


@pytest.mark.parametrize("name", ["item", "prev", "seq", "time", "type", "hash", WITHHELD])
def test_nothing_of_it_can_be_changed(events, name):
    """Another item, time, type, place or proof is not that of its hash."""
    others = [withhold(event) for event in events if event["type"] != "anchor"]
    line = others[4]
    for other in others:
        if other[name] != line[name]:
            assert fault_of_withheld({**line, name: other[name]})
    assert fault_of_withheld({n: value for n, value in line.items() if n != name})


def test_a_grain_cannot_be_guessed(events):
    """Two events never have the same grain, and each has 128 bits of chance or more."""
    grains = [event["grain"] for event in events]

    assert len(grains) == len(set(grains))
    assert 32 <= min(map(len, grains))


def test_an_event_without_grain_is_not_withheld(events):
    """What was written before events had a grain could be guessed: there is no line for it."""
    assert withhold({n: value for n, value in events[2].items() if n != "grain"}) is None


def test_items_are_told_from_one_another(events):
    """The end of an item's id says which it is; an event of the store is about none."""
    lines = [withhold(event) for event in events if event["type"] != "anchor"]
    items = {event["item"] for event in events} - {""}
    for line, event in zip(lines, (e for e in events if e["type"] != "anchor"), strict=True):
        assert {event["item"]} - {""} == {item for item in items if is_about(line, item)}


def test_no_two_items_of_a_store_end_alike(monkeypatch):
    """What is withheld of one item can never be taken for an event of another."""
    letters = iter("abcdefabcdefabcdeg")
    monkeypatch.setattr("secrets.choice", lambda _: next(letters))
    first = new_id("IAM users", dt.date(2026, 7, 8))
    assert "s3-20260709-abcdeg" == new_id("S3", dt.date(2026, 7, 9), [first])
