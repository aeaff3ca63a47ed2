"""What Resource Explorer counts: asked only where that creates nothing."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.totals.asking import ask
from aibrain_jupyter.aws.resources.totals.declaration import explorer
from aibrain_jupyter.shared.error_handler import SensitiveReadRefusedError

IMAGES = explorer("ec2:image")
VIEW = "arn:aws:resource-explorer-2:us-east-1:123456789012:view/all/1"


@pytest.mark.parametrize(
    ("index", "status"),
    [({"State": "CREATING"}, 200), ({"__type": "ResourceNotFoundException"}, 404)],
    ids=["not active", "none"],
)
def test_without_an_active_index_nothing_is_searched(ctx, aws_replies, index, status):
    """The first search would create an index, a view and a role: there is no total instead."""
    aws_replies.on("/GetIndex", index, status=status)

    count = ask(ctx, IMAGES)

    assert (None, True) == (count.number, bool(count.why))
    assert ["/GetIndex"] == [request.path for request in aws_replies.requests]


def test_an_active_index_counts(ctx, aws_replies):
    """It is searched through a view that is there already; a count that is cut off is none."""
    aws_replies.on("/GetIndex", {"State": "ACTIVE"})
    aws_replies.on("/ListViews", {"Views": [VIEW]})
    aws_replies.on("/Search", {"Resources": [], "Count": {"TotalResources": 7, "Complete": True}})

    assert 7 == ask(ctx, IMAGES).number
    assert VIEW in aws_replies.requests[-1].body
    assert "resourcetype:ec2:image" in aws_replies.requests[-1].body

    aws_replies.on("/Search", {"Count": {"TotalResources": 1000, "Complete": False}})
    count = ask(ctx, IMAGES)
    assert (None, True) == (count.number, bool(count.why))


def test_nobody_searches_by_the_way(ctx, pool):
    """A search is no plain read: it is sent only where it is meant."""
    with pytest.raises(SensitiveReadRefusedError):
        pool.client("resource-explorer-2", region="us-east-1").search(QueryString="")
