"""
Clients shared by all workers: one per identity and place, whoever the provider is.

`ClientPool` knows no provider. One derives from it and says how a client is made and what names
it; the pool makes each once under many threads, keeps so many, lets the ones go that nobody asked
for longest, and closes them. Creation is serialised within one source of credentials (an SDK's
session is rarely safe to share while it makes clients) and goes on side by side for several; taking
a client that exists waits for nobody.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import ToolLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

MOST_CLIENTS: Final = 256
"""Clients that are kept. A call holds its own, so one that is let go works on until it ends."""


class ClientPool:
    """
    Makes and keeps clients. Safe to use from any thread.

    Args:
        most: How many clients are kept.
    """

    def __init__(self, *, most: int = MOST_CLIENTS) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Hashable, Hashable], Any] = OrderedDict()
        self._makers: dict[Hashable, threading.RLock] = {}
        self._lock = threading.Lock()
        self._hits = 0
        self._created = 0
        self._let_go = 0

    def client(self, service: str, *args: Any, **where: Any) -> Any:
        """
        Return the client of a service, the same one to everybody.

        Raises:
            ToolLoadError: this pool has no provider that could make one.
        """
        raise _no_provider()

    def shared(self, source: Hashable, what: Hashable, make: Callable[[], Any]) -> Any:
        """
        Return the client `what` of a source; made by `make` if there is none yet, once.

        Args:
            source: Whose credentials it has: clients of one source are made one after the other.

            what: Which one of the source it is.

            make: Makes it. What it raises is raised here, and nothing is kept.
        """
        key = (source, what)
        if (found := self._find(key)) is not None:
            return found
        with self._maker_of(source):
            if (found := self._find(key)) is not None:
                return found
            made = make()
            with self._lock:
                self._created += 1
                if self.is_worth_keeping(made):
                    self._kept[key] = made
                surplus = [self._pop_oldest() for _ in range(len(self._kept) - self._most)]
        for client in surplus:
            self.close(client)
        return made

    def is_worth_keeping(self, client: Any) -> bool:
        """Tell whether a client that was made may serve others, too."""
        return True

    def close(self, client: Any) -> None:
        """Give back what a client holds (connections)."""
        with contextlib.suppress(AttributeError):
            client.close()

    def let_go(self, source: Hashable = None) -> None:
        """Let the clients of a source go, of all without one."""
        with self._lock:
            keys = [key for key in self._kept if source is None or key[0] == source]
            gone = [self._kept.pop(key) for key in keys]
            self._let_go += len(gone)
            for one in {key[0] for key in keys}:
                self._makers.pop(one, None)
        # A call that is under way with one goes on: the SDK then opens a connection of its own.
        for client in gone:
            self.close(client)

    def stats(self) -> dict[str, int]:
        """Return ``clients`` held now, ``created``, ``hits`` and ``let_go`` so far."""
        with self._lock:
            return {
                "clients": len({id(client) for client in self._kept.values()}),
                "created": self._created,
                "hits": self._hits,
                "let_go": self._let_go,
            }

    def __repr__(self) -> str:
        figures = ", ".join(f"{name}={value}" for name, value in self.stats().items())
        return f"<{type(self).__name__} {figures}>"

    def _find(self, key: tuple[Hashable, Hashable]) -> Any:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                self._hits += 1
            return found

    def _maker_of(self, source: Hashable) -> threading.RLock:
        with self._lock:
            return self._makers.setdefault(source, threading.RLock())

    def _pop_oldest(self) -> Any:
        self._let_go += 1
        return self._kept.popitem(last=False)[1]


_POOLS: dict[str, ClientPool] = {}


def register_pool(provider: str, pool: ClientPool) -> None:
    """Make the pool of a provider known by its name."""
    _POOLS[provider] = pool


def get_client_pool(provider: str = "") -> ClientPool:
    """
    Return the pool of a provider; without a name, of the only one there is.

    Raises:
        ToolLoadError: no such provider has registered a pool in this process.
    """
    if not provider and len(_POOLS) == 1:
        return next(iter(_POOLS.values()))
    if provider not in _POOLS:
        raise _no_provider()
    return _POOLS[provider]


def _no_provider() -> ToolLoadError:
    known = ", ".join(sorted(_POOLS)) or "none"
    return ToolLoadError(
        "No provider has registered how its clients are made.",
        why=f"Registered in this process: {known}.",
        next_steps=["Import the provider first; its tools do that by themselves."],
    )
