"""
What a worker may import before it tells its scheduler that it is there.

``dask worker … --preload aibrain_jupyter.execution.calls.engines.cluster.warm``: then no call waits
for pandas and the SDK.
"""

from __future__ import annotations

from typing import Any


def dask_setup(worker: Any) -> None:
    """Import what the first parcel would: Dask calls it as a worker starts."""
    import pandas as pd

    from aibrain_jupyter.execution.calls.engines.elsewhere import at_worker
    from aibrain_jupyter.tool_registry import get_tool_registry

    assert pd
    assert at_worker
    for provider in get_tool_registry().providers():
        provider.clients()
        provider.versions()
