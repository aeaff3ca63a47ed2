"""
Which listings are read in parts: those whose keys come in an order, asked for all of them.

Objects of a general purpose bucket come in the order of their names' UTF-8, and ``StartAfter`` says
where to begin. Those of a directory bucket come in no order, and what an access point answers is
not always S3's own listing.

With answers that are kept as they came, or control totals, each page must follow from the one
before it; and who goes softly (``--polite``) sends one request after the other. Those listings are
read from end to end.

Source: S3 API reference, ListObjectsV2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.operations.in_parts.part import KeyedListing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext

OBJECTS: Final = KeyedListing(
    service="s3",
    operation="ListObjectsV2",
    after="StartAfter",
    records="Contents",
    key="Key",
    size="MaxKeys",
    whole=frozenset({"ContinuationToken", "Delimiter", "EncodingType"}),
)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]+")
_OF_ANOTHER_KIND: Final = re.compile(r".*(--\w+-s3|-s3alias)")


def listing_in_parts(
    ctx: CallContext, service: str, operation: str, params: Mapping[str, Any], member: str
) -> KeyedListing | None:
    """
    Return how a listing is read in parts; None: it is read from end to end.

    Args:
        ctx: The call context.

        service: The service's name.

        operation: The operation as the API spells it.

        params: The operation's inputs.

        member: The member of the answer that holds the rows.
    """
    if (service, operation, member) != (OBJECTS.service, OBJECTS.operation, OBJECTS.records):
        return None
    bucket = str(params.get("Bucket") or "")
    if not _BUCKET.fullmatch(bucket) or _OF_ANOTHER_KIND.fullmatch(bucket):
        return None
    if ctx.raw is not None or ctx.share < 1 or aws_call(ctx).watch is not None:
        return None
    return None if OBJECTS.whole & params.keys() else OBJECTS
