"""
How fast SharePoint is asked, beside rclone in the same run; what large files and faults cost.

Run ``python tests/benchmarks/bench_sharepoint.py``; ``--check`` fails over `BUDGETS`, ``--full``
takes 1 GiB instead of 64 MiB, ``--json FILE`` keeps the figures. Needs Debian's rclone. Figures of
rounds are their median.

rclone: 120 files of 2 KiB up and down at 100 ms an answer, against ``rclone copy --transfers 8``
through the same TLS and proxy, fresh connections each, hashes verified on both sides: elapsed time.
memory: the most MiB that a process holds beyond what it held idle, after ``%load_ext`` and a first
listing. faults: 200 files at 100 ms an answer with a tenth of the answers 429 or 503 (wait half a
second), five broken connections, an expired token and a killed process, against the same files
undisturbed: time from the first request to the last of each process (what Python needs to start is
left out), less the time for which the server had asked to wait, overlapping waits once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from graph_host import rclone_config
from measured import measured

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.sharepoint import sites, wire
from aibrain_jupyter.sharepoint.server import Fault, LocalGraph

BUDGETS = {"upload": 1.1, "download": 1.1, "upload MiB": 100, "download MiB": 100, "faults": 1.5}
ROUNDS = 3
FILES, SIZE, LATENCY_S = 120, 2048, 0.1
RCLONE = shutil.which("rclone")
HERE = Path(__file__).parent
CHUNK = 16 * 327_680


def run(cell):
    """Run a cell and return its frame, which has no gap."""
    done = run_request(request_of_text(cell, {}), token=CancelToken(), listener=lambda event: None)
    assert done.frame is not None, done.error
    assert not done.summary.gaps, done.summary.gaps[0]
    return done.frame


def use(url, token):
    """Make a Graph the one that cells ask."""
    host, path = "contoso.sharepoint.com", "/sites/audit"
    sites.session_sites["audit"] = sites.Site("audit", host, path, graph=url, credential=token)


@contextlib.contextmanager
def graph_process(folder, latency_s=0.0):
    """Yield where a Graph is that runs in a process of its own."""
    script = [sys.executable, str(HERE / "graph_host.py"), str(folder), str(latency_s)]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as host:
        try:
            yield json.loads(host.stdout.readline())
        finally:
            host.stdin.close()


class Measured:
    """Wall and CPU seconds of what is done inside ``with``, children that ended included."""

    def __enter__(self):
        self._wall, self._cpu = time.perf_counter(), _cpu()
        return self

    def __exit__(self, *_):
        self.wall, self.cpu = time.perf_counter() - self._wall, _cpu() - self._cpu


def _cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def beside_rclone(folder, rounds):
    """Return our elapsed time, up and down, as multiples of rclone's."""
    rng, source = random.Random(18), folder / "out"
    source.mkdir()
    for number in range(FILES):
        (source / f"{number}.csv").write_bytes(rng.randbytes(SIZE))
    ratios = {"upload": [], "download": []}
    with graph_process(folder, LATENCY_S) as host:
        config = rclone_config(folder / "rclone.conf", host["drive"], host["url"])
        os.environ |= {"HTTPS_PROXY": host["proxy"], "SSL_CERT_FILE": host["certificate"]}
        os.environ |= {"RCLONE_CA_CERT": host["certificate"], "RCLONE_CONFIG": str(config)}
        use("https://graph.microsoft.com", lambda: (host["token"], 3600))
        for number in range(rounds + 1):
            theirs, ours = folder / f"theirs{number}", folder / f"ours{number}"
            pairs = {
                "upload": (
                    ("copy", str(source), f"site:theirs{number}"),
                    f"sharepoint_upload files={source} to=ours{number} unreviewed=true",
                ),
                "download": (
                    ("copy", f"site:theirs{number}", str(theirs)),
                    f"sharepoint_download ours{number} to={ours}",
                ),
            }
            for what, (words, cell) in pairs.items():
                with Measured() as other:
                    call = [RCLONE, *words, "--transfers", "8", "--retries", "1"]
                    subprocess.run(call, check=True)
                wire.pool.cache_clear()  # rclone begins without connections, too
                with Measured() as own:
                    frame = run(f"%aibrain {cell}")
                assert len(frame) == FILES
                if number:  # the first round loads what is loaded late
                    ratios[what].append(own.wall / other.wall)
                    print(
                        f"{what}: {own.wall:.2f} s ({own.cpu:.2f} CPU), "
                        f"rclone {other.wall:.2f} s ({other.cpu:.2f} CPU): "
                        f"{own.wall / other.wall:.2f}"
                    )
            for path in source.iterdir():
                for back in (theirs / path.name, ours / f"ours{number}" / path.name):
                    assert path.read_bytes() == back.read_bytes()
        for name in ("HTTPS_PROXY", "SSL_CERT_FILE", "RCLONE_CA_CERT", "RCLONE_CONFIG"):
            del os.environ[name]
    return {what: statistics.median(found) for what, found in ratios.items()}


