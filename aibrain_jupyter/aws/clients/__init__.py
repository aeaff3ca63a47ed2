"""
SDK clients of AWS: made once, guarded, paced, with answers of foreign servers refused.

`client` is the way to a raw one for code of your own: it reads and cannot write.
"""

from __future__ import annotations

from typing import Any


def client(service: str, profile: str = "", region: str = "") -> Any:
    """
    Return a boto3 client that only sends reviewed reads.

    Args:
        service: The service as boto3 names it.

        profile: An AWS profile or a session profile; empty: the default credential chain.

        region: A region name; empty: the profile's own.

    Returns:
        The client all workers share. An operation that is not a reviewed read raises an
        `OperationRefusedError`, and nothing is sent.
    """
    from aibrain_jupyter.aws.clients.pool import get_client_pool

    return get_client_pool().client(service, profile=profile, region=region)
