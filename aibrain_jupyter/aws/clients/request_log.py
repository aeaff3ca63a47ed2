"""
What each answered request of a pooled client took, noted in the log of its call.

An attempt is measured where it is paced (``throttling.py``) and where its answer is parsed
(``parsing.py``), and added up in the request's own context; the note is made when botocore hands
the answer over, refusals included (``shared/call_log.py`` says what is in it). What is no answer
of AWS is refused before that, and no answer at all leaves no note: those are gaps, with their
cause. Nobody's request, one that no call is asking for, is not noted.

With ``--save`` the answer itself is kept there, too: as parsed, its secrets hidden, with length
and SHA-256 of the body as it came.
"""

from __future__ import annotations

import threading
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.current_call import aws_call, call_in_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

    from aibrain_jupyter.shared.base_tool import CallContext

_OWN: Final = "aibrain"
"""Where in a request's context its attempts are added up."""


_BYTES: Final = 9
"""Where in a note the length of the body stands."""


class _ThisThread(threading.local):
    """
    The attempt this thread is making. One at a time: its answer comes in the same thread.

    `note` is that of the last request that was answered, for who knows its page and rows.
    """

    sent_at: float | None = None
    waited_s: float = 0.0
    parse_began: float = 0.0
    parse_s: float = 0.0
    note: list[Any] | None = None


THIS_THREAD: Final = _ThisThread()


def log_answers(client: Any) -> None:
    """Have each answer that `client` gets noted. Last: what is not AWS's own is refused before."""
    events = client.meta.events
    events.register_last("after-call", _note_answer, unique_id="aibrain-request-log")


def add_attempt(
    context: dict[str, Any], *, is_answered: bool, was_throttled: bool, held_back_s: float
) -> None:
    """Add the attempt this thread has just made to those of its request."""
    this, now = THIS_THREAD, time.monotonic()
    sums = context.setdefault(_OWN, [0, 0, 0.0, 0.0, 0.0])
    sums[0] += 1
    sums[1] += was_throttled
    sums[2] += this.waited_s + held_back_s
    if this.sent_at is not None:
        sums[3] += (this.parse_began if is_answered else now) - this.sent_at
    if is_answered:
        sums[4] += this.parse_s
    this.waited_s = this.parse_s = 0.0
    this.sent_at = None


def _note_answer(
    http_response: Any,
    parsed: Mapping[str, Any],
    model: OperationModel,
    context: Mapping[str, Any],
    **_: Any,
) -> None:
    ctx = call_in_progress()
    if ctx is None or http_response.raw is None:
        return
    is_stream = model.has_streaming_output or model.has_event_stream_output
    attempts, throttled, *seconds = context.get(_OWN) or (1, 0, 0.0, 0.0, 0.0)
    THIS_THREAD.note = note = [
        time.time(),
        model.service_model.service_name,
        model.name,
        (context.get("signing") or {}).get("region") or context.get("client_region"),
        (parsed.get("ResponseMetadata") or {}).get("RequestId"),
        http_response.status_code,
        attempts,
        1,
        None,
        None if is_stream else len(http_response.content),
        throttled,
        *seconds,
        http_response.headers.get("date"),
    ]
    ctx.answered.append(note)
    if ctx.raw is not None:
        digest = None if is_stream else sha256(http_response.content).hexdigest()
        ctx.raw.page(note, _answer(ctx, parsed, model), digest, note[_BYTES])


def _answer(ctx: CallContext, parsed: Mapping[str, Any], model: OperationModel) -> dict[str, Any]:
    """Return an answer, or a refusal, without its secrets, its stream and the SDK's envelope."""
    from aibrain_jupyter.aws.answers.secrets import without_secrets

    answer = {k: v for k, v in parsed.items() if k != "ResponseMetadata" and not hasattr(v, "read")}
    revealed = aws_call(ctx).revealed
    found: dict[str, Any] = without_secrets("", answer, model.output_shape, revealed=revealed)
    return found
