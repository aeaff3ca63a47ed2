"""
A long listing: read in parts against read from end to end, and the memory it takes.

Run ``python tests/benchmarks/bench_listing.py``; ``--check`` fails over budget, ``--json FILE``
keeps the rounds, ``--quick`` reads fewer pages. Two questions:

- A bucket of 120 pages, its server (``bucket_server.py``) 50 ms away: how many times less wall time
  the export takes in parts (the shortest round of each side: a neighbour on the machine makes wall
  time longer, never shorter), how much more CPU, and how many more requests (medians). Four ways of
  naming keys: by days, by hashes, by numbers, by tenants. Rounds alternate; rows must be the same.
- 500 pages of a bucket and of EC2's instances, these also as the curated resource (the columns
  that need no other answer): the peak of memory, traced, as a ratio to what the frame itself takes.

Boundary: one listing and nothing beside it, no throttling, no cell around it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from bench_pages import CALLS, ours
from bucket_server import LAYOUTS, PAGE, bucket_server
from canned_pages import ROWS, canned_pages
from measured import measured

from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.operations import export
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.services.compute.ec2_instances import INSTANCES
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext

LATENCY_S = 0.05
PAGES, QUICK_PAGES = 120, 30
LONG, QUICK_LONG = 500, 60
FASTER, QUICK_FASTER = 3.0, 1.5
"""
Eight readers wait for 4 + 116 / 8 = 18.5 answers instead of 120, which is 6.5 times less. The first
cut takes three more, ends that do not come together four, and a page's CPU is no less than before.
"""
MORE_CPU = 1.2
"""Twenty small answers for the first cut, and half a page of every part that another one has."""
MORE_REQUESTS = 1.6
"""The same two: 25 questions and 20 pages more are 1.4 of 120."""
OF_FRAME = {"objects": 2.5, "instances": 1.5, "curated instances": 8.0}
"""
Peak of memory by the frame's own. Rows of curated resources are Python's objects until all are
there and in order; with their records it was 18.
"""
CURATED = {"instance_id", "arn", "state", "instance_type", "launched", "vpc_id", "private_ip"}
CURATED |= {"public_ip", "security_groups", "is_imdsv2_required", "imds_endpoint", "tags"}

IN_PARTS = export.listing_in_parts


def _end_to_end(*_):
    return None


def once(pool, way):
    """Return wall and CPU seconds, the number of requests and the frame."""
    export.listing_in_parts = way
    target = AwsTarget(account="123456789012", region="us-east-1", partition="aws")
    ctx = CallContext(target, clients=pool)
    service, operation, _, params = CALLS["objects"]
    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    frame = export.export_operation(ctx, service, operation, params).frame
    return time.perf_counter() - began, time.process_time() - cpu, ctx.requests, frame


def listings(rounds, pages):
    """Return by layout, of each round, seconds of the whole and in parts, more CPU and requests."""
    found = {}
    for layout in LAYOUTS:
        found[layout] = []
        with bucket_server(layout, pages, LATENCY_S):
            pool = ClientPool()
            for number in range(rounds + 1):
                wall, cpu, asked, whole = once(pool, _end_to_end)
                wall_parts, cpu_parts, asked_parts, parts = once(pool, IN_PARTS)
                assert pages * PAGE == len(whole)
                assert whole.equals(parts)
                if number:
                    found[layout].append((wall, wall_parts, cpu_parts / cpu, asked_parts / asked))
            pool.clear()
    return found


def curated(pool):
    """Return the frame of the curated instances."""
    target = AwsTarget(account="123456789012", region="us-east-1", partition="aws")
    ctx = CallContext(target, clients=pool, columns=frozenset(CURATED))
    return export_resource(INSTANCES, ctx).frame


def memory(pages):
    """Return by listing the peak of memory and the frame's own, in MiB."""
    found = {}
    ways = {
        "objects": lambda pool: ours(pool, *CALLS["objects"]),
        "instances": lambda pool: ours(pool, *CALLS["instances"]),
        "curated instances": curated,
    }
    export.listing_in_parts = _end_to_end  # tokens of these objects are no keys
    with canned_pages(pages):
        pool = ClientPool()
        for listing, read in ways.items():
            read(pool)  # models, clients and whatever stays
            gc.collect()
            tracemalloc.start()
            frame = read(pool)
            assert pages * (PAGE if listing == "objects" else ROWS) == len(frame)
            peak = tracemalloc.get_traced_memory()[1]
            gc.collect()
            found[listing] = (peak / 2**20, tracemalloc.get_traced_memory()[0] / 2**20)
            tracemalloc.stop()
            del frame
        pool.clear()
    return found


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--quick", action="store_true", help="fewer pages, one round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    os.environ["AIBRAIN_DATA_DIR"] = tempfile.mkdtemp()
    pages, rounds = (QUICK_PAGES, 1) if options.quick else (PAGES, options.rounds)
    missed = []

    def judged(what, against, rounds, bar, *, value=None, is_at_least=False):
        value = statistics.median(rounds) if value is None else value
        measured(what, against, value, bar=bar, is_at_least=is_at_least, rounds=rounds)
        is_met = value >= bar if is_at_least else value <= bar
        word = "met" if is_met else "MISSED"
        print(
            f"{what:44} {value:5.2f}  bar {bar:4.2f}  {word}  {min(rounds):.2f}-{max(rounds):.2f}",
            flush=True,
        )
        if not is_met:
            missed.append(what)

    by_layout = listings(rounds, pages)
    faster = QUICK_FASTER if options.quick else FASTER
    for layout, found in by_layout.items():
        whole, parts, cpu, asked = (list(each) for each in zip(*found, strict=True))
        faster_by = [one / other for one, other in zip(whole, parts, strict=True)]
        name = f"{pages} pages of keys by {layout}"
        judged(
            f"{name}, times faster",
            "end to end",
            faster_by,
            faster,
            value=min(whole) / min(parts),
            is_at_least=True,
        )
        judged(f"{name}, CPU", "end to end", cpu, MORE_CPU)
        if not options.quick:
            judged(f"{name}, requests", "end to end", asked, MORE_REQUESTS)
    long = QUICK_LONG if options.quick else LONG
    taken = memory(long)
    for listing, (peak, own) in taken.items():
        print(f"{listing}: peak {peak:.0f} MiB, frame {own:.0f} MiB")
        judged(
            f"{long} pages of {listing}, peak of memory",
            "the frame",
            [peak / own],
            OF_FRAME[listing],
        )
    if options.json:
        options.json.write_text(json.dumps({"listings": by_layout, "memory": taken}, indent=1))
    if options.check and missed:
        sys.exit("over budget: " + "; ".join(missed))


if __name__ == "__main__":
    main()
