"""
What a condition on an Allow asks for: it narrows only what it cannot be met without.

A test *requires* its key if no request passes without the key and one of its values. Operators
with ``IfExists`` and ``ForAllValues`` pass without the key (unless a ``Null`` test asks for it),
negated ones (``StringNotEquals``) pass with nearly every value, ``Null`` with every value, and
wildcards that match all do too.

A test narrows *who* if what it requires is a fixed account, organization, principal, ARN,
network or address: AWS's own meaning of "public" is everything else. What a caller chooses
(TLS, headers, tags, the request's parameters) narrows nobody.

Source:
    S3 User Guide, "The meaning of 'public'"; EFS User Guide, "Blocking public access"; IAM User
    Guide, "AWS global condition context keys".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.policies.operators import (
    ADDRESS,
    ARN,
    BOOL,
    FOR_ALL,
    LIKE,
    NULL,
    STRING,
    arn_parts,
    network,
)
from aibrain_jupyter.aws.policies.patterns import ANY, ONE, has_wildcard, is_everything, tokens
from aibrain_jupyter.aws.policies.principals import account_of

if TYPE_CHECKING:
    from aibrain_jupyter.aws.policies.conditions import Condition, Test

_EXACT_KEYS: Final = """
    aws:principalaccount aws:principalorgid aws:principalservicename aws:sourceaccount
    aws:sourceorgid aws:sourceowner aws:sourcevpc aws:sourcevpce aws:vpceaccount aws:vpceorgid
    kms:calleraccount s3:dataaccesspointaccount
"""
_EXACT: Final = frozenset(_EXACT_KEYS.split())
_PATHS: Final = frozenset({"aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"})
_ARNS: Final = frozenset(
    {
        "aws:principalarn",
        "aws:sourcearn",
        "aws:sourcevpcarn",
        "ec2:sourceinstancearn",
        "lambda:sourcefunctionarn",
        "s3:dataaccesspointarn",
    }
)
_ADDRESSES: Final = "aws:sourceip"
_USER_ID: Final = "aws:userid"
_SAY_WHO: Final = _EXACT | _PATHS | _ARNS | {_ADDRESSES, _USER_ID}
_MOUNT_TARGET: Final = "elasticfilesystem:accessedviamounttarget"
_OF_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}/.*")
_OF_ROLE: Final = re.compile(r"[A-Z0-9]{16,}:.*")
_WIDEST: Final = {4: 8, 6: 32}
"""A range of addresses with a shorter prefix counts as everywhere, as S3 counts it."""
_MET_BY_EVERYBODY: Final = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:referer",
        "aws:securetransport",
        "aws:useragent",
    }
)


def requires(test: Test, condition: Condition) -> bool:
    """Tell whether a request passes `test`, one of the condition's, with its values only."""
    operator = test.operator
    if not operator.kind or operator.kind == NULL or operator.is_negated or not test.values:
        return False
    if (operator.is_if_exists or operator.qualifier == FOR_ALL) and not any(
        _asks_for(other, test.key) for other in condition
    ):
        return False
    return not _takes_everything(test)


def narrows(condition: Condition) -> bool:
    """Tell whether a condition keeps back a caller who may do everything else."""
    return any(
        requires(test, condition) and test.key not in _MET_BY_EVERYBODY for test in condition
    )


def narrows_who(condition: Condition) -> bool:
    """Tell whether a condition says who, or from where, and nothing but fixed values."""
    return any(
        requires(test, condition) and all(_is_fixed(test, value) for value in test.values)
        for test in condition
    )


def requires_fixed_text(condition: Condition, key: str) -> bool:
    """Tell whether a condition asks for texts under `key` that are written in the policy."""
    return any(
        test.key == key.lower()
        and test.operator.kind in (STRING, LIKE)
        and requires(test, condition)
        and all(_has_text(test, value) for value in test.values)
        for test in condition
    )


def _asks_for(test: Test, key: str) -> bool:
    """Tell whether a test is ``Null: {key: false}``: the key must be there."""
    values = {value.lower() for value in test.values}
    return test.operator.kind == NULL and test.key == key and values == {"false"}


def _takes_everything(test: Test) -> bool:
    kind = test.operator.kind
    if kind == BOOL:
        return {"true", "false"} <= {value.lower() for value in test.values}
    return any(_is_everything(kind, value) for value in test.values)


def _is_everything(kind: str, value: str) -> bool:
    if kind == ADDRESS:
        addresses = network(value)
        return addresses is not None and addresses.prefixlen == 0
    if kind == ARN and value.startswith("arn:"):
        return all(is_everything(tokens(part)) for part in arn_parts(value)[1:])
    return kind in (LIKE, ARN) and is_everything(tokens(value))


def _is_fixed(test: Test, value: str) -> bool:
    if _has_variable(test, value):
        return False
    kind, key = test.operator.kind, test.key
    if key == _MOUNT_TARGET:
        return kind == BOOL and value.lower() == "true"
    if key == _ADDRESSES and kind == ADDRESS:
        return _is_narrow(value)
    if kind not in (STRING, LIKE, ARN) or key not in _SAY_WHO:
        return False
    return kind == STRING or not has_wildcard(tokens(value)) or _is_fixed_pattern(key, value)


def _is_fixed_pattern(key: str, pattern: str) -> bool:
    """Tell whether a pattern, wildcards and all, stays with one account or organization."""
    beginning = re.split(r"[*?]", pattern)[0]
    if key in _ARNS:
        return _is_of_account(pattern)
    if key in _PATHS:
        return _OF_ORGANIZATION.match(beginning) is not None
    return key == _USER_ID and _OF_ROLE.match(beginning) is not None


def _is_of_account(pattern: str) -> bool:
    """Tell whether a pattern of ARNs is within one account, or one bucket, whose ARN has none."""
    parts = arn_parts(pattern)
    account = account_of(pattern)
    if account:
        return not has_wildcard(tokens(account))
    if len(parts) < 6 or has_wildcard(tokens(parts[2])):
        return False
    name, slash, _ = parts[5].partition("/")
    return bool(slash) and not has_wildcard(tokens(name))


def _is_narrow(value: str) -> bool:
    addresses = network(value)
    return addresses is not None and addresses.prefixlen >= _WIDEST[addresses.version]


def _has_text(test: Test, value: str) -> bool:
    """Tell whether a value has text of its own, and no variable for the caller to fill in."""
    if _has_variable(test, value):
        return False
    return test.operator.kind == STRING or not set(tokens(value)) <= {ANY, ONE}


def _has_variable(test: Test, value: str) -> bool:
    return test.has_variables and "${" in value
