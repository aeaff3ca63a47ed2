"""
What the call log of a run costs, as a share of the CPU of its requests.

Run ``python tests/benchmarks/bench_call_log.py``; ``--check`` fails over `BUDGET`, ``--full`` asks
ten times as often and also prints the difference of runs with and without the log (noisy: it is
far less than what two rounds differ by), ``--json FILE`` keeps the figures. The smallest requests
there are (one empty list each) are the worst case, since the log's cost does not grow with an
answer. Their CPU is measured as a call makes them; then what the log adds is repeated with the
arguments of such a request: adding up an attempt, the note, and the request's share of packing
and of reading nothing of it on a hit. Least of several rounds, both sides in the same run.

Boundary: one process; the clock readings around sending and parsing are in the figure as six
calls of `time.monotonic`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from measured import measured
from scripted_aws import scripted_aws

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.clients import request_log, throttling
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.call_log import packed

REQUESTS, ROUNDS, REPEATS = 200, 5, 2_000
BUDGET = 0.02
HOOK = "aibrain-request-log"


def context(pool):
    return CallContext(AwsTarget(account="123456789012", region="us-east-1"), clients=pool)


def cpu_of_requests(pool, count):
    """Return the CPU seconds of a request, made as a call makes it, and the notes of all."""
    ctx = context(pool)
    began = time.process_time()
    ctx.map(lambda _: call(ctx, "iam", "list_mfa_devices", {}), range(count), workers=16)
    return (time.process_time() - began) / count, ctx.answered


def arguments_of_one(client, ctx):
    """Return what the log's hook gets for one request."""
    seen = {}
    client.meta.events.register_last("after-call", lambda **given: seen.update(given))
    with asking_for(ctx):
        client.list_mfa_devices()
    return {name: seen[name] for name in ("http_response", "parsed", "model", "context")}


def cpu_of_log(given, ctx, notes):
    """Return the CPU seconds that the log adds to a request."""
    with asking_for(ctx):
        began = time.process_time()
        for _ in range(REPEATS):
            for _ in range(6):
                time.monotonic()
            request_log.THIS_THREAD.sent_at = 1.0
            request_log.THIS_THREAD.waited_s = request_log.THIS_THREAD.parse_s = 0.5
            given["context"].pop("aibrain", None)
            request_log.add_attempt(
                given["context"], is_answered=True, was_throttled=False, held_back_s=0.0
            )
            request_log._note_answer(**given)
        noting = (time.process_time() - began) / REPEATS
    ctx.answered.clear()
    began = time.process_time()
    packed(notes)
    return noting + (time.process_time() - began) / len(notes)


def difference(pool, client, count):
    """Return how much more CPU requests take with the log than without, as a share."""
    on = min(cpu_of_requests(pool, count)[0] for _ in range(ROUNDS))
    client.meta.events.unregister("after-call", unique_id=HOOK)
    throttling.add_attempt = lambda *_, **__: None
    off = min(cpu_of_requests(pool, count)[0] for _ in range(ROUNDS))
    return on / off - 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over the budget")
    parser.add_argument("--full", action="store_true", help="ten times as many requests")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    options = parser.parse_args()
    count = REQUESTS * (10 if options.full else 1)
    with tempfile.TemporaryDirectory() as folder, scripted_aws():
        os.environ.update(AIBRAIN_DATA_DIR=folder, AIBRAIN_CACHE_DIR=folder)
        pool, own = ClientPool(), ClientPool()
        cpu_of_requests(pool, 20)
        ctx = context(own)
        given = arguments_of_one(ctx.client("iam"), ctx)
        rounds = [cpu_of_requests(pool, count) for _ in range(ROUNDS)]
        log = min(cpu_of_log(given, ctx, notes) for _, notes in rounds)
        share = log / min(seconds for seconds, _ in rounds)
        text_bytes = len(packed(rounds[0][1])) / count
        figures = {"share": share, "bytes_per_request": text_bytes}
        measured("the call log", "a small request", share, bar=BUDGET)
        print(f"the log takes {share:.2%} of a small request's CPU, {text_bytes:.0f} bytes each")
        if options.full:
            figures["difference"] = difference(pool, context(pool).client("iam"), count)
            print(f"with and without it, {count:,} requests: {figures['difference']:+.1%}")
    if options.json:
        options.json.write_text(json.dumps(figures))
    return int(options.check and share > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
