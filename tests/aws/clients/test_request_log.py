"""What is noted of each answered request: once, right, and nothing that could be a secret."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
import types

import pytest

from aibrain_jupyter.aws.answers.paging import call, pages
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.shared.call_log import packed, unpacked
from aibrain_jupyter.shared.error_handler import (
    PermissionDeniedError,
    ProviderError,
    ThrottledError,
)

THROTTLED = {"__type": "ThrottlingException", "message": "Rate exceeded"}
DENIED = {"__type": "AccessDeniedException", "message": "no AKIAIOSFODNN7EXAMPLE"}


def logged(ctx):
    return unpacked(packed(ctx.answered))


def test_each_page_is_noted_with_what_it_was(ctx, aws_replies):
    """Id, page, rows, bytes, status and the server's time of every page."""
    bodies = [{"Keys": [{"KeyId": "a"}, {"KeyId": "b"}], "Truncated": True, "NextMarker": "m"}]
    bodies.append({"Keys": [{"KeyId": "c"}], "Truncated": False})
    for number, body in enumerate(bodies):
        date = f"Fri, 01 May 2026 10:00:0{number} GMT"
        aws_replies.reply(body, headers={"x-amzn-RequestId": f"id-{number}", "Date": date})

    list(pages(ctx, "kms", "list_keys", {}))

    found = logged(ctx)
    assert [("kms", "ListKeys", "us-east-1", 200)] * 2 == [
        (r.service, r.operation, r.sent_to, r.status) for r in found
    ]
    assert [("id-0", 1, 2), ("id-1", 2, 1)] == [(r.request_id, r.page, r.rows) for r in found]
    assert [len(json.dumps(body)) for body in bodies] == [r.bytes for r in found]
    assert [f"2026-05-01T10:00:0{n}+00:00" for n in (0, 1)] == [
        r.server_date.isoformat() for r in found
    ]
    assert all(r.attempts == 1 and r.throttled == 0 and r.wire_s > 0 for r in found)
    assert [r.at for r in found] == sorted(r.at for r in found)


def test_attempts_and_refusals_for_rate_are_of_their_own_request(ctx, aws_replies):
    """A request that was refused twice is one row with three attempts; the next has one again."""
    for _ in range(2):
        aws_replies.reply(THROTTLED, status=400)
    for _ in range(2):
        aws_replies.reply({"Keys": []})

    call(ctx, "kms", "list_keys", {})
    call(ctx, "kms", "list_keys", {})

    assert [(3, 2), (1, 0)] == [(r.attempts, r.throttled) for r in logged(ctx)]


def test_time_is_told_apart(ctx, aws_replies, monkeypatch):
    """Seconds on the wire are not seconds of parsing; an attempt without an answer counts, too."""
    clock_s, waits_s = [1000.0], [0.2, 0.3]

    def monotonic():  # a look takes a moment; the provider takes its time
        clock_s[0] += 0.001
        return clock_s[0]

    def answer(_request):
        clock_s[0] += waits_s.pop(0)
        reply = aws_replies.refusal({"Keys": []}, status=200)
        return dataclasses.replace(reply, drop=bool(waits_s))

    own = types.SimpleNamespace(monotonic=monotonic, time=time.time)
    for module in ("parsing", "request_log", "throttling"):
        monkeypatch.setattr(f"aibrain_jupyter.aws.clients.{module}.time", own)
    aws_replies.on("ListKeys", answer)

    call(ctx, "kms", "list_keys", {})

    [found] = logged(ctx)
    assert 2 == found.attempts
    assert pytest.approx(0.5, abs=0.05) == found.wire_s
    assert 0 < found.parse_s < 0.05


def test_a_refusal_is_an_answer(ctx, aws_replies):
    """What was denied, or refused for rate to the end, has its id and status in the log."""
    aws_replies.reply(DENIED, status=400, headers={"x-amzn-RequestId": "denied-1"})
    with pytest.raises(PermissionDeniedError):
        call(ctx, "kms", "list_keys", {})

    [found] = logged(ctx)
    assert ("denied-1", 400, None) == (found.request_id, found.status, found.rows)


def test_what_was_given_up_is_noted_with_all_its_attempts(ctx, aws_replies, monkeypatch):
    """Ten refusals in a row are one row: ten attempts, all of them refused for rate."""
    monkeypatch.setattr("aibrain_jupyter.aws.clients.throttling._LONGEST_WAIT_S", 0.05)
    aws_replies.on("ListKeys", THROTTLED, status=400)
    with pytest.raises(ThrottledError):
        call(ctx, "kms", "list_keys", {})

    [found] = logged(ctx)
    assert (10, 10, 400) == (found.attempts, found.throttled, found.status)
    assert found.waited_s > 0


def test_a_foreign_answer_is_none_of_the_providers(ctx, aws_replies):
    """A proxy's page is a gap, not an answered request."""
    aws_replies.reply("<html>sign in</html>")
    with pytest.raises(ProviderError):
        call(ctx, "kms", "list_keys", {})

    assert [] == logged(ctx)


def test_a_global_service_is_noted_where_it_was_sent(ctx, aws_replies):
    """IAM's audit log is in us-east-1, and that is what is noted."""
    ctx.target = type(ctx.target)(account="123456789012", region="global", partition="aws")
    aws_replies.reply(
        '<GetAccountSummaryResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<GetAccountSummaryResult><SummaryMap/></GetAccountSummaryResult>"
        "<ResponseMetadata><RequestId>iam-1</RequestId></ResponseMetadata>"
        "</GetAccountSummaryResponse>"
    )

    call(ctx, "iam", "get_account_summary", {})

    assert [("us-east-1", "iam-1")] == [(r.sent_to, r.request_id) for r in logged(ctx)]


def test_no_note_for_who_makes_no_call(pool, aws_replies):
    """A raw client outside of any call works as before, and keeps no log."""
    aws_replies.reply({"Keys": []})
    pool.client("kms", region="us-east-1").list_keys()


def test_threads_do_not_mix_their_requests(ctx, aws_replies):
    """Sixteen threads: every page has its own rows, every id is there once."""
    lock, numbers = threading.Lock(), iter(range(200))

    def answer(request):
        with lock:
            number = next(numbers)
        return aws_reply({"Keys": [{"KeyId": "k"}] * (number % 5)}, f"id-{number}-{number % 5}")

    def aws_reply(body, request_id):
        reply = aws_replies.refusal(body, status=200)
        reply.headers["x-amzn-RequestId"] = request_id
        return reply

    aws_replies.on("ListKeys", answer)
    ctx.map(lambda _: list(pages(ctx, "kms", "list_keys", {})), range(60), workers=16)

    found = logged(ctx)
    assert 60 == len(found) == len({r.request_id for r in found})
    assert all(r.rows == int(r.request_id[-1]) for r in found)


def test_nothing_of_what_was_asked_or_answered_is_noted(ctx, aws_replies):
    """No address, no input, no value, no signature: only names, numbers, times and a tidy id."""
    secret = "hunter2-AKIAIOSFODNN7EXAMPLE"
    aws_replies.reply(
        {"Policy": secret, "PolicyName": "default"},
        headers={"x-amzn-RequestId": f"{secret} {'x' * 500}", "Date": secret},
    )
    with asking_for(ctx):
        ctx.client("kms").get_key_policy(KeyId=secret, PolicyName="default")

    text = repr(logged(ctx))
    assert secret not in text
    assert "AKIA" not in text
    assert "127.0.0.1" not in text
    assert "" == logged(ctx)[0].request_id
