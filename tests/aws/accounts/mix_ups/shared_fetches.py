"""Ways in which what is fetched behind, or for several at once, is another identity's."""

from __future__ import annotations

import time

from aibrain_jupyter.aws.accounts.regions import enabled_regions

from ..mixed_world import A, B, session, user
from .ways import LIVE, ends_in_a_gap, way


@way
def regions_are_not_kept_for_another(w):
    """The list of regions is signed by B when A's is asked for."""
    kernel, profile = w.kernel(), w.process(w.key(session(A)))
    target = kernel.plan(profile)
    w.process(w.key(session(B)))
    ends_in_a_gap(enabled_regions, target, clients=kernel.pool, cache=kernel.cache)
    w.process(w.key(session(A)))
    found = enabled_regions(target, clients=kernel.pool, cache=kernel.cache)
    assert ("eu-west-1",) == found.names


@way
def a_refresh_behind_comes_from_another(w):
    """A stale answer is served and refreshed behind, after the keys became B's."""
    key = w.key(user(A))
    kernel, profile = w.kernel(), w.process(key)
    target = kernel.plan(profile)
    kernel.call(target)
    w.process(w.key(user(B)))
    assert [key, key] == kernel.call(target, ttl=0.0, stale=1e9)[1]
    _until(lambda: not kernel.cache.refresher.pending)
    assert [key, key] == kernel.call(target, only_cached=True, ttl=1e9)[1]
    assert "become another's" in str(kernel.cache.refresher.last_failure)


@way
def a_refresh_behind_has_other_rights(w):
    """The same user's next temporary keys: the older result stays as it was."""
    key = w.key(user(A))
    kernel, profile = w.kernel(), w.process(key)
    target = kernel.plan(profile)
    kernel.call(target)
    w.process(w.key(user(A)))
    kernel.call(target, ttl=0.0, stale=1e9)
    _until(lambda: not kernel.cache.refresher.pending)
    assert [key, key] == kernel.call(target, only_cached=True, ttl=1e9)[1]


@way
def a_single_flight_of_another_identity(w):
    """B does not wait for A's fetch of the same thing, nor gets what came of it."""
    from concurrent.futures import ThreadPoolExecutor

    kernels = [w.kernel(), w.kernel()]
    keys = [w.key(user(A), prefix="AKIA"), w.key(user(B), prefix="AKIA")]
    targets = [
        (kernel, kernel.plan(w.session_profile(kernel, key)))
        for kernel, key in zip(kernels, keys, strict=True)
    ]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: one[0].call(one[1]), targets * 4))
    assert [[key, key] for key in keys] * 4 == [signers for _, signers in found]


@way
def a_single_flight_whose_keys_change(w):
    """Who waits for a fetch that other rights finished asks for itself."""
    from concurrent.futures import ThreadPoolExecutor

    first, second = w.key(session(A)), w.key(session(A))
    kernel, profile = w.kernel(), w.process(first)
    target = kernel.plan(profile)
    w.at_page[0] = lambda: w.process(second)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kernel.call(target), range(4)))
    assert {LIVE} == {source for source, _ in found}
    assert 1 == w.asked[second]


def _until(is_so, seconds=60.0):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
