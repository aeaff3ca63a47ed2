"""What a panel sends in a real kernel: bounded by time, not by the number of calls."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.kernel

# 32 calls at a time, each 10 ms with a page; one of twenty fails, each with words of its own.
RUN = """
import asyncio, random, time
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.widgets.progress.display import make_progress

async def run(calls):
    progress = make_progress("auto", on_cancel=lambda: None)
    listener, waiting, began = progress.listener, iter(range(calls)), time.monotonic()
    listener(RunStarted("r1", "iam users", calls))

    async def work():
        for n in waiting:
            target = AwsTarget(account=f"{n:012d}", region="eu-west-1")
            listener(CallStarted(n, target, "iam users"))
            await asyncio.sleep(0.01)
            listener(CallProgressed(n, 1, 100))
            outcome, why = (Outcome.FAILED, "x" * (n % 97)) if n % 20 == 0 else (Outcome.OK, "")
            listener(CallFinished(n, target, "iam users", outcome, 100, 0.01, "live", why))

    await asyncio.gather(*[work() for _ in range(32)])
    listener(RunFinished("r1", time.monotonic() - began, False))
    progress.close()
    print(time.monotonic() - began)
"""


def test_10000_calls_send_few_and_small_messages(front):
    """Five a second, a few more to open and close, and none larger than a page of text."""
    front.run_cell(RUN)
    cell = front.run_cell("await run(10_000)")
    told = [m for m in front.heard if cell == m["parent_header"].get("msg_id")]
    seconds = float(front.of("stream", under=cell)[0]["text"])
    bodies = [m["content"] for m in told if m["msg_type"] == "comm_msg"]
    largest = max(len(json.dumps(content)) for content in bodies)

    assert seconds > 2
    assert len(bodies) <= 6 * seconds + 10
    assert len(told) <= 6 * seconds + 60
    assert largest < 16_000
    *states, ended, gone = front.of("update_display_data")
    assert len(states) <= seconds + 1
    assert "10,000 calls: 9,500 ok, 500 failed" in ended["data"]["text/plain"]
    assert {} == gone["data"]
