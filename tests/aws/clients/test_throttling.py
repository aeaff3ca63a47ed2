"""The pace of pooled clients, against a real server that refuses for rate."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.aws.clients.remembered_limits import remembered_limits
from aibrain_jupyter.aws.clients.token_bucket import Limit, Pace
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    ThrottledError,
)

THROTTLED = {"__type": "ThrottlingException", "message": "Rate exceeded"}


class Limited:
    """A handler that refuses beyond `rate` a second after a `burst`."""

    def __init__(self, server, rate, burst):
        self._server, self._rate, self._burst = server, rate, burst
        self._tokens, self._at, self._lock = burst, time.monotonic(), threading.Lock()
        self.refused = 0

    def __call__(self, request):
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return {"Keys": []}
            self.refused += 1
        return self._server.refusal(THROTTLED, status=400)


def test_no_call_is_lost_to_a_limit(ctx, aws_replies):
    """120 requests of 16 threads against 40 a second: all answered (how few are refused is in
    ``test_token_bucket.py``)."""
    limited = Limited(aws_replies, 40, 30)
    aws_replies.on("ListKeys", limited)

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: call(ctx, "kms", "list_keys", {}), range(120)))

    assert [[]] * 120 == [answer["Keys"] for answer in answers]
    assert 0 < limited.refused


def test_refusals_are_counted_on_the_call(ctx, aws_replies):
    """Whoever reads the coverage sees that the provider slowed the call down."""
    events = []
    ctx.emit = events.append
    for _ in range(2):
        aws_replies.reply(THROTTLED, status=400)
    aws_replies.reply({"Keys": []})

    call(ctx, "kms", "list_keys", {})

    assert 2 == ctx.throttled
    assert [1, 2] == [event.throttled for event in events][:2]


def test_ten_refusals_in_a_row_end_the_call_as_throttled(ctx, aws_replies, monkeypatch):
    """It is given up, and its end says why: never an empty answer."""
    monkeypatch.setattr("aibrain_jupyter.aws.clients.throttling._LONGEST_WAIT_S", 0.05)
    aws_replies.on("ListKeys", THROTTLED, status=400)

    with pytest.raises(ThrottledError):
        call(ctx, "kms", "list_keys", {})

    assert 10 == len(aws_replies.requests) == ctx.throttled


def test_one_operation_does_not_slow_down_another(ctx, aws_replies):
    """AWS limits each operation by itself, so a refused one holds up no other."""
    aws_replies.on("ListKeys", Limited(aws_replies, 0, 1))  # nine in ten waits last for seconds
    aws_replies.on("ListAliases", {"Aliases": []})
    slow = ThreadPoolExecutor(4)
    pending = [slow.submit(call, ctx, "kms", "list_keys", {}) for _ in range(6)]
    while ctx.throttled == 0:
        time.sleep(0.01)

    for _ in range(20):
        call(ctx, "kms", "list_aliases", {})

    assert not all(future.done() for future in pending)
    ctx.cancelled.set()
    slow.shutdown()


def test_a_request_that_waits_for_its_turn_leaves_when_its_call_is_over(ctx, aws_replies):
    """A cancel ends the wait within moments, and nothing more is sent."""
    aws_replies.on("ListKeys", {"Keys": []})
    ctx.share = 0.0005  # the second has its turn after 100 seconds
    call(ctx, "kms", "list_keys", {})
    threading.Timer(0.2, ctx.cancelled.set).start()
    began = time.monotonic()

    with pytest.raises(CallCancelledError):
        call(ctx, "kms", "list_keys", {})

    assert time.monotonic() - began < 60
    assert ["ListKeys"] == aws_replies.actions


def test_nobody_waits_behind_a_polite_call(ctx, pool, aws_replies):
    """A background refresh that keeps to its share holds up no call that is waited for."""
    aws_replies.on("ListKeys", {"Keys": []})
    polite = CallContext(ctx.target, clients=pool, share=0.0005)
    call(polite, "kms", "list_keys", {})
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(call, polite, "kms", "list_keys", {})  # for 100 seconds
        time.sleep(0.1)
        for _ in range(10):
            call(ctx, "kms", "list_keys", {})

        assert not waiting.done()
        polite.cancelled.set()


def test_a_measured_limit_is_there_for_the_next_kernel(pool, aws_replies):
    """What one process measured is what the next begins with, by account and operation."""
    limited = Limited(aws_replies, 40, 10)
    aws_replies.on("ListKeys", limited)
    ctx = CallContext(target=AwsTarget(account="123456789012", region="us-east-1"), clients=pool)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: call(ctx, "kms", "list_keys", {}), range(60)))
    key = f"123456789012 kms {aws_replies.url} ListKeys"

    from aibrain_jupyter.aws.clients import remembered_limits as module

    measured = remembered_limits().find(key)
    module._of.cache_clear()  # as a new process has it

    # How near it is to the truth is for test_pace.py: here a busy machine makes it smaller.
    assert 0 < measured.rate < 60
    assert measured == remembered_limits().find(key)
    assert remembered_limits().find(key.replace("1234", "9999")) is None


def test_a_remembered_limit_is_begun_with(pool, aws_replies, monkeypatch):
    """Eight threads send one request and wait, where they would have sent five at once."""
    aws_replies.on("ListKeys", {"Keys": []})
    key = f"123456789012 kms {aws_replies.url} ListKeys"
    remembered_limits().keep(key, Limit(rate=5.0, burst=0.0))
    ctx = CallContext(target=AwsTarget(account="123456789012", region="us-east-1"), clients=pool)
    client = pool.client("kms", region="us-east-1")
    taken, take = [], Pace.take

    def watched(pace, now, **how):
        wait_s = take(pace, now, **how)
        if wait_s <= 0:
            taken.append(now)
        return wait_s

    monkeypatch.setattr(Pace, "take", watched)

    def ask(_):
        with asking_for(ctx):
            client.list_keys()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))

    # Three of them waited for a token each; 0.1 s' worth may be caught up.
    assert 4 == len(taken)
    assert taken[-1] - taken[0] >= 0.3
