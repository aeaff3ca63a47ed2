"""``%aibrain engine`` and ``--dry-run``: who makes the calls, and how a plan is divided."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import dask
import pytest

from aibrain_jupyter.execution.calls.engines.cluster.at_scheduler import open_pages
from aibrain_jupyter.execution.calls.engines.shown import EngineState
from aibrain_jupyter.magics.verbs.engine import engine_page


def test_this_kernel_is_the_engine_unless_another_is_configured(run):
    """Without a setting it is this kernel; it says which tools could run elsewhere."""
    ran = run("%aibrain engine")
    text = " ".join([repr(ran.value), *ran.shown])

    assert "Engine: local" in text
    assert "local, processes, dask" in text


def test_the_workers_of_a_cluster_are_shown():
    """Each worker has its threads, its work and who it is; where TLS is missing is said."""
    worker = {"worker": "tcp://a:1", "threads": 2, "under way": 1, "memory": "60 MiB"}
    state = EngineState(
        "dask",
        "the setting engine_address",
        "tcp://127.0.0.1:1, without TLS",
        {"pandas": "3.0"},
        ({**worker, "identity": "arn:aws:iam::1:role/audit"},),
        8787,
    )
    text = repr(engine_page(state))

    for words in ("1 worker, 2 threads", "arn:aws:iam::1:role/audit", "without TLS", "pandas 3.0"):
        assert words in text
    assert "pages are open at port 8787" in text
    assert "pages are open" not in repr(engine_page(dataclasses.replace(state, pages=0)))


@pytest.mark.parametrize(
    ("routes", "port"),
    [
        ([], 0),
        (["distributed.http.scheduler.missing_bokeh"], 0),
        (["distributed.http.scheduler.info"], 8787),
    ],
    ids=["none", "what is missing", "what runs"],
)
def test_pages_are_open_where_one_shows_what_runs(routes, port):
    """What a scheduler adds where bokeh is not installed shows nothing of a run."""
    scheduler = SimpleNamespace(http_server=SimpleNamespace(port=8787))

    with dask.config.set({"distributed.scheduler.http.routes": routes}):
        assert port == open_pages(dask_scheduler=scheduler)


def test_an_engine_that_does_not_exist_is_refused_with_the_nearest(run, tools):
    """A wrong word after ``--engine`` is refused before anything runs."""
    assert "dask" in str(run("%aibrain cook --engine dusk").error)


def test_a_cluster_without_address_is_refused(run, tools):
    """``--engine dask`` alone says what is missing, also where a plan is only shown."""
    for more in ("", " --dry-run"):
        assert "has no address" in str(run(f"%aibrain cook thai --engine dask{more}").error)


def test_a_plan_says_how_it_would_be_divided(run, tools):
    """Which engine and who chose it, and why calls stay: this tool says nothing of the kind."""
    text = " ".join(run("%aibrain cook thai --engine processes --dry-run").shown)

    assert "engine processes (--engine)" in text
    assert "cook does not say that it may run elsewhere" in text
