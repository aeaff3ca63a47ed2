"""One table of all benchmarks: what is missed is called so, and the command fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.__main__ import is_met, line, names, table

FOLDER = Path(__file__).parent / "benchmarks"


def figure(ratio, bar, *, is_at_least=False):
    return {
        "benchmark": "bench_x",
        "what": "a hit",
        "against": "pickle",
        "ratio": ratio,
        "bar": bar,
        "is_at_least": is_at_least,
        "rounds": [ratio, ratio + 1],
    }


def test_a_bar_is_met_or_missed():
    """A bar is the most there may be, or the least; what has none is neither met nor missed."""
    assert is_met(figure(1.5, 1.5))
    assert is_met(figure(1.51, 1.5)) is False
    assert is_met(figure(2.0, 1.5, is_at_least=True))
    assert is_met(figure(1.0, 1.5, is_at_least=True)) is False
    assert is_met(figure(1.0, None)) is None
    assert line(figure(1.51, 1.5)) == [
        "x",
        "a hit / pickle",
        "1.510",
        "at most 1.5",
        "missed",
        "1.51 to 2.51",
    ]
    assert "| missed |" in table([figure(1.51, 1.5)])


def test_every_benchmark_writes_what_it_measured():
    """No benchmark is left out of the table: each keeps its figures for it."""
    assert [
        name
        for name in names()
        if "from measured import" not in (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    ] == []


def test_the_command_runs_benchmarks_and_keeps_their_figures(tmp_path):
    """The command runs a benchmark in a process of its own and keeps its figures in a file."""
    kept = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.benchmarks", "--only", "bench_events"]
    done = subprocess.run(
        [*command, "--json", str(kept)], capture_output=True, text=True, check=False
    )

    assert "bars missed" in done.stdout, done.stderr
    assert {"CPU time of events", "memory of events"} == {
        one["what"] for one in json.loads(kept.read_text())
    }
