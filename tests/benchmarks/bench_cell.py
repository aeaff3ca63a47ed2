"""
What a cell costs, as a multiple of one plain boto3 call of the same run.

Run ``python tests/benchmarks/bench_cell.py``; ``--check`` fails over a bar, ``--json FILE`` writes
the raw rounds.

The cells are ``%aibrain aws_export service=kms operation=list_keys -o x --quiet``: answered by
memory, in one region and in 17; with an answer that memory does not have; and one of 10 000 calls
of a tool that does nothing, by the call. Time is CPU time of the process, threads and the history
that is written behind included, and of 10 000 calls their figures, which would else be added up
beside what is measured next. The plain call is ``list_keys`` of one warm client, CPU time of its
thread, measured before and after each round; ratios are medians of rounds. The first cell is
``iam_users`` in a fresh process, beside one that imports boto3, pandas and ipywidgets and asks for
users and their MFA.

Boundary: a small canned server, answers of ten rows, plain HTTP; IPython's own part of a cell
(about 0.4 of a call) is in the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured import measured

sys.path.insert(0, str(Path(__file__).parent))

import pandas as pd
import slow_tools
from canned_aws import REGIONS, canned_aws
from seeded_moto import Sizes, seeded_moto

ROUNDS = 5
MANY = 10_000
BARS = {"memory hit": 2.2, "memory, 17 regions": 6.7, "live": 4.4, "of 10 000": 0.17}
FIRST = 1.3
_CELL = "%aibrain aws_export service=kms operation=list_keys -o x --quiet"

_FIRST_CELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import time
begun = time.process_time()
shell.run_line_magic("load_ext", "aibrain_jupyter")
shell.run_cell("%aibrain iam_users -o x --quiet --no-cache").raise_error()
print(time.process_time() - begun, len(shell.user_ns["x"]))
"""
_FIRST_PLAIN = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import time
begun = time.process_time()
import boto3, ipywidgets, pandas
iam = boto3.client("iam")
users = [u for page in iam.get_paginator("list_users").paginate() for u in page["Users"]]
for user in users:
    user["mfa"] = iam.list_mfa_devices(UserName=user["UserName"])["MFADevices"]
print(time.process_time() - begun, len(pandas.DataFrame(users)))
"""


class Quick(slow_tools._OverAccounts):
    """Gives a row that is there already: what making it costs is the tool's own affair."""

    _row = pd.DataFrame({"name": ["x"], "number": [1]})

    @classmethod
    def run(cls, ctx):
        """Return the row."""
        return cls._row


def _spent(what, times=1, clock=time.process_time):
    begun = clock()
    for _ in range(times):
        what()
    return (clock() - begun) / times


def measure(rounds):
    """Return the ratios of each round by name."""
    import boto3
    from IPython.core.interactiveshell import InteractiveShell

    from aibrain_jupyter.execution.metrics.recording import record_now
    from aibrain_jupyter.execution.runs.session import get_session
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.tool_registry import get_tool_registry

    slow_tools.Quick = Quick
    get_tool_registry().register(
        ToolSpec(
            name="quick",
            summary="A row.",
            handler="slow_tools:Quick",
            places=("account_id", "region"),
            is_cacheable=False,
        )
    )
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    limits = iter(range(1, 1000))
    accounts = ",".join(f"a{number}" for number in range(MANY))
    cells = {
        "memory hit": (lambda: _CELL, 20, 1),
        "memory, 17 regions": (lambda: f"{_CELL} --regions {','.join(REGIONS)}", 10, 1),
        "live": (lambda: _CELL.replace(" -o", f" Limit={next(limits)} -o"), 10, 1),
        "of 10 000": (lambda: f"%aibrain quick --accounts {accounts} -o y --quiet", 1, MANY),
    }
    client = boto3.Session().client("kms", region_name=REGIONS[0])

    def run(cell):
        shell.run_cell(cell()).raise_error()
        get_session().history.flush()

    def plain():
        return _spent(client.list_keys, 50, time.thread_time)

    def written_behind(calls):
        """Write what a cell left to write: that is the cell's as well."""
        get_session().history.flush()
        if calls > 1:
            record_now(get_session().history)

    found = [{} for _ in range(rounds)]
    many = cells.pop("of 10 000")
    # Last: what a run of 10 000 calls leaves behind is in the way of the small ones.
    for some in (cells, {"of 10 000": many}):
        for cell, _, _ in some.values():
            for _ in range(3):
                run(cell)
        plain()
        for ratios in found:
            for name, (cell, times, calls) in some.items():
                before = plain()
                spent = _spent(lambda cell=cell: shell.run_cell(cell()).raise_error(), times)
                spent += _spent(lambda calls=calls: written_behind(calls)) / times
                after = plain()
                ratios[name] = spent / calls / ((before + after) / 2)
    return found


def first_cells(rounds):
    """Return the ratio of each round of fresh processes."""
    found = []
    with seeded_moto(Sizes(users=20, buckets=1, instances=1, roles=1, keys=1, functions=1)):
        for _ in range(rounds + 1):
            spent = []
            for code in (_FIRST_CELL, _FIRST_PLAIN):
                command = [sys.executable, "-c", code]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                seconds, rows = done.stdout.split()[-2:]
                assert rows == "20", done.stdout
                spent.append(float(seconds))
            found.append(spent[0] / spent[1])
    return found[1:]  # the first has written the byte code


def main():
    """Measure, print, and say with the exit code whether the bars are met."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail over a bar")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write the raw rounds to this file")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(AIBRAIN_CACHE_DIR=f"{folder}/cache", AIBRAIN_DATA_DIR=f"{folder}/data")
        os.environ.setdefault("PYTHONPYCACHEPREFIX", f"{folder}/code")
        with canned_aws():
            rounds = measure(options.rounds)
        first = first_cells(options.rounds)
    if options.json:
        options.json.write_text(json.dumps({"cells": rounds, "first": first}, indent=1))
    print(f"CPU of a cell in plain boto3 calls, medians of {options.rounds} rounds")
    is_met = True
    for name, bar in BARS.items():
        found = [each[name] for each in rounds]
        middle = statistics.median(found)
        measured(f"a cell: {name}", "a plain call", middle, bar=bar, rounds=found)
        print(f"  {name:20} {middle:6.2f} (at most {bar}, {min(found):.2f} to {max(found):.2f})")
        is_met = is_met and middle <= bar
    middle = statistics.median(first)
    measured("the first iam_users", "imports and plain calls", middle, bar=FIRST, rounds=first)
    print(
        f"  {'first iam_users':20} {middle:6.2f} of imports and plain calls (at most {FIRST},"
        f" {min(first):.2f} to {max(first):.2f})"
    )
    if options.check and not (is_met and middle <= FIRST):
        sys.exit("over a bar")


if __name__ == "__main__":
    main()
