"""Figures for a real Prometheus: scraped from the port, pushed to a gateway, written to a file."""

from __future__ import annotations

import json
import subprocess
import urllib.parse

import pytest

from aibrain_jupyter.execution.runs.session import get_session

from .conftest import CELL, closed_port, fetch, free_port, needed, running, wait_for

pytestmark = pytest.mark.slow


def promtool(text):
    """What promtool finds in an exposition."""
    tool = needed("promtool")
    found = subprocess.run(
        [tool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    return found.returncode, found.stdout + found.stderr


def query(port, expression):
    """The result of a query: a list of (labels, value)."""
    # What a scrape brought counts, also when the next one took longer than its second.
    asked = urllib.parse.quote(f"last_over_time({expression}[1h])")
    answer = json.loads(fetch(f"http://127.0.0.1:{port}/api/v1/query?query={asked}"))
    return [(one["metric"], float(one["value"][1])) for one in answer["data"]["result"]]


@pytest.fixture(autouse=True)
def ran(said):
    """How often the cell has run by now; once more, since each test measures anew."""
    said(f"{CELL} --fresh")
    return len(get_session().runs)


@pytest.fixture
def prometheus(tmp_path):
    """Return a function that starts a Prometheus on a target, and gives the port it answers on."""
    import contextlib

    program = needed("prometheus")
    with contextlib.ExitStack() as stack:

        def start(target):
            port = free_port()
            config = tmp_path / "prometheus.yml"
            config.write_text(
                "global: {scrape_interval: 1s}\n"
                "scrape_configs:\n"
                "- {job_name: test, honor_labels: true, static_configs: "
                f"[{{targets: ['127.0.0.1:{target}']}}]}}\n"
            )
            stack.enter_context(
                running(
                    program,
                    f"--config.file={config}",
                    f"--storage.tsdb.path={tmp_path / 'data'}",
                    f"--web.listen-address=127.0.0.1:{port}",
                )
            )
            return port

        yield start


def test_a_prometheus_scrapes_the_port(said, prometheus, ran):
    """Requests by operation, their durations and how calls ended arrive as they were counted."""
    port = free_port()
    assert f"http://127.0.0.1:{port}/metrics" in said(f"%aibrain stats --to port:{port}")

    server = prometheus(port)
    found = wait_for(lambda: query(server, 'aibrain_calls_total{outcome="denied"}'), "a scrape")

    assert ran == found[0][1]
    operation = 'service="ec2",operation="DescribeSecurityGroups"'
    requests = sum(v for _, v in query(server, f"aibrain_requests_total{{{operation}}}"))
    durations = query(server, f"aibrain_request_duration_seconds_count{{{operation}}}")
    assert requests >= 6
    assert requests == durations[0][1]
    assert query(server, f'aibrain_request_duration_seconds_bucket{{{operation},le="60.0"}}')

    said(f"{CELL} --fresh")
    wait_for(
        lambda: [ran + 1] == [v for _, v in query(server, 'aibrain_calls_total{outcome="denied"}')],
        "the second run",
    )


def test_a_push_gateway_takes_them_and_prometheus_reads_it(said, prometheus, tmp_path):
    """The gateway has one group, a job and a random instance; pushing again replaces it."""
    gateway = free_port()
    program = needed("prometheus-pushgateway")
    kept = f"--persistence.file={tmp_path / 'pushed'}"  # Debian's default is one for the machine
    with running(program, f"--web.listen-address=127.0.0.1:{gateway}", kept):
        url = f"http://127.0.0.1:{gateway}"
        wait_for(lambda: fetch(f"{url}/-/ready"), "the gateway")
        said(f"%aibrain stats --to push:{url}")
        said(f"%aibrain stats --to push:{url}")

        groups = json.loads(fetch(f"{url}/api/v1/metrics"))["data"]
        assert 1 == len(groups)
        assert {"job", "instance"} == groups[0]["labels"].keys()
        server = prometheus(gateway)
        found = wait_for(lambda: query(server, "aibrain_requests_total"), "a scrape")
        assert {"aibrain_jupyter"} == {labels["job"] for labels, _ in found}


def test_promtool_finds_nothing(said, tmp_path):
    """What is written for the node exporter is whole, and as Prometheus wants it named."""
    path = tmp_path / "aibrain.prom"
    said(f"%aibrain stats --to {path}")

    text = path.read_text()
    assert "aibrain_requests_total{" in text
    assert "aibrain_request_duration_seconds_bucket{" in text
    assert (0, "") == promtool(text)
    assert 0 != promtool("bad_metric{} x\n")[0]
    assert [path] == list(tmp_path.glob("*prom*"))


def test_a_gateway_that_is_down_is_said_and_costs_nothing(shell):
    """The cell fails with what to do; the figures stay and the next run goes on."""
    from aibrain_jupyter.execution.exporters.destinations import SendingError, destination_of

    with closed_port() as port:
        word = f"push:http://127.0.0.1:{port}"
        with pytest.raises(SendingError, match="could not be sent"):
            destination_of(word).send()
    assert word in destination_of(word).problem
