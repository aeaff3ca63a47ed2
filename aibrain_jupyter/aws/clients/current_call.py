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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.aws.answers.page_watch import PageWatch
    from aibrain_jupyter.shared.base_tool import CallContext

_asking: Final[ContextVar[CallContext | None]] = ContextVar("aibrain_asking", default=None)
_also_allowed: Final[ContextVar[frozenset[str]]] = ContextVar(
    "aibrain_also_allowed", default=frozenset()
)


@dataclass(slots=True)
class AwsCall:
    """
    What only a call to AWS has.

    `allowed` are the sensitive reads it may make, as ``ssm:GetParameter``; all others are refused.
    `revealed` are the names whose values are shown instead of hidden. `signer` is the source of
    credentials and the access key id that were found to be the target's own. `watch` sees the pages
    of its answers, where control totals are wanted.
    """

    allowed: frozenset[str] = frozenset()
    revealed: frozenset[str] = frozenset()
    signer: tuple[object, str] | None = None
    watch: PageWatch | None = None


def aws_call(ctx: CallContext) -> AwsCall:
    """Return what only a call to AWS has."""
    if ctx.own is None:
        ctx.own = AwsCall()
    found: AwsCall = ctx.own
    return found


@contextmanager
def asking_for(ctx: CallContext, *, also_allowed: frozenset[str] = frozenset()) -> Iterator[None]:
    """
    Have the requests made in here end with the call `ctx`.

    `also_allowed` are sensitive reads that these requests may be, and the call's others may not.
    """
    tokens = _asking.set(ctx), _also_allowed.set(also_allowed)
    try:
        yield
    finally:
        _asking.reset(tokens[0])
        _also_allowed.reset(tokens[1])


def call_in_progress() -> CallContext | None:
    """Return the call this thread is asking for; None where nobody said."""
    return _asking.get()


def allowed_in_progress() -> frozenset[str]:
    """Return the sensitive reads that may be sent now, as ``ssm:GetParameter``."""
    ctx = _asking.get()
    return _also_allowed.get() | (aws_call(ctx).allowed if ctx is not None else frozenset())


def give_up_when_over(client: Any) -> None:
    """Make `client` raise `CallCancelledError` or `CallTimeoutError` instead of sending."""
    events = client.meta.events
    events.register_first("needs-retry", _check, unique_id="aibrain-giving-up")
    # Last: requests wait there for their turn (``aws/clients/throttling.py``). What is raised here
    # counts as a failed attempt, after which the other hook raises it to the caller.
    events.register_last("before-send", _check, unique_id="aibrain-not-sending")


def _check(**_: Any) -> None:
    ctx = _asking.get()
    if ctx is not None:
        ctx.check()
