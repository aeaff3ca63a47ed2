"""The in-memory tier: bounded by bytes, and what it drops first."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from aibrain_jupyter.cache.memory import MemoryCache


@dataclass(frozen=True)
class Item:
    size_bytes: int
    cost_s: float = 1.0
    is_expired: bool = False


def make(limit_bytes):
    dropped = []
    return MemoryCache(limit_bytes, on_evict=dropped.append), dropped


def test_items_are_found_replaced_and_discarded():
    """A dict of items whose size is always known."""
    tier, _ = make(100_000)
    tier.put("a", Item(1000))
    size = tier.size_bytes
    tier.put("a", Item(3000))

    assert 2000 == tier.size_bytes - size
    assert Item(3000) == tier.get("a")
    assert tier.get("b") is None
    assert [True, False] == [tier.discard("a"), tier.discard("a")]
    assert (0, 0) == (len(tier), tier.size_bytes)


def test_expired_items_go_first():
    """Whatever they cost, what is past its time makes room for the rest."""
    tier, dropped = make(60_000)
    tier.put("expired", Item(20_000, cost_s=1000.0, is_expired=True))
    tier.put("cheap", Item(20_000, cost_s=0.01))
    tier.put("new", Item(20_000))

    assert ["cheap", "new"] == sorted(key for key, _ in tier.items())
    assert [1] == dropped


def test_small_dear_items_outlive_large_cheap_ones():
    """Room goes to what saves the most waiting for its bytes."""
    tier, _ = make(100_000)
    tier.put("dear", Item(1000, cost_s=30.0))
    for n in range(20):
        tier.put(f"cheap {n}", Item(20_000, cost_s=0.1))

    assert tier.get("dear") is not None


def test_what_is_asked_for_outlives_what_is_not():
    """Of items alike, those with hits stay."""
    tier, _ = make(100_000)
    for name in ("asked", "ignored"):
        tier.put(name, Item(30_000))
    tier.get("asked")
    tier.put("new", Item(30_000))
    tier.put("newer", Item(30_000))

    assert tier.get("asked") is not None
    assert tier.get("ignored") is None


def test_old_favourites_age():
    """Many hits long ago do not keep an item for ever."""
    tier, _ = make(100_000)
    tier.put("favourite", Item(30_000))
    for _ in range(5):
        tier.get("favourite")
    for n in range(60):
        tier.put(f"n{n}", Item(30_000))

    assert tier.get("favourite") is None


def test_an_item_larger_than_the_limit_is_not_kept():
    """It pushes nothing out, and the earlier item of its key is gone: it is out of date."""
    tier, dropped = make(10_000)
    tier.put("a", Item(100))
    tier.put("b", Item(100))
    tier.put("a", Item(20_000))

    assert ["b"] == [key for key, _ in tier.items()]
    assert [] == dropped


def test_the_limit_and_the_count_hold_under_threads():
    """Eight threads put, get and discard; the books balance."""
    tier, _ = make(200_000)

    def work(seed):
        rng = random.Random(seed)
        for _ in range(500):
            key = f"k{rng.randrange(30)}"
            tier.put(key, Item(rng.randrange(20_000)))
            tier.get(key)
            if rng.random() < 0.2:
                tier.discard(key)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 200_000 >= tier.size_bytes
    expected = sum(item.size_bytes for _, item in tier.items())
    tier_overhead = tier.size_bytes - expected
    assert 0 == tier_overhead % max(len(tier), 1)
    tier.clear()
    assert 0 == tier.size_bytes


_GROWTH = """
import gc, json, sys
from pathlib import Path
import pandas as pd
from aibrain_jupyter.cache.codec.sealed import seal
from aibrain_jupyter.cache.entries import About, Kept
from aibrain_jupyter.cache.freshness import Birth
from aibrain_jupyter.cache.memory import MemoryCache

def resident():
    status = Path("/proc/self/status").read_text()
    # What the system has moved out meanwhile is the process's, too.
    sizes = [status.partition(name)[2].split()[0] for name in ("VmRSS:", "VmSwap:")]
    return sum(map(int, sizes)) * 1024

def frame(number):
    columns = {}
    for name in range(int(sys.argv[1])):
        columns[f"a{name}"] = pd.Series([f"text {number} {row}" for row in range(3)], dtype="str")
        columns[f"b{name}"] = pd.Series([number] * 3, dtype="Int64")
        columns[f"c{name}"] = [{"key": f"value {number}"}] * 3
    return pd.DataFrame(columns)

tier = MemoryCache(1 << 40, on_evict=print)
seal(frame(0))
gc.collect()
before = resident()
for number in range(2000):
    about = About({"tool": "x"}, Birth(0.0, 0.0), meta={"operations": {"iam:ListUsers": 1}})
    tier.put(f"{number:064x}", Kept(about, seal(frame(number))))
gc.collect()
print(json.dumps([tier.size_bytes, resident() - before]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads the process's memory")
@pytest.mark.parametrize("columns", [1, 5], ids=["narrow", "wide"])
def test_small_frames_count_for_what_they_take(columns):
    """Thousands of small results are counted as the memory by which the process grows."""
    done = subprocess.run(
        [sys.executable, "-c", _GROWTH, str(columns)], capture_output=True, text=True, check=True
    )
    counted, grown = json.loads(done.stdout)
    print(counted / grown)

    assert 0.75 < counted / grown < 1.6
