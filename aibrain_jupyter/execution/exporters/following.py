"""
Figures that go by themselves: after each run, to where the setting ``metrics_to`` says.

The recorder of metrics says when there may be something new; a thread of its own sends it, so a
receiver that is down keeps nobody waiting. It is told once that a receiver cannot be reached, and
once that it can again.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
import warnings
from functools import cache
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.metrics.recording import FOLLOWERS, RECORDER
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts.addresses import without_secrets
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from aibrain_jupyter.execution.runs.history.history import History

AT_THE_END_S: Final = 5.0
"""How long the end of a kernel waits for what is still to be sent."""


def begin() -> None:
    """
    Start the recorder of metrics, which then tells of what is new; once in a process.
    Raises ParameterError: ``metrics_to`` names no place that figures can go to.
    """
    is_to_send = is_wanted()
    if follow not in FOLLOWERS:
        FOLLOWERS.append(follow)
        atexit.register(_finish)
    if is_to_send:
        get_sender()  # at its end Python starts no thread any more
    RECORDER.start()


def follow(history: History) -> None:
    """Have the sender look whether there is something to send; does not wait."""
    if is_wanted():
        get_sender().wake()


def is_wanted() -> bool:
    """
    Tell whether figures go anywhere by themselves.
    Raises ParameterError: ``metrics_to`` names no place.
    """
    return bool(get_settings().get("metrics_to") or logging.getLogger("aibrain_jupyter").level)


def _finish() -> None:
    with contextlib.suppress(AibrainError):  # set wrongly since the last run, which was refused
        if is_wanted():
            get_sender().send_the_rest()


def end() -> None:
    """Send what is left and end the thread that sends; `begin` begins anew."""
    if follow in FOLLOWERS:
        FOLLOWERS.remove(follow)
        atexit.unregister(_finish)
    if get_sender.cache_info().currsize:
        get_sender().stop()
        get_sender.cache_clear()


class Sender:
    """The thread that sends."""

    def __init__(self) -> None:
        self._wake, self._is_done = threading.Event(), threading.Event()
        self._is_wanted = True
        self._told: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="aibrain-exports", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have it look."""
        self._wake.set()

    def stop(self) -> None:
        """Have the thread send what has not been sent and end; given up after `AT_THE_END_S`."""
        self._is_wanted = False
        self._wake.set()
        self._thread.join(AT_THE_END_S)

    def send_the_rest(self) -> None:
        """Have the thread send what has not been sent; it is given up after `AT_THE_END_S`."""
        # Not in a new thread: at its end Python starts none any more.
        self._is_done.clear()
        self._wake.set()
        self._is_done.wait(AT_THE_END_S)

    def send_all(self) -> None:
        """Send what is new to every destination; a problem is told once, as a warning."""
        from aibrain_jupyter.execution.exporters import logs
        from aibrain_jupyter.shared.metrics import places

        try:
            words = places.words_of(get_settings().get("metrics_to"))
        except AibrainError:  # set wrongly since the last run: the next is refused
            words = []
        if logs.is_wanted() and "log" not in words:
            words.append("log")
        for word in words:
            if problem := self._problem_of(word):
                if word not in self._told:
                    self._told.add(word)
                    with contextlib.suppress(UserWarning):  # made an error by a filter
                        warnings.warn(problem, stacklevel=1)
            else:
                self._told.discard(word)

    def _problem_of(self, word: str) -> str:
        """Send to a destination; return why that could not be."""
        from aibrain_jupyter.execution.exporters.destinations import destination_of

        try:
            destination_of(word).send()
        except AibrainError as exc:
            return f"{exc.what} {exc.why}".strip()
        except Exception as exc:  # noqa: BLE001 - a client's fault must not end what others get
            return f"The figures could not be sent: {without_secrets(words_of(exc))}"
        return ""

    def _work(self) -> None:
        while self._is_wanted:
            self._wake.wait()
            self._wake.clear()
            self.send_all()
            self._is_done.set()


@cache
def get_sender() -> Sender:
    """Return the sender of this process; it begins when it is first needed."""
    return Sender()
