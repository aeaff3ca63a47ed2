"""
A bucket that is in another region than was asked: the SDK follows it, and the result says so.

S3 answers such a request with where the bucket is. What is asked there is the same; who reads the
result should know that it is from another region than its row says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.clients.current_call import call_in_progress

if TYPE_CHECKING:
    from collections.abc import Mapping


def say_redirects(client: Any) -> None:
    """Have the calls of an S3 client say that a bucket's region was followed."""

    def after(context: Mapping[str, Any], **_: Any) -> None:
        found = context.get("s3_redirect") or {}
        ctx = call_in_progress()
        if ctx is None or not found.get("redirected"):
            return
        region = (context.get("signing") or {}).get("region") or "another region"
        asked = context.get("client_region")
        ctx.remark(f"Bucket {found.get('bucket')} is in {region}: asked there, not in {asked}.")

    client.meta.events.register_last("after-call", after, unique_id="aibrain-bucket-region")
