"""
The expressions by which declared columns are read: JMESPath with a few functions of audit work.

A function given null (the service has no such member) answers null, unless its purpose is to
count or to tell presence: what is not there must not read as false by accident. So do JMESPath's
own functions here, which would raise. What cannot be read (a document that is no JSON, a tag
without a key) is an `Unreadable`, and so is what a function makes of one.
"""

from __future__ import annotations

import json
import re
from functools import cache
from inspect import signature
from operator import itemgetter
from types import new_class
from typing import TYPE_CHECKING, Any, Final

import jmespath  # type: ignore[import-untyped]
from jmespath import functions
from jmespath.exceptions import JMESPathTypeError  # type: ignore[import-untyped]
from jmespath.visitor import TreeInterpreter  # type: ignore[import-untyped]

from aibrain_jupyter.aws.policies.columns import left_out
from aibrain_jupyter.aws.policies.documents import read
from aibrain_jupyter.aws.policies.questions import (
    allowed_principals,
    allows_everyone,
    allows_everything,
    attaches,
)
from aibrain_jupyter.aws.resources.internet import acl_opens, are_internet, group_opens
from aibrain_jupyter.aws.resources.ports import LAST_PORT, icmp_words, port, protocol_name
from aibrain_jupyter.aws.resources.services.logging._cloudtrail_event_selectors import (
    management_events,
    records_data_events,
)
from aibrain_jupyter.aws.resources.values import (
    READ_FAULTS,
    account_of,
    days_between,
    every,
    from_epoch,
    latest,
    readable,
)
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_PLAIN: Final = re.compile(r"[A-Za-z_]\w*")
_NAMES: Final = re.compile(r"'[^']*'|`[^`]*`|([A-Za-z_]\w*)")
_ESCAPED: Final = re.compile(r"\\(?!056)([01][0-7]{2})")
"""ASCII but the dot: one within a label would read as the end of it."""
_TAG_KEYS: Final = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))
_VARIABLE_KEYS: Final = (("name", "value"), ("ParameterKey", "ParameterValue"))
_TRUE: Final = frozenset({"true", "enabled", "yes", "on", "1"})
_MS_PER_S: Final = 1000
_TAKES_ALL: Final = frozenset(
    {"all", "count", "length", "latest", "not_null", "present", "to_array", "type"}
)
"""Functions that have an answer for a value that cannot be read."""


class _Functions(functions.Functions):  # type: ignore[misc]
    """JMESPath's own functions, which answer null for null and let pass what cannot be read."""

    def call_function(self, function_name: str, resolved_args: list[Any]) -> Any:
        """Call a function; what is null or cannot be read goes through those that need a value."""
        if function_name not in _TAKES_ALL:
            for value in resolved_args:
                if isinstance(value, Unreadable):
                    return value
        try:
            return super().call_function(function_name, resolved_args)
        except JMESPathTypeError:
            if None in resolved_args:
                return None
            known = [_without_nulls(value) for value in resolved_args]
            if known == resolved_args:
                raise
            return super().call_function(function_name, known)


def _without_nulls(value: Any) -> Any:
    return [each for each in value if each is not None] if isinstance(value, list) else value


def _named(
    values: Iterable[Any], spellings: tuple[tuple[str, str], ...], empty: Any, why: str
) -> Any:
    """Return a list of names with values as a mapping; an `Unreadable` where a name is missing."""
    records = [each for each in values if each is not None]
    for key, value in spellings:
        if any(key in each for each in records):
            if not all(isinstance(each, dict) and each.get(key) for each in records):
                break
            records.sort(key=itemgetter(key))
            return {each[key]: each.get(value, empty) for each in records}
    return Unreadable(json.dumps(records, default=str), why) if records else {}


def _tags(tags: Any) -> Any:
    if isinstance(tags, dict):
        return dict(sorted(tags.items()))
    return _named(tags or (), _TAG_KEYS, "", "a tag has no key")


