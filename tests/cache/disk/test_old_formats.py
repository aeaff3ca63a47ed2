"""Caches that older versions wrote, kept as they were: misses without a word, counts carried on."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheKey
from aibrain_jupyter.cache.disk.entry_file import FORMAT
from aibrain_jupyter.shared.config import user_dir

SAMPLES = sorted((Path(__file__).parents[2] / "data").glob("cache-format-*"))
FRAME = CacheKey(tool="aws_export", account="123456789012", region="global", service="iam")


@pytest.fixture(params=SAMPLES, ids=lambda path: path.name)
def old(request, tmp_path):
    """A copy of an old cache, with the key it was signed with."""
    folder = tmp_path / "old"
    shutil.copytree(request.param / "cache", folder)
    shutil.copytree(request.param / "data", user_dir("data"))
    for path in (folder, *folder.rglob("*"), user_dir("data"), *user_dir("data").iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)  # git keeps no modes
    return folder


def test_there_are_samples():
    """Every format there has been is kept."""
    assert [f"cache-format-{number}" for number in range(1, FORMAT + 1)] == [
        path.name for path in SAMPLES
    ]


def test_an_old_cache_gives_its_values_or_nothing(old):
    """Never an exception, a warning or another value; new results take the place of the old."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache = AdvancedCacheManager(directory=old)
        found = cache.look_up(FRAME, max_age=10**10)
        records = cache.get("records")
        cache.entries()
        cache.invalidate(tool="nothing")

        is_own_format = _format_of(old) == FORMAT
        assert (is_own_format, is_own_format) == (found is not None, records is not None)
        if found is not None:
            assert ["ana", "bob"] == found.value["user_name"].tolist()
            assert [{"Team": "red"}, {}] == found.value["tags"].tolist()
            assert {"Users": [{"Name": "ana"}]} == records
        cache.store(FRAME, pd.DataFrame({"a": [1]}), meta={}, ttl=60)
        again = AdvancedCacheManager(directory=old).look_up(FRAME, max_age=60)
    assert [1] == again.value["a"].tolist()


def test_old_counts_go_on(old):
    """What older versions counted is in the statistics, once, also after new counts."""
    cache = AdvancedCacheManager(directory=old)
    before = cache.get_advanced_stats()
    cache.set("k", 1)
    cache.get("k")
    after = AdvancedCacheManager(directory=old).get_advanced_stats()

    assert (2, 1, 1) == tuple(before[name] for name in ("stores", "memory_hits", "misses"))
    cache.get_advanced_stats()
    again = AdvancedCacheManager(directory=old).get_advanced_stats()
    assert (3, 2, 1) == tuple(again[name] for name in ("stores", "memory_hits", "misses"))
    assert after["misses"] == 1


def _format_of(folder):
    file = next(iter(folder.rglob("*.aib")), None)
    return None if file is None else file.read_bytes()[7]
