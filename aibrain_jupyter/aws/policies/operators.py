"""
Condition operators: their names taken apart, and how each compares two values.

Source:
    IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import operator as order
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.policies.patterns import matches, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

STRING: Final = "string"
LIKE: Final = "like"
NUMERIC: Final = "numeric"
DATE: Final = "date"
BOOL: Final = "bool"
BINARY: Final = "binary"
ADDRESS: Final = "address"
ARN: Final = "arn"
NULL: Final = "null"

FOR_ALL: Final = "forallvalues"
FOR_ANY: Final = "foranyvalue"
_IF_EXISTS: Final = "ifexists"
_ARN_PARTS: Final = 6


@dataclass(frozen=True, slots=True)
class Operator:
    """
    A condition operator: ``ForAllValues:StringNotLikeIfExists`` is for all, negated, if exists.

    `kind` is one of the kinds above; empty for a name that IAM does not know.
    """

    kind: str
    compare: Callable[[str, str], bool]
    is_negated: bool = False
    is_if_exists: bool = False
    qualifier: str = ""


def operator_of(name: str) -> Operator:
    """Return the operator of a name, which IAM reads without case."""
    qualifier, _, rest = name.lower().rpartition(":")
    is_if_exists = rest.endswith(_IF_EXISTS)
    kind, compare, is_negated = _KNOWN.get(rest.removesuffix(_IF_EXISTS), ("", _never, False))
    if qualifier not in ("", FOR_ALL, FOR_ANY) or (kind == NULL and (qualifier or is_if_exists)):
        kind = ""
    return Operator(kind, compare, is_negated, is_if_exists, qualifier)


def arn_parts(arn: str) -> list[str]:
    """Return the six parts of an ARN or of a pattern of ARNs; fewer where it has fewer."""
    return arn.split(":", _ARN_PARTS - 1)


def as_text(value: Any) -> str:
    """Return a value of a condition as the text that IAM compares."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return an address or a range of them; None: it is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _never(_policy: str, _request: str) -> bool:
    return False


def _equal(policy: str, request: str) -> bool:
    return policy == request


def _equal_without_case(policy: str, request: str) -> bool:
    return policy.casefold() == request.casefold()


def _like(policy: str, request: str) -> bool:
    return matches(tokens(policy), request)


def _arn_like(policy: str, request: str) -> bool:
    """Compare part by part: a wildcard does not reach over a colon, but in the last part."""
    patterns, parts = arn_parts(policy), arn_parts(request)
    if policy == "*":
        return True
    return len(patterns) == len(parts) == _ARN_PARTS and all(map(_like, patterns, parts))


def _contains(policy: str, request: str) -> bool:
    wide, narrow = network(policy), network(request)
    if isinstance(wide, ipaddress.IPv4Network) and isinstance(narrow, ipaddress.IPv4Network):
        return narrow.subnet_of(wide)
    if isinstance(wide, ipaddress.IPv6Network) and isinstance(narrow, ipaddress.IPv6Network):
        return narrow.subnet_of(wide)
    return False


def _number(text: str) -> float:
    return float(text)


def _moment(text: str) -> float:
    """Return a date of ISO 8601 (UTC without a zone) or of seconds since 1970, as seconds."""
    if text.lstrip("-").isdigit() and len(text) > len("2026"):
        return float(text)
    moment = dt.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _by(
    read: Callable[[str], float], compare: Callable[[float, float], bool]
) -> Callable[[str, str], bool]:
    def compared(policy: str, request: str) -> bool:
        try:
            return compare(read(request), read(policy))
        except ValueError:
            return False  # a value of another kind does not match

    return compared


_ORDERS: Final[dict[str, tuple[Callable[[float, float], bool], bool]]] = {
    "equals": (order.eq, False),
    "notequals": (order.eq, True),
    "lessthan": (order.lt, False),
    "lessthanequals": (order.le, False),
    "greaterthan": (order.gt, False),
    "greaterthanequals": (order.ge, False),
}
_KNOWN: Final[dict[str, tuple[str, Callable[[str, str], bool], bool]]] = {
    "stringequals": (STRING, _equal, False),
    "stringnotequals": (STRING, _equal, True),
    "stringequalsignorecase": (STRING, _equal_without_case, False),
    "stringnotequalsignorecase": (STRING, _equal_without_case, True),
    "stringlike": (LIKE, _like, False),
    "stringnotlike": (LIKE, _like, True),
    "bool": (BOOL, _equal_without_case, False),
    "binaryequals": (BINARY, _equal, False),
    "ipaddress": (ADDRESS, _contains, False),
    "notipaddress": (ADDRESS, _contains, True),
    "arnequals": (ARN, _arn_like, False),
    "arnnotequals": (ARN, _arn_like, True),
    "arnlike": (ARN, _arn_like, False),
    "arnnotlike": (ARN, _arn_like, True),
    "null": (NULL, _equal_without_case, False),
    **{f"numeric{n}": (NUMERIC, _by(_number, c), is_not) for n, (c, is_not) in _ORDERS.items()},
    **{f"date{n}": (DATE, _by(_moment, c), is_not) for n, (c, is_not) in _ORDERS.items()},
}