def _by_name(values: Any) -> Any:
    if isinstance(values, dict):
        return dict(sorted(values.items()))
    return _named(values or (), _VARIABLE_KEYS, None, "one of them has no name")


def _tag(tags: Any, key: str) -> Any:
    found = _tags(tags)
    return found if isinstance(found, Unreadable) else found.get(key)


def _each_is(facts: Any, things: Any) -> bool | None:
    if not things:
        return None
    return every(*(facts or ()), *[None] * (len(things) - len(facts or ())))


def _whole(value: Any) -> Any:
    if value in (None, ""):
        return None
    return readable(lambda text: int(float(text)), value, "it is not a whole number")


def _all(values: Any) -> list[Any]:
    found = [value for value in values or () if value is not None]
    if all(isinstance(value, str) for value in found):
        return sorted(set(found))
    return found


def _ms(value: Any) -> Any:
    if not isinstance(value, int | float):
        return value
    return readable(lambda ms: from_epoch(ms / _MS_PER_S), value, "it is not a time")


def _in_text(text: Any, name: str) -> Any:
    document = read(text)
    return document.get(name) if isinstance(document, dict) else document


def _arn(here: Any, service: str, kind: str, name: Any) -> str | None:
    if not name:
        return None
    return f"arn:{here['partition']}:{service}:{here['region']}:{here['account']}:{kind}/{name}"


_OWN: Final[Mapping[str, Callable[..., Any]]] = {
    # Tags of any spelling as a mapping ordered by key; none: empty. The value of one tag.
    "tags": _tags,
    "tag": _tag,
    # Variables, parameters or arguments of any spelling, ordered by name; none: empty.
    "by_name": _by_name,
    # A truth value that the service spells as text.
    "flag": lambda value: value if value is None else str(value).lower() in _TRUE,
    # Whether a value is another one.
    "is": lambda value, other: None if value is None else bool(value == other),
    # A value that counts only where a condition holds, else null.
    "where": lambda condition, value: value if condition else None,
    # Whether a fact holds for each of several things: false where it does not hold for one.
    # Null: there is no thing, or there are fewer facts than things.
    "each_is": _each_is,
    # A whole number that the service spells as text.
    "whole": _whole,
    # How many; none: 0.
    "count": lambda values: len(values or ()),
    # Whether there is one; a switch that is off is none.
    "present": lambda value: value is not False and value not in (None, "", [], {}),
    # A list without nulls and repetitions, sorted where it is text; none: empty.
    "all": _all,
    # Times given in milliseconds and in seconds since 1970.
    "ms": _ms,
    "seconds": lambda value: readable(from_epoch, value, "it is not a time") if value else None,
    # The whole days from one time to another.
    "days": lambda start, end: days_between(start or None, end or None),
    # The last of several times.
    "latest": lambda times: latest(times or ()),
    # A text, null where the service answers an empty one for none.
    "none_if_empty": lambda text: text or None,
    # The names of a mapping whose values say that they are on.
    "enabled_keys": lambda options: sorted(
        name for name, value in (options or {}).items() if (value or {}).get("Enabled")
    ),
    # A member of a document that the service gives as JSON text; a policy document as a mapping.
    "in_text": _in_text,
    "policy": read,
    # A policy where there always is one; null: the answer leaves it out.
    "always": lambda document: left_out() if document is None else document,
    # Whether its statements allow every action on every resource.
    "everything": lambda document: allows_everything(read(document)),
    # Whether a statement allows everyone and no condition says whom; no policy: false.
    "everyone": lambda document: allows_everyone(read(document)),
    # Whether AWS's own policy of that name is among attached policies.
    "attaches": lambda policies, name: attaches(policies or (), name),
    # Whom a policy allows.
    "principals": lambda document: allowed_principals(read(document)),
    # A domain name that Route 53 writes with escapes: ``\\052`` is the star of a wildcard.
    "domain": lambda name: (
        _ESCAPED.sub(lambda found: chr(int(found[1], 8)), name) if name else None
    ),
    # What stands after the last colon or the last slash of an ARN, and the account in it.
    "after_colon": lambda text: text.rpartition(":")[2] if text else None,
    "after_slash": lambda text: text.rpartition("/")[2] if text else None,
    "account_of": lambda arn: account_of(arn) if arn else None,
    # A text without what may stand at its end.
    "without_end": lambda text, end: text.removesuffix(end) if text else None,
    # Which management events a trail records, and whether it records any data event.
    "management_events": lambda selectors: management_events(selectors or {}),
    "records_data_events": lambda selectors: records_data_events(selectors or {}),
    # The name of an IP protocol, or its number; the ICMP messages of a rule.
    "protocol": protocol_name,
    "icmp": icmp_words,
    # The first and the last port of a rule; every port: 0 and 65535.
    "first_port": lambda protocol, number: port(protocol, number, 0),
    "last_port": lambda protocol, number: port(protocol, number, LAST_PORT),
    # Whether a range, or several together, are every public address.
    "is_internet": are_internet,
    # Whether a rule of a security group, or an entry of a network ACL, lets the whole internet in.
    "group_opens": group_opens,
    "acl_opens": acl_opens,
    # The records in a list of each parent, which also know what their parent knows.
    "inside": lambda parents, name: [
        {**parent, **own} for parent in parents or () for own in parent.get(name) or ()
    ],
    # The ARN of something the API names without one.
    "arn": _arn,
}
"""What expressions may call besides JMESPath's own functions: any values, as many as it names."""


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    takes = functions.signature(*[{"types": []}] * len(signature(function).parameters))
    found: Callable[..., Any] = takes(lambda _, *values: function(*values))
    return found


