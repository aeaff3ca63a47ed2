"""
No call lost to throttling, and no request sent that would only be refused.

Each operation of a pooled client has a `Pace` (``aws/clients/token_bucket.py``), shared by all
threads that use the client: per identity, region, service and operation, as AWS counts. Requests
wait for their
turn where botocore's own limiter would, right before they are sent; whoever waits leaves at once
when the call is over. A refusal for rate is tried again up to the client's number of attempts,
whatever it is called: botocore knows a fixed list of codes, and twenty more in its own models
mean the same (SNS ``Throttled``, EFS ``TooManyRequests``, …).
"""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.current_call import call_in_progress
from aibrain_jupyter.aws.clients.remembered_limits import remembered_limits
from aibrain_jupyter.aws.clients.request_log import THIS_THREAD, add_attempt
from aibrain_jupyter.aws.clients.sharing.regional import endpoint_in
from aibrain_jupyter.aws.clients.token_bucket import Pace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.aws.clients.token_bucket import Limit
    from aibrain_jupyter.shared.base_tool import CallContext

_LOOK_UP_S: Final = 0.25
"""How often a waiting request looks whether its call is over."""

_PATIENT: Final = 3
"""Refusals in a row after which a request also waits on its own: the limit is somebody else's."""

_LONGEST_WAIT_S: Final = 20.0


def pace_client(client: Any) -> None:
    """Make `client` keep the pace its operations allow, and repeat what is refused for rate."""
    attempts = client.meta.config.retries["total_max_attempts"]
    model = client.meta.service_model
    pacing = _Pacing(model.service_name, client.meta.endpoint_url, attempts)
    events = client.meta.events
    events.register("before-send", pacing.wait_for_turn, unique_id="aibrain-pacing")
    # Before the SDK's own handler, which hangs on the service: the first wait counts.
    answered = f"needs-retry.{model.service_id.hyphenize()}"
    events.register_first(answered, pacing.count_answer, unique_id="aibrain-pacing-answer")


class _Pacing:
    """The paces of one client, in each of its regions."""

    def __init__(self, service: str, endpoint: str, max_attempts: int) -> None:
        self._service = service
        self._endpoint = endpoint
        self._max_attempts = max_attempts
        self._turns: dict[tuple[str | None, str], _Turn] = {}

    def wait_for_turn(self, event_name: str, request: Any, **_: Any) -> None:
        """Return when the request may be sent; raise when its call is over."""
        operation = event_name.rpartition(".")[2]
        ctx = call_in_progress()
        context = getattr(request, "context", None) or {}
        key = (context.get("client_region"), operation)
        turn = self._turns.get(key)
        if turn is None:
            place = f"{self._service} {endpoint_in(context, self._endpoint)} {operation}"
            turn = _Turn(f"{ctx.target.place[0]} {place}" if ctx else "")
            turn = self._turns.setdefault(key, turn)
        began = time.monotonic()
        turn.wait(ctx)
        # One request is under way per thread: its answer comes in the same one.
        THIS_THREAD.sent_at = sent_at = time.monotonic()
        THIS_THREAD.waited_s, THIS_THREAD.parse_s = sent_at - began, 0.0

    def count_answer(
        self,
        event_name: str,
        response: tuple[Any, Mapping[str, Any]] | None,
        attempts: int,
        request_dict: Mapping[str, Any],
        **_: Any,
    ) -> float | None:
        """Return how long to wait before the next attempt; None to leave it to the SDK."""
        sent_at = THIS_THREAD.sent_at
        region = request_dict["context"].get("client_region")
        turn = self._turns.get((region, event_name.rpartition(".")[2]))
        refused = None
        if response is not None:
            refused = bool(response[1].get("Error")) and _is_throttled(response)
        if turn is not None and sent_at is not None:
            turn.answered(sent_at, was_refused=refused)
        wait = self._wait_after(attempts) if refused else None
        add_attempt(
            request_dict["context"],
            is_answered=refused is not None,
            was_throttled=bool(refused),
            held_back_s=wait or 0.0,
        )
        if refused and (ctx := call_in_progress()):
            ctx.count_throttled()
        return wait

    def _wait_after(self, attempts: int) -> float | None:
        if attempts >= self._max_attempts:
            return None
        if attempts <= _PATIENT:
            return 0.0
        most = min(2.0 ** (attempts - _PATIENT - 1), _LONGEST_WAIT_S)
        return random.uniform(most / 2, most)  # noqa: S311 - jitter


class _Turn:
    """One operation's pace, for threads that wait for it."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._pace = Pace(time.monotonic(), remembered_limits().find(key) if key else None)
        self._known: Limit | None = self._pace.limit
        self._changed = threading.Condition()
        # One waits for the next token, the others for their place: no herd wakes at once.
        self._place = threading.Lock()
        # Of their own, so that nobody waits behind a caller that takes its time.
        self._polite_place = threading.Lock()

    def wait(self, ctx: CallContext | None) -> None:
        share = ctx.share if ctx else 1.0
        place = self._polite_place if share < 1 else self._place
        while not place.acquire(timeout=_LOOK_UP_S):
            if ctx:
                ctx.check()
        try:
            with self._changed:
                while (wait_s := self._pace.take(time.monotonic(), share=share)) > 0:
                    if ctx:
                        ctx.check()
                    self._changed.wait(min(wait_s, _LOOK_UP_S))
        finally:
            place.release()

    def answered(self, sent_at: float, *, was_refused: bool | None) -> None:
        with self._changed:
            self._pace.answered(time.monotonic(), sent_at=sent_at, was_refused=was_refused)
            self._changed.notify()
            limit = self._pace.limit
            is_news = limit is not None and limit is not self._known
            self._known = limit
        if is_news and limit is not None and self._key:
            remembered_limits().keep(self._key, limit)


def _is_throttled(response: tuple[Any, Mapping[str, Any]]) -> bool:
    http, answer = response
    code = str((answer.get("Error") or {}).get("Code") or "")
    # Late: the codes are rows of the table of causes, which imports the SDK.
    from aibrain_jupyter.aws.errors.error_codes import Kind, kind_of

    return bool(code) and kind_of(code, status=http.status_code) is Kind.THROTTLED
