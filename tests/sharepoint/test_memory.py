"""A large file goes up and down in small parts; the whole is never held."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[1] / "benchmarks" / "bench_sharepoint.py"


def test_a_large_file_is_never_held_whole(request):
    """64 MiB (1 GiB with --full) up and down: less than 100 MiB beyond the idle process."""
    words = ["--only", "memory", "--check", *["--full"] * request.config.getoption("--full")]
    done = subprocess.run(
        [sys.executable, str(BENCH), *words], capture_output=True, text=True, timeout=900
    )

    assert 0 == done.returncode, done.stdout + done.stderr