# jmespath collects the methods of a class when the class is made.
_methods: Final = {f"_func_{name}": _method(function) for name, function in _OWN.items()}
_Own: Any = new_class("_Own", (_Functions,), exec_body=lambda members: members.update(_methods))
_OPTIONS: Final = jmespath.Options(custom_functions=_Own())


_INTERPRETER: Final = TreeInterpreter(_OPTIONS)


@cache
def _compiled(expression: str) -> Callable[[Any], Any]:
    return _function_of(jmespath.compile(expression).parsed)


def _function_of(node: Mapping[str, Any]) -> Callable[[Any], Any]:
    """
    Return a part of an expression as a function; what is not known here is interpreted.

    A resource of 30 columns asks 30 expressions of each of its rows, and nearly all of them are
    paths, or functions of paths.
    """
    kind, below = node["type"], node.get("children", ())
    if kind == "field":
        name = node["value"]
        return lambda value: value.get(name) if isinstance(value, dict) else None
    if kind == "subexpression" and len(below) == 2:
        first, then = map(_function_of, below)
        return lambda value: then(first(value))
    if kind == "function_expression":
        called, arguments = node["value"], [_function_of(each) for each in below]
        call = _OPTIONS.custom_functions.call_function
        return lambda value: call(called, [argument(value) for argument in arguments])
    if kind == "literal":
        literal = node["value"]
        return lambda _value: literal
    return lambda value: _INTERPRETER.visit(node, value)


def search(expression: str, data: Mapping[str, Any] | Any) -> Any:
    """
    Return what `expression` finds in `data`; None: nothing.

    What cannot be read, because a member has another type than the expression needs, is an
    `Unreadable`.
    """
    if isinstance(data, dict) and _PLAIN.fullmatch(expression):
        return data.get(expression)  # nearly every column: not worth an interpreter
    try:
        return _compiled(expression)(data)
    except (JMESPathTypeError, *READ_FAULTS) as exc:
        return Unreadable(f"{type(exc).__name__}: {exc}", "it has another form than AWS describes")


@cache
def names_in(expression: str) -> frozenset[str]:
    """Return the identifiers of an expression, its literals left out."""
    return frozenset(name for name in _NAMES.findall(expression) if name)
