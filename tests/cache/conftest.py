"""Caches in folders of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time

import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheKey


@pytest.fixture
def folder(tmp_path):
    """The folder of the cache under test."""
    return tmp_path / "cache"


@pytest.fixture
def open_cache(folder):
    """Open the cache anew, as a restarted kernel does."""

    def open_it(**options):
        return AdvancedCacheManager(directory=folder, **options)

    return open_it


@pytest.fixture
def cache(open_cache):
    return open_cache()


@pytest.fixture
def key():
    return CacheKey(
        tool="aws_export", version="1", account="123456789012", region="eu-west-1", service="iam"
    )


@pytest.fixture
def entry_file(folder):
    """Return the file of the only entry on disk."""

    def find():
        (path,) = folder.rglob("*.aib")
        return path

    return find


@pytest.fixture
def run_python():
    """Run a script in a process of its own; its folders come through the environment."""

    def run(script, *arguments, check=True):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check:
            assert 0 == done.returncode, done.stderr
        return done

    return run


@pytest.fixture
def eventually():
    """Wait for what happens in the background."""

    def wait(is_so, seconds=90):
        end = time.monotonic() + seconds
        while not (found := is_so()) and time.monotonic() < end:
            time.sleep(0.02)
        return found

    return wait
