"""The pool of clients, whoever the provider is: made once, bounded, let go, closed."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from aibrain_jupyter.shared.connection_pool import ClientPool, get_client_pool, register_pool
from aibrain_jupyter.shared.error_handler import ToolLoadError


class Client:
    """A client that knows whether it was closed."""

    def __init__(self, name):
        self.name, self.is_closed = name, False

    def close(self):
        self.is_closed = True


def test_many_threads_make_one_client():
    """However many ask at once, one is made, and all get it."""
    pool, barrier, made, found = ClientPool(), threading.Barrier(16), [], []

    def make():
        made.append(Client("a"))
        return made[-1]

    def ask():
        barrier.wait()
        found.append(pool.shared("source", "a", make))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(made)
    assert {id(made[0])} == set(map(id, found))


def test_another_source_is_another_client():
    """Two identities never share one."""
    pool = ClientPool()

    one = pool.shared("me", "a", lambda: Client("a"))
    other = pool.shared("you", "a", lambda: Client("a"))

    assert one is not other


def test_what_cannot_be_made_is_not_kept():
    """The error is the asker's; the next one tries again."""
    pool = ClientPool()
    with pytest.raises(ZeroDivisionError):
        pool.shared("source", "a", lambda: 1 / 0)

    assert "a" == pool.shared("source", "a", lambda: Client("a")).name


def test_it_keeps_so_many_and_closes_the_rest():
    """Those that nobody asked for longest go; one that is asked for again stays."""
    pool = ClientPool(most=3)
    made = [pool.shared("source", n, lambda n=n: Client(n)) for n in range(3)]
    pool.shared("source", 0, lambda: Client("new"))
    pool.shared("source", 3, lambda: Client(3))

    assert [False, True, False] == [client.is_closed for client in made]
    assert (3, 1) == (pool.stats()["clients"], pool.stats()["let_go"])
    assert made[0] is pool.shared("source", 0, lambda: Client("new"))


def test_letting_a_source_go_closes_its_clients():
    """New keys for one identity leave the others alone."""
    pool = ClientPool()
    mine, yours = (pool.shared(who, "a", lambda: Client("a")) for who in ("me", "you"))
    pool.let_go("me")

    assert (True, False) == (mine.is_closed, yours.is_closed)


def test_without_a_provider_it_says_so():
    """The founding names are there before anybody can make a client, and say what is missing."""
    code = (
        "from aibrain_jupyter.shared.connection_pool import ClientPool, get_client_pool\n"
        "for ask in (get_client_pool, lambda: ClientPool().client('iam')):\n"
        "    try: ask()\n"
        "    except Exception as exc: print(type(exc).__name__, exc.what)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    said = "ToolLoadError No provider has registered how its clients are made."
    assert [said, said] == done.stdout.splitlines()


def test_a_provider_registers_its_pool():
    """By its name; AWS's is there as soon as its clients are."""
    from aibrain_jupyter.aws.clients.pool import get_client_pool as aws_pool

    assert aws_pool() is get_client_pool("aws")
    mine = ClientPool()
    register_pool("test", mine)
    try:
        assert mine is get_client_pool("test")
        with pytest.raises(ToolLoadError):
            get_client_pool("nobody")
    finally:
        from aibrain_jupyter.shared import connection_pool

        del connection_pool._POOLS["test"]
