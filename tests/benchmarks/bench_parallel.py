"""
What running calls at the same time costs and saves, against the ideal.

Run ``python tests/benchmarks/bench_parallel.py``; ``--check`` fails over budget.
24 blocking HTTP calls of 0.5 s each to a scripted server on 127.0.0.1, at
concurrency 8 and 24. Prints the median of the rounds as a ratio to the ideal
(``ceil(24 / concurrency) * 0.5 s``), beside a plain ``ThreadPoolExecutor`` in the
same process, and to one call after the other. ``--json FILE`` keeps the rounds.

Boundary: no SDK, no parsing, no rows; the server answers all at once and never
throttles. What is measured is our engine and bridge, with and without a running
event loop around them.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import http.server
import json
import math
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aibrain_jupyter.async_tool_executor import execute_tools_parallel

CALLS = 24
CALL_S = 0.5
BUDGET = 1.3  # of the ideal for the concurrency used
SPEED_UP = {8: 6.0, 24: 10.0}  # at least so many times faster than one after the other


class SlowHandler(http.server.BaseHTTPRequestHandler):
    """Answers every request after `CALL_S`."""

    def do_GET(self):
        time.sleep(CALL_S)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        """Keep quiet."""


class SlowServer(http.server.ThreadingHTTPServer):
    """Takes as many connections at once as a round makes."""

    request_queue_size = 128


def call(port):
    """Make one request and return its status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def ours(port, concurrency):
    """Run the calls with the package, no event loop running."""
    tasks = [{"tool_func": call, "kwargs": {"port": port}}] * CALLS
    return execute_tools_parallel(tasks, max_parallel=concurrency)


def ours_in_a_loop(port, concurrency):
    """Run the calls with the package from inside a running loop, as in a notebook cell."""

    async def cell():
        return ours(port, concurrency)

    return asyncio.run(cell())


def plain_threads(port, concurrency):
    """Run the calls with the standard library alone."""
    with ThreadPoolExecutor(concurrency) as pool:
        return list(pool.map(call, [port] * CALLS))


def sequential(port, concurrency):
    """Run the calls one after the other; `concurrency` is not used."""
    return [call(port) for _ in range(CALLS)]


def seconds_of(way, port, concurrency):
    """Time one round; every call must have succeeded."""
    began = time.perf_counter()
    found = way(port, concurrency)
    seconds = time.perf_counter() - began
    assert [200] * CALLS == list(found)
    return seconds


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    server = SlowServer(("127.0.0.1", 0), SlowHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    one_by_one = seconds_of(sequential, port, 1)
    raw = {"sequential": [one_by_one]}
    too_slow = []
    print(f"{CALLS} calls of {CALL_S} s; one after the other: {one_by_one / CALL_S:.1f} calls long")
    for concurrency, speed_up in SPEED_UP.items():
        ideal = math.ceil(CALLS / concurrency) * CALL_S
        ways = (ours, ours_in_a_loop, plain_threads)
        rounds = {way.__name__: [] for way in ways}
        for _ in range(options.rounds):
            for way in ways:
                rounds[way.__name__].append(seconds_of(way, port, concurrency))
        for name, seconds in rounds.items():
            raw[f"{name} at {concurrency}"] = seconds
            middle = statistics.median(seconds)
            of_ideal, faster = middle / ideal, one_by_one / middle
            print(
                f"concurrency {concurrency:2}: {name:15} {of_ideal:.2f} of the ideal, "
                f"{faster:.1f}x sequential"
            )
            if name != plain_threads.__name__ and (of_ideal > BUDGET or faster < speed_up):
                too_slow.append(f"{name} at {concurrency}")
    server.shutdown()
    if options.json:
        options.json.write_text(json.dumps(raw, indent=1))
    if options.check and too_slow:
        sys.exit(f"over budget ({BUDGET} of the ideal, {SPEED_UP} x sequential): {too_slow}")


if __name__ == "__main__":
    main()
