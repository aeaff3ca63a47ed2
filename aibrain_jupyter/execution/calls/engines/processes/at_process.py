"""What a process of loky is given: a function of this module, and a parcel."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines.elsewhere.at_worker import carry_out
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import unpacked
from aibrain_jupyter.execution.calls.engines.elsewhere.stopping import stop_run
from aibrain_jupyter.execution.calls.engines.processes.channel import WorkerEnd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter


def run_parcel(parcel: bytes) -> tuple[int, list[Letter]]:
    """Make the calls of a parcel; return the id of this process and their answers."""
    found = unpacked(parcel)
    channel, run = found["channel"], found["run"]
    end = _end(channel["address"], channel["key"])

    def say(index: int, what: Sequence[int]) -> None:
        end.say(run, index, what)

    return os.getpid(), carry_out(found, say)


@functools.cache
def _end(address: Any, key: bytes) -> WorkerEnd:
    return WorkerEnd(address, key, stop_run)
