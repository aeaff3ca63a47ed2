"""Ages, counts, listing and invalidation of the cache, and the one of the process."""

from __future__ import annotations

import datetime as dt
import math
import os
import threading
import time
import warnings

import pandas as pd
import pytest

import aibrain_jupyter
from aibrain_jupyter.advanced_cache import (
    AdvancedCacheManager,
    CacheKey,
    CacheWarning,
    get_advanced_stats,
    get_cache_manager,
)
from aibrain_jupyter.cache import freshness
from aibrain_jupyter.cache.codec.sealed import seal
from aibrain_jupyter.cache.disk import folder as folder_module
from aibrain_jupyter.cache.disk import store as store_module
from aibrain_jupyter.cache.entries import About
from aibrain_jupyter.cache.freshness import Birth
from aibrain_jupyter.cache.selection import Selection
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError

HOUR = 3600.0


def store_aged(cache, key, value, *, age_s, ttl=HOUR):
    """Put an entry on disk that was collected `age_s` ago."""
    about = About(key.labels, Birth(time.time() - age_s), ttl)
    cache.memory.store_backend.write(key.call_id, seal(value), about)


def key_of(account="1", region="eu-west-1", service="iam", tool="aws_export", **more):
    return CacheKey(tool=tool, account=account, region=region, service=service, **more)


def test_the_founding_example():
    """The simplest use: set, get, statistics, in the user's own cache folder."""
    cache = aibrain_jupyter.AdvancedCacheManager(default_ttl=3600, enable_disk_cache=True)

    cache.set("k", {"users": ["ana"]})

    assert {"users": ["ana"]} == cache.get("k")
    assert "nothing" == cache.get("other", "nothing")
    stats = cache.get_advanced_stats()
    assert (1, 0, 1, 0.5) == tuple(
        stats[name] for name in ("memory_hits", "disk_hits", "misses", "overall_hit_rate")
    )


def test_memory_then_disk_then_memory(cache, open_cache, key):
    """A restarted kernel finds the entry on disk first, then in memory."""
    cache.store(key, pd.DataFrame({"a": [[1]]}), meta={}, ttl=60)
    restarted = open_cache()

    sources = [restarted.look_up(key, max_age=60).source for _ in range(3)]

    assert ["disk", "memory", "memory"] == sources


def test_none_is_a_value(cache):
    """A stored None is found; the default is only for a miss."""
    cache.set("k", None)

    assert cache.get("k", "default") is None


@pytest.mark.parametrize(
    ("age_s", "max_age", "is_hit"),
    [(0, 60, True), (50, 60, True), (70, 60, False), (2 * HOUR, 3 * HOUR, True), (1, 0, False)],
)
def test_the_asker_says_how_old_is_too_old(cache, key, age_s, max_age, is_hit):
    """`max_age` decides, not the TTL the entry was stored with."""
    store_aged(cache, key, 1, age_s=age_s, ttl=HOUR)

    entry = cache.look_up(key, max_age=max_age)

    assert is_hit == (entry is not None)
    if entry is not None:
        assert age_s <= entry.age_s < age_s + 30
        assert dt.timedelta(0) == entry.created.utcoffset()


def test_asking_whether_it_would_hit_counts_nothing(cache, key):
    """A plan can say what the cache would answer without being a look-up."""
    assert not cache.would_hit(key, max_age=60)
    store_aged(cache, key, 1, age_s=50)

    assert [True, False] == [cache.would_hit(key, max_age=age) for age in (60, 40)]
    stats = cache.get_advanced_stats()
    assert [0, 0, 0] == [stats[name] for name in ("memory_hits", "disk_hits", "misses")]


def test_an_entry_does_not_grow_young_on_the_way_to_memory(cache, key):
    """Found on disk at the age of 50 s, it is 50 s old in memory, too."""
    store_aged(cache, key, 1, age_s=50)

    assert "disk" == cache.look_up(key, max_age=HOUR).source
    entry = cache.look_up(key, max_age=HOUR)
    assert "memory" == entry.source
    assert 50 <= entry.age_s
    assert cache.look_up(key, max_age=49) is None


