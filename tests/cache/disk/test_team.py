"""A team's cache: one publishes, many read, nobody else can plant anything."""

from __future__ import annotations

import os
import shutil
import warnings

import pandas as pd
import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheKey, CacheWarning
from aibrain_jupyter.cache.selection import Selection
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import CacheError

KEY = CacheKey(tool="iam_users", account="123456789012", identity="arn:aws:iam::1:role/Audit")
OTHER = CacheKey(tool="s3_buckets", account="123456789012")
FRAME = pd.DataFrame({"user": ["ana"], "tags": [{"a": "b"}]})


@pytest.fixture
def shelf(cache, tmp_path):
    """A published folder and its key file; two entries, one of them published."""
    cache.store(KEY, FRAME, meta={"notes": []}, ttl=3600)
    cache.store(OTHER, [1], meta={}, ttl=3600)
    place = (tmp_path / "team", tmp_path / "team.key")
    assert 1 == cache.publish(*place, Selection(tool="iam_users"))
    return place


@pytest.fixture
def reader(tmp_path, monkeypatch, shelf):
    """Open a cache as another user of the team: a folder and a key of their own."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "reader-data"))

    def open_it():
        return AdvancedCacheManager(directory=tmp_path / "reader", team=shelf)

    return open_it


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*.aib")}


def test_a_reader_finds_what_was_published(reader, shelf):
    """From the team's folder first, then from memory; the collection keeps its time."""
    cache = reader()

    found = [cache.look_up(KEY, max_age=60) for _ in range(2)]

    assert ["team", "memory"] == [entry.source for entry in found]
    assert all(FRAME.equals(entry.value) for entry in found)
    assert cache.look_up(OTHER, max_age=60) is None
    assert 1 == cache.get_advanced_stats()["team_hits"]


def test_a_reader_changes_nothing(reader, shelf):
    """Storing, clearing and reading a damaged entry leave the folder as it was."""
    before = files(shelf[0])
    cache = reader()
    cache.look_up(KEY, max_age=60)
    cache.store(KEY, "own", meta={}, ttl=60)
    cache.clear()

    assert before == files(shelf[0])
    assert "team" == cache.look_up(KEY, max_age=60).source


def test_another_identity_finds_nothing(reader):
    """A team shares what a shared role collected, and nothing else."""
    other = CacheKey(tool="iam_users", account="123456789012", identity="arn:aws:iam::1:role/Dev")

    assert reader().look_up(other, max_age=60) is None


@pytest.mark.parametrize("how", ["flip", "swap key", "own entry"])
def test_what_was_not_published_is_refused(reader, shelf, cache, folder, how):
    """A flipped bit, another team's key, an entry signed by a user: a miss with one warning."""
    (path,) = shelf[0].rglob("*.aib")
    if how == "flip":
        data = bytearray(path.read_bytes())
        data[-70] ^= 1
        path.write_bytes(data)
    elif how == "swap key":
        shelf[1].write_bytes(os.urandom(32))
    else:
        own = next(p for p in folder.rglob("*.aib") if p.name == path.name)
        path.write_bytes(own.read_bytes())

    with pytest.warns(CacheWarning, match="could not be used") as seen:
        assert reader().look_up(KEY, max_age=60) is None

    assert 1 == len(seen)
    assert path.exists()


def _make_a_folder_of_the_key(place):
    # The owner of all files can read a file without a right to it, but no folder.
    place[1].unlink()
    place[1].mkdir(mode=0o700)


def _make_a_file_of_the_folder(place):
    shutil.rmtree(place[0])
    place[0].write_text("")
    place[0].chmod(0o644)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda place: place[0].chmod(0o777), "chmod go-w"),
        (lambda place: place[1].chmod(0o666), "chmod 640"),
        (lambda place: place[1].unlink(), "cannot be used"),
        (lambda place: place[1].write_bytes(b"short"), "damaged"),
        (_make_a_folder_of_the_key, "cannot be used"),
        (lambda place: (place[0] / "iam_users").chmod(0o777), "chmod go-w"),
        (lambda place: (place[0] / "iam_users").chmod(0o775), "chmod go-w"),
        (_make_a_file_of_the_folder, "cannot be used"),
    ],
    ids=[
        *("folder for all", "key for all", "no key", "short key", "unreadable key"),
        *("tool's folder for all", "tool's folder for the group", "no folder"),
    ],
)
def test_a_team_folder_that_is_not_safe_is_left_out(reader, shelf, spoil, said):
    """One warning says what to do; the user's own cache goes on."""
    spoil(shelf)

    with pytest.warns(CacheWarning, match=said) as seen:
        cache = reader()
    assert 1 == len(seen)
    assert cache.look_up(KEY, max_age=60) is None
    cache.set("k", 1)
    assert 1 == cache.get("k")


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_folder_below_that_others_can_write_to_is_left_out(reader, shelf, when):
    """Found when an entry is read: a miss, one warning, and nothing is read from there again."""
    cache = reader() if when == "meanwhile" else None
    (shelf[0] / "iam_users" / "123456789012").chmod(0o777)
    cache = cache or reader()

    with pytest.warns(CacheWarning, match="chmod go-w") as seen:
        found = [cache.look_up(KEY, max_age=60) for _ in range(2)]

    assert [None, None] == found
    assert 1 == len(seen)


def test_a_key_that_cannot_be_read_publishes_nothing(cache, shelf):
    """The publisher is told what is wrong."""
    _make_a_folder_of_the_key(shelf)

    with pytest.raises(CacheError, match="key file"):
        cache.publish(*shelf)


def test_the_published_folder_is_for_all_to_read(shelf):
    """And for nobody else to write; the key is the publisher's to give."""
    assert {0o755} == {
        p.stat().st_mode & 0o777 for p in [shelf[0], *shelf[0].rglob("*")] if p.is_dir()
    }
    assert {0o644} == {p.stat().st_mode & 0o777 for p in shelf[0].rglob("*.aib")}
    assert 0o600 == shelf[1].stat().st_mode & 0o777


def test_it_is_used_only_where_both_are_named(shelf, tmp_path):
    """The settings name folder and key file; without them there is no team."""
    from aibrain_jupyter.advanced_cache import get_cache_manager

    settings = get_settings()
    try:
        settings.set("cache_dir", str(tmp_path / "mine"), "test")
        assert get_cache_manager().look_up(KEY, max_age=60) is None
        settings.set("team_cache_dir", str(shelf[0]), "test")
        settings.set("team_key_file", str(shelf[1]), "test")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert "team" == get_cache_manager().look_up(KEY, max_age=60).source
    finally:
        for name in ("cache_dir", "team_cache_dir", "team_key_file"):
            settings.unset(name)
