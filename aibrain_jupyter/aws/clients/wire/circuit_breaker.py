"""
A host that cannot be reached, or that refuses a key, is not asked four hundred times.

A request to a dead host takes seconds: the SDK tries ten times. When one has ended so, and nothing
came from that host since it began, its *circuit* is open: others end at once with the same
exception, and those that are being tried again give up. After a while one request is let through
as a trial; an answer, whatever it says, closes the circuit. A circuit is kept

- by host, which is service and region, for connections that are not made (whoever asks),
- by access key and host for sessions that have ended or keys that are not known: at the first
  answer that says so. Another key is another circuit, so signing in closes it. A new run begins
  with closed circuits.

What is refused is the host or the key: a refused, throttled or slow operation opens nothing.
"""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    SSLError,
)

from aibrain_jupyter.aws.clients.current_call import call_in_progress
from aibrain_jupyter.aws.clients.wire.clock import MAY_BE_CLOCK, Clocks

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

_NOT_MADE: Final = (
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    SSLError,
)
"""Exceptions of connections that were not made: nothing was asked, so no operation refused."""
_OF_KEYS: Final = frozenset({"expiredtoken", "invalidclienttokenid", "unrecognizedclient"})
"""Stems of codes that are about the key, whatever it was used for."""
_FIRST_WAIT_S: Final = 5.0
_LONGEST_WAIT_S: Final = 60.0
_BEGAN: Final = "aibrain_asked"
_AFTER_HOST: Final = re.compile(r"[/?#]")
NOT_ASKED: Final = "aibrain_not_asked"
"""The attribute of an exception of a request that was not sent."""


@dataclass(slots=True)
class _Circuit:
    """An open circuit: why, and until when nobody tries. `trial` is the thread that does."""

    failed: BaseException
    wait_s: float = _FIRST_WAIT_S
    until: float = 0.0
    trial: int = 0


class CircuitBreaker:
    """
    The open circuits of a process. Times are readings of `time.monotonic`.

    What may explain a refusal besides, the clock, is looked at in the same place: each request
    passes it once.
    """

    def __init__(self) -> None:
        self.clocks = Clocks()
        self._open: dict[Hashable, _Circuit] = {}
        self._answered: dict[str, float] = {}
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:
        """Have the requests of `client` end at once where a circuit is open."""
        events = client.meta.events
        service = client.meta.service_model.service_id.hyphenize()
        self.clocks.watch(client)
        events.register_last("before-call", self._before, unique_id="aibrain-circuit")
        # Before the SDK decides to try again.
        events.register_first(
            f"needs-retry.{service}", self._tried, unique_id="aibrain-circuit-tried"
        )
        events.register_first("after-call", self._after, unique_id="aibrain-circuit-answer")
        events.register_first("after-call-error", self._failed, unique_id="aibrain-circuit-error")

    def close_all(self) -> None:
        """Forget what failed: somebody has signed in, or mended the network."""
        with self._lock:
            self._open.clear()

    def _before(
        self, params: Mapping[str, Any], context: Any, request_signer: Any, model: Any, **_: Any
    ) -> None:
        # Each request has another address, so nothing that is made of one is worth keeping.
        host = _AFTER_HOST.split(str(params.get("url", "")).partition("//")[2], 1)[0]
        context[_BEGAN] = (host, time.monotonic())
        if not self._open:
            return
        keys: list[Hashable] = [host]
        # Renewing a key takes a request: only where there is a circuit of this host and some key.
        # Who is signed in (no call) is always asked: that finds out that somebody signed in.
        if call_in_progress() and any(
            isinstance(key, tuple) and key[1] == host for key in list(self._open)
        ):
            keys.append((_key_of(request_signer), host))
        for key in keys:
            if (circuit := self._refusing(key)) is not None:
                raise _again(circuit, model.name)

    def _refusing(self, key: Hashable) -> _Circuit | None:
        """Return the open circuit; None: there is none, or this request is its trial."""
        with self._lock:
            circuit, now = self._open.get(key), time.monotonic()
            if circuit is None or circuit.trial == threading.get_ident():
                return None
            if now < circuit.until or circuit.trial:
                return circuit
            circuit.trial = threading.get_ident()
            return None

    def _tried(
        self, response: Any, caught_exception: Any, request_dict: Mapping[str, Any], **_: Any
    ) -> float | None:
        error = response[1].get("Error") if response is not None else None
        if error and MAY_BE_CLOCK.match(str(error.get("Code"))):
            return self.clocks.measure(response, request_dict)
        if not self._open or not isinstance(caught_exception, _NOT_MADE):
            return None
        host, _began = request_dict["context"].get(_BEGAN, ("", 0.0))
        if self._refusing(host) is not None:
            raise caught_exception  # another request has found out: ten attempts are enough
        return None

    def _after(self, http_response: Any, parsed: Any, context: Any, model: Any, **_: Any) -> None:
        host, _began = context.get(_BEGAN, ("", 0.0))
        self._answered[host] = time.monotonic()
        code = str((parsed.get("Error") or {}).get("Code") or "") if http_response else ""
        signer = (context.get("signing") or {}).get("request_credentials")
        key: Hashable = (getattr(signer, "access_key", ""), host)
        if code and signer is not None and _is_of_key(code):
            self._open_circuit(key, ClientError(parsed, model.name))
            self._close(host)
        elif self._open:
            self._close(host, key)

    def _failed(self, exception: BaseException, context: Any, **_: Any) -> None:
        host, began = context.get(_BEGAN, ("", 0.0))
        if not host or getattr(exception, NOT_ASKED, None) is not None:
            return
        if isinstance(exception, _NOT_MADE) and self._answered.get(host, -1.0) < began:
            self._open_circuit(host, exception)
            return
        with self._lock:  # a trial that was cancelled or timed out has tried nothing
            for circuit in self._open.values():
                if circuit.trial == threading.get_ident():
                    circuit.trial = 0

    def _open_circuit(self, key: Hashable, exception: BaseException) -> None:
        with self._lock:
            before, now = self._open.get(key), time.monotonic()
            if before is not None and before.trial != threading.get_ident():
                return  # of those that began together the first counts
            wait_s = min(before.wait_s * 2, _LONGEST_WAIT_S) if before else _FIRST_WAIT_S
            self._open[key] = _Circuit(exception, wait_s, now + wait_s)

    def _close(self, *keys: Hashable) -> None:
        with self._lock:
            for key in keys:
                self._open.pop(key, None)


def _again(circuit: _Circuit, operation: str) -> BaseException:
    """Return the exception of a request that is not sent: its own, for others have theirs."""
    failed = circuit.failed
    if isinstance(failed, ClientError):
        found: BaseException = ClientError(failed.response, operation)
    else:
        found = type(failed)(**getattr(failed, "kwargs", {}))
        found.__cause__ = failed.__cause__ or failed.__context__
    setattr(found, NOT_ASKED, True)
    return found


def _key_of(request_signer: Any) -> str:
    credentials = request_signer._credentials
    return credentials.get_frozen_credentials().access_key if credentials is not None else ""


def _is_of_key(code: str) -> bool:
    # Late: the codes are rows of the table of causes.
    from aibrain_jupyter.aws.errors.error_codes import stem_of

    return stem_of(code) in _OF_KEYS
