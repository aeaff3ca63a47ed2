"""
What ``where=`` costs against pandas' own query, as a ratio.

Run ``python tests/benchmarks/bench_where.py``; ``--check`` fails over `BUDGET`. Both sides choose
among the same 100 000 rows with the same text; the baseline is pandas' evaluation alone, which
knows nothing of cells that are not known: looking for them is the budget above 1. Prints the median
ratio of 9 interleaved rounds of CPU time for each query, never bare figures. `UNKNOWN` has every
50th row with a cell that is not known.

Boundary: one thread, no network; the text is read anew each time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import time

import numpy as np
import pandas as pd
from measured import measured

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NUMBER, TEXT, TIME
from aibrain_jupyter.tool_executors.where.evaluate import Evaluation
from aibrain_jupyter.tool_executors.where.parse import parse_query

ROUNDS = 9
ROWS = 100_000
BUDGET = 1.3
NOW = dt.datetime(2026, 4, 10, tzinfo=dt.UTC)
QUERIES = (
    "not is_encrypted",
    "size_gib > 100",
    "state == 'running'",
    "state != 'running' and size_gib >= 50",
    "state in ['running', 'stopped'] or is_encrypted",
    "ratio < 0.5 and not is_encrypted",
    "created == last_used",
    "name.str.contains('99')",
)


def make_frame(*, unknown: bool) -> pd.DataFrame:
    """Rows such as an export has, 5 % of the numbers absent."""
    random = np.random.default_rng(14)
    numbers = pd.Series(random.integers(0, 200, ROWS), dtype=COUNT)
    times = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(
        random.integers(0, 10**7, ROWS), unit="s"
    )
    return pd.DataFrame(
        {
            "name": pd.Series([f"name-{n}" for n in range(ROWS)], dtype=TEXT),
            "state": pd.Series(random.choice(["running", "stopped", "gone"], ROWS), dtype=TEXT),
            "is_encrypted": pd.Series(random.random(ROWS) < 0.5, dtype=FLAG),
            "size_gib": numbers.mask(random.random(ROWS) < 0.05),
            "ratio": pd.Series(random.random(ROWS), dtype=NUMBER),
            "created": pd.Series(times).astype(TIME),
            "last_used": pd.Series(times[::-1]).astype(TIME),
            "not_known": pd.Series(
                [
                    "size_gib, state: denied" if unknown and n % 50 == 0 else None
                    for n in range(ROWS)
                ],
                dtype=TEXT,
            ),
        }
    )


def ours(frame: pd.DataFrame, text: str) -> pd.DataFrame:
    parse_query.cache_clear()
    kept, _ = Evaluation(frame, parse_query(text), NOW).kept()
    return frame[kept].reset_index(drop=True)


def theirs(frame: pd.DataFrame, text: str) -> pd.DataFrame:
    # NA is not chosen; pandas' query refuses a mask that has it.
    found = frame.eval(text, engine="python").astype("boolean").fillna(False)
    return frame[found].reset_index(drop=True)


def cpu_seconds(function, frame: pd.DataFrame, text: str) -> float:
    start = time.process_time()
    function(frame, text)
    return time.process_time() - start


def ratio(frame: pd.DataFrame, text: str) -> float:
    ours(frame, text), theirs(frame, text)
    rounds = [
        cpu_seconds(ours, frame, text) / cpu_seconds(theirs, frame, text) for _ in range(ROUNDS)
    ]
    return statistics.median(rounds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over the budget")
    wants_check = parser.parse_args().check
    over = 0
    for unknown in (False, True):
        frame = make_frame(unknown=unknown)
        for text in QUERIES:
            found = ratio(frame, text)
            over += not unknown and found > BUDGET
            bar = None if unknown else BUDGET
            measured(f"where {text}{', unknown' * unknown}", "frame.eval", found, bar=bar)
            print(f"{'UNKNOWN ' if unknown else '        '}{text:55} {found:5.2f} of frame.eval")
    return int(wants_check and over > 0)


if __name__ == "__main__":
    sys.exit(main())
