"""What alerts are told of an evidence store: what was altered, returned, what is due."""

from __future__ import annotations

import pytest

from aibrain_jupyter.evidence.decisions.states import take_code_step, take_step
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.tool_executors.evidence import readings
from tests.evidence.conftest import save

_ALL = ("evidence_findings", "evidence_returned", "plan_late", "plan_gaps")


@pytest.fixture(autouse=True)
def _looked_at_anew():
    readings._findings.cache_clear()
    yield
    readings._findings.cache_clear()


def _values():
    return {one.metric: one.value for one in readings.evidence_readings(_ALL)}


def test_without_a_store_there_is_nothing_to_tell():
    """No store is no store in order: nothing is said of it."""
    assert {} == _values()


def test_a_store_in_order_is_told_as_such(store):
    """What was saved and not touched has no findings, and nothing was returned."""
    save(store)

    assert {"evidence_findings": 0, "evidence_returned": 0} == _values()


def test_what_was_altered_is_told(store):
    """A changed byte is a finding at the next look."""
    item = save(store)
    file = store.folder / "items" / item.id / "data/rows.csv"
    file.chmod(0o600)
    file.write_text(file.read_text().replace("user-1", "user-9"))

    assert 1 == _values()["evidence_findings"]


def test_what_came_back_is_told(store):
    """An item that the auditor returned waits for somebody."""
    item = save(store)
    take_step(store, item, "approve")
    take_code_step(store, store.item(item.id), "deliver")
    take_code_step(store, store.item(item.id), "return", reason="a gap", by="auditor")

    assert 1 == _values()["evidence_returned"]


def test_a_plan_that_cannot_be_read_is_not_known(store):
    """A plan whose file is gone has no number of late evidence, which is not zero."""
    save(store)
    get_settings().set("alerts_plans", "gone.yml", "a test")
    try:
        found = _values()
    finally:
        get_settings().unset("alerts_plans")

    assert (None, None) == (found["plan_late"], found["plan_gaps"])
