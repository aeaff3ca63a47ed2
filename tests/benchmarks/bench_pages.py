"""
What a page of a listing costs, from the request to the frame, against boto3 and pandas.

Run ``python tests/benchmarks/bench_pages.py``; ``--check`` fails over budget, ``--json FILE`` keeps
the rounds. Three questions:

- Pages: five listings of 20 pages from a server of its own (``canned_pages.py``), read by the
  generic export (requests guarded, paced and counted, secrets hidden, typed columns) and by boto3's
  paginator with ``pd.DataFrame`` of its items. How many times less CPU the export takes.
- Parsing alone: a page's body to the answer, against the C parser that only builds the tree
  (``xml.etree``), which no reader of XML can do without.
- Frames: 100,000 records with nested fields to a typed frame, against ``pd.json_normalize`` (CPU
  and peak memory) and ``pd.DataFrame`` with the same dtypes given to it afterwards (CPU).

CPU time of this process, medians of interleaved rounds, everything warm.

Boundary: no latency, no throttling, one thread, no cell around it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree as ET

import boto3
import botocore.session
import pandas as pd
from botocore.parsers import create_parser
from canned_pages import LISTINGS, OBJECTS, ROWS, body, canned_pages
from measured import measured

from aibrain_jupyter.aws.clients.parsing import parse_one_at_a_time
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column

PAGES = 20
RECORDS = 100_000
CALLS = {  # listing: service, operation, key of the items, inputs
    "users": ("iam", "list_users", "Users", {}),
    "instances": ("ec2", "describe_instances", "Reservations", {}),
    "functions": ("lambda", "list_functions", "Functions", {}),
    "keys": ("kms", "list_keys", "Keys", {}),
    "objects": ("s3", "list_objects_v2", "Contents", {"Bucket": "evidence"}),
}
LEAST = {"users": 4.0, "instances": 3.0, "functions": 1.5, "keys": 1.0, "objects": 4.0}
"""How many times less CPU than boto3 and pandas."""
OF_FLOOR = 2.0
"""Parsing of XML, as a ratio to building its tree in C."""
FRAME_FASTER, FRAME_MEMORY, FRAME_OF_PLAIN = 3.0, 0.5, 1.0


def ours(pool, service, operation, _key, params):
    """Return the export's frame."""
    target = AwsTarget(account="123456789012", region="us-east-1", partition="aws")
    return export_operation(CallContext(target, clients=pool), service, operation, params).frame


def plain(clients, service, operation, key, params):
    """Return boto3's frame."""
    pages = clients[service].get_paginator(operation).paginate(**params)
    return pd.DataFrame([item for page in pages for item in page[key]])


def cpu_of(work):
    """Return CPU seconds of `work` and what it returned."""
    gc.collect()
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def pages(rounds):
    """Return by listing the CPU milliseconds a page of each round, both ways."""
    found = {}
    with canned_pages(PAGES):
        pool, session = ClientPool(), boto3.Session()
        clients = {service: session.client(service) for service, *_ in CALLS.values()}
        for listing, call in CALLS.items():
            rows = (OBJECTS if listing == "objects" else ROWS) * PAGES
            found[listing] = []
            for number in range(rounds + 1):
                ours_s, mine = cpu_of(lambda call=call: ours(pool, *call))
                plain_s, theirs = cpu_of(lambda call=call: plain(clients, *call))
                assert rows == len(mine) == len(theirs), (len(mine), len(theirs))
                if number:  # the first warms both
                    found[listing].append((ours_s * 1000 / PAGES, plain_s * 1000 / PAGES))
        pool.clear()
    return found


def parsing(rounds):
    """Return by listing the CPU milliseconds of parsing its page: ours, botocore's, the floor."""
    core = botocore.session.Session()
    parse_one_at_a_time(core)
    found = {}
    for listing in LISTINGS:
        service, operation, *_ = CALLS[listing]
        model = find_operation(service, operation)
        protocol = model.service_model.resolved_protocol
        response = {"body": body(listing), "headers": {}, "status_code": 200, "context": {}}
        own = core.get_component("response_parser_factory").create_parser(protocol)
        theirs = create_parser(protocol)
        floor = ET.fromstring if response["body"].startswith(b"<") else json.loads
        ways = {
            "ours": lambda p=own, r=response, m=model: p.parse(r, m.output_shape),
            "botocore": lambda p=theirs, r=response, m=model: p.parse(r, m.output_shape),
            "floor": lambda f=floor, r=response: f(r["body"]),
        }
        found[listing] = {
            way: min(cpu_of(work)[0] for _ in range(rounds * 3)) * 1000
            for way, work in ways.items()
        }
    return found


