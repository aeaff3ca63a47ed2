"""What is mended below a call's code is said with its result, and kept with it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from aibrain_jupyter.advanced_cache import _made_manager, get_cache_manager
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.execution.provenance.collected import collected_of
from aibrain_jupyter.execution.runs.session import get_session
from tests.aws.conftest import CALLER, aws_replies, run  # noqa: F401 - fixtures
from tests.healing.faults.answers import _bucket_elsewhere, _other_clock

KEYS = "%aibrain aws_export service=kms operation=list_keys --regions eu-west-1"
SLOW = "The clock of this computer is 20 min 0 s slow: requests were signed by AWS's time"


def _clock(server, minutes):
    _other_clock(minutes, SimpleNamespace(server=server))


def test_a_wrong_clock_is_measured_once_and_said(aws_replies, run):  # noqa: F811
    """One refusal a host, then every request is signed by the other clock; each result says so."""
    _clock(aws_replies, 20)

    frame, said = run(KEYS)

    assert 1 == len(frame)
    assert SLOW in said
    assert ["GetCallerIdentity"] * 2 + ["ListKeys"] == aws_replies.actions
    assert any(SLOW in note for note in collected_of(get_session().last, frame).notes)
    _, again = run(KEYS)
    assert SLOW in again  # from the cache: how it was collected does not change
    _, fresh = run(f"{KEYS} --fresh")
    assert SLOW in fresh
    assert 2 == aws_replies.actions.count("ListKeys")


def test_a_clock_that_was_set_meanwhile_is_measured_again(aws_replies, run):  # noqa: F811
    """Signing by the other clock ends when this computer's is right again."""
    _clock(aws_replies, 20)
    run(KEYS)
    _clock(aws_replies, 0)

    run(f"{KEYS} --fresh")
    _, said = run(f"{KEYS} --fresh")

    assert "requests were signed" not in said


def test_a_clock_that_is_refused_all_the_same(aws_replies, run):  # noqa: F811
    """Nothing goes round: a service that goes on refusing is asked twice, and explained."""
    aws_replies.on("GetCallerIdentity", CALLER)
    clocks = iter((20, 40, 60, 80, 100))

    def refuse(request):
        _clock_now = next(clocks)
        _other_clock(_clock_now, world)
        handler = aws_replies._handlers["ListKeys"]
        aws_replies.on("GetCallerIdentity", CALLER)
        aws_replies.on("ListKeys", refuse)
        return handler(request)

    world = SimpleNamespace(server=aws_replies)
    aws_replies.on("ListKeys", refuse)

    frame, _ = run(KEYS)

    assert frame is None
    assert aws_replies.actions.count("ListKeys") <= 3


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 01 Jan 1990 00:00:00 GMT"])
def test_an_answer_without_a_time_moves_no_clock(aws_replies, run, date):  # noqa: F811
    """A refusal for the clock that tells no time, or one of another year, is only explained."""
    aws_replies.on("GetCallerIdentity", CALLER)
    body = {"__type": "RequestTimeTooSkewed", "message": "x"}
    aws_replies.on("ListKeys", body, status=403, headers={"Date": date} if date else None)

    frame, _ = run(KEYS)

    assert frame is None
    assert 1 == aws_replies.actions.count("ListKeys")
    assert not get_client_pool()._circuits.clocks._off


def test_a_bucket_of_another_region_is_said(aws_replies, run):  # noqa: F811
    """The SDK follows the bucket; the result says from where its rows are."""
    aws_replies.on("GetCallerIdentity", CALLER)
    _bucket_elsewhere(SimpleNamespace(server=aws_replies))

    frame, said = run(
        "%aibrain aws_export service=s3 operation=get_bucket_tagging Bucket=logs-of-ours "
        "--regions eu-west-1"
    )

    assert 1 == len(frame)
    assert "Bucket logs-of-ours is in eu-central-1: asked there, not in eu-west-1." in said


def test_a_damaged_entry_is_said_by_the_result_that_replaces_it(aws_replies, run):  # noqa: F811
    """It is set aside and fetched again; coverage and manifest say so, once."""
    aws_replies.on("GetCallerIdentity", CALLER)
    aws_replies.on("ListKeys", {"Keys": [{"KeyId": "k-1", "KeyArn": "a"}], "Truncated": False})
    run(KEYS)
    folder = get_cache_manager().directory
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in (".sqlite", ".lock"):
            path.write_bytes(b"\0" * 64)
    _made_manager.cache_clear()

    with pytest.warns(UserWarning, match="could not be used"):
        frame, said = run(KEYS)

    note = "A kept result was damaged: it was set aside, and the source asked again."
    assert note in said
    assert note in collected_of(get_session().last, frame).notes
    _, fresh = run(f"{KEYS} --fresh")
    assert note not in fresh
