"""A kernel that is killed while a cluster makes its calls: the next one asks what is missing."""

from __future__ import annotations

import collections
import os
import signal
from pathlib import Path

import pytest

from tests.kernels import running_kernel

from .conftest import ROOT, Cluster, aws_of
from .gated_places import OPEN

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
PLACES = 40
UNTIL_ANSWERED = f"""
import os, time
from aibrain_jupyter.execution.runs.history.history import flush_all
from aibrain_jupyter.execution.runs.session import get_session
while True:
    [run] = get_session().under_way.values()
    if len(run.outcomes) >= {OPEN}:
        break
    time.sleep(0.05)
flush_all()
print(os.getpid())
"""


@pytest.fixture
def env(tmp_path):
    """The environment of kernels and workers: the provider's package is installed there."""
    about = tmp_path / "gated_places-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gated-places\nVersion: 1\n")
    entry = "[aibrain_jupyter.tools]\ngated = gated_places:GATED\n"
    (about / "entry_points.txt").write_text(entry)
    path = os.pathsep.join(map(str, (tmp_path, HERE, ROOT)))
    return {**aws_of(tmp_path), "GATED_FOLDER": str(tmp_path), "PYTHONPATH": path}


def test_resume_asks_only_what_is_missing(env, tmp_path):
    """What the killed kernel was told is served again, the rest asked, and all rows are there."""
    (tmp_path / "cluster").mkdir()
    data = {"AIBRAIN_DATA_DIR": str(tmp_path / "workers")}
    cluster = Cluster(tmp_path / "cluster", env={**env, **data})
    here = {**os.environ, **env, "AIBRAIN_ENGINE_ADDRESS": cluster.address}
    cell = f"%aibrain gated_places --accounts {PLACES} --engine dask"
    try:
        cluster.add_workers(2)
        with running_kernel(here) as kernel:
            kernel.run_cell("%load_ext aibrain_jupyter")
            kernel.run_cell(f"{cell} --bg")
            process = int(kernel.run(UNTIL_ANSWERED))
            os.kill(process, signal.SIGKILL)
            cluster.wait_until_idle()  # what the killed one had asked for is given up
        begun = (tmp_path / "asked").read_text().split()
        (tmp_path / "open").touch()
        with running_kernel(here) as kernel:
            kernel.run_cell("%load_ext aibrain_jupyter")
            kernel.run_cell("run = %aibrain resume")
            places = kernel.run("print(*sorted(run.result()['place']))").split()
            engine = "run.run.provenance['engine']"
            by_workers = kernel.run(f"print(sum({engine}['workers'].values()))")
    finally:
        cluster.close()
    asked = collections.Counter((tmp_path / "asked").read_text().split())
    everything = [f"{number:04}" for number in range(PLACES)]

    assert everything == places
    assert PLACES - OPEN == int(by_workers)
    assert set(everything[:OPEN]) <= set(begun)
    assert {1} == {asked[place] for place in everything[:OPEN]}
    assert {1, 2} >= set(asked.values())
    twice = {place for place, times in asked.items() if times == 2}
    assert twice == set(begun) - set(everything[:OPEN])
    assert len(twice) <= 2  # what the workers had under way; what waited never began
