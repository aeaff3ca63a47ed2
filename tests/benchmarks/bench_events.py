"""
What reading CloudTrail's log files as a stream costs and saves, against a file read as a whole.

Run ``python tests/benchmarks/bench_events.py``; ``--check`` fails over `BUDGETS`. Both sides unpack
and parse the same log file of 20 000 events in memory and keep those of one operation in 50. The
baseline is ``json.loads(gzip.decompress(…))`` and a comprehension. Prints the median ratios of 5
interleaved rounds of CPU time, and of the most memory in use (tracemalloc), never bare figures.

Boundary: one thread, no network, no frame. Not measured: listing, waiting for S3.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import statistics
import sys
import time
import tracemalloc

from measured import measured

from aibrain_jupyter.aws.cloudtrail.event_rows import row_of, time_of
from aibrain_jupyter.aws.cloudtrail.log_parser import LogParser
from aibrain_jupyter.aws.cloudtrail.selection import Selection, Span

ROUNDS = 5
EVENTS = 20_000
CHUNK = 256 * 1024
BUDGETS = {"CPU time": 2.5, "memory": 0.20}


def make_file() -> bytes:
    """A log file of events of 50 operations, as CloudTrail writes it."""
    events = [
        {
            "eventVersion": "1.09",
            "userIdentity": {
                "type": "IAMUser",
                "userName": f"user-{n % 40}",
                "accountId": "1" * 12,
            },
            "eventTime": "2026-03-10T08:00:00Z",
            "eventSource": "ec2.amazonaws.com",
            "eventName": f"Operation{n % 50}",
            "requestParameters": {"filter": [{"name": f"name-{n}", "values": ["a", "b"]}]},
            "eventID": f"event-{n}",
            "readOnly": True,
            "managementEvent": True,
            "eventCategory": "Management",
        }
        for n in range(EVENTS)
    ]
    return gzip.compress(json.dumps({"Records": events}).encode())


def as_a_whole(body: bytes) -> int:
    records = json.loads(gzip.decompress(body))["Records"]
    return len([row_of(e, read_from="") for e in records if e["eventName"] == "Operation7"])


def as_a_stream(body: bytes) -> int:
    parser, selection, span = LogParser(), Selection(wanted={"event_name": "Operation7"}), Span()
    rows = []
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as unpacked:
        while data := unpacked.read(CHUNK):
            for event in parser.feed(data):
                if span.has(time_of(event)) and selection.matches(event):
                    rows.append(row_of(event, read_from=""))
    parser.close()
    return len(rows)


def cpu_seconds(function, body: bytes) -> float:
    start = time.process_time()
    assert EVENTS // 50 == function(body)
    return time.process_time() - start


def peak_bytes(function, body: bytes) -> int:
    tracemalloc.start()
    function(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a ratio is over budget")
    check = parser.parse_args().check
    body = make_file()
    as_a_stream(body)
    seconds = [
        (cpu_seconds(as_a_stream, body), cpu_seconds(as_a_whole, body)) for _ in range(ROUNDS)
    ]
    ratios = {
        "CPU time": statistics.median(ours / theirs for ours, theirs in seconds),
        "memory": peak_bytes(as_a_stream, body) / peak_bytes(as_a_whole, body),
    }
    for name, ratio in ratios.items():
        measured(f"{name} of events", "a file read as a whole", ratio, bar=BUDGETS[name])
        print(f"{name}: {ratio:.2f} of a file read as a whole (budget {BUDGETS[name]})")
    return int(check and any(ratio > BUDGETS[name] for name, ratio in ratios.items()))


if __name__ == "__main__":
    sys.exit(main())
