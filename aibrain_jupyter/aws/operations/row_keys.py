"""
Which columns of an operation's answer tell one row from another, as far as its model tells.

A record is told by its own id, ARN or name: the member that is called as the records are
(``DBInstanceIdentifier`` of ``DBInstances``, ``AccessKeyId`` of ``ListAccessKeys``), or just
``Id``, ``Arn``, ``Name``. A member that the model promises goes first, then ids: ARNs were added
to many records late, and are not always filled in. A record with none of these has no key: its
other members are about other things. What is found is a claim: whoever uses it looks at the rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.answers.records import layout_of, singular
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.shared.frames.columns import TEXT
from aibrain_jupyter.shared.frames.row_key import RowKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.aws.answers.records import Layout

_ENDINGS: Final = ("id", "identifier", "arn", "name")
_PROMISED: Final = ("arn", *_ENDINGS)
_VERB: Final = re.compile(r"^(List|Describe|BatchGet|Get|Search)")
_WRITTEN: Final = {
    "cloudwatch:ListMetrics": "A metric is told by its dimensions, which are no text.",
    "ec2:DescribeInstances": ("reservation_id",),
    "ec2:DescribeSecurityGroups": ("group_id",),
    "ecr:DescribeImages": ("repository_name", "image_digest"),
    "iam:ListMFADevices": ("serial_number",),
    "iam:ListVirtualMFADevices": ("serial_number",),
    "route53:ListResourceRecordSets": ("name", "type", "set_identifier?"),
    "s3:ListBuckets": ("name",),
    "s3:ListObjectVersions": ("key", "version_id"),
    "s3:ListObjects": ("key",),
    "s3:ListObjectsV2": ("key",),
}
"""What names do not tell: the columns of a key, or why there is none."""


def key_of_operation(service: str, operation: str, rows: str = "") -> RowKey:
    """
    Return the key of the rows of an operation.

    Args:
        service: The service.

        operation: ``list_users`` or ``ListUsers``.

        rows: The member that holds the rows, as in `layout_of`.
    """
    model = find_operation(service, operation)
    name = f"{service}:{model.name}"
    if written := None if rows else _WRITTEN.get(name):
        return RowKey(why=written) if isinstance(written, str) else RowKey.of(*written)
    layout = layout_of(service, model.name, rows)
    if layout.kind == "structure":
        return RowKey()  # the whole answer is one row
    texts = {c.name.replace("_", ""): c.name for c in layout.columns if c.dtype == TEXT}
    if layout.kind == "map" or (len(layout.fields) == 1 and not layout.fields[0].member):
        found = next(iter(texts.values()), "")  # the key of a mapping, or a list of texts
    else:
        found = _own(layout, model.name, texts)
    if found:
        return RowKey.of(found)
    return RowKey(why=f"The model of {name} does not say what tells one record from another.")


def _own(layout: Layout, operation: str, texts: dict[str, str]) -> str:
    nouns = [noun.replace("_", "") for noun in _nouns(layout, operation)]
    required = {name.lower() for name in layout.shape.member.required_members}
    promised = [
        ending for ending in _PROMISED for noun in (*nouns, "") if noun + ending in required
    ]
    own = [noun + ending for ending in _ENDINGS for noun in (*nouns, "")]
    first = [noun + ending for ending in promised for noun in (*nouns, "")]
    return next((texts[name] for name in (*first, *own) if name in texts), "")


def _nouns(layout: Layout, operation: str) -> Iterator[str]:
    """Yield what a record may be called: ``access_key``."""
    yield singular(layout.path[-1])
    yield singular(_VERB.sub("", operation))
    yield singular(layout.shape.member.name)