def test_get_goes_by_the_ttl_of_set(cache):
    """A value lives as long as was said when it was set."""
    cache.set("short", 1, ttl=0)
    cache.set("long", 2, ttl=HOUR)
    cache.set("usual", 3)
    time.sleep(0.01)

    assert [None, 2, 3] == [cache.get(name) for name in ("short", "long", "usual")]


def test_a_younger_entry_of_another_process_is_found(open_cache, key):
    """What memory holds is too old; another kernel has stored a new one since."""
    one, other = open_cache(), open_cache()
    store_aged(one, key, "old", age_s=100)
    one.look_up(key, max_age=HOUR)
    other.store(key, "new", meta={}, ttl=HOUR)

    entry = one.look_up(key, max_age=60)

    assert ("new", "disk") == (entry.value, entry.source)


def test_an_entry_from_the_future_is_a_miss(cache, key):
    """The clock was set back since: nobody knows how old the entry is."""
    store_aged(cache, key, 1, age_s=-2 * HOUR)

    assert cache.look_up(key, max_age=365 * 24 * HOUR) is None


def test_clocks_that_differ_a_little_do_no_harm(cache, key):
    """An entry stamped some seconds ahead is new, not lost."""
    store_aged(cache, key, 1, age_s=-20)

    assert 0 <= cache.look_up(key, max_age=60).age_s < 5


@pytest.fixture
def set_clock_back(monkeypatch):
    """Set the clock back by so many seconds, for this process and the restarts after it."""
    real = time.time

    def set_back(seconds):
        monkeypatch.setattr(time, "time", lambda: real() - seconds)
        return real() - seconds

    return set_back


def restart(monkeypatch):
    """Forget what this process knows of time, as a new one does."""
    monkeypatch.setattr(freshness, "_AHEAD", time.time() - time.monotonic())


@pytest.mark.parametrize("by", [120, 2 * HOUR, 400 * 24 * HOUR])
def test_a_clock_set_back_leaves_entries_in_the_future(
    cache, open_cache, key, set_clock_back, monkeypatch, by
):
    """They are misses on disk, after each restart, however long they may live."""
    cache.store(key, 1, meta={}, ttl=math.inf)
    set_clock_back(by)

    for _ in range(3):
        restart(monkeypatch)
        assert open_cache().look_up(key, max_age=math.inf) is None


def test_a_clock_set_back_makes_no_entry_young(
    cache, open_cache, key, entry_file, set_clock_back, monkeypatch
):
    """An entry that was used at the age of 50 minutes is not 20 minutes old after a restart."""
    store_aged(cache, key, 1, age_s=50 * 60)
    os.utime(entry_file(), (time.time(), entry_file().stat().st_mtime))  # it is used now
    set_clock_back(30 * 60)
    read = folder_module.read_whole

    def read_and_note_the_use(path):  # as file systems do, by the clock there is
        found = read(path)
        os.utime(path, (time.time(), found[1].st_mtime))
        return found

    monkeypatch.setattr(folder_module, "read_whole", read_and_note_the_use)
    for _ in range(3):
        restart(monkeypatch)
        other = open_cache()
        assert other.look_up(key, max_age=40 * 60) is None
        assert 50 * 60 <= other.look_up(key, max_age=HOUR).age_s
        assert 50 * 60 <= other.look_up(key, max_age=HOUR).age_s  # from memory
        assert 50 * 60 <= other.entries()["age_s"][0]


def test_a_clock_set_back_meanwhile_makes_no_entry_of_others_young(
    cache, open_cache, key, entry_file, set_clock_back
):
    """This process saw the later time, so it knows how old what others wrote is at least."""
    store_aged(cache, key, 1, age_s=50 * 60)
    os.utime(entry_file(), (time.time() - 50 * 60, entry_file().stat().st_mtime))
    set_clock_back(30 * 60)

    assert open_cache().look_up(key, max_age=40 * 60) is None


