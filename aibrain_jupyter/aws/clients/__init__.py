"""SDK clients: made once, guarded, paced, with answers of foreign servers refused."""

from __future__ import annotations

from typing import Any


def client(service: str, *, profile: str = "", region: str = "") -> Any:
    """
    Return a guarded client of the pool: it sends reviewed reads and nothing else.

    Args:
        service: The service as botocore names it.

        profile: A configured or session profile; empty: the default chain.

        region: A region name; empty: the profile's own.
    """
    from aibrain_jupyter.aws.clients.pool import get_client_pool

    return get_client_pool().client(service, profile=profile, region=region)
