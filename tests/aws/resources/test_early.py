"""Columns are read when a record comes, and the record is let go of."""

from __future__ import annotations

import gc
import json
import tracemalloc

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.shapes import count, text

PAGES, RECORDS, LONG = 20, 20, 10_000


def page_of(request):
    number = int(json.loads(request.body).get("NextToken") or 0)
    records = [
        {"Name": f"p{number:02}-{n:02}", "KeyId": f"k{n}", "Description": "x" * (LONG + n)}
        for n in range(RECORDS)
    ]
    more = {"NextToken": str(number + 1)} if number + 1 < PAGES else {}
    return {"Parameters": records, **more}


def test_what_nothing_is_read_from_is_not_kept(ctx, aws_replies):
    """A listing of 4 MB whose columns need little takes the memory of a page, and of these."""
    parameters = declared(
        "ssm",
        "parameters",
        "Parameters.",
        (text("name", "name", "Name"), count("length", "letters", "length(Description)")),
        (listing("ssm:DescribeParameters", "Parameters"),),
    )
    aws_replies.on("DescribeParameters", page_of)
    export_resource(parameters, ctx)  # models, clients and whatever stays
    gc.collect()

    tracemalloc.start()
    frame = export_resource(parameters, ctx).frame
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [f"p{p:02}-{n:02}" for p in range(PAGES) for n in range(RECORDS)] == list(frame["name"])
    assert LONG + RECORDS - 1 == frame["length"].max()
    assert peak < PAGES * RECORDS * LONG / 2


def test_what_a_later_request_or_column_needs_is_kept(ctx, aws_replies):
    """A key is asked for by a member of the record, and a column may need both answers."""
    parameters = declared(
        "ssm",
        "parameters",
        "Parameters.",
        (
            text("name", "name", "Name"),
            text("both", "of the record and of the key", "join('/', [Tier, DescribeKey.Arn])"),
        ),
        (
            listing("ssm:DescribeParameters", "Parameters"),
            detail("kms:DescribeKey", {"KeyId": "KeyId"}, member="KeyMetadata"),
        ),
    )
    aws_replies.on("DescribeParameters", {"Parameters": [{"Name": "a", "KeyId": "k", "Tier": "t"}]})
    aws_replies.on("DescribeKey", {"KeyMetadata": {"KeyId": "k", "Arn": "arn:k"}})

    assert ["t/arn:k"] == export_resource(parameters, ctx).frame["both"].tolist()
