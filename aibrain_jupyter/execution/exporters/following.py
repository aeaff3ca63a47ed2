"""
Figures that go by themselves: after each run, to where the setting ``metrics_to`` says.

The recorder of metrics says when there may be something new; a thread of its own sends it, so a
receiver that is down keeps nobody waiting. It is told once that a receiver cannot be reached, and
once that it can again.
"""

from __future__ import annotations

import atexit
import logging
import threading
import warnings
from functools import cache
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.metrics.recording import FOLLOWERS, RECORDER
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from aibrain_jupyter.execution.runs.history.history import History

AT_THE_END_S: Final = 5.0
"""How long the end of a kernel waits for what is still to be sent."""


def begin() -> None:
    """Start the recorder of metrics, which then tells of what is new; once in a process."""
    if follow not in FOLLOWERS:
        FOLLOWERS.append(follow)
        atexit.register(_finish)
    if is_wanted():
        get_sender()  # at its end Python starts no thread any more
    RECORDER.start()


def follow(history: History) -> None:
    """Have the sender look whether there is something to send; does not wait, does not raise."""
    if is_wanted():
        get_sender().wake()


def is_wanted() -> bool:
    """Tell whether figures go anywhere by themselves."""
    return bool(get_settings().get("metrics_to") or logging.getLogger("aibrain_jupyter").level)


def _finish() -> None:
    if is_wanted():
        get_sender().send_the_rest()


class Sender:
    """The thread that sends."""

    def __init__(self) -> None:
        self._wake, self._is_done = threading.Event(), threading.Event()
        self._told: set[str] = set()
        threading.Thread(target=self._work, name="aibrain-exports", daemon=True).start()

    def wake(self) -> None:
        """Have it look."""
        self._wake.set()

    def send_the_rest(self) -> None:
        """Have the thread send what has not been sent; it is given up after `AT_THE_END_S`."""
        # Not in a new thread: at its end Python starts none any more.
        self._is_done.clear()
        self._wake.set()
        self._is_done.wait(AT_THE_END_S)

    def send_all(self) -> None:
        """Send what is new to every destination; a problem is told once, as a warning."""
        from aibrain_jupyter.execution.exporters import logs
        from aibrain_jupyter.execution.exporters.destinations import destination_of, words_of
        from aibrain_jupyter.shared.error_handler import AibrainError

        words = words_of(get_settings().get("metrics_to"))
        if logs.is_wanted() and "log" not in words:
            words.append("log")
        for word in words:
            try:
                destination_of(word).send()
                self._told.discard(word)
            except AibrainError as exc:
                if word not in self._told:
                    self._told.add(word)
                    warnings.warn(f"{exc.what} {exc.why}".strip(), stacklevel=1)

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self.send_all()
            self._is_done.set()


@cache
def get_sender() -> Sender:
    """Return the sender of this process; it begins when it is first needed."""
    return Sender()
