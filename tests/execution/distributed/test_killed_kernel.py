"""A kernel that is killed while a cluster makes its calls: the next one goes on with its run."""

from __future__ import annotations

import collections
import json
import os
import signal
from pathlib import Path

import pytest

from tests.kernels import running_kernel

from .conftest import ROOT, Cluster, aws_of
from .gated_places import OPEN

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
PLACES = 16
"""Few enough that none shares a parcel with another, which would be answered with it."""
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
PROVENANCE = "import json; print(json.dumps(run.run.provenance['engine']))"


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


def test_resume_fetches_what_goes_on_and_asks_what_is_missing(env, tmp_path):
    """No call is made twice: what the killed kernel knew is served, what it had sent is fetched."""
    (tmp_path / "cluster").mkdir()
    data = {"AIBRAIN_DATA_DIR": str(tmp_path / "workers")}
    cluster = Cluster(tmp_path / "cluster", env={**env, **data})
    here = {**os.environ, **env}
    setting = f"%config AibrainMagics.engine_address = {cluster.address!r}"
    try:
        cluster.add_workers(2)
        with running_kernel(here) as kernel:
            kernel.run_cell("%load_ext aibrain_jupyter")
            kernel.run_cell(setting)
            kernel.run_cell(f"%aibrain gated_places --accounts {PLACES} --bg")
            process = int(kernel.run(UNTIL_ANSWERED))
            os.kill(process, signal.SIGKILL)
        [file] = (tmp_path / "aibrain-data" / "at-clusters").iterdir()
        (tmp_path / "open").touch()
        with running_kernel(here) as kernel:  # which nobody has told the address
            kernel.run_cell("%load_ext aibrain_jupyter")
            kernel.run_cell("run = %aibrain resume")
            places = kernel.run("print(*sorted(run.result()['place']))").split()
            engine = json.loads(kernel.run(PROVENANCE))
            coverage = kernel.run("print(*run.coverage['sent_by'])").split()
            kernel.run_cell("%aibrain history")
    finally:
        cluster.close()
    asked = collections.Counter((tmp_path / "asked").read_text().split())
    everything = [f"{number:04}" for number in range(PLACES)]

    assert everything == places
    assert everything == sorted(asked)
    assert {1} == set(asked.values())
    assert PLACES - OPEN == sum(engine["workers"].values())
    [(name, fetched)] = engine["fetched"].items()
    assert file.stem == name
    assert 2 <= fetched == coverage.count(name)  # at least those that workers had under way
    assert [] == engine["begun_twice"]
    assert not file.exists()