def test_what_is_new_after_the_clock_was_set_back_is_kept(cache, key, set_clock_back):
    """A clock that was ahead and has been put right costs no hit in memory."""
    set_clock_back(2 * HOUR)
    cache.store(key, 1, meta={}, ttl=60)

    assert 1 == cache.look_up(key, max_age=60).value


def test_an_expired_entry_stays_until_it_is_replaced(cache, key):
    """A refresh that fails leaves the old result where it is."""
    store_aged(cache, key, "old", age_s=2 * HOUR)

    assert cache.look_up(key, max_age=HOUR) is None
    assert "old" == cache.look_up(key, max_age=3 * HOUR).value
    assert 1 == cache.get_advanced_stats()["expired"]


def test_identities_never_share(cache):
    """The same question of another role, or of another endpoint, is another entry."""
    admin = key_of(identity="arn:aws:sts::1:assumed-role/Admin/a")
    cache.store(admin, "admin's view", meta={}, ttl=60)

    for other in (key_of(identity="arn:aws:sts::1:assumed-role/Auditor/a"), key_of()):
        assert cache.look_up(other, max_age=60) is None
    elsewhere = key_of(identity=admin.identity, endpoint="http://127.0.0.1:5000")
    assert cache.look_up(elsewhere, max_age=60) is None


def test_statistics(cache, open_cache, key):
    """Every look-up counts once; rates and saved seconds follow."""
    cache.look_up(key, max_age=60)
    cache.store(key, [1, 2], meta={}, ttl=60, cost_s=2.5)
    cache.look_up(key, max_age=60)
    cache.get_advanced_stats()
    restarted = open_cache()
    restarted.look_up(key, max_age=60)
    restarted.look_up(key, max_age=60)
    stats = restarted.get_advanced_stats()

    assert {"memory_hits": 2, "disk_hits": 1, "misses": 1, "stores": 1, "time_saved_s": 7.5} == {
        name: stats[name]
        for name in ("memory_hits", "disk_hits", "misses", "stores", "time_saved_s")
    }
    assert (0.75, 0.5, 0.5) == tuple(
        stats[f"{name}_hit_rate"] for name in ("overall", "memory", "disk")
    )
    assert (1, 1) == (stats["memory_entries"], stats["disk_entries"])
    assert stats["memory_bytes"] > 0
    assert stats["disk_bytes"] > 0


def test_statistics_are_exact_under_threads(cache, key):
    """Eight threads lose no count."""
    cache.set("k", 1)

    def ask():
        for _ in range(200):
            cache.get("k")
            cache.look_up(key, max_age=60)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    stats = cache.get_advanced_stats()
    assert (1600, 1600) == (stats["memory_hits"], stats["misses"])


def test_single_flight(cache, key):
    """Eight threads that ask for the same thing at once make one fetch."""
    fetched = []
    barrier = threading.Barrier(8)

    def fetch():
        barrier.wait()
        with cache.single_flight(key):
            if cache.look_up(key, max_age=60) is None:
                time.sleep(0.05)
                fetched.append(1)
                cache.store(key, "value", meta={}, ttl=60)

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [1] == fetched


def test_single_flight_passes_on_after_a_failure(cache, key):
    """A fetch that fails leaves the way free for the next; other keys never wait."""
    with pytest.raises(OSError, match="no network"), cache.single_flight(key):
        raise OSError("no network")

    with cache.single_flight(key), cache.single_flight(key_of("2")):
        cache.store(key, 1, meta={}, ttl=60)

    assert 1 == cache.look_up(key, max_age=60).value


