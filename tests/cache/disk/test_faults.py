"""Damage, foreign hands and a disk that fails: a miss and one warning, never a wrong answer."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.advanced_cache import CacheKey, CacheWarning
from aibrain_jupyter.cache.disk import entry_file as files
from aibrain_jupyter.cache.disk.signing import load_user_key
from aibrain_jupyter.shared.config import user_dir

VALUE = {"Users": [{"Name": f"user-{n}", "Tags": ["a", n]} for n in range(20)]}


@pytest.fixture
def stored(cache, key, entry_file):
    """One entry on disk; returns its file."""
    cache.store(key, VALUE, meta={"m": 1}, ttl=3600)
    return entry_file()


def assert_miss_with_one_warning(open_cache, key, stored, match="could not be used"):
    reopened = open_cache()
    with pytest.warns(CacheWarning, match=match) as seen:
        assert reopened.look_up(key, max_age=60) is None
    assert 1 == len(seen)
    assert 1 == reopened.get_advanced_stats()["corrupt"]
    assert not stored.exists()


@pytest.mark.filterwarnings("ignore::aibrain_jupyter.advanced_cache.CacheWarning")
def test_every_flipped_bit_is_noticed(open_cache, key, stored):
    """400 single bit flips anywhere in the file give 400 misses."""
    whole = stored.read_bytes()
    store = open_cache().memory.store_backend
    rng = random.Random(0)
    wrong = []

    for bit in rng.sample(range(len(whole) * 8), 400):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        stored.write_bytes(flipped)
        if store.contains_item(key.call_id):
            wrong.append(bit)

    assert [] == wrong
    stored.write_bytes(whole)
    assert store.contains_item(key.call_id)


@pytest.mark.parametrize("length", [0, 1, 43, 44, 45, 200, -64, -1])
def test_a_cut_file_is_a_miss(open_cache, key, stored, length):
    """A file cut anywhere, and an empty one, is not used."""
    whole = stored.read_bytes()
    stored.write_bytes(whole[:length])

    assert_miss_with_one_warning(open_cache, key, stored)


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data + b"x", lambda data: b"\x00" * len(data), lambda data: data[:8] * 9],
    ids=["longer", "zeros", "garbage"],
)
def test_a_spoiled_file_is_a_miss(open_cache, key, stored, spoil):
    """A file that is longer than it was, or something else altogether, is not used."""
    stored.write_bytes(spoil(stored.read_bytes()))

    assert_miss_with_one_warning(open_cache, key, stored)


class Bomb:
    """A pickle that leaves a trace when it is loaded."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (os.mkdir, (str(self.trace),))


def test_a_planted_pickle_is_not_executed(open_cache, key, stored, tmp_path):
    """A pickle in the place of an entry, and as joblib's own result file, is never loaded."""
    trace = tmp_path / "executed"
    bomb = pickle.dumps(Bomb(trace))
    stored.write_bytes(bomb)
    (stored.parent / stored.stem).mkdir()
    (stored.parent / stored.stem / "output.pkl").write_bytes(bomb)

    assert_miss_with_one_warning(open_cache, key, stored)

    assert not trace.exists()


def test_two_swapped_entries_are_refused(open_cache, cache, key, folder):
    """Each is whole and ours, but belongs to another call."""
    other = CacheKey(tool="aws_export", account="999999999999", service="iam")
    cache.store(key, "mine", meta={}, ttl=60)
    cache.store(other, "other", meta={}, ttl=60)
    one, two = sorted(folder.rglob("*.aib"))
    data = one.read_bytes()
    shutil.copy(two, one)
    two.write_bytes(data)
    reopened = open_cache()

    with pytest.warns(CacheWarning, match="belongs to another call") as seen:
        found = [reopened.look_up(swapped, max_age=60) for swapped in (key, other)]

    assert [None, None] == found
    assert 1 == len(seen)


def test_a_foreign_cache_is_a_miss(open_cache, key, stored):
    """Entries written with another user's key are not used."""
    (user_dir("data") / "cache.key").write_bytes(b"x" * 32)

    assert_miss_with_one_warning(open_cache, key, stored)


def test_an_old_format_is_a_silent_miss(open_cache, key, stored):
    """An entry of an older version of the package is removed without a warning."""
    whole = stored.read_bytes()
    stored.write_bytes(b"AIBRAIN\x00" + whole[8:])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_cache().look_up(key, max_age=60) is None

    assert not stored.exists()


def test_an_entry_of_another_pandas_is_a_silent_miss(open_cache, cache, key, entry_file):
    """Dtypes differ between major versions, so the frame is fetched again."""
    cache.store(key, pd.DataFrame({"a": [1]}), meta={}, ttl=60)
    data = entry_file().read_bytes()
    kept = files.unpack(key.call_id, data, load_user_key(), used=time.time())
    kept.sealed.spec["pandas"] = "1"
    entry_file().write_bytes(files.pack(key.call_id, kept.about, kept.sealed, load_user_key())[0])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_cache().look_up(key, max_age=60) is None


def test_files_are_private(cache, key, folder):
    """Folders have mode 0700 and files 0600, whatever the umask."""
    before = os.umask(0)
    try:
        cache.store(key, VALUE, meta={}, ttl=60)
        cache.memory.cache(sorted)([2, 1])
        cache.get_advanced_stats()
    finally:
        os.umask(before)

    paths = [folder, *folder.rglob("*"), user_dir("data"), *user_dir("data").rglob("*")]
    modes = {path.stat().st_mode & 0o777 for path in paths if path.is_file()}
    assert {0o600} == modes
    assert {0o700} == {path.stat().st_mode & 0o777 for path in paths if path.is_dir()}