def memory(folder, megabytes):
    """Return how many MiB an upload and a download of one file hold beyond the idle process."""
    large, found = folder / "large.bin", {}
    with large.open("wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(1 << 20))
    with graph_process(folder) as host:
        for what, cell in (
            ("upload MiB", f"sharepoint_upload files={large} to=big unreviewed=true"),
            ("download MiB", f"sharepoint_download big to={folder}/back"),
        ):
            words = [sys.executable, __file__, "--holds", host["url"], host["token"], cell]
            env = {**os.environ, "SSL_CERT_FILE": host["certificate"]}
            said = subprocess.run(words, check=True, env=env, stdout=subprocess.PIPE, text=True)
            found[what], speed = json.loads(said.stdout)
            print(f"{what}: {found[what]:.0f} for {megabytes} MiB, {speed:.0f} MiB/s")
    compared = ["cmp", str(large), str(folder / "back/big/large.bin")]
    subprocess.run(compared, check=True)
    return found


def holds(url, token, cell):
    """Print the most MiB that a cell holds beyond the idle process, and MiB a second."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    use(url, token)
    run("%aibrain sharepoint_list")
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins again
    idle = _resident("VmHWM")
    began = time.perf_counter()
    frame = run(f"%aibrain {cell}")
    size = int(frame["size"].sum()) / (1 << 20)
    speed = size / (time.perf_counter() - began)
    print(json.dumps([_resident("VmHWM") - idle, speed]))


def _resident(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def faults(folder):
    """Return the time of a disturbed run, less the waits asked for, as multiple of a calm one."""
    rng, source = random.Random(18), folder / "mixed"
    sizes = [rng.randrange(0, 20_000) for _ in range(190)]
    sizes += [rng.randrange(CHUNK * 2, CHUNK * 4) for _ in range(10)]
    for number, size in enumerate(sizes):
        path = source / f"f{number % 7}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rng.randbytes(size))
    with LocalGraph(latency_s=LATENCY_S) as graph:
        _sent(graph, source).wait(300)
        calm = _busy(graph, 0.0)
    with LocalGraph(latency_s=LATENCY_S) as graph:
        work, refused = "/v1.0/drives|/upload/", {"retry_after": 0.5, "every": 20, "times": None}
        graph.faults += [
            Fault("PUT", drop="request", after=20, every=17, times=3),
            Fault("PUT", drop="answer", after=15, every=23, times=2),
            Fault(work, status=429, **refused),
            Fault(work, status=503, after=10, **refused),
        ]
        first = _sent(graph, source)
        _until(lambda: len(graph.asked("PUT")) > 60)
        graph.tokens.revoke()
        _until(lambda: len(graph.asked("PUT")) > 110)
        first.kill()
        first.wait()
        killed = time.monotonic()
        assert 0 == _sent(graph, source).wait(300)
        files = [i for i in graph.drive.items.values() if i.content is not None]
        assert 200 == len(files)
        assert {1} == {item.version for item in files}
        assert 5 == sum(fault.hits for fault in graph.faults[:2])
        asked_s = _asked_to_wait(graph, 0.5)
        disturbed = _busy(graph, killed)
    ratio = (disturbed - asked_s) / calm
    print(
        f"faults: {disturbed:.2f} s, of which the server asked for {asked_s:.2f} s; "
        f"undisturbed {calm:.2f} s: {ratio:.2f}"
    )
    return ratio


def _sent(graph, source):
    script = HERE.parent / "sharepoint" / "sends_in_a_process.py"
    words = [sys.executable, str(script), graph.url, str(source), "--as-it-is"]
    env = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, env=env)


def _busy(graph, killed):
    """Return the seconds from the first request to the last, of each process by itself."""
    times = sorted(note.at for note in graph.log if "token" not in note.asked)
    parts = [[at for at in times if at <= killed], [at for at in times if at > killed]]
    return sum(part[-1] - part[0] for part in parts if part)


def _asked_to_wait(graph, retry_after):
    """Return for how long the server had asked for a pause, overlapping pauses once."""
    total, until = 0.0, 0.0
    for note in sorted(graph.log, key=lambda note: note.at):
        if note.status in (429, 503):
            total += note.at + retry_after - max(until, note.at)
            until = note.at + retry_after
    return total


def _until(is_so):
    end = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.005)


def main() -> int:
    if "--holds" in sys.argv:
        holds(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over the budgets")
    parser.add_argument("--full", action="store_true", help="1 GiB instead of 64 MiB")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of what is timed")
    parser.add_argument("--only", choices=("rclone", "memory", "faults"), help="one part alone")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    given = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {f"AIBRAIN_{kind}_DIR": f"{name}/{kind}" for kind in ("DATA", "CACHE")}
        if given.only in (None, "rclone"):
            figures |= beside_rclone(folder, given.rounds)
        if given.only in (None, "memory"):
            figures |= memory(folder, 1024 if given.full else 64)
        if given.only in (None, "faults"):
            found = [faults(folder / f"faults{number}") for number in range(given.rounds)]
            figures["faults"] = statistics.median(found)
    for name, figure in figures.items():
        measured(f"SharePoint: {name}", "", figure, bar=BUDGETS[name])
    if given.json:
        given.json.write_text(json.dumps(figures))
    over = [name for name, figure in figures.items() if figure > BUDGETS[name]]
    for name in over:
        print(f"over budget: {name} {figures[name]:.2f}, budget {BUDGETS[name]}")
    return int(given.check and bool(over))


if __name__ == "__main__":
    sys.exit(main())