def test_the_table_of_entries(cache, open_cache):
    """Every entry with its place, age and level; newest first."""
    store_aged(cache, key_of("1", service="s3"), pd.DataFrame({"a": [1, 2]}), age_s=100, ttl=60)
    cache.store(key_of("2"), pd.DataFrame({"a": [1]}), meta={}, ttl=HOUR)
    cache.set("mine", {"a": 1})

    table = cache.entries()

    assert ["user", "aws_export", "aws_export"] == table["tool"].tolist()
    assert ["", "2", "1"] == table["account_id"].tolist()
    assert ["", "iam", "s3"] == table["service"].tolist()
    assert [pd.NA, 1, 2] == table["rows"].tolist()
    assert ["memory+disk", "memory+disk", "disk"] == table["level"].tolist()
    assert table["expires_in_s"].iloc[2] < 0 < table["expires_in_s"].iloc[1]
    assert 100 <= table["age_s"].iloc[2] < 130
    assert ["disk"] * 3 == open_cache().entries()["level"].tolist()


@pytest.mark.parametrize(("ttl", "created"), [(math.nan, None), (60, math.nan)])
def test_a_time_that_is_no_number_is_refused(cache, key, ttl, created):
    """NaN is never exceeded, so such an entry would be served for ever."""
    with pytest.raises(ParameterError, match="not a number"):
        cache.store(key, 1, meta={}, ttl=ttl, created=created)


@pytest.mark.parametrize(("ttl", "created"), [(math.inf, None), (1e300, -1e18), (60, 1e18)])
def test_times_beyond_the_calendar(cache, open_cache, key, ttl, created):
    """They break neither storing nor the list, and what lies in the future is never served."""
    cache.store(key, 1, meta={}, ttl=ttl, created=created)

    assert 1 == len(open_cache().entries())
    entry = open_cache().look_up(key, max_age=math.inf)
    assert (created == 1e18) == (entry is None)


def test_the_table_has_the_same_dtypes_when_empty(cache, open_cache):
    """No entries, no disk: the same columns."""
    empty = cache.entries()
    cache.set("k", pd.DataFrame({"a": [1]}))

    assert empty.dtypes.tolist() == cache.entries().dtypes.tolist()
    memory_only = AdvancedCacheManager(enable_disk_cache=False)
    assert empty.columns.tolist() == memory_only.entries().columns.tolist()
    memory_only.set("k", 1)
    assert ["memory"] == memory_only.entries()["level"].tolist()


def test_the_table_knows_entries_whatever_their_headers_say(cache, open_cache):
    """Words that look like a part of the header, and headers longer than one read."""
    odd = ',"spec":{}'
    cache.store(key_of(odd), [1], meta={odd: [odd]}, ttl=60, tags=[odd, "spec", ':{"spec":1'])
    wide = pd.DataFrame({f"column {n}": [n] for n in range(300)})
    cache.store(key_of("wide"), wide, meta={"notes": ["x" * 5000]}, ttl=60)

    table = open_cache().entries().set_index("account_id")

    assert {odd: 0, "wide": 1} == table["rows"].fillna(0).to_dict()
    assert ["wide"] == open_cache().entries(Selection(account="wide"))["account_id"].tolist()
    assert 1 == open_cache().invalidate(tag=odd)


def test_clearing_everything_needs_no_headers(cache, open_cache, key, entry_file):
    """A damaged entry, which no list shows, goes as well."""
    cache.store(key, [1], meta={}, ttl=60)
    entry_file().write_bytes(b"damaged")

    assert 0 == len(open_cache().entries())
    assert 1 == open_cache().invalidate()
    assert (0, 0) == cache.memory.store_backend.usage()


def test_reading_many_entries_tells_how_far_it_is(cache, monkeypatch):
    """At the beginning, now and then, and at the end."""
    monkeypatch.setattr(store_module, "_TELL_EVERY", 2)
    for account in "123":
        cache.store(key_of(account), 1, meta={}, ttl=60)
    told = []

    cache.entries(on_progress=lambda read, total: told.append((read, total)))

    assert [(0, 3), (2, 3), (3, 3)] == told
    cache.invalidate(on_progress=lambda read, total: told.append((read, total)))
    assert [(0, 3), (2, 3)] == told[3:]


