"""
What a comparison by key costs, beside a plain pandas merge of the same columns in the same run.

Run ``python tests/benchmarks/bench_compare.py``; ``--check`` fails over `BUDGET`, ``--rows N``
takes another size, ``--json FILE`` keeps the figures. CPU seconds, least of interleaved rounds.

Both sides have a million rows of ten columns (texts, flags, counts, times), the new one in another
order with a handful of changes, a row gone and one added; once by one column and once by three. The
merge is an inner one, the cheapest there is, and finds no changed cell yet. Nested cells are left
out: a merge has none to compare.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from measured import measured

from aibrain_jupyter.evidence.comparing.compare import compare
from aibrain_jupyter.evidence.comparing.sides import Side
from aibrain_jupyter.shared.frames.row_key import RowKey

ROUNDS = 3
BUDGET = 1.5
KEYS = ["arn"], ["account_id", "region", "arn"]


def frame_of(rows):
    """Return rows x 10 columns of the kinds an export has; ``arn`` is the key."""
    chance, number = np.random.default_rng(7), np.arange(rows)
    times = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(number, unit="s")
    return pd.DataFrame(
        {
            "account_id": pd.Categorical.from_codes(number % 3, ["111122223333", "4", "5"]),
            "region": pd.Categorical.from_codes(number % 5, ["a", "b", "c", "d", "e"]),
            "arn": pd.Series([f"arn:aws:iam::111122223333:user/u{i}" for i in number], dtype="str"),
            **{
                f"text_{n}": pd.Series([f"value-{n}-{i % 997}" for i in number], dtype="str")
                for n in range(2)
            },
            "created": times.as_unit("us"),
            "is_on": pd.array(chance.random(rows) > 0.5, dtype="boolean"),
            "has_mfa": pd.array(chance.random(rows) > 0.5, dtype="boolean"),
            "count": pd.array(chance.integers(0, 1000, rows), dtype="Int64"),
            "size": chance.random(rows),
        }
    )


def changed(frame):
    """Return the frame in another order, with five changed cells, a row gone and one added."""
    found = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    found.loc[[5, 50], "text_1"] = "other"
    found.loc[7, "count"] = pd.NA
    found.loc[[8, 9], "has_mfa"] = ~found.loc[[8, 9], "has_mfa"]
    found.loc[11, "arn"] = "arn:aws:iam::111122223333:user/new"
    return found


def cpu(work):
    """Return the CPU seconds of some work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def bench(rows, key):
    """Return how many times a merge a comparison takes, and both in CPU seconds."""
    old = frame_of(rows)
    new = changed(old)
    sides = [Side(n, f, key=RowKey.of(*key)) for n, f in (("old", old), ("new", new))]
    found = compare(*sides)
    wanted = {"added": 1, "removed": 1, "changed": 5}
    assert wanted == {name: found.counts[name] for name in wanted}, found.counts
    ours, merges = [], []
    for _ in range(ROUNDS):
        merges.append(cpu(lambda: old.merge(new, on=key)))
        ours.append(cpu(lambda: compare(*sides)))
    return {"ratio": min(ours) / min(merges), "compare_s": ours, "merge_s": merges, "rows": rows}


def main():
    """Print the ratio; fail over the budget where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = {", ".join(key): bench(given.rows, key) for key in KEYS}
    for key, figures in found.items():
        ratio = figures["ratio"]
        measured(f"compare by {key}", "a merge", ratio, bar=BUDGET)
        print(f"by {key}: {ratio:.2f} of a merge ({given.rows:,} rows), at most {BUDGET}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))
    if given.check and any(each["ratio"] > BUDGET for each in found.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
