"""A small frame of every kind of column, and a way to choose among its rows."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import (
    COUNT,
    FLAG,
    NESTED,
    NOT_KNOWN,
    NUMBER,
    TEXT,
    TIME,
    Column,
)
from aibrain_jupyter.tool_executors.views import check_shape, shape

NOW = dt.datetime(2026, 4, 10, 12, tzinfo=dt.UTC)
TARGET = AwsTarget(account="111122223333", region="eu-west-1")
COLUMNS = (
    Column("name", TEXT, ""),
    Column("state", TEXT, ""),
    Column("is_encrypted", FLAG, ""),
    Column("size_gib", COUNT, ""),
    Column("ratio", NUMBER, ""),
    Column("created", TIME, ""),
    Column("last_used", TIME, "", absent="never used"),
    Column("protocol", TEXT, "", absent="every one"),
    Column("groups", NESTED, ""),
    Column("tags", NESTED, ""),
    Column("rules", NESTED, ""),
    NOT_KNOWN,
)
ROWS = (
    {
        "name": "a",
        "state": "running",
        "is_encrypted": True,
        "size_gib": 8,
        "ratio": 0.5,
        "created": "2026-01-01T00:00:00Z",
        "last_used": "2026-02-01T10:00:00Z",
        "protocol": "tcp",
        "groups": ["developers", "ops"],
        "tags": {"owner": "ann", "n": 3},
        "rules": [{"port": 22}, {"port": 443}],
    },
    {
        "name": "b",
        "state": "stopped",
        "is_encrypted": False,
        "created": "2026-03-31T23:59:59Z",
        "groups": [],
        "tags": {},
        "rules": [],
    },
    {
        "name": "c",
        "state": "running",
        "created": "2026-04-01T00:00:00Z",
        "not_known": "is_encrypted, groups: denied; tags: throttled",
    },
    {
        "name": "d",
        "state": "stopped",
        "size_gib": 5,
        "groups": ["ops"],
        "tags": {"Owner": "bob"},
        "rules": [{"port": 80}],
    },
)


@pytest.fixture
def choose():
    """Return a function of a query that gives the result, checked first as a cell does."""

    def chosen(where, *, rows=ROWS, columns=COLUMNS, now=NOW):
        params = {"where": where, "asked_at": now}
        check_shape(columns, params)
        return shape(ToolResult(frame_of(rows, columns)), TARGET, params, columns)

    return chosen


@pytest.fixture
def names(choose):
    """Return a function of a query that gives the names of the rows it keeps."""
    return lambda where, **more: choose(where, **more).frame["name"].tolist()
