"""Limits of size and age, kept in the background and by looking at the directory only."""

from __future__ import annotations

import gc
import os
import threading
import time

import pytest

from aibrain_jupyter.advanced_cache import CacheKey
from aibrain_jupyter.cache.disk import cleaning

DAY = 86_400.0


@pytest.fixture
def put(tmp_path):
    """Put a file that looks like an entry and holds none: whoever opened it would choke on it."""

    def make(name, *, size=1000, used_ago=0.0, expires_in=DAY, folder="a/b/c/d"):
        path = tmp_path / "entries" / folder / f"{name}.aib"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        now = time.time()
        os.utime(path, (now - used_ago, now + expires_in))
        path.chmod(0)
        return path

    return make


def run(tmp_path, **limits):
    limits = {"limit_bytes": 0, "keep_unused_s": 90 * DAY, **limits}
    return cleaning.clean(str(tmp_path / "entries"), **limits)


def test_expired_entries_stay_for_a_week(put, tmp_path):
    """A longer --ttl or --stale may still want them; then they go, used or not."""
    lately, long_ago = put("a", expires_in=-6 * DAY), put("b", expires_in=-8 * DAY)

    cleaned = run(tmp_path)

    assert [True, False] == [lately.exists(), long_ago.exists()]
    assert (0, 1, 1, 1000) == (
        cleaned.evicted,
        cleaned.expired,
        cleaned.entries,
        cleaned.size_bytes,
    )


def test_what_nobody_asks_for_goes(put, tmp_path):
    """An entry that never expires is kept as long as it is used."""
    used, unused = put("a", used_ago=80 * DAY), put("b", used_ago=100 * DAY)

    run(tmp_path)

    assert [True, False] == [used.exists(), unused.exists()]


def test_room_is_made_by_expired_then_by_least_used(put, tmp_path):
    """Down to nine tenths of the limit, so that the next write does not clean again."""
    expired = put("expired", expires_in=-10)
    old = put("old", used_ago=5000)
    kept = [put(f"k{n}", used_ago=n) for n in range(9)]

    cleaned = run(tmp_path, limit_bytes=10_500)

    assert [False, False] == [expired.exists(), old.exists()]
    assert all(path.exists() for path in kept)
    assert (2, 9, 9000) == (cleaned.evicted, cleaned.entries, cleaned.size_bytes)


def test_folders_that_are_empty_for_long_go(put, tmp_path):
    """Accounts that are gone leave no tree behind; somebody may be about to use a new folder."""
    put("a", expires_in=-8 * DAY, folder="old")
    put("b", expires_in=-8 * DAY, folder="new")
    run(tmp_path)
    os.utime(tmp_path / "entries/old", (0, 0))

    run(tmp_path)

    assert ["new"] == [path.name for path in (tmp_path / "entries").iterdir()]


def test_a_hit_counts_as_use_and_a_listing_does_not(cache, open_cache, key, entry_file):
    """What is asked for stays; looking at the list keeps nothing alive."""
    cache.store(key, [1], meta={}, ttl=DAY)
    path = entry_file()
    expires = path.stat().st_mtime
    os.utime(path, (time.time() - 10 * DAY, expires))

    open_cache().entries()
    assert path.stat().st_atime < time.time() - 9 * DAY
    assert open_cache().look_up(key, max_age=DAY) is not None
    assert path.stat().st_atime > time.time() - DAY
    assert expires == path.stat().st_mtime


def test_the_background_cleans_and_ends_with_its_cache(open_cache, folder, eventually):
    """One daemon thread from the first write on, gone when the cache is."""

    def threads():
        return [t for t in threading.enumerate() if t.name == "aibrain-clean"]

    before = threads()
    cache = open_cache(disk_limit_bytes=50_000)
    for n in range(30):
        cache.set(f"k{n}", str(n) * 10_000)

    assert eventually(lambda: sum(p.stat().st_size for p in folder.rglob("*.aib")) <= 50_000)
    (ours,) = [thread for thread in threads() if thread not in before]
    assert ours.daemon
    del cache
    gc.collect()
    assert eventually(lambda: not ours.is_alive())


def test_what_is_written_during_a_pass_counts(open_cache, folder, eventually, monkeypatch):
    """An entry that a pass did not see is not forgotten: the folder is within its limit after."""
    cache = open_cache(disk_limit_bytes=50_000)
    kept, looked, go_on = cleaning.clean, threading.Event(), threading.Event()

    def slow(*args, **kwargs):
        found = kept(*args, **kwargs)
        looked.set()
        go_on.wait(90)
        return found

    monkeypatch.setattr(cleaning, "clean", slow)
    cache.set("first", "x" * 9_000)
    assert looked.wait(90)
    for n in range(3):
        cache.set(f"during{n}", str(n) * 9_000)  # the pass has looked already
    go_on.set()
    time.sleep(0.2)  # the pass ends
    for n in range(2):
        cache.set(f"after{n}", str(n) * 9_000)

    assert eventually(lambda: sum(p.stat().st_size for p in folder.rglob("*.aib")) <= 50_000)


def test_many_entries_are_one_look_at_the_directory(put, tmp_path):
    """3 000 files nobody may open are counted, aged and evicted all the same."""
    for n in range(3000):
        put(f"k{n:04}", size=10, used_ago=3000 - n, folder=f"t/{n % 40}")

    cleaned = run(tmp_path, limit_bytes=20_000, at_leisure=True)

    assert (1200, 1800) == (cleaned.evicted, cleaned.entries)
    assert not (tmp_path / "entries/t/0/k0000.aib").exists()
    assert (tmp_path / "entries/t/39/k2999.aib").exists()


def test_a_key_with_its_own_time_to_live_expires_by_it(cache, folder):
    """The time of modification is when the entry expires; what never does is far off."""
    cache.store(CacheKey(tool="t"), 1, meta={}, ttl=DAY)
    cache.store(CacheKey(tool="u"), 1, meta={}, ttl=float("inf"))

    ends = {path.parts[-5]: path.stat().st_mtime - time.time() for path in folder.rglob("*.aib")}

    assert DAY - 60 < ends["t"] <= DAY
    assert ends["u"] > 365 * DAY
