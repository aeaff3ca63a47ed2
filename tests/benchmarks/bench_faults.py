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
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.healing.faults.all_of_them import ALL, few_attempts
from tests.healing.faults.substrings import would_retry
from tests.healing.faults.world import REPAIR, Shell, meet, verdict

BAR = 0.97


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
        print("{fault:34} {kind:7} {cause:28} {verdict:14} {seconds:6.2f} s".format(**rows[-1]), flush=True)
        if rows[-1]["verdict"] != "right" and given.only:
            print(seen.said, seen.rows, seen.is_complete, seen.requests)
            print(seen.everything[:6000] if seen.cause == "" else "")
    shell.end()
    counts = Counter(row["verdict"] for row in rows)
    share = counts["right"] / max(len(rows), 1)
    naive = sum(row["naive_retries"] == (row["kind"] == REPAIR) for row in rows)
    print(f"{len(rows)} faults: {dict(counts)}, {share:.1%} right")
    print(f"by substrings: {naive} of {len(rows)} decisions to try again right ({naive / max(len(rows), 1):.1%})")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))
    is_bad = share < BAR or counts["leaked"] or counts["wrong"]
    return int(bool(given.check and is_bad))


if __name__ == "__main__":
    sys.exit(main())