def test_no_parameter_is_on_disk(cache, folder):
    """Neither our entries nor joblib's notes hold an argument in clear."""
    cache.store(CacheKey(tool="t", params={"path": "needle"}), 1, meta={}, ttl=60)

    def source(path):
        return len(path)

    cache.memory.cache(source)("needle")

    assert [] == [p for p in folder.rglob("*") if p.is_file() and b"needle" in p.read_bytes()]


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_others_can_write_to_is_refused(open_cache, key, folder, mode):
    """Memory goes on, nothing is written there, and one warning says what to do."""
    folder.mkdir()
    folder.chmod(mode)

    assert_memory_only(open_cache(), key, match="chmod 700")

    assert [] == list(folder.iterdir())


def test_a_folder_of_somebody_else_is_refused(open_cache, key, folder):
    """A folder another user owns is not used, even if it can be written."""
    if os.getuid() == 0:
        folder.mkdir(mode=0o700)
        os.chown(folder, 12345, 12345)
    else:
        # Only root can give a folder away, but the system has some that are root's.
        folder.symlink_to("/usr", target_is_directory=True)

    assert_memory_only(open_cache(), key, match="belongs to another user", is_empty=False)


def test_a_path_that_cannot_be_a_folder_is_refused(open_cache, key, folder):
    """A file where the folder should be means memory only."""
    folder.write_text("in the way")

    assert_memory_only(open_cache(), key, match="cannot be used")


def test_a_key_others_can_read_is_refused(open_cache, key):
    """Whoever has the key could plant values."""
    open_cache().set("k", 1)
    (user_dir("data") / "cache.key").chmod(0o644)

    assert_memory_only(open_cache(), key, match="chmod 600")


def store_twice(cache, key, value):
    for _ in range(2):
        cache.store(key, value, meta={}, ttl=60)


def test_a_pipe_in_the_place_of_an_entry_holds_nobody_up(cache, open_cache, key, entry_file):
    """It is noticed like any other damage, and the list leaves it out."""
    cache.store(key, 1, meta={}, ttl=60)
    path = entry_file()
    path.unlink()
    os.mkfifo(path)

    assert 0 == len(open_cache().entries())
    with pytest.warns(CacheWarning, match="could not be used"):
        assert open_cache().look_up(key, max_age=60) is None
    assert not path.exists()


def assert_memory_only(cache, key, match, is_empty=True):
    with pytest.warns(CacheWarning, match=match) as seen:
        store_twice(cache, key, VALUE)
    assert 1 == len(seen)
    assert "memory" == cache.look_up(key, max_age=60).source
    assert not cache.get_advanced_stats()["disk_enabled"]
    assert 1 == len(cache.entries())
    assert cache.memory is None


# Imports everything while it may still read the installation.
BECOME_NOBODY = """
    import os, sys, pandas
    from pathlib import Path
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager

    warm = AdvancedCacheManager(directory=Path(sys.argv[3]))
    warm.set("k", 1)
    warm.entries(), warm.get_advanced_stats()
    os.environ["AIBRAIN_DATA_DIR"] = f"{sys.argv[2]}/data"
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
"""
READ_ONLY = """
    import os, sys, warnings
    from pathlib import Path
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager

    folder = Path(sys.argv[1])
    first = AdvancedCacheManager(directory=folder)
    first.set("k", "old")
    first.get_advanced_stats()
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    cache = AdvancedCacheManager(directory=folder)
    assert "old" == cache.get("k")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        cache.set("new", 1)
        cache.set("newer", 2)
    assert 1 == len(seen), seen
    assert 1 == cache.get("new")
    assert 1 == cache.get_advanced_stats()["disk_entries"]
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700)
"""


def test_a_read_only_folder_still_answers(run_python, tmp_path):
    """Hits come from it; new results stay in memory, with one warning."""
    if os.getuid() == 0:
        # Root may write anywhere, so the script goes on as nobody, in a folder of nobody's.
        place = Path(tempfile.mkdtemp(prefix="aibrain-read-only-"))
        os.chown(place, 65534, 65534)
        try:
            run_python(BECOME_NOBODY + READ_ONLY, place / "cache", place, tmp_path)
        finally:
            shutil.rmtree(place)
    else:
        run_python(READ_ONLY, tmp_path / "cache")


def test_orphans_are_swept(open_cache, stored, eventually):
    """A temporary file that a killed writer left is removed after an hour, a new one is not."""
    old = stored.with_name("dead.aib.1-aa.tmp")
    young = stored.with_name("busy.aib.1-bb.tmp")
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 4000, time.time() - 4000))

    other = open_cache()
    other.set("k", 1)

    assert eventually(lambda: not old.exists())
    assert young.exists()


def test_a_broken_statistics_file_is_begun_anew(open_cache, cache, folder):
    """Counts are lost then, answers are not."""
    cache.set("k", 1)
    cache.get_advanced_stats()
    (folder / "statistics.sqlite").write_bytes(b"no database" * 100)
    reopened = open_cache()

    assert 1 == reopened.get("k")
    reopened.get_advanced_stats()
    assert 1 == open_cache().get("k")
    assert 0 < open_cache().get_advanced_stats()["disk_hits"]


def test_a_removed_folder_is_made_again(cache, open_cache, folder, key):
    """Somebody who deletes the cache folder under a running kernel does no harm."""
    cache.set("k", 1)
    shutil.rmtree(folder)

    cache.set("k", 2)

    assert 2 == open_cache().get("k")
    assert 2 == cache.get("k")
