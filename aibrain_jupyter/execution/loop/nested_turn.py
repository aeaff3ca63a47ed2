"""
nest-asyncio as the way to turn the loop, for the time of one run only.

Its ``apply()`` replaces ``asyncio.run``, ``Task`` and the policy for ever, so it
is never called. Only its change of the loop's class is used, and taken back.
What it brings: calls may themselves use ``loop.run_until_complete``. Chosen with
the setting ``loop = "nest"``.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import warnings
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.loop.turn_loop import turn
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def turner_in_force(loop: Any) -> Iterator[Callable[[Any], None]]:
    """Give the function that makes one turn of `loop`: ours, or nest-asyncio's where asked for."""
    if get_settings().get("loop") != "nest" or _is_refused():
        yield turn
        return
    with _patched(loop):
        yield type(loop)._run_once


@contextlib.contextmanager
def _patched(loop: Any) -> Iterator[None]:
    import nest_asyncio

    kind = type(loop)
    before, own = dict(vars(kind)), set(vars(loop))
    nest_asyncio._patch_loop(loop)
    try:
        yield
    finally:
        for name in set(vars(kind)) - set(before):
            delattr(kind, name)
        for name in set(before) & set(vars(kind)):
            if vars(kind)[name] is not before[name]:
                setattr(kind, name, before[name])
        # A call that nested a loop has left its count of runs on the object as well.
        for name in {"_num_runs_pending"} & set(vars(loop)) - own:
            delattr(loop, name)


@functools.cache
def _is_refused() -> bool:
    """Return whether nest-asyncio would lose messages here, and say so once."""
    ipykernel = sys.modules.get("ipykernel")
    if sys.version_info >= (3, 14):
        why = "it does not know Python 3.14"
    elif ipykernel is not None and ipykernel.version_info[:2] >= (7, 1):
        why = f"with ipykernel {ipykernel.__version__} it loses queued cells and button clicks"
    else:
        return False
    warnings.warn(
        f"The setting loop=nest is not followed: {why}. The bridge of aibrain_jupyter runs the "
        "calls instead; %config AibrainMagics.loop = 'auto' ends this warning.",
        RuntimeWarning,
        stacklevel=2,
    )
    return True
