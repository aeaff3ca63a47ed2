"""
What saving and verifying evidence costs, beside pandas, hashlib and sha256sum in the same run.

Run ``python tests/benchmarks/bench_evidence.py``; ``--check`` fails over `BUDGETS`, ``--full``
takes 100 000 rows and 1 GB instead of 20 000 and 100 MB, ``--json FILE`` keeps the figures. CPU
seconds, least of several rounds.

save: an item with CSV, JSON lines, hashes, scan for secrets, manifest, card and ledger, against
pandas' ``to_csv`` and ``to_json`` of the same frame. verify: bytes a second of elapsed time,
against ``sha256sum``. sample: a draw of 25 among keys, against hashing the same keys.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from measured import measured

from aibrain_jupyter.evidence.samples.sampling import draw
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import MOMENT, Times
from aibrain_jupyter.evidence.store.store import Store

ROUNDS = 3
BUDGETS = {"save": 1.3, "verify": 0.5, "sample": 1.5}
NOW = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)


def frame_of(rows):
    """Return rows x 20 columns of the kinds an export has."""
    chance, number = np.random.default_rng(7), np.arange(rows)
    texts = {
        f"text_{n}": pd.Series([f"value-{n}-{i % 997}" for i in number], dtype="str")
        for n in range(8)
    }
    times = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(number, unit="s")
    return pd.DataFrame(
        {
            "account_id": pd.Categorical(["111122223333"] * rows),
            "arn": pd.Series([f"arn:aws:iam::111122223333:user/u{i}" for i in number], dtype="str"),
            **texts,
            **{f"time_{n}": times for n in range(3)},
            **{f"flag_{n}": pd.array(chance.random(rows) > 0.5, dtype="boolean") for n in range(3)},
            **{
                f"count_{n}": pd.array(chance.integers(0, 1000, rows), dtype="Int64")
                for n in range(3)
            },
            "tags": [{"owner": f"o{i % 50}"} for i in number],
        }
    )


def cpu(work):
    """Return the least CPU seconds of some work."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def bench_save(folder, rows):
    """Return how many times pandas' writers a save takes."""
    frame, store = frame_of(rows), Store(folder / "evidence")
    times = Times(MOMENT, NOW, NOW, NOW, NOW)

    def save():
        with store.draft("Users") as draft:
            save_frame(store, draft, frame, Saving("Users", [], times), {})

    def pandas():
        (folder / "x.csv").write_text(frame.to_csv(index=False))
        frame.to_json(folder / "x.jsonl", orient="records", lines=True, date_format="iso")

    ours, theirs = cpu(save), cpu(pandas)
    print(f"save: {ours:.2f} s, pandas' two writers {theirs:.2f} s: {ours / theirs:.2f}")
    return ours / theirs


def bench_verify(folder, megabytes):
    """Return how fast a store is verified, as a share of sha256sum's speed."""
    store = Store(folder / "large")
    with store.draft("Raw") as draft:
        block = os.urandom(1 << 20)
        for part in range(4):
            with draft.path(f"raw/{part}.bin").open("wb") as file:
                for _ in range(megabytes // 4):
                    file.write(block)
        store.commit(draft, {"title": "Raw"})
    files = [str(path) for path in (store.folder / "items").rglob("*.bin")]
    ours = theirs = 1e9
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert store.verify().status == 0
        ours = min(ours, time.perf_counter() - began)
        began = time.perf_counter()
        subprocess.run(["sha256sum", *files], check=True, stdout=subprocess.DEVNULL)
        theirs = min(theirs, time.perf_counter() - began)
    speed, other = megabytes / ours, megabytes / theirs
    print(f"verify: {speed:.0f} MB/s, sha256sum {other:.0f}: {speed / other:.2f}")
    return theirs / ours


def bench_sample(rows):
    """Return how many times hashing the keys a draw takes."""
    keys = [f"111122223333\x1feu-west-1\x1fuser-{number}" for number in range(rows)]

    def hashes():
        sha256 = hashlib.sha256
        for key in keys:
            sha256(key.encode()).digest()

    ratio = cpu(lambda: draw(keys, 25, "FY2026")) / cpu(hashes)
    print(f"sample: a draw among {rows:,} takes {ratio:.2f} of hashing their keys")
    return ratio


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over the budgets")
    parser.add_argument("--full", action="store_true", help="the large form")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = {
            "save": bench_save(Path(name), 100_000 if given.full else 20_000),
            "verify": bench_verify(Path(name), 1_000 if given.full else 100),
            "sample": bench_sample(1_000_000 if given.full else 100_000),
        }
    bases = {"save": "pandas' writers", "verify": "sha256sum", "sample": "hashlib"}
    for name, ratio in figures.items():
        measured(name, bases[name], ratio, bar=BUDGETS[name], is_at_least=name == "verify")
    if given.json:
        given.json.write_text(json.dumps(figures))
    over = [n for n, v in figures.items() if (v < BUDGETS[n] if n == "verify" else v > BUDGETS[n])]
    for name in over:
        print(f"over budget: {name} {figures[name]:.2f}, budget {BUDGETS[name]}")
    return int(given.check and bool(over))


if __name__ == "__main__":
    sys.exit(main())
