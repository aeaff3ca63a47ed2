"""
A bucket that is in another region than was asked: the SDK follows it, and the result says so.

S3 answers such a request with where the bucket is. What is asked there is the same; who reads the
result should know that it is from another region than its row says. A client follows a bucket
once, and asks at the right place from then on: that is said of each call as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.clients.current_call import call_in_progress

if TYPE_CHECKING:
    from collections.abc import Mapping


def say_redirects(client: Any) -> None:
    """Have the calls of an S3 client, its views' too, say that a bucket's region was followed."""
    regions: dict[str, str] = {}  # of buckets that were followed

    def after(context: Mapping[str, Any], **_: Any) -> None:
        found = context.get("s3_redirect") or {}
        bucket, is_followed = str(found.get("bucket")), found.get("redirected")
        if not is_followed and bucket not in regions:
            return
        region = (context.get("signing") or {}).get("region") or "another region"
        asked = context.get("client_region")
        if is_followed:
            regions[bucket] = region
        elif region != regions[bucket] or region == asked:
            return  # another region's client, which does not know it or needs not to
        if (ctx := call_in_progress()) is not None:
            ctx.remark(f"Bucket {bucket} is in {region}: asked there, not in {asked}.")

    client.meta.events.register_last("after-call", after, unique_id="aibrain-bucket-region")
