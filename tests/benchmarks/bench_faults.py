"""
Whether failures are told apart: each injected fault, what it was called, what came of it, how long.

Run ``python tests/benchmarks/bench_faults.py``; ``--check`` fails below `BAR` or at any leak or any
wrong answer given with confidence, ``--json FILE`` keeps the figures, ``--only TEXT`` takes some.
Beside it stands a classifier by substrings, as such systems often have: what it does with the same
exceptions is whether it would try again, which is compared with what the table says.

Boundary: 3 attempts a request, so that dead servers do not take minutes; one shell for all.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from measured import measured

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.aws.conftest import CALLER
from tests.healing.faults.all_of_them import ALL, all_attempts, few_attempts
from tests.healing.faults.network import _dead as dead
from tests.healing.faults.substrings import would_retry
from tests.healing.faults.world import CANARY, REPAIR, Shell, meet, verdict, world

BAR = 0.97
CALLS = 400
ROUNDS = 3
"""Of the dead host: how long the SDK waits between attempts is drawn by lot."""
REGIONS = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "sa-east-1",
    "eu-south-1",
    "eu-south-2",
    "eu-central-2",
]
ASK = "%aibrain aws_export service=kms operation=list_keys --fresh"


def _caller(request) -> str:
    """Return who a key belongs to: an account of its own."""
    return CALLER.replace("123456789012", request.access_key_id[-12:])


def dead_endpoint(shell) -> tuple[float, float]:
    """Return how long one call of a service that is dead takes, and `CALLS` of them (s)."""
    times = []
    for profiles in (1, 20):
        with world() as found:
            shell.begin()
            dead(found)
            names = [f"p{number}" for number in range(profiles)]
            secret = f"aws_secret_access_key = {CANARY}\n"
            found.config(
                "".join(
                    f"[profile {name}]\naws_access_key_id = AKIA{number:016}\n{secret}"
                    for number, name in enumerate(names)
                ),
                profile="",
            )
            found.server.on("GetCallerIdentity", _caller)
            regions = REGIONS if profiles > 1 else REGIONS[:1]
            began = time.perf_counter()
            shell.run(f"{ASK} --accounts {','.join(names)} --regions {','.join(regions)}")
            times.append(time.perf_counter() - began)
            run = shell.last_run()
            assert len(run.calls) == profiles * len(regions), len(run.calls)
            assert all(call.outcome == "failed" for call in run.calls)
            card = shell.run("%aibrain fix")
            assert len(card) == 1, card
    return times[0], times[1]


def main() -> int:
    """Run the faults and print a line for each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    options.add_argument("--json", type=Path)
    options.add_argument("--only", default="")
    given = options.parse_args()
    rows = []
    few_attempts()
    shell = Shell()
    for fault in ALL:
        if given.only not in fault.name:
            continue
        seen = meet(fault, shell)
        rows.append(
            {
                "fault": fault.name,
                "kind": fault.kind,
                "expected": fault.cause,
                "cause": seen.cause,
                "verdict": verdict(fault, seen),
                "seconds": round(seen.seconds, 2),
                "naive_retries": would_retry(seen.said),
            }
        )
        print(
            "{fault:34} {kind:7} {cause:28} {verdict:14} {seconds:6.2f} s".format(**rows[-1]),
            flush=True,
        )
        if rows[-1]["verdict"] != "right" and given.only:
            print(seen.said, seen.rows, seen.is_complete, seen.requests)
            print(seen.everything[:6000] if seen.cause == "" else "")
    all_attempts()
    rounds = [dead_endpoint(shell) for _ in range(ROUNDS)]
    times = statistics.median(many_s / one_s for one_s, many_s in rounds)
    shell.end()
    counts = Counter(row["verdict"] for row in rows)
    share = counts["right"] / max(len(rows), 1)
    naive = sum(row["naive_retries"] == (row["kind"] == REPAIR) for row in rows)
    measured("faults answered rightly", "all", share, bar=BAR, is_at_least=True)
    measured(f"{CALLS} calls to a dead endpoint", "one", times, bar=3)
    print(f"{len(rows)} faults: {dict(counts)}, {share:.1%} right")
    print(f"dead endpoint: {CALLS} calls take {times:.1f} times the time of one")
    print(f"by substrings: {naive} of {len(rows)} decisions to try again right")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))
    is_bad = share < BAR or counts["leaked"] or counts["wrong"] or times > 3
    return int(bool(given.check and is_bad))


if __name__ == "__main__":
    sys.exit(main())
