"""
What the clients of 20 services in 17 regions cost, beside plain boto3's of one Session.

Run ``python tests/benchmarks/bench_clients.py``; ``--check`` fails below a bar, ``--json FILE``
writes the raw rounds.

Each round is a fresh process a side that has imported boto3, makes 340 clients and has each answer
one call of a small canned server. Compared are the CPU time of the process and the growth of its
memory; the ratio is the median of those of paired rounds.

Boundary: byte code is there, as after an installation; plain HTTP and one host. With TLS plain
boto3 also reads the CA bundle at each of 340 connections, 14 ms each, which is not counted here.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measured import measured

sys.path.insert(0, str(Path(__file__).parent))

from canned_aws import READS, REGIONS, canned_aws

ROUNDS = 5
LESS_CPU = 4.0
LESS_MEMORY = 2.5

_ROUND = """
import gc, json, sys, time
import boto3, botocore.client, botocore.endpoint, botocore.session, psutil

reads, regions = json.loads(sys.argv[2])
if sys.argv[1] == "ours":
    from aibrain_jupyter.aws.clients.pool import get_client_pool
    make = lambda service, region: get_client_pool().client(service, region=region)
else:
    session = boto3.Session()
    make = lambda service, region: session.client(service, region_name=region)
gc.collect()
memory, begun, kept = psutil.Process().memory_info().rss, time.process_time(), []
for service, read in reads.items():
    for region in regions:
        client = make(service, region)
        getattr(client, read)()
        kept.append(client)
spent = time.process_time() - begun
gc.collect()
print(json.dumps({"cpu_s": spent, "mib": (psutil.Process().memory_info().rss - memory) / 2**20}))
"""


def run_round(side):
    """Return the figures of one fresh process, `side` ``ours`` or ``plain``."""
    command = [sys.executable, "-c", _ROUND, side, json.dumps([READS, REGIONS])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    """Measure, print, and say with the exit code whether the bars are met."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail below a bar")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write the raw rounds to this file")
    options = parser.parse_args()
    # Where byte code is switched off each round would compile the package.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder, canned_aws():
        os.environ.setdefault("PYTHONPYCACHEPREFIX", folder)
        run_round("ours"), run_round("plain")  # fills the file cache and writes the byte code
        rounds = [
            {side: run_round(side) for side in ("ours", "plain")} for _ in range(options.rounds)
        ]
    if options.json:
        options.json.write_text(json.dumps(rounds, indent=1))
    print(f"{len(READS) * len(REGIONS)} clients, medians of {options.rounds} paired rounds")
    is_met = True
    for figure, bar in (("cpu_s", LESS_CPU), ("mib", LESS_MEMORY)):
        ratios = [each["plain"][figure] / each["ours"][figure] for each in rounds]
        found = statistics.median(ratios)
        what = f"340 clients, less {figure}"
        measured(what, "plain boto3", found, bar=bar, is_at_least=True, rounds=ratios)
        ours, plain = (
            statistics.median(r[side][figure] for r in rounds) for side in ("ours", "plain")
        )
        print(
            f"  {figure:6} {ours:7.2f} beside {plain:7.2f}: {found:.2f} times less (at least {bar},"
            f" {min(ratios):.2f} to {max(ratios):.2f})"
        )
        is_met = is_met and found >= bar
    if options.check and not is_met:
        sys.exit("below a bar")


if __name__ == "__main__":
    main()
