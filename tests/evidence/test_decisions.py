"""What people decide about items stands in the ledger, and nothing else is touched by it."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest

from aibrain_jupyter.evidence.decisions.codes import Code, change_codes, codes_of
from aibrain_jupyter.evidence.decisions.retention import hold, purge, release, retain
from aibrain_jupyter.evidence.decisions.states import (
    code_states,
    state_of,
    take_code_step,
    take_step,
)
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from tests.evidence.conftest import save

OTHER = {"name": "reviewer", "host": "h", "how": "STS ARN"}
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}


def test_withdrawing_one_code_touches_nothing_else(store):
    """One item answers three codes; without one of them item, approval and delivery hold."""
    item = save(store, codes=("RFI-014", "soc2-2017:CC6.1", "A.5.15"))
    take_step(store, item, "approve", actor=OTHER)
    take_code_step(store, store.item(item.id), "deliver", ["A.5.15"], package="P1")

    change_codes(store, item, withdraw=[Code.parse("RFI-014")])

    now = store.item(item.id)
    assert ["soc2-2017:CC6.1", "A.5.15"] == [str(code) for code in codes_of(now)]
    assert "approved" == state_of(now)
    assert {"CC6.1": "", "A.5.15": "delivered"} == {c.code: s for c, s in code_states(now).items()}
    assert 0 == store.verify().status


def test_delivery_belongs_to_a_code(store):
    """An item accepted for one code may come back for another, with who said it and why."""
    item = save(store, codes=("RFI-1", "RFI-2"))
    take_code_step(store, item, "deliver")
    take_code_step(store, store.item(item.id), "accept", ["RFI-1"])
    with pytest.raises(EvidenceError, match="needs a reason"):
        take_code_step(store, store.item(item.id), "return", ["RFI-2"])
    take_code_step(store, store.item(item.id), "return", ["RFI-2"], reason="no date", by="auditor")

    states = {code.code: state for code, state in code_states(store.item(item.id)).items()}
    assert {"RFI-1": "accepted", "RFI-2": "returned"} == states
    assert "auditor" == store.ledger.last().facts["by"]


def test_who_collects_does_not_approve_silently(store):
    """An approval by the collector is odd, and refused where it is strict."""
    item = save(store)

    with pytest.raises(EvidenceError, match="collected"):
        take_step(store, item, "approve", is_strict=True)
    _, odd = take_step(store, item, "approve")
    assert "approves it" in odd


def test_an_incomplete_item_is_approved_with_a_reason_only(store):
    """Approving what is incomplete needs a reason, and the item stays incomplete."""
    item = save(store, status="incomplete")

    with pytest.raises(EvidenceError, match="needs a reason"):
        take_step(store, item, "approve", actor=OTHER)
    event, _ = take_step(store, item, "approve", actor=OTHER, reason="the gap is out of scope")
    assert item.manifest_sha256 == event.facts["manifest_sha256"]
    assert 2 == store.verify().status


@pytest.mark.parametrize("step", ["submit", "reject", "approve"])
def test_a_superseded_item_takes_no_step(store, step):
    """What was replaced is neither reviewed nor decided again."""
    item = save(store)
    take_step(store, item, "supersede")

    with pytest.raises(EvidenceError, match="is superseded"):
        take_step(store, store.item(item.id), step, reason="x", actor=OTHER)


def test_purged_items_leave_a_whole_chain(store):
    """Two old items are purged between others, the held one is refused, and the store verifies."""
    items = [save(store, f"Set {n}", facts={"retain_until": "2020-01-01"}) for n in range(5)]
    hold(store, items[2], "litigation")

    for place in (1, 3):
        purge(store, items[place].id, "past its retention")
    with pytest.raises(EvidenceError, match="on hold"):
        purge(store, items[2].id, "past its retention")

    assert (0, 3) == (store.verify().status, store.verify().items)
    tombstone = next(e for e in store.ledger.events() if e.type == "purge")
    assert items[1].manifest_sha256 == tombstone.facts["manifest_sha256"]
    assert "Set 1" == tombstone.facts["title"]
    assert not items[1].folder.exists()
    assert "purged" == state_of(store.item(items[1].id))
    release(store, store.item(items[2].id), "over")
    purge(store, items[2].id, "past its retention")
    assert 0 == store.verify().status


def test_nothing_is_purged_before_its_time(store):
    """An item that is to be kept, or of which nobody said until when, stays."""
    item = save(store)

    with pytest.raises(EvidenceError, match="Nobody said until when"):
        purge(store, item.id, "x")
    retain(store, item, dt.date(2099, 1, 1), "contract")
    with pytest.raises(EvidenceError, match="until 2099-01-01"):
        purge(store, item.id, "x")


def test_a_clock_behind_the_ledger_purges_nothing(store):
    """Where the clock contradicts the ledger no retention is over."""
    item = save(store, facts={"retain_until": "2020-01-01"})

    with pytest.raises(EvidenceError, match="clock contradicts"):
        purge(store, item.id, "x", now=dt.datetime(2021, 1, 1, tzinfo=dt.UTC))


def test_codes_of_any_kind_unpack_everywhere(store, tmp_path):
    """Long codes, codes that differ in case, Japanese ones: every path fits Windows' rules."""
    codes = (
        "C" * 150,
        "CC6.1",
        "cc6.1",
        "証跡-12",
        "#164 - Reference",
        "TD&R ISMAP Audit Docs",
        "CON",
    )
    items = [save(store, title=code, codes=(code,)) for code in codes]

    assert codes == tuple(str(codes_of(store.item(item.id))[0]) for item in items)
    paths = [p.relative_to(store.folder).as_posix() for p in store.folder.rglob("*")]
    assert len(paths) == len({path.lower() for path in paths})
    assert max(map(len, paths)) < 120
    for path in paths:
        assert path.isascii()
        for part in path.split("/"):
            assert part.partition(".")[0].lower() not in _RESERVED
            assert not set(part) & set('<>:"|?*\\')
            assert part == part.rstrip(". ")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for path in paths:
            archive.write(store.folder / path, path)


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "x" * 501])
def test_what_is_no_code_is_refused(text):
    """A code is one line that says something."""
    with pytest.raises(ParameterError, match="is no code"):
        Code.parse(text)
