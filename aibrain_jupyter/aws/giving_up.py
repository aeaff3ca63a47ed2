"""
No further request for a call that is over.

The SDK tries a request again up to ten times and sleeps in between; it knows nothing of the call
it is made for. The thread of a call that was cancelled, or is past its time-out, would go on
asking for minutes and eat up the rate that the next run needs. So it is asked whether the call is
over after each attempt, and again at the last moment before one is sent: the SDK may have slept,
between attempts or to keep to a rate.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.shared.base_tool import CallContext

_asking: Final[ContextVar[CallContext | None]] = ContextVar("aibrain_asking", default=None)


@contextmanager
def asking_for(ctx: CallContext) -> Iterator[None]:
    """Have the requests made in here end with the call `ctx`."""
    token = _asking.set(ctx)
    try:
        yield
    finally:
        _asking.reset(token)


def call_in_progress() -> CallContext | None:
    """Return the call this thread is asking for; None where nobody said."""
    return _asking.get()


def give_up_when_over(client: Any) -> None:
    """Make `client` raise `CallCancelledError` or `CallTimeoutError` instead of sending."""
    events = client.meta.events
    events.register_first("needs-retry", _check, unique_id="aibrain-giving-up")
    # Last: requests wait there for their turn (``aws/pacing.py``). What is raised here counts as a
    # failed attempt, after which the other hook raises it to the caller.
    events.register_last("before-send", _check, unique_id="aibrain-not-sending")


def _check(**_: Any) -> None:
    ctx = _asking.get()
    if ctx is not None:
        ctx.check()
