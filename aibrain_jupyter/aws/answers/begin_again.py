"""
A list that lost its place is read again from its first page, and nothing of before is kept.

A page token can expire, or a service may not know it any more. What was read until then is worth
nothing: the pages of another reading need not fit to it, so rows would be doubled or lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aibrain_jupyter.shared.error_handler import ListingLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.shared.base_tool import CallContext

_Read = TypeVar("_Read")


def read_whole(ctx: CallContext, read: Callable[[], _Read]) -> _Read:
    """
    Return what `read` returns, called again when its listing lost its place.

    `read` must begin with nothing each time. How often a call may repair is bounded by its context,
    which keeps what was done.

    Raises:
        ListingLostError: it lost its place again, and the call has no repairs left.
    """
    while True:
        try:
            return read()
        except ListingLostError as lost:
            if not ctx.may_repair(lost.repair):
                raise
