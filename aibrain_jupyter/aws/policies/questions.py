"""
What columns ask of a policy document.

These are readings of statements, not an evaluation of IAM: boundaries, service control policies
and, unless a function says so, other statements decide together with them. A document that
cannot be read answers every question with its `Unreadable`.

One action or resource may be asked for, or with wildcards all of a kind. The answer is true if the
statement is about every one of them, false if about none, and None if about some, or if a policy
variable decides it (IAM User Guide, "IAM JSON policy elements": "Action", which is read without
case, "NotAction", "Resource", "NotResource").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aibrain_jupyter.aws.policies.conditions import Condition, Context, is_met
from aibrain_jupyter.aws.policies.documents import Statement, statements
from aibrain_jupyter.aws.policies.narrowing import narrows, narrows_who, requires_fixed_text
from aibrain_jupyter.aws.policies.operators import BOOL, NULL
from aibrain_jupyter.aws.policies.patterns import Tokens, covers, overlaps, tokens
from aibrain_jupyter.aws.policies.principals import EVERYONE, named, names_everyone, other_accounts
from aibrain_jupyter.aws.policies.words import NoPolicyError
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Document = Mapping[str, Any] | Unreadable | None

_Answer = TypeVar("_Answer")

_OF_AWS: Final = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(.+)")
_EVERY_ACTION: Final = tokens("?*:?*")
# Actions without resources of their own need "*"; all others are in one of these.
_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov")
_EVERY_RESOURCE: Final = ("*", *(f"arn:{partition}:*:*:*:*" for partition in _PARTITIONS))
_TLS: Final = "aws:securetransport"
_PLAIN_HTTP: Final = Context({_TLS: ("false",)})


def allowed_principals(document: Document) -> list[str] | Unreadable:
    """Return whom an Allow statement names, sorted: ``Service:ec2.amazonaws.com``, ``*``, …"""
    return _answer(document, lambda found: sorted({p for s in found if s.allows for p in named(s)}))


def allows_everyone(document: Document) -> bool | Unreadable:
    """
    Tell whether an Allow is for everyone and its condition says neither who nor from where.

    No policy: false. Which conditions say so: ``aws/policies/narrowing.py``.
    """
    return _answer(document, lambda found: any(_is_open(statement) for statement in found))


def allows_everything(document: Document) -> bool | Unreadable:
    """
    Tell whether its statements allow every action on every resource.

    Statements count together: ``NotAction: iam:*`` beside ``iam:*`` is every action. A condition
    counts only if it must be met and not everybody meets it: an administrator by TLS or until
    next year is one.
    """
    return _answer(document, _allows_everything)


def refuses_plain_http(document: Document, bucket: str) -> bool | Unreadable:
    """
    Tell whether a bucket policy denies everyone every S3 action on the objects without TLS.

    Counted is one Deny statement for everyone that is about all requests for objects whose
    ``aws:SecureTransport`` is false, whatever else is true of them. A further condition narrows
    it; other operators than ``Bool`` are not meant for this key and do not count.
    """
    objects = [f"arn:{partition}:s3:::{bucket}/?*" for partition in _PARTITIONS]

    def refuses(statement: Statement) -> bool:
        return (
            not statement.allows
            and names_everyone(statement)
            and is_about_action(statement, "s3:?*") is True
            and _is_about_one_of(statement, objects)
            and _is_on_tls(statement.condition)
            and is_met(statement.condition, _PLAIN_HTTP) is True
        )

    return _answer(document, lambda found: any(refuses(statement) for statement in found))


def trusted_accounts(document: Document, own: str) -> list[str] | Unreadable:
    """Return the ids of accounts other than `own` that it allows something; ``*`` for all."""
    return _answer(
        document,
        lambda found: sorted({a for s in found if s.allows for a in other_accounts(s, own)}),
    )


def requires_external_id(document: Document, own: str) -> bool | Unreadable | None:
    """
    Tell whether every statement that trusts another account requires an external id.

    A condition that is met without one (``IfExists``, ``ForAllValues``, ``Not…``), by any
    (``*``, ``Null``) or by one the caller sets (a policy variable) does not. Statements by which
    no role can be assumed (``sts:TagSession``) do not count. None: no other account is trusted.
    """

    def requires_it(found: Sequence[Statement]) -> bool | None:
        foreign = [s for s in found if s.allows and _lets_in(s) and other_accounts(s, own)]
        if not foreign:
            return None
        return all(requires_fixed_text(s.condition, "sts:ExternalId") for s in foreign)

    return _answer(document, requires_it)


def attaches(policies: Sequence[Mapping[str, Any]], name: str) -> bool | Unreadable:
    """
    Tell whether AWS's own policy `name` is among attached ones, by ARN, in any partition.

    A policy of the account may have the same name.
    """
    arns = [policy.get("PolicyArn") for policy in policies]
    found = [_OF_AWS.fullmatch(arn) for arn in arns if isinstance(arn, str)]
    if name in [match[1] for match in found if match]:
        return True
    if all(isinstance(arn, str) and not isinstance(arn, Unreadable) for arn in arns):
        return False
    return Unreadable(list(policies), "an attached policy has no ARN")


def _is_open(statement: Statement) -> bool:
    return (
        statement.allows and EVERYONE in named(statement) and not narrows_who(statement.condition)
    )


def _allows_everything(found: Sequence[Statement]) -> bool:
    wide = [
        s
        for s in found
        if s.allows and not narrows(s.condition) and _is_about_one_of(s, _EVERY_RESOURCE)
    ]
    allowed = [tokens(a.lower()) for s in wide if not s.is_not_action for a in s.actions]
    if any(covers(pattern, _EVERY_ACTION) for pattern in allowed):
        return True
    left_out = [[tokens(a.lower()) for a in s.actions] for s in wide if s.is_not_action]
    # What one statement leaves out must be allowed by another one.
    return any(
        all(
            any(covers(pattern, action) for pattern in allowed)
            or any(not any(overlaps(o, action) for o in other) for other in left_out)
            for action in patterns
        )
        for patterns in left_out
    )


def _lets_in(statement: Statement) -> bool:
    return not statement.actions or is_about_action(statement, "sts:AssumeRole*") is not False


def _is_about_one_of(statement: Statement, resources: Sequence[str]) -> bool:
    """Tell whether a statement is about one of these patterns, whole; leaving out, about all."""
    facts = [is_about_resource(statement, resource) is True for resource in resources]
    return all(facts) if statement.is_not_resource else any(facts)


def _is_on_tls(condition: Condition) -> bool:
    kinds = {test.operator.kind for test in condition if test.key == _TLS}
    return BOOL in kinds and kinds <= {BOOL, NULL}


def _answer(
    document: Document, question: Callable[[tuple[Statement, ...]], _Answer]
) -> _Answer | Unreadable:
    if isinstance(document, Unreadable):
        return document
    try:
        return question(statements(document))
    except NoPolicyError as error:
        return Unreadable(document, str(error))


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