PLACES = {
    "a": key_of("1"),
    "b": key_of("1", service="s3"),
    "c": key_of("1", region="us-east-1"),
    "d": key_of("2"),
    "e": CacheKey(tool="user", params={"key": "mine"}),
}


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"tool": "aws_export"}, "e"),
        ({"account": "1"}, "de"),
        ({"region": "us-east-1"}, "abde"),
        ({"account": "1", "service": "s3"}, "acde"),
        ({"tool": "aws_export", "older_than": 50}, "bcde"),
        ({"older_than": 50}, "bcde"),
        ({"tool": "user", "older_than": 50}, "abcde"),
        ({"account": ""}, "abcd"),
        ({"account": "nobody"}, "abcde"),
        ({"tag": "red"}, "acd"),
        ({"tag": "red", "account": "2"}, "abcde"),
        ({"pattern": "aws_*"}, "e"),
        ({"pattern": "*/1/*-west-1"}, "cde"),
        ({"pattern": "*/*/*/s3"}, "acde"),
        ({"pattern": "aws"}, "abcde"),
        ({"tool": "*"}, "abcde"),
        ({}, ""),
    ],
    ids=repr,
)
def test_invalidate(cache, open_cache, wanted, left):
    """Exactly the entries that fit everything given go, from both levels."""
    store_aged(cache, PLACES["a"], "a", age_s=100)
    for name in "bcde":
        tags = ["red", "blue"] if name in "be" else ["blue"]
        cache.store(PLACES[name], name, meta={}, ttl=60, tags=tags)

    count = cache.invalidate(**wanted)

    assert len(PLACES) - len(left) == count
    for manager in (cache, open_cache()):
        found = [manager.look_up(place, max_age=HOUR) for place in PLACES.values()]
        assert left == "".join(entry.value for entry in found if entry)
        assert len(left) == len(manager.entries())


def test_a_pattern_of_five_parts_is_refused(cache):
    """It could fit nothing, and clearing nothing must not look like success."""
    with pytest.raises(ParameterError, match="four parts"):
        cache.invalidate(pattern="a/b/c/d/e")


def test_delete_and_clear(cache, open_cache, key):
    """A deleted entry is gone from both levels; clear leaves nothing."""
    cache.set("a", 1)
    cache.set("b", 2)

    assert [True, False] == [cache.delete("a"), cache.delete("a")]
    assert [None, 2] == [open_cache().get("a"), open_cache().get("b")]
    cache.clear()
    assert [None, None] == [cache.get("b"), open_cache().get("b")]
    assert 0 == len(cache.entries())


def test_the_disk_limit_is_kept(open_cache, folder, eventually):
    """Expired entries go first, then those not used for longest; evictions are counted."""
    cache = open_cache(disk_limit_bytes=100_000)
    store_aged(cache, key_of("expired"), "x" * 20_000, age_s=2 * HOUR)
    for n in range(12):
        cache.set(f"k{n}", str(n) * 10_000)
        time.sleep(0.002)

    def is_cleaned():  # and no pass is under way, which counts what it evicted at its end
        stats = cache.get_advanced_stats()
        left = sum(p.stat().st_size for p in folder.rglob("*.aib"))
        is_counted = 13 == stats["evictions"] + stats["disk_entries"]
        return left == stats["disk_bytes"] <= 100_000 and is_counted

    assert eventually(is_cleaned)
    restarted = open_cache()
    assert restarted.look_up(key_of("expired"), max_age=9 * HOUR) is None
    assert restarted.get("k11") is not None
    assert 0 < cache.get_advanced_stats()["evictions"]


@pytest.mark.parametrize("size", [20_000, 9_500])
def test_an_entry_larger_than_the_disk_stays_in_memory(open_cache, size):
    """It pushes nothing out, also where it would fit alone but not beside anything; it says so."""
    cache = open_cache(disk_limit_bytes=10_000)
    cache.set("small", 1)
    with pytest.warns(CacheWarning, match="kept in memory only"):
        cache.set("large", "x" * size)
    cache.memory.store_backend.clean()

    assert size == len(cache.get("large"))
    assert [1, None] == [open_cache().get("small"), open_cache().get("large")]
    assert 0 == cache.get_advanced_stats()["evictions"]


