"""
Which actions and resources a statement is about.

One action or resource may be asked for, or with wildcards all of a kind. The answer is true if
the statement is about every one of them, false if about none, and None if about some, or if a
policy variable decides it.

Source:
    IAM User Guide, "IAM JSON policy elements": "Action" (without case), "NotAction", "Resource",
    "NotResource".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.aws.policies.patterns import Tokens, covers, overlaps, tokens

if TYPE_CHECKING:
    from aibrain_jupyter.aws.policies.documents import Statement


def is_about_action(statement: Statement, action: str) -> bool | None:
    """Return whether a statement is about an action, or all that a pattern of actions matches."""
    patterns = [tokens(pattern.lower()) for pattern in statement.actions]
    return _is_among(patterns, tokens(action.lower()), is_not=statement.is_not_action)


def is_about_resource(statement: Statement, resource: str) -> bool | None:
    """Return whether a statement is about a resource, or all that a pattern matches."""
    patterns = [tokens(r, has_variables=statement.has_variables) for r in statement.resources]
    return _is_among(patterns, tokens(resource), is_not=statement.is_not_resource)


def _is_among(patterns: list[Tokens], asked: Tokens, *, is_not: bool) -> bool | None:
    if any(covers(pattern, asked) for pattern in patterns):
        return not is_not
    if not any(overlaps(pattern, asked) for pattern in patterns):
        return is_not
    return None
