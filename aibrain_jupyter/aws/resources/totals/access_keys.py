"""Access keys of users as IAM's credential report counts them; root's are no keys of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.resources.services.identity._iam_credential_report import (
    ROOT,
    parse_report,
)
from aibrain_jupyter.shared.tools.totals import Count

if TYPE_CHECKING:
    from aibrain_jupyter.aws.resources.totals.declaration import Total
    from aibrain_jupyter.shared.base_tool import CallContext


def counted(ctx: CallContext, total: Total) -> Count:
    """Return how many keys have a time they were made, as of the report; none is asked for."""
    answer = call(ctx, "iam", "GetCredentialReport", {})
    try:
        lines = parse_report(answer["Content"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return Count(why="IAM's credential report cannot be read")
    keys = [
        name
        for name, line in lines.items()
        for number in (1, 2)
        if name != ROOT and line.get(f"access_key_{number}_last_rotated") is not None
    ]
    return Count(len(keys), as_of=answer.get("GeneratedTime"))
