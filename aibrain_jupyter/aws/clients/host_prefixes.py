"""
Endpoints whose host cannot take a prefix: ``http://127.0.0.1:5000``, ``http://localstack:4566``.

The SDK puts something before the host of some operations; all of S3 Control asks for
``<account>.<host>``. ``123456789012.127.0.0.1`` is no host, and botocore's own setting against
prefixes does not reach those that come from a service's endpoint rules.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


def keep_the_host(client: Any, endpoint: str) -> None:
    """
    Have an SDK client ask `endpoint` under its own host, if that is an address or a bare name.

    S3 is left alone: what it puts before a host is the bucket, which would then be nowhere.
    """
    host = urlsplit(endpoint).netloc
    if client.meta.service_model.service_name == "s3" or not _takes_no_prefix(endpoint):
        return

    def take_the_prefix_off(request: Any, **_: Any) -> None:
        parts = urlsplit(request.url)
        if parts.netloc.endswith(f".{host}"):
            request.url = parts._replace(netloc=host).geturl()

    client.meta.events.register("before-sign", take_the_prefix_off)


def _takes_no_prefix(endpoint: str) -> bool:
    name = urlsplit(endpoint).hostname or ""
    return bool(name) and ("." not in name or name.replace(".", "").isdigit())
