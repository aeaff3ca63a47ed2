"""
What a cache hit costs, against ``joblib.Memory`` as it comes and against plain pickle.

Run ``python tests/benchmarks/bench_cache.py``; ``--check`` fails over `BUDGETS`, ``--json FILE``
writes the raw rounds. Prints median ratios of interleaved rounds of CPU time, never bare times:
machines differ, ratios travel. Our side pays for its key, its check of the file and a copy that
is safe to change; pickle pays for opening, reading and loading a file and checks nothing.

Boundary: warm file cache, warm imports, one thread, no pyarrow unless it is installed. Not
measured: the first hit of a process (imports), writing, waiting for locks.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import statistics
import sys
import tempfile
import time
from pathlib import Path

import joblib
import pandas as pd

from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheKey

ROUNDS = 7
# Highest allowed ratio to joblib.Memory's default, by (result, level).
BUDGETS = {
    ("small JSON", "memory"): 0.15,
    ("small JSON", "disk"): 0.50,
    ("1 000 rows, flat", "memory"): 0.10,
    ("1 000 rows, flat", "disk"): 0.35,
    ("1 000 rows, nested", "memory"): 0.20,
    ("1 000 rows, nested", "disk"): 0.35,
}


def make_frame(rows: int, *, nested: bool) -> pd.DataFrame:
    """A frame of 15 columns as an export gives them."""
    frame = pd.DataFrame(
        {
            f"text_{i}": [f"arn:aws:iam::123456789012:user/u{i}-{n}" for n in range(rows)]
            for i in range(8)
        }
    )
    frame["created"] = pd.date_range("2024-01-31", periods=rows, freq="s", tz="UTC")
    frame["size"] = range(rows)
    frame["ratio"] = frame["size"] / 7
    frame["is_public"] = frame["size"] % 2 == 0
    frame["region"] = "eu-west-1"
    if nested:
        frame["tags"] = [{"Owner": f"team-{n % 9}", "Env": "prod"} for n in range(rows)]
        frame["policy"] = [[{"Sid": str(n), "Action": ["s3:Get", "s3:List"]}] for n in range(rows)]
    else:
        frame["team"] = [f"team-{n % 9}" for n in range(rows)]
        frame["count"] = range(rows)
    return frame


CASES = {
    "small JSON": ({"Buckets": [{"Name": f"b{n}", "N": n} for n in range(20)]}, 60),
    "1 000 rows, flat": (make_frame(1000, nested=False), 12),
    "1 000 rows, nested": (make_frame(1000, nested=True), 12),
}


def cpu_seconds(function, repeats: int) -> float:
    """CPU time of one call, the mean of `repeats`."""
    start = time.process_time()
    for _ in range(repeats):
        function()
    return (time.process_time() - start) / repeats


def measure(value, repeats: int, folder: Path) -> dict[str, list[float]]:
    """Rounds of seconds for each way of getting `value` again."""
    memory = joblib.Memory(folder / "default", verbose=0)

    def source(account, region, service, resource):
        return value

    default = memory.cache(source)
    arguments = {"account": "123456789012", "region": "eu-west-1", "service": "s3", "resource": "b"}
    default(**arguments)
    plain = folder / "plain.pkl"
    plain.write_bytes(pickle.dumps(value, 5))
    ours = AdvancedCacheManager(directory=folder / "ours")

    def key() -> CacheKey:
        return CacheKey(tool="aws_export", account="123456789012", params=arguments)

    def memory_hit() -> None:
        assert ours.look_up(key(), max_age=60).source == "memory"

    def disk_hit() -> None:
        # The store is asked as the manager asks it after a miss in memory.
        assert ours.memory.store_backend.read(key().call_id).sealed.open() is not None

    ours.store(key(), value, meta={}, ttl=60)
    ways = {
        "joblib default": lambda: default(**arguments),
        "pickle": lambda: pickle.loads(plain.read_bytes()),
        "memory": memory_hit,
        "disk": disk_hit,
    }
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            rounds[name].append(cpu_seconds(way, repeats))
    return rounds


def ratio(rounds: dict[str, list[float]], name: str, base: str) -> float:
    """Median of the rounds' own ratios: load that comes and goes cancels."""
    return statistics.median(a / b for a, b in zip(rounds[name], rounds[base], strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    over = []
    raw = {}
    print(f"{'result':20} {'hit in':8} {'/ joblib default':>17} {'/ pickle file':>14}")
    for case, (value, repeats) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            os.environ["AIBRAIN_DATA_DIR"] = f"{folder}/data"
            rounds = raw[case] = measure(value, repeats, Path(folder))
        for level in ("memory", "disk"):
            against_default = ratio(rounds, level, "joblib default")
            against_pickle = ratio(rounds, level, "pickle")
            print(f"{case:20} {level:8} {against_default:17.3f} {against_pickle:14.2f}")
            if against_default > BUDGETS[case, level]:
                over.append(f"{case}, {level}: {against_default:.3f} > {BUDGETS[case, level]}")
    if options.json:
        options.json.write_text(json.dumps(raw))
    if options.check and over:
        print("over budget:", *over, sep="\n  ", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
