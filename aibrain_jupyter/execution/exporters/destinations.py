"""
Where figures go, as a user writes it: a file, a push gateway, a port, OTLP, logging.

Each remembers which runs it was given, so that a run is sent once, however often it is asked. What
cannot be sent is kept for the next time.
"""

from __future__ import annotations

import threading
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.metrics.places import LOG, OTLP, PORT, PROM, PUSH, Place, read_place
from aibrain_jupyter.shared.texts.addresses import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.execution.runs.run import Run


class SendingError(AibrainError):
    """Figures could not be sent; nothing that runs is touched by it, and they are kept."""


class Destination:
    """
    One place that figures go to.

    `send` is given the runs that it has not had yet and returns what to say; `close` gives back
    what it holds open. Safe from any thread.
    """

    def __init__(
        self,
        place: Place,
        send: Callable[[Sequence[Run]], str],
        close: Callable[[], object] = lambda: None,
    ) -> None:
        self.place = place
        self.problem = ""
        self._send, self.close = send, close
        self._sent: set[str] = set()
        self._lock = threading.Lock()

    def send(self) -> str:
        """
        Send what is new, and return a line that says so.
        Raises SendingError: it could not be sent; the next time tries again.
        """
        with self._lock:
            new = [run for run in list(get_session().runs) if run.id not in self._sent]
            try:
                said = self._send(new)
            except (OSError, ValueError, HTTPException) as exc:
                said = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
                why = without_secrets(str(said))
                self.problem = f"{self.place.shown}: {why}"
                raise SendingError(
                    f"The figures could not be sent to {self.place.shown}.",
                    why=why,
                    next_steps=["Nothing is lost: they go with the next run, or when asked again."],
                ) from exc
            self._sent.update(run.id for run in new)
            self.problem = ""
            return said


_known: dict[str, Destination] = {}
_KNOWN: Final = threading.Lock()


def destination_of(word: str) -> Destination:
    """
    Return the destination that a word names, the same one each time.

    Raises:
        ParameterError: it is none.
        ToolLoadError: it needs a package that is not installed.
    """
    with _KNOWN:
        if word not in _known:
            _known[word] = _made(read_place(word))
        return _known[word]


def close_all() -> None:
    """Close every port; what each was sent is remembered, so nothing is sent again."""
    with _KNOWN:
        for destination in _known.values():
            destination.close()


def forget_all() -> None:
    """Close every destination and forget what it was sent."""
    close_all()
    _known.clear()


def _made(place: Place) -> Destination:
    if place.kind == LOG:
        return Destination(place, _log)
    if place.kind == OTLP:
        return Destination(place, _to_otlp(place.rest))
    if place.kind == PUSH:
        return Destination(place, _to_gateway(place))
    if place.kind == PORT:
        return Destination(place, *_to_port(int(place.rest)))
    path = Path(place.rest).expanduser()
    return Destination(place, _to_text_file(path) if place.kind == PROM else _to_json_lines(path))


def _runs(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"


def _log(runs: Sequence[Run]) -> str:
    from aibrain_jupyter.execution.exporters import logs

    return f"{logs.log(runs):,} records of {_runs(len(runs))} logged"


def _to_json_lines(path: Path) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters.json_lines import append

    done: set[str] = set()

    def send(runs: Sequence[Run]) -> str:
        lines = count = 0
        # Each by itself: where the disk is full after some, these are not written again.
        for run in runs:
            if run.id not in done:
                lines += append(path, run)
                count += 1
                done.add(run.id)
        return f"{path}: {lines:,} lines of {_runs(count)}"

    return send


def _to_text_file(path: Path) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters import prometheus

    registry = prometheus.make_registry()

    def send(runs: Sequence[Run]) -> str:
        prometheus.write_file(path, registry)
        return f"{path}: the figures of this kernel"

    return send


def _to_gateway(place: Place) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters import prometheus

    registry = prometheus.make_registry()

    def send(runs: Sequence[Run]) -> str:
        prometheus.push(place.rest, registry)
        return f"{place.shown}: the figures of this kernel, job {prometheus.JOB}"

    return send


def _to_port(port: int) -> tuple[Callable[[Sequence[Run]], str], Callable[[], object]]:
    from aibrain_jupyter.execution.exporters import prometheus

    registry = prometheus.make_registry()
    opened: list[Any] = []

    def send(runs: Sequence[Run]) -> str:
        if not opened:
            opened.append(prometheus.open_port(port, registry))
        return f"http://127.0.0.1:{port}/metrics: the figures of this kernel, until it ends"

    def close() -> None:
        while opened:
            opened[0].shutdown()
            opened.pop().server_close()

    return send, close


def _to_otlp(endpoint: str) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters.otlp import Otlp

    receiver = Otlp(endpoint)

    def send(runs: Sequence[Run]) -> str:
        return f"{receiver.send(runs):,} spans of {_runs(len(runs))}, and metrics"

    return send
