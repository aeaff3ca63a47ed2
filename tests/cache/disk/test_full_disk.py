"""A disk that has no room: nothing is lost, nothing is wrong, and the newest results still fit."""

from __future__ import annotations

import pytest

TOO_LARGE = """
    import resource, sys, warnings
    from pathlib import Path
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager

    cache = AdvancedCacheManager(directory=Path(sys.argv[1]))
    cache.set("small", 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        cache.set("large", "x" * 100_000)
        cache.set("large too", "x" * 100_000)
    assert 1 == len(seen), seen
    assert "kept in memory only" in str(seen[0].message)
    assert 100_000 == len(cache.get("large"))
    cache.set("small too", 2)
"""

# A disk of 3 MB in this process only: a mount namespace of its own, which needs root or user
# namespaces. Where neither is to be had the test is skipped, which our CI does not let pass.
OWN_DISK = """
    import ctypes, os, sys
    from pathlib import Path

    libc = ctypes.CDLL(None, use_errno=True)
    CLONE_NEWNS, CLONE_NEWUSER, MS_REC, MS_PRIVATE = 0x20000, 0x10000000, 16384, 1 << 18
    flags = CLONE_NEWNS if os.getuid() == 0 else CLONE_NEWNS | CLONE_NEWUSER
    place = Path(sys.argv[1])
    place.mkdir()
    place.chmod(0o700)
    has_disk = (
        libc.unshare(flags) == 0
        and libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) == 0
        and libc.mount(b"tmpfs", bytes(place), b"tmpfs", 0, b"size=3m,mode=0700") == 0
    )
"""
FULL = (
    OWN_DISK
    + """
    import warnings
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager, CacheWarning

    if not has_disk:
        print("no disk")
        sys.exit()
    cache = AdvancedCacheManager(directory=place / "cache")
    with warnings.catch_warnings():
        warnings.simplefilter("error", CacheWarning)
        for n in range(100):
            cache.set(f"k{n}", [n, str(n % 10) * 100_000])
    new = AdvancedCacheManager(directory=place / "cache")
    kept = [n for n in range(100) if (found := new.get(f"k{n}")) is not None]
    assert all([n, str(n % 10) * 100_000] == new.get(f"k{n}") for n in kept)
    assert 99 in kept and 5 < len(kept) < 40, kept
    assert cache.get_advanced_stats()["evictions"] > 50
    assert [] == list(place.rglob("*.tmp"))

    # What the whole disk could not hold pushes nothing out.
    before = cache.get_advanced_stats()["disk_entries"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheWarning)
        cache.set("too large", "x" * 4_000_000)
    assert before == cache.get_advanced_stats()["disk_entries"]

    # Somebody else takes all the room, and nothing of ours is left to give up.
    new.clear()
    with open(place / "other", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for n in range(3):
            new.set(f"full {n}", "x" * 100_000)
    assert 1 == len([w for w in seen if w.category is CacheWarning]), seen
    assert 100_000 == len(new.get("full 2"))
    assert [] == list(place.rglob("*.tmp"))
    (place / "other").unlink()
    new.set("again", 1)
    assert 1 == AdvancedCacheManager(directory=place / "cache").get("again")
    print("full disk survived")
"""
)


def test_what_is_too_large_stays_in_memory(open_cache, folder, run_python):
    """What cannot be written stays in memory, without a temporary file; small results still fit."""
    run_python(TOO_LARGE, folder)

    reopened = open_cache()
    assert [1, 2] == [reopened.get("small"), reopened.get("small too")]
    assert reopened.get("large") is None
    assert [] == list(folder.rglob("*.tmp"))


def test_a_full_disk_loses_nothing(run_python, tmp_path):
    """Old entries make room; when there are none, memory goes on with one warning."""
    said = run_python(FULL, tmp_path / "disk").stdout.strip()

    if said == "no disk":
        pytest.skip("this system gives a process no small disk of its own")
    assert "full disk survived" == said
