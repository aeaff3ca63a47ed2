"""Tools that fail as an SDK of theirs does, until they are let go on."""

from __future__ import annotations

import threading

from botocore.exceptions import ClientError

from aibrain_jupyter.shared.base_tool import ToolHandler, ToolSpec
from aibrain_jupyter.shared.error_handler import CredentialsExpiredError
from aibrain_jupyter.tool_registry import get_tool_registry

WHO = "arn:aws:sts::111122223333:assumed-role/AuditRead/ann"
SECRET = "C4n4ryOfAnException0123456789abcdefghij"
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


def huge(ctx):
    """Say a lot."""
    raise ValueError("x" * 3_000_000 + "\n" * 50_000 + "\x1b[31m" + SECRET)


def hostile(ctx):
    """Say what steers a page or a terminal, and keep secrets in notes and causes."""
    error = ValueError("<script>alert(1)</script> [x](javascript:alert(1)) \x1b[31m \u202e|`a`")
    error.add_note(f"password={SECRET}")
    raise error from KeyError(f"aws_secret_access_key={SECRET}")


def held(ctx):
    """Go on until somebody says so, or cancels."""
    asked.append("held")
    while not go_on.wait(0.01):
        ctx.check()
    raise _refused("ThrottlingException", "Rate exceeded")


class Unplanned(ToolHandler):
    """Whose accounts nobody can list."""

    def run(self, ctx):
        """Never run."""
        asked.append("unplanned")

    def targets(self, params, finding):
        """Fail for want of a session."""
        raise CredentialsExpiredError(
            "The session of the organization has ended.", next_steps=["Sign in again."]
        )


def register():
    """Make them known, as if nothing had been asked."""
    asked.clear()
    mended.clear()
    go_on.clear()
    for name in ("raw_denied", "raw_throttled", "grouped", "huge", "hostile", "held"):
        get_tool_registry().register(
            ToolSpec(name, "A tool.", f"{__name__}:{name}", is_cacheable=False)
        )
    get_tool_registry().register(
        ToolSpec("unplanned", "A tool.", f"{__name__}:Unplanned", places=("account_id", "region"))
    )
