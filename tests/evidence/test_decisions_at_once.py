"""Two people, or two kernels, decide about one item: what each knows may be old."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.codes import Code, change_codes, codes_of, named
from aibrain_jupyter.evidence.decisions.retention import hold, is_held, purge, release, retain
from aibrain_jupyter.evidence.decisions.states import state_of, take_code_step, take_step
from aibrain_jupyter.evidence.reviewing.threads import comment
from aibrain_jupyter.evidence.samples.draws import Draw, save_sample
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import Times
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from tests.evidence.conftest import save

NOW = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
SAMPLE = Saving("Sample", [], Times("moment", NOW, NOW, NOW, NOW), kind="sample")


def test_what_was_rejected_meanwhile_is_not_approved(store):
    """Whoever looked before somebody else rejected it is told; the rejection stands."""
    seen = save(store)
    take_step(store, store.item(seen.id), "reject", reason="a region is missing")

    with pytest.raises(EvidenceError, match="is rejected"):
        take_step(store, seen, "approve")
    assert "rejected" == state_of(store.item(seen.id))


@pytest.mark.parametrize(
    "decide",
    [
        lambda store, item: hold(store, item, "a case"),
        lambda store, item: retain(store, item, dt.date(2040, 1, 1), "a contract"),
        lambda store, item: change_codes(store, item, add=[Code.parse("RFI-9")]),
        lambda store, item: comment(store, item, "looks good"),
        lambda store, item: take_step(store, item, "approve"),
    ],
)
def test_nothing_is_decided_about_what_was_purged_meanwhile(store, decide):
    """Who holds an item that is gone is not told that it is kept."""
    seen = save(store)
    retain(store, seen, dt.date(2020, 1, 1), "test")
    purge(store, seen.id, "past its time")

    with pytest.raises(EvidenceError, match="purged"):
        decide(store, seen)
    assert "purge" == store.ledger.events()[-1].type


def test_a_code_is_accepted_once_it_was_delivered(store):
    """The state of a code is that of now, not of when the item was looked up."""
    seen = save(store)
    take_code_step(store, seen, "deliver")
    assert "accept" == take_code_step(store, seen, "accept").type
    change_codes(store, seen, withdraw=codes_of(seen))
    with pytest.raises(ParameterError, match="not among its codes"):
        take_code_step(store, seen, "return", ["RFI-014"], reason="late")


def test_draws_are_counted_as_they_are_made(store):
    """Two who draw from one look at a population make draw 1 and draw 2, not two first draws."""
    saving = Saving("Users", [], SAMPLE.times, key=("arn",))
    with store.draft("Users") as draft:
        frame = pd.DataFrame({"arn": [f"u{n}" for n in range(9)]})
        seen = save_frame(store, draft, frame, saving, {})

    samples = [save_sample(store, seen, Draw(n=2, seed=seed), SAMPLE) for seed in "ab"]

    assert [1, 2] == [sample.manifest()["sample"]["draw"] for sample in samples]


def test_each_hold_is_released(store):
    """An item that two cases hold is held when one of them is over; said twice, it is one hold."""
    item = save(store)
    retain(store, item, dt.date(2020, 1, 1), "test")
    for case in ("case A", "case B", "case B"):
        hold(store, item, case)
    release(store, item, "case A is over")

    assert is_held(store.item(item.id))
    with pytest.raises(EvidenceError, match="on hold"):
        purge(store, item.id, "past its time")
    release(store, item, "case B is over")
    purge(store, item.id, "past its time")
    assert 0 == store.verify().status


def test_a_code_of_two_frameworks_is_not_guessed(store):
    """``CC6.1`` of two frameworks is asked back; a request and a control of one name are one."""
    codes = tuple(map(Code.parse, ("soc2-2017:CC6.1", "tsc-2022:CC6.1", "A.5", "RFI-1")))
    codes += (Code.parse("A.5", "control"),)

    with pytest.raises(ParameterError, match="names 2 of its codes") as refused:
        named(codes, "CC6.1")
    assert "soc2-2017:CC6.1, tsc-2022:CC6.1" in str(refused.value.next_steps)
    assert [codes[1]] == named(codes, "tsc-2022:CC6.1")
    assert [codes[2], codes[4]] == named(codes, "A.5")


@pytest.mark.parametrize("text", ["a\u2028b", "a\x85b", "\u202eabc", "\ud800", "a\tb", "a\x7f"])
def test_a_code_is_one_line_that_can_be_read(text):
    """What breaks a line, turns it round or cannot be written is no code."""
    with pytest.raises(ParameterError, match="is no code"):
        Code.parse(text)
    assert "ＴＤ　第164号" == Code.parse("ＴＤ　第164号").code
