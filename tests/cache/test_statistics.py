"""What the cache was good for: by tool, account and hour, over restarts and kernels."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

import pytest

from aibrain_jupyter.advanced_cache import CacheKey
from aibrain_jupyter.cache import counters
from aibrain_jupyter.cache.counters import Counters, by_label, over_time, totals

ASK_AND_END = """
    import sys
    from pathlib import Path
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheKey

    cache = AdvancedCacheManager(directory=Path(sys.argv[1]))
    key = CacheKey(tool="iam_users", account="111111111111")
    if cache.look_up(key, max_age=60) is None:
        cache.store(key, [1], meta={}, ttl=60, cost_s=4.0)
    for _ in range(int(sys.argv[2])):
        cache.look_up(key, max_age=60)
"""


def test_a_new_kernel_continues_the_counts_of_the_last(open_cache, folder, run_python):
    """Three processes, one after the other: every look-up is counted, by tool and account."""
    for count in (3, 2, 4):
        run_python(ASK_AND_END, folder, count)

    stats = open_cache().get_advanced_stats()

    assert (9, 2, 1, 1) == tuple(
        stats[name] for name in ("memory_hits", "disk_hits", "misses", "stores")
    )
    (tool,), (account,) = stats["by_tool"], stats["by_account"]
    assert {"tool": "iam_users", "look_ups": 12, "hits": 11, "time_saved_s": 44.0} == {
        name: value for name, value in tool.items() if name != "hit_rate"
    }
    assert ("111111111111", 11 / 12) == (account["account"], account["hit_rate"])
    ((begin, look_ups, hits),) = stats["over_time"][:1]
    assert (12, 11) == (look_ups, hits) or len(stats["over_time"]) == 2
    assert abs(begin - time.time()) < 7200


def test_kernels_side_by_side_lose_no_count(open_cache, folder, run_python):
    """Two at a time, four in all, write to the same rows."""
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: run_python(ASK_AND_END, folder, 50), range(4)))

    stats = open_cache().get_advanced_stats()
    assert 204 == stats["memory_hits"] + stats["disk_hits"] + stats["misses"]


def test_tools_are_in_the_order_of_their_look_ups(cache):
    """The busiest first; names of nothing are left out."""
    for tool, count in {"b": 1, "a": 1, "c": 3}.items():
        for _ in range(count):
            cache.look_up(CacheKey(tool=tool), max_age=60)

    stats = cache.get_advanced_stats()

    assert ["c", "a", "b"] == [row["tool"] for row in stats["by_tool"]]
    assert [] == stats["by_account"]


def test_a_hit_after_waiting_counts_once(cache, key):
    """The miss before it is taken back: one look-up, one hit."""
    cache.look_up(key, max_age=60)
    cache.store(key, 1, meta={}, ttl=60)
    cache.look_up(key, max_age=60, after_miss=True)

    stats = cache.get_advanced_stats()
    assert (1, 0, 1) == tuple(stats[name] for name in ("memory_hits", "misses", "waited"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "statistics.sqlite"


def test_hours_long_ago_are_added_up(path):
    """Totals are for ever, hours for two months: the file does not grow without end."""
    first = Counters()
    first.keep_in(path)
    first.add("misses", 5, tool="t")
    first.write()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE counts SET hour = hour - ?", (counters.KEEP_HOURS + 1,))
    database.close()
    second = Counters()
    second.keep_in(path)
    second.add("memory_hits", 5, tool="t")
    rows = second.rows()

    assert {0, int(time.time() // 3600)} >= {hour for hour, *_ in rows} - {
        int(time.time() // 3600) - 1
    }
    assert {"misses": 5, "memory_hits": 5} == totals(rows)
    assert 0.5 == by_label(rows, "tool")[0]["hit_rate"]
    assert [(5, 5)] == [(asked, hits) for _, asked, hits in over_time(rows)]


def test_counts_wait_for_a_file_that_is_busy(path, monkeypatch):
    """Somebody else holds the file for a while: nothing is lost."""
    import threading

    monkeypatch.setattr(counters, "_BUSY_S", 60.0)  # on a busy machine half a second takes longer
    mine = Counters()
    mine.keep_in(path)
    mine.add("stores")
    mine.write()
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, lambda: (holder.execute("COMMIT"), holder.close())).start()
    mine.add("stores")

    mine.write()

    other = Counters()
    other.keep_in(path)
    assert {"stores": 2} == totals(other.rows())


def test_a_locked_file_of_counts_costs_half_a_second_once(cache, folder, monkeypatch):
    """Another process has it: what is counted waits here, and no look-up waits for long again."""
    cache.get("k")
    cache.get_advanced_stats()
    waits = []
    connect = sqlite3.connect
    with contextlib.closing(connect(folder / "statistics.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")

        def waited(path, **options):
            if Path(path).parent == folder:  # other threads have files of their own
                waits.append(options["timeout"])
            return connect(path, **options)

        monkeypatch.setattr(sqlite3, "connect", waited)
        monkeypatch.setattr(counters, "_WRITE_EVERY_S", -1.0)
        for _ in range(5):
            cache.get("k")
        assert 1.0 >= sum(waits)
        assert 5 == len(waits)

    assert 6 == cache.get_advanced_stats()["misses"]