def test_an_entry_larger_than_the_disk_leaves_no_older_one_there(open_cache):
    """A later process does not get a result that has been replaced."""
    cache = open_cache(disk_limit_bytes=10_000)
    cache.set("k", 1)
    with pytest.warns(CacheWarning, match="kept in memory only"):
        cache.set("k", "x" * 20_000)

    assert open_cache().get("k") is None


def test_the_memory_limit_is_kept(open_cache):
    """What does not fit in memory is answered from disk."""
    cache = open_cache(memory_limit_bytes=50_000)
    for n in range(10):
        cache.set(f"k{n}", str(n) * 10_000)

    stats = cache.get_advanced_stats()

    assert 50_000 >= stats["memory_bytes"] > 0
    assert 10 == stats["disk_entries"]
    assert all(str(n) * 10_000 == cache.get(f"k{n}") for n in range(10))
    assert cache.get_advanced_stats()["disk_hits"] > 0


def test_joblib_memory_works_on_our_store(cache, open_cache):
    """Functions can be decorated; reduce_size and clear do what joblib says; loads are counted."""
    calls = []

    def source(n):
        calls.append(n)
        return pd.DataFrame({"n": [n], "tags": [[n]]})

    cached = cache.memory.cache(source)
    for n in (1, 1, 2):
        assert [n] == cached(n)["tags"].iloc[0]
    assert [1, 2] == calls
    assert cached.check_call_in_cache(1)

    cache.memory.reduce_size(items_limit=1)
    assert 1 == len(cache.memory.store_backend.get_items())
    cache.memory.clear(warn=False)
    cached(1)
    assert [1, 2, 1] == calls


def test_joblib_functions_that_return_the_unstorable(cache):
    """They are called each time, with one warning, and get their own result."""
    cached = cache.memory.cache(make_range)

    with pytest.warns(CacheWarning, match="not cached on disk") as seen:
        results = [cached(3), cached(3)]

    assert [range(3), range(3)] == results
    assert 1 == len(seen)


def make_range(n):
    return range(n)


def test_joblib_expiry_works(cache):
    """joblib's own ``expires_after`` finds the time of storing."""
    from joblib import expires_after

    calls = []

    def source(n):
        calls.append(n)
        return n

    fresh = cache.memory.cache(source, cache_validation_callback=expires_after(hours=1))
    stale = cache.memory.cache(source, cache_validation_callback=expires_after(seconds=-1))

    assert [5, 5, 5] == [fresh(5), fresh(5), stale(5)]
    assert [5, 5] == calls


def test_memory_only(tmp_path):
    """Without the disk tier no file is written."""
    cache = AdvancedCacheManager(enable_disk_cache=False, directory=tmp_path / "none")
    cache.set("k", 1)

    assert 1 == cache.get("k")
    assert not (tmp_path / "none").exists()
    assert not cache.get_advanced_stats()["disk_enabled"]


def test_the_cache_of_the_process_follows_the_settings(tmp_path):
    """It is one object while the settings stay, and another when they change."""
    settings = get_settings()
    try:
        first = get_cache_manager()
        assert first is get_cache_manager()
        settings.set("ttl", "8h", "test")
        settings.set("cache_dir", str(tmp_path / "elsewhere"), "test")
        second = get_cache_manager()
        second.set("k", 1)
        assert (8 * HOUR, tmp_path / "elsewhere") == (second.default_ttl, second.directory)
        assert 1 == get_advanced_stats()["stores"]
        settings.set("cache", False, "test")
        assert get_cache_manager().memory is None
    finally:
        for name in ("ttl", "cache_dir", "cache"):
            settings.unset(name)
    assert first is not get_cache_manager()


def test_nothing_is_warned_of_in_normal_use(cache, open_cache, key):
    """A quiet cache: no warning in store, hit, miss, listing, invalidation."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.store(key, pd.DataFrame({"a": [[1]]}), meta={}, ttl=60)
        open_cache().look_up(key, max_age=60)
        cache.entries()
        cache.invalidate(tool="aws_export")
        cache.get_advanced_stats()
