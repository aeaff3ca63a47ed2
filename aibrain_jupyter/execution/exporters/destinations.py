"""
Where figures go, as a user writes it: a file, a push gateway, a port, OTLP, logging.

Each remembers which runs it was given, so that a run is sent once, however often it is asked. What
cannot be sent is kept for the next time.
"""

from __future__ import annotations

import threading
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import AibrainError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.execution.runs.run import Run

FORMS: Final = {
    "FILE.prom": "the figures of this kernel, for Prometheus' node exporter",
    "FILE.jsonl": "each run, call and request as a line of JSON, appended",
    "push:http://HOST:9091": "the figures, to a Prometheus push gateway",
    "port:9464": "the figures, for Prometheus to scrape, on this machine",
    "otlp:http://HOST:4318": "spans and metrics, to an OpenTelemetry receiver",
    "log": "runs, calls and requests to Python's logging",
}
"""What can be written, and what it means."""
_EXAMPLES: Final = ("aibrain.prom", "runs.jsonl", "push:http://gateway:9091", "port:9464", "otlp")


class SendingError(AibrainError):
    """Figures could not be sent; nothing that runs is touched by it, and they are kept."""


class Destination:
    """
    One place that figures go to.

    `word` is what the user wrote; `send` is given the runs that it has not had yet and returns what
    to say. Safe from any thread.
    """

    def __init__(self, word: str, send: Callable[[Sequence[Run]], str]) -> None:
        self.word = word
        self.problem = ""
        self._send = send
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
                why = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
                self.problem = f"{self.word}: {why}"
                raise SendingError(
                    f"The figures could not be sent to {self.word}.",
                    why=str(why),
                    next_steps=["Nothing is lost: they go with the next run, or when asked again."],
                ) from exc
            self._sent.update(run.id for run in new)
            self.problem = ""
            return said


@cache
def destination_of(word: str) -> Destination:
    """
    Return the destination that a word names, the same one each time.

    Raises:
        ParameterError: it is none.
        ToolLoadError: it needs a package that is not installed.
    """
    kind, _, rest = word.partition(":")
    if word == "log":
        return Destination(word, _log)
    if kind == "otlp" and (not rest or rest.startswith(("http://", "https://"))):
        return Destination(word, _to_otlp(rest))
    if kind == "push" and rest.startswith(("http://", "https://")):
        return Destination(word, _to_gateway(rest))
    if kind == "port" and rest.isdigit() and 0 < int(rest) < 65536:
        return Destination(word, _to_port(int(rest)))
    if word.endswith(".prom"):
        return Destination(word, _to_text_file(Path(word).expanduser()))
    if word.endswith(".jsonl"):
        return Destination(word, _to_json_lines(Path(word).expanduser()))
    raise ParameterError(
        f"{word!r} is no place that figures can go to.",
        next_steps=[f"Write one of: {', '.join(_EXAMPLES)}, log."],
    )


def about_place(word: str) -> str:
    """Return what goes to a destination, in words."""
    form = next(form for form in FORMS if _kind(form) == _kind(word))
    return FORMS[form]


def _kind(word: str) -> str:
    before, colon, _ = word.partition(":")
    return before if colon or word in ("log", "otlp") else word.rpartition(".")[2]


def words_of(setting: str) -> list[str]:
    """Return the words of the setting ``metrics_to``: they are separated by commas."""
    return [word.strip() for word in setting.split(",") if word.strip()]


def _runs(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"


def _log(runs: Sequence[Run]) -> str:
    from aibrain_jupyter.execution.exporters import logs

    return f"{logs.log(runs):,} records of {_runs(len(runs))} logged"


def _to_json_lines(path: Path) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters import json_lines

    return lambda runs: f"{path}: {json_lines.append(path, runs):,} lines of {_runs(len(runs))}"


def _to_text_file(path: Path) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters import prometheus

    registry = prometheus.make_registry()

    def send(runs: Sequence[Run]) -> str:
        prometheus.write_file(path, registry)
        return f"{path}: the figures of this kernel"

    return send


def _to_gateway(url: str) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters import prometheus

    registry = prometheus.make_registry()

    def send(runs: Sequence[Run]) -> str:
        prometheus.push(url, registry)
        return f"{url}: the figures of this kernel, job {prometheus.JOB}"

    return send


def _to_port(port: int) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters import prometheus

    registry = prometheus.make_registry()
    opened: list[Any] = []

    def send(runs: Sequence[Run]) -> str:
        if not opened:
            opened.append(prometheus.open_port(port, registry))
        return f"http://127.0.0.1:{port}/metrics: the figures of this kernel, until it ends"

    return send


def _to_otlp(endpoint: str) -> Callable[[Sequence[Run]], str]:
    from aibrain_jupyter.execution.exporters.otlp import Otlp

    receiver = Otlp(endpoint)

    def send(runs: Sequence[Run]) -> str:
        return f"{receiver.send(runs):,} spans of {_runs(len(runs))}, and metrics"

    return send
