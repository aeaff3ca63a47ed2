"""
Requests signed by AWS's clock, where this computer's is wrong.

AWS refuses what is signed some minutes too early or too late, and says in its answer what time it
is. That difference is measured once a host's family, said, and from then on the signing time of its
requests is moved by it: nothing else is, and no other clock. An answer that tells of more than a
day is not believed. Of each call that is signed so the result says it.

The SDK signs with the time that it puts into the request's context; there it is moved.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import weakref
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from aibrain_jupyter.aws.clients.current_call import call_in_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_S: Final = 60.0
"""A smaller difference is no reason for a refusal."""
MOST_S: Final = 86400.0
_SAME_S: Final = 30.0
"""Two measures that differ by no more are one."""
_TIMESTAMP: Final = "timestamp"
_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_CODES: Final = re.compile(r"(requesttimetooskewed|requestinthefuture)(exception)?", re.I)
_OF_SIGNATURES: Final = re.compile(
    r"(invalidsignature|signaturedoesnotmatch|authfailure)(exception)?", re.I
)
MAY_BE_CLOCK: Final = re.compile(f"{_CODES.pattern}|{_OF_SIGNATURES.pattern}", re.I)
"""Codes of answers that are worth a look here."""
_WORDS: Final = re.compile(r"signature expired|signature not yet current", re.I)


class Clocks:
    """How far the clocks of hosts are ahead of this computer's, in seconds, as far as measured."""

    def __init__(self) -> None:
        self._off: dict[str, float] = {}
        self._clients: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:
        """Have `client` sign by the clock of whom it asks, once that is known to be another."""
        with self._lock:
            self._clients.add(client.meta.events)
            if self._off:
                self._move(client.meta.events)

    def _move(self, events: Any) -> None:
        # Only now: where no clock is wrong, no request is any longer on its way.
        events.register("before-sign", self._sign, unique_id="aibrain-clock-sign")

    def _sign(self, request: Any, **_: Any) -> None:
        off = self._off.get(_family(request.url)) if self._off else None
        if off is None:
            return
        request.context = _Moved(request.context, off)
        if ctx := call_in_progress():
            ctx.remark(_said(off))

    def measure(self, response: Any, request_dict: Mapping[str, Any]) -> float | None:
        """
        Return 0, which is to ask again at once, where the clock explains a refusal.

        Args:
            response: The answer, and what was read of it.

            request_dict: The request, as the SDK passes it.
        """
        error = response[1].get("Error") or {}
        if not _is_of_clock(str(error.get("Code") or ""), str(error.get("Message") or "")):
            return None
        off, family = _difference(response[0].headers.get("Date")), _family(request_dict["url"])
        with self._lock:
            in_force = self._off.get(family, 0.0)
            if off is None or abs(off) > MOST_S or abs(off - in_force) < _SAME_S:
                # It was signed so, or another request has just measured it: then one more try.
                return self._try_once_more(request_dict, family)
            ctx = call_in_progress()
            if ctx is not None and not ctx.may_repair(_said(off)):
                return None
            if abs(off) < LEAST_S:
                self._off.pop(family, None)  # somebody has set the clock meanwhile
            else:
                self._off[family] = off
                for events in list(self._clients):
                    self._move(events)
        request_dict["context"][_SIGNED] = self._off.get(family, 0.0)
        return 0.0

    def _try_once_more(self, request_dict: Mapping[str, Any], family: str) -> float | None:
        context, off = request_dict["context"], self._off.get(family, 0.0)
        if not off or context.get(_SIGNED) == off:
            return None
        context[_SIGNED] = off
        return 0.0


_SIGNED: Final = "aibrain_signed_at"
"""Where the context of a request has the difference that it was signed again with."""


class _Moved(dict[str, Any]):
    """The context of a request whose signing time is moved."""

    def __init__(self, context: Mapping[str, Any], off_s: float) -> None:
        super().__init__(context)
        self._off = dt.timedelta(seconds=round(off_s))

    def __setitem__(self, name: str, value: Any) -> None:
        if name == _TIMESTAMP:
            value = (dt.datetime.strptime(value, _FORMAT) + self._off).strftime(_FORMAT)  # noqa: DTZ007 - UTC on both sides
        super().__setitem__(name, value)


def _is_of_clock(code: str, message: str) -> bool:
    if _CODES.fullmatch(code):
        return True
    return bool(_OF_SIGNATURES.fullmatch(code) and _WORDS.search(message))


def _difference(date: str | None) -> float | None:
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=dt.UTC)
    return (theirs - dt.datetime.now(dt.UTC)).total_seconds()


def _family(url: str) -> str:
    """Return who answers for a clock: all of AWS, or one other host."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return "aws" if host.endswith((".amazonaws.com", ".amazonaws.com.cn")) else parts.netloc


def _said(off: float) -> str:
    minutes, seconds = divmod(round(abs(off) / 5) * 5, 60)
    late = "slow" if off > 0 else "fast"
    return (
        f"The clock of this computer is {minutes} min {seconds} s {late}: requests were signed by "
        "AWS's time, which its answer told."
    )
