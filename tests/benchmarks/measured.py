"""
What a benchmark measured, in one form for all of them: a ratio, its bar, its rounds.

A benchmark calls `measured` beside printing; ``python -m tests.benchmarks`` gives it a file to
write to and makes one table of what all of them wrote. Run alone, it writes nothing.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

FILE = "AIBRAIN_BENCH_MEASURED"
"""The variable that names the file."""


def measured(what, against, ratio, *, bar=None, is_at_least=False, rounds=()):
    """
    Keep a figure for the table of all benchmarks.

    Args:
        what: What was measured: ``a memory hit``.

        against: The baseline of the same run, or the unit where there is none.

        ratio: Ours by the baseline's.

        bar: What it must be; None where it is only shown.

        is_at_least: Whether more is better; else the bar is the most it may be.

        rounds: The ratio of each round, as far as there were several.
    """
    if not (path := os.environ.get(FILE)):
        return
    figure = {
        "benchmark": Path(sys.argv[0]).stem,
        "what": what,
        "against": against,
        "ratio": ratio,
        "bar": bar,
        "is_at_least": is_at_least,
        "rounds": list(rounds),
    }
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(figure) + "\n")
