"""Kernels restart, die and run side by side."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import warnings

import pytest

from aibrain_jupyter.advanced_cache import CacheWarning

STORE = """
    import sys
    from pathlib import Path
    import pandas as pd
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager

    cache = AdvancedCacheManager(directory=Path(sys.argv[1]))
    cache.set("frame", pd.DataFrame({"a": [1, 2], "tags": [["x"], []]}))
    cache.get("frame")
    cache.get("nothing")
"""

WRITE_FOR_EVER = """
    import sys
    from pathlib import Path
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager

    cache = AdvancedCacheManager(directory=Path(sys.argv[1]))
    letter = sys.argv[2]
    print("ready", flush=True)
    for n in range(int(sys.argv[3])):
        cache.set("k", [letter * 40_000, n, letter])
"""


def start(script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_new_process_is_answered_from_disk(open_cache, folder, run_python):
    """The second kernel has what the first one stored, and goes on with its counts."""
    run_python(STORE, folder)
    cache = open_cache()

    frame = cache.get("frame")

    assert [["x"], []] == frame["tags"].tolist()
    stats = cache.get_advanced_stats()
    assert {"memory_hits": 1, "disk_hits": 1, "misses": 1, "stores": 1} == {
        name: stats[name] for name in ("memory_hits", "disk_hits", "misses", "stores")
    }


KILL_AGAIN_AND_AGAIN = """
    import os, random, signal, sys, time, warnings
    from pathlib import Path
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheWarning

    folder = Path(sys.argv[1])
    AdvancedCacheManager(directory=folder).set("k", ["z" * 40_000, "z"])
    warnings.simplefilter("error", CacheWarning)
    rng = random.Random(0)
    seen = set()
    for n in range(200):
        letter = "abcdefgh"[n % 8]
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            cache = AdvancedCacheManager(directory=folder)
            os.write(tell, b"x")
            while True:
                cache.set("k", [letter * 40_000, letter])
        os.read(told, 1)  # however long it takes to begin
        os.close(told)
        os.close(tell)
        time.sleep(rng.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        text, letter = AdvancedCacheManager(directory=folder).get("k")
        assert text == letter * 40_000
        seen.add(letter)
    assert len(seen) > 4, seen
    left = [path for path in folder.rglob("*") if path.name.endswith(".tmp")]
    assert len(left) < 100, left
    for path in left:
        os.utime(path, (0, 0))
    AdvancedCacheManager(directory=folder).memory.store_backend.clean()
    assert [] == [path for path in folder.rglob("*.tmp")]
"""


def test_a_killed_writer_leaves_nothing_wrong(folder, run_python):
    """Killed 200 times in the middle of writing: each look-up is whole, and orphans go."""
    run_python(KILL_AGAIN_AND_AGAIN, folder)


def test_two_writers_and_a_reader(open_cache, folder):
    """Two processes store one key 1 000 times each; a reader never gets a mixture or nothing."""
    open_cache().set("k", ["a" * 40_000, -1, "a"])
    writers = [start(WRITE_FOR_EVER, folder, letter, 1000) for letter in "ab"]
    for writer in writers:
        writer.stdout.readline()
    seen = []

    with warnings.catch_warnings():
        warnings.simplefilter("error", CacheWarning)
        while any(writer.poll() is None for writer in writers):
            text, _, letter = open_cache().get("k")
            seen.append(text == letter * 40_000)

    assert seen
    assert all(seen)
    assert [0, 0] == [writer.wait() for writer in writers]
    assert 2001 == open_cache().get_advanced_stats()["stores"]


def test_processes_that_start_together_share_one_key(open_cache, folder):
    """The first two kernels of a user make the same signing key."""
    writers = [start(WRITE_FOR_EVER, folder, letter, 1) for letter in "ab"]
    assert [0, 0] == [writer.wait() for writer in writers]

    with warnings.catch_warnings():
        warnings.simplefilter("error", CacheWarning)
        assert open_cache().get("k")[2] in "ab"


def test_importing_is_cheap(run_python):
    """The manager is there without pandas, numpy, joblib and sqlite3."""
    run_python("""
        import sys
        from aibrain_jupyter.advanced_cache import AdvancedCacheManager, get_cache_manager
        get_cache_manager()
        heavy = {"pandas", "numpy", "joblib", "filelock", "platformdirs"} & set(sys.modules)
        assert not heavy - {"platformdirs"}, heavy
    """)


@pytest.mark.parametrize("value", [{"a": [1, {"b": None}]}])
def test_records_need_no_pandas(run_python, folder, value):
    """JSON-like results are stored and found without importing pandas."""
    run_python(
        f"""
        import sys
        from pathlib import Path
        from aibrain_jupyter.advanced_cache import AdvancedCacheManager
        for _ in range(2):
            cache = AdvancedCacheManager(directory=Path(sys.argv[1]))
            cache.set("k", {value!r}) if cache.get("k") is None else None
        assert {value!r} == cache.get("k")
        assert "pandas" not in sys.modules
        """,
        folder,
    )