COLUMNS = (
    Column("name", TEXT, ""),
    Column("arn", TEXT, ""),
    Column("size", COUNT, ""),
    Column("is_on", FLAG, ""),
    Column("created", TIME, ""),
    Column("owner", TEXT, ""),
    Column("tags", NESTED, ""),
    Column("network", NESTED, ""),
)


def records():
    """Return records as an export has them before they are a frame."""
    began = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return [
        {
            "name": f"name-{n}",
            "arn": f"arn:aws:lambda:eu-west-1:123456789012:function:name-{n}",
            "size": n,
            "is_on": bool(n % 2),
            "created": began + dt.timedelta(seconds=n),
            "owner": None if n % 9 == 0 else f"team-{n % 12}",
            "tags": {"team": f"team-{n % 12}", "cost-center": str(n % 40)},
            "network": {"vpc": f"vpc-{n % 5}", "subnets": [{"id": f"subnet-{n % 9}", "zone": "a"}]},
        }
        for n in range(RECORDS)
    ]


def typed(rows):
    """Return pandas' own frame, with the dtypes of ours."""
    dtypes = frame_of([], COLUMNS).dtypes
    return pd.DataFrame(rows, columns=[c.name for c in COLUMNS]).astype(dtypes)


FRAMES = {
    "ours": lambda rows: frame_of(rows, COLUMNS),
    "pandas": typed,
    "json_normalize": pd.json_normalize,
}


def frames(rounds):
    """Return by way the CPU seconds of each round and the peak of memory in MiB."""
    rows = records()
    assert frame_of(rows, COLUMNS).equals(typed(rows))
    found = {way: {"cpu_s": [], "mib": 0.0} for way in FRAMES}
    for _ in range(rounds):
        for way, make in FRAMES.items():
            found[way]["cpu_s"].append(cpu_of(lambda make=make: make(rows))[0])
    for way, make in FRAMES.items():
        tracemalloc.start()
        frame = make(rows)
        found[way]["mib"] = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        del frame
    return found


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    os.environ["AIBRAIN_DATA_DIR"] = tempfile.mkdtemp()
    missed = []

    def judged(name, value, bar, is_met):
        measured(name, "", value, bar=bar, is_at_least="times" in name)
        word = "met" if is_met else "MISSED"
        print(f"{name:44} {value:5.2f}  bar {bar:4.2f}  {word}")
        if not is_met:
            missed.append(name)

    by_listing = pages(options.rounds)
    for listing, found in by_listing.items():
        mine, theirs = (statistics.median(each[at] for each in found) for at in (0, 1))
        ratios = [plain_ms / ours_ms for ours_ms, plain_ms in found]
        ratio = statistics.median(ratios)
        print(
            f"{listing}: {mine:.2f} ms a page, boto3 and pandas {theirs:.2f}; "
            f"{min(ratios):.2f} to {max(ratios):.2f} times less"
        )
        judged(f"{listing}, times less CPU", ratio, LEAST[listing], ratio >= LEAST[listing])
    parsed = parsing(options.rounds)
    for listing, ms in parsed.items():
        ratio = ms["ours"] / ms["floor"]
        print(f"{listing}: " + ", ".join(f"{way} {value:.2f} ms" for way, value in ms.items()))
        if body(listing).startswith(b"<"):
            judged(f"{listing}, parsing of the tree's", ratio, OF_FLOOR, ratio <= OF_FLOOR)
    made = frames(options.rounds)
    cpu = {way: statistics.median(found["cpu_s"]) for way, found in made.items()}
    for way, found in made.items():
        print(f"{RECORDS} records, {way}: {cpu[way]:.3f} s, peak {found['mib']:.0f} MiB")
    faster = cpu["json_normalize"] / cpu["ours"]
    memory = made["ours"]["mib"] / made["json_normalize"]["mib"]
    of_plain = cpu["ours"] / cpu["pandas"]
    judged("frame, times faster than json_normalize", faster, FRAME_FASTER, faster >= FRAME_FASTER)
    judged("frame, memory of json_normalize's", memory, FRAME_MEMORY, memory <= FRAME_MEMORY)
    judged("frame, CPU of pd.DataFrame's", of_plain, FRAME_OF_PLAIN, of_plain < FRAME_OF_PLAIN)
    if options.json:
        options.json.write_text(
            json.dumps({"pages": by_listing, "parsing": parsed, "frames": made}, indent=1)
        )
    if options.check and missed:
        sys.exit("over budget: " + "; ".join(missed))


if __name__ == "__main__":
    main()
