"""Tools that fail as an SDK of theirs does, until they are let go on."""

from __future__ import annotations

import threading

from botocore.exceptions import ClientError

from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry

WHO = "arn:aws:sts::111122223333:assumed-role/AuditRead/ann"
asked: list[str] = []
mended: set[str] = set()
go_on = threading.Event()


def _refused(code, message=""):
    return ClientError({"Error": {"Code": code, "Message": message}}, "ListKeys")


def _denied():
    return _refused("AccessDenied", f"User: {WHO} is not authorized to perform: kms:ListKeys")


def raw_denied(ctx):
    """Fail for want of a permission."""
    asked.append("raw_denied")
    raise _denied()


def raw_throttled(ctx):
    """Fail for rate, unless mended."""
    asked.append("raw_throttled")
    if "raw_throttled" not in mended:
        raise _refused("ThrottlingException", "Rate exceeded")
    return [{"a": 1}]


def grouped(ctx):
    """Fail in three ways at once."""
    asked.append("grouped")
    inner = ExceptionGroup("in", [KeyError("a"), TypeError("b")])
    raise ExceptionGroup("all", [_denied(), inner])


def held(ctx):
    """Go on until somebody says so, or cancels."""
    asked.append("held")
    while not go_on.wait(0.01):
        ctx.check()
    raise _refused("ThrottlingException", "Rate exceeded")


def register():
    """Make them known, as if nothing had been asked."""
    asked.clear()
    mended.clear()
    go_on.clear()
    for name in ("raw_denied", "raw_throttled", "grouped", "held"):
        get_tool_registry().register(
            ToolSpec(name, "A tool.", f"{__name__}:{name}", is_cacheable=False)
        )
