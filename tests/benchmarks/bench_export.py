"""
What writing a file costs against pandas' own writer of the format, as a ratio.

Run ``python tests/benchmarks/bench_export.py``; ``--full`` writes 100 000 rows of 20 columns, else
10 000; ``--check`` fails over `BUDGET`. The baseline is what pandas can write at all: for XLSX
times without their zone, for Parquet nested cells as JSON text already. Prints the median ratio of
interleaved rounds of CPU time, never bare figures, and the most memory that a writer took at once
as a share of the frame's own (Python's objects, by tracemalloc, in a run of its own).

Boundary: one thread, to a file in memory; provenance and hashes, which pandas does not write, are
within our side.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
import tracemalloc

import numpy as np
import pandas as pd
from measured import measured

from aibrain_jupyter.writers.files import Counted
from aibrain_jupyter.writers.parquet import write_parquet
from aibrain_jupyter.writers.text import write_csv, write_json, write_jsonl
from aibrain_jupyter.writers.xlsx import write_xlsx

ROUNDS = 5
BUDGET = 1.3
MOST = 30_000  # rows whose memory is traced, which is slow


def make_frame(rows: int) -> pd.DataFrame:
    """Rows such as an export has: 20 columns, text most of them, a tenth of some absent."""
    random = np.random.default_rng(16)

    def some(values, dtype):
        return pd.Series(values, dtype=dtype).mask(random.random(rows) < 0.1)

    times = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(
        random.integers(0, 10**7, rows), unit="s"
    )
    frame = pd.DataFrame(
        {
            "account_id": pd.Categorical(random.choice(["012345678901", "123456789012"], rows)),
            "region": pd.Categorical(random.choice(["eu-west-1", "us-east-1"], rows)),
            **{f"id_{k}": some([f"i-{n:017x}{k}" for n in range(rows)], "str") for k in range(5)},
            **{f"state_{k}": some(random.choice(["on", "off"], rows), "str") for k in range(2)},
            **{f"flag_{k}": some(random.random(rows) < 0.5, "boolean") for k in range(4)},
            **{f"count_{k}": some(random.integers(0, 200, rows), "Int64") for k in range(2)},
            "ratio": some(random.random(rows), "Float64"),
            **{f"time_{k}": some(times, "datetime64[us, UTC]") for k in range(2)},
            "tags": pd.Series([{"owner": f"o{n % 9}", "env": "prod"} for n in range(rows)]),
        }
    )
    return frame.assign(not_known=pd.Series([None] * rows, dtype="str"))


def _json_cells(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(tags=frame["tags"].map(json.dumps))


def _no_zones(frame: pd.DataFrame) -> pd.DataFrame:
    times = frame.select_dtypes("datetimetz")
    return frame.assign(**{name: times[name].dt.tz_localize(None) for name in times})


PAIRS = {
    "csv": (write_csv, lambda frame, file: frame.to_csv(file, index=False)),
    "jsonl": (
        write_jsonl,
        lambda frame, file: frame.to_json(file, orient="records", lines=True, date_format="iso"),
    ),
    "json": (
        write_json,
        lambda frame, file: frame.to_json(file, orient="records", date_format="iso"),
    ),
    "parquet": (write_parquet, lambda frame, file: _json_cells(frame).to_parquet(file)),
    "xlsx": (
        write_xlsx,
        lambda frame, file: _no_zones(frame).to_excel(file, index=False, engine="xlsxwriter"),
    ),
}


def cpu_seconds(write, frame: pd.DataFrame, *, hashed: bool = False) -> float:
    file = io.BytesIO()
    start = time.process_time()
    write(frame, Counted(file) if hashed else file)
    return time.process_time() - start


def ratio(name: str, frame: pd.DataFrame, rounds: int) -> float:
    ours, theirs = PAIRS[name]
    cpu_seconds(ours, frame.head(100)), cpu_seconds(theirs, frame.head(100))
    found = [
        cpu_seconds(ours, frame, hashed=True) / cpu_seconds(theirs, frame) for _ in range(rounds)
    ]
    return statistics.median(found)


class _Nowhere(io.RawIOBase):
    """A file that keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        return len(data)


def memory_share(name: str, frame: pd.DataFrame) -> float:
    """Return the most memory of the writer as a share of the frame's own."""
    tracemalloc.start()
    try:
        PAIRS[name][0](frame, Counted(_Nowhere()))
        return tracemalloc.get_traced_memory()[1] / frame.memory_usage(deep=True).sum()
    finally:
        tracemalloc.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--full", action="store_true", help="100 000 rows instead of 10 000")
    parser.add_argument("--check", action="store_true", help="fail over the budget")
    options = parser.parse_args()
    frame = make_frame(100_000 if options.full else 10_000)
    over = 0
    for name in PAIRS:
        found = ratio(name, frame, 3 if options.full else ROUNDS)
        over += found > BUDGET
        measured(f"write {name}", "pandas", found, bar=BUDGET)
        memory = memory_share(name, frame.head(MOST))
        print(f"{name:8} {found:.2f} x pandas, memory {memory:.2f} x the frame")
    return int(options.check and over > 0)


if __name__ == "__main__":
    sys.exit(main())
