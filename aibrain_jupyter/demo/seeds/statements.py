"""Policy documents of the demo accounts, as IAM writes them."""

import json
from typing import Any, Final

ANYONE: Final = {"AWS": "*"}


def allow(action: Any, resource: Any = "*", *, to: Any = None, sid: str = "") -> dict[str, Any]:
    """Return a statement; `to` is its principal. What is empty is left out."""
    said = {"Sid": sid, "Effect": "Allow", "Principal": to, "Action": action, "Resource": resource}
    return {name: value for name, value in said.items() if value}


def document(*statements: dict[str, Any]) -> str:
    """Return the policy of `statements` as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
