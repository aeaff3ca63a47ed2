"""No row under another account's name, and no entry for another identity: every way we know of."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole
from aibrain_jupyter.aws.accounts.caller_identity import identity_of

from .mix_ups import keys_handed_out, roles_and_sign_in, shared_fetches  # noqa: F401 - the ways
from .mix_ups.ways import ROLE, WAYS
from .mixed_world import A, World, audit, session, user


@pytest.fixture
def world(aws_replies, tmp_path, monkeypatch):
    """Two accounts, and keys of both."""
    return World(aws_replies, tmp_path, monkeypatch)


@pytest.mark.parametrize("mix_up", WAYS, ids=lambda way: way.__name__)
def test_no_way_mixes_identities(world, mix_up):
    """Each way ends in a gap or in rows of the right account, and nobody else is served them."""
    mix_up(world)
    audit(world)


def test_there_are_ways_enough():
    """The list above is the one the README of the product may point to: 30 ways and more."""
    assert len(WAYS) >= 30


def test_thirty_two_threads_ask_once(world):
    """A new key is asked about by one thread; the others wait for its answer."""
    kernel, profile = world.kernel(), world.process(world.key(session(A)))
    target = kernel.plan(profile)
    second = world.key(session(A))
    world.process(second)
    world.delay_s = 0.3
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda _: kernel.call(target, uses_cache=False), range(32)))

    assert {second} == {key for _, keys in found for key in keys}
    assert 1 == world.asked[second]


def test_no_key_is_kept_in_clear(world):
    """Neither file names nor contents of the cache tell an access key id."""
    key = world.key(session(A))
    world.environment(key)
    identity = identity_of("", clients=world.kernel().pool)
    world.kernel().run()
    files = [path for path in (world.folder / "cache").rglob("*") if path.is_file()]

    assert key not in identity.cached_as
    assert identity.rights
    kept = b"".join(path.read_bytes() for path in files if path.suffix != ".lock")
    rows = kept.count(f"{A}-{key}-".encode())  # the users of this world have the key in their names

    assert key not in " ".join(map(str, files))
    assert rows == kept.count(key.encode())


def test_thirty_two_first_uses_ask_once_and_get_that_identity(world):
    """Whoever asks first whose a key is asks for all, and all are told the same."""
    key = world.key(session(A))
    world.environment(key)
    world.delay_s = 0.3
    pool, together = world.kernel().pool, threading.Barrier(32)

    def first_use(_):
        together.wait()
        return identity_of("", clients=pool)

    with ThreadPoolExecutor(32) as threads:
        found = list(threads.map(first_use, range(32)))

    assert {A} == {identity.account for identity in found}
    assert 1 == len({identity.cached_as for identity in found})
    assert {key: 1} == world.asked


def test_a_role_session_opened_outside_a_call_is_asked_about(world):
    """Who opens a client by hand gets the role's keys, and the next plan knows whose they are."""
    world.environment(world.key(user(A), prefix="AKIA"))
    world.roles[ROLE] = first = world.key(session(A))
    kernel = world.kernel()
    name = kernel.pool.add_role(AssumedRole(ROLE))
    kernel.pool.client("iam", profile=name).list_users()
    assert first == world.seen[-1]

    assert ("live", [first, first]) == kernel.run(name)
    assert 1 == world.asked[first]
    audit(world)
