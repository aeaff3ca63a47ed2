"""
Every benchmark, one after the other, and one table of what they measured.

Run ``python -m tests.benchmarks`` on a quiet machine; ``--quick`` takes the short form of those
that have one, ``--only NAME`` some of them, ``--json FILE`` keeps the figures with their rounds.
Leaves with 1 when a bar is missed or a benchmark fails. Each has a process of its own and says at
the top of its file what it measures, beside what, and what it leaves out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measured import FILE

FOLDER = Path(__file__).parent
GROUPS = ("bench_execution",)
"""These run others."""


def names():
    """Return the names of all benchmarks."""
    return sorted(path.stem for path in FOLDER.glob("bench_*.py") if path.stem not in GROUPS)


def run(name, file, *, is_quick):
    """Run a benchmark and return whether it came to its end."""
    script = FOLDER / f"{name}.py"
    flags = ["--quick"] if is_quick and '"--quick"' in script.read_text(encoding="utf-8") else []
    print(f"-- {name}", flush=True)
    env = os.environ | {FILE: str(file)}
    return not subprocess.run([sys.executable, script, *flags], env=env, check=False).returncode


def is_met(figure):
    """Tell whether a figure reaches its bar; None: it has none."""
    if figure["bar"] is None:
        return None
    ratio, bar = figure["ratio"], figure["bar"]
    return ratio >= bar if figure["is_at_least"] else ratio <= bar


def spread(rounds):
    """Return how far apart the rounds are, as text."""
    return f"{min(rounds):.2f} to {max(rounds):.2f}" if len(rounds) > 1 else ""


def line(figure):
    """Return the cells of a figure."""
    sign = "at least" if figure["is_at_least"] else "at most"
    bar = "" if figure["bar"] is None else f"{sign} {figure['bar']:g}"
    verdict = {None: "", True: "met", False: "missed"}[is_met(figure)]
    what = " / ".join(filter(None, (figure["what"], figure["against"])))
    name = figure["benchmark"].removeprefix("bench_")
    return [name, what, f"{figure['ratio']:.3f}", bar, verdict, spread(figure["rounds"])]


def table(figures):
    """Return the table as Markdown."""
    rows = [["benchmark", "what", "ratio", "bar", "", "rounds"], *map(line, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def main():
    """Run them, print the table, and judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the short forms")
    parser.add_argument("--only", nargs="+", choices=names(), metavar="NAME", default=names())
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "measured.jsonl"
        file.touch()
        failed = [name for name in options.only if not run(name, file, is_quick=options.quick)]
        figures = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    print("\n" + table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    missed = [figure for figure in figures if is_met(figure) is False]
    print(f"\n{len(figures)} figures, {len(missed)} bars missed")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return int(bool(failed or missed))


if __name__ == "__main__":
    sys.exit(main())
