"""Comments are only ever added, and say for whom they are."""

from __future__ import annotations

import pytest

from aibrain_jupyter.evidence.decisions.retention import purge
from aibrain_jupyter.evidence.decisions.states import state_of, take_step
from aibrain_jupyter.evidence.reviewing.threads import AUDITOR, Comment, comment, comments_of
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError, UnknownNameError
from tests.evidence.conftest import save

OTHER = {"name": "reviewer", "host": "h", "how": "STS ARN"}


def test_a_thread_is_in_the_ledger(store):
    """A comment and its answer keep who, for whom and what they answer; the item stays as it is."""
    item = save(store)
    take_step(store, item, "approve", actor=OTHER)
    first = comment(store, store.item(item.id), "Why 3 rows?\nI count 4.", audience=AUDITOR)
    comment(store, store.item(item.id), "ask Ann", answers=first.seq, actor=OTHER)

    asked, answer = comments_of(store.item(item.id))
    assert ("Why 3 rows?\nI count 4.", "auditor", None) == (
        asked.text,
        asked.audience,
        asked.answers,
    )
    assert ("internal", "reviewer", "STS ARN", first.seq) == (
        answer.audience,
        answer.who,
        answer.how_known,
        answer.answers,
    )
    assert "approved" == state_of(store.item(item.id))
    assert 0 == store.verify().status


def test_each_says_for_whom_it_is(store):
    """Where comments are shown, nobody can take an internal one for one the auditor reads."""
    item = save(store)
    event = comment(store, item, "hm")

    assert f"{event.seq}, internal, " in Comment.of(event).as_fact()["about"]


def test_nothing_for_the_auditor_answers_an_internal_one(store):
    """What leaves the house does not point at what stays in it."""
    item = save(store)
    event = comment(store, item, "between us")

    with pytest.raises(ParameterError, match="is internal"):
        comment(store, store.item(item.id), "see above", audience=AUDITOR, answers=event.seq)


def test_an_answer_belongs_to_its_item(store):
    """A comment of another item, or any other event, cannot be answered; those that can be are."""
    one, other = save(store), save(store, "Other")
    event = comment(store, one, "x")

    for answers in (event.seq, other.saved.seq):
        with pytest.raises(ParameterError, match=f"no comment {answers}"):
            comment(store, other, "y", answers=answers)


@pytest.mark.parametrize(
    "text", ["password: hunter22", "it is AKIA, secret_access_key=abcd1234efgh5678"]
)
def test_a_secret_never_gets_into_the_ledger(store, text):
    """A comment that looks like it holds a secret is refused, and nothing of it is written."""
    item = save(store)
    before = store.ledger.last().head

    with pytest.raises(EvidenceError, match="looks like it holds a secret"):
        comment(store, item, text)
    assert before == store.ledger.last().head


@pytest.mark.parametrize("text", ["", " \n", "x" * 10_001, "red \x1b[31m"])
def test_what_is_no_comment_is_refused(store, text):
    """Empty texts, books, and what steers a terminal."""
    with pytest.raises(ParameterError, match="no comment"):
        comment(store, save(store), text)


def test_an_unknown_audience_is_refused_with_the_nearest(store):
    """A slip never makes an internal comment one for the auditor, or reversed."""
    with pytest.raises(UnknownNameError, match="auditors") as refused:
        comment(store, save(store), "x", audience="auditors")
    assert "auditor" in refused.value.next_steps[0]


def test_a_purged_item_is_not_talked_about(store):
    """Nothing is left to say something about."""
    item = save(store, facts={"retain_until": "2020-01-01"})
    purge(store, item.id, "over")

    with pytest.raises(EvidenceError, match="was purged"):
        comment(store, store.item(item.id), "x")
