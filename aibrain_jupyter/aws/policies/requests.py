"""
Whether a statement is about a request, or about all requests of a kind.

A `Request` may be one request or, with wildcards in action and resource, all of a kind. The
answer is true if the statement is about every one of them, false if about none, and None if
about some, or if what is known does not decide it.

Source:
    IAM User Guide, "IAM JSON policy elements": "Action" (without case), "NotAction", "Resource",
    "NotResource".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aibrain_jupyter.aws.policies.conditions import Context, is_met
from aibrain_jupyter.aws.policies.patterns import Tokens, covers, overlaps, tokens

if TYPE_CHECKING:
    from aibrain_jupyter.aws.policies.documents import Statement


@dataclass(frozen=True, slots=True)
class Request:
    """`action` and `resource` may be patterns; `context` is what is known of condition keys."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=Context)


def is_about(statement: Statement, request: Request) -> bool | None:
    """Return whether a statement's action, resource and condition are those of the request."""
    facts = (
        is_about_action(statement, request.action),
        is_about_resource(statement, request.resource),
        is_met(statement.condition, request.context),
    )
    if False in facts:
        return False
    return None if None in facts else True


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
