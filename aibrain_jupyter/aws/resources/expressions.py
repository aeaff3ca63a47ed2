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
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import jmespath  # type: ignore[import-untyped]
from jmespath import functions
from jmespath.exceptions import JMESPathTypeError  # type: ignore[import-untyped]

from aibrain_jupyter.aws.resources.policy_documents import (
    allowed_principals,
    allows_everyone,
    parsed,
)
from aibrain_jupyter.aws.resources.values import from_epoch, readable
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLAIN: Final = re.compile(r"[A-Za-z_]\w*")
_NAMES: Final = re.compile(r"'[^']*'|`[^`]*`|([A-Za-z_]\w*)")
_ESCAPED: Final = re.compile(r"\\(?!056)([01][0-7]{2})")
"""ASCII but the dot: one within a label would read as the end of it."""
_TAG_KEYS: Final = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))
_VARIABLE_KEYS: Final = (("name", "value"), ("ParameterKey", "ParameterValue"))
_ANY: Final[Mapping[str, list[str]]] = {"types": []}
_TRUE: Final = frozenset({"true", "enabled", "yes", "on", "1"})
_MS_PER_S: Final = 1000
_TAKES_ALL: Final = frozenset(
    {"all", "count", "length", "latest", "not_null", "present", "to_array", "type"}
)
"""Functions that have an answer for a value that cannot be read."""


class _Functions(functions.Functions):  # type: ignore[misc]
    """What expressions may call besides JMESPath's own functions."""

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

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_tags(self, tags: Any) -> Any:
        """Tags of any spelling as a mapping ordered by key; none: empty."""
        if isinstance(tags, dict):
            return dict(sorted(tags.items()))
        return _named(tags or (), _TAG_KEYS, "", "a tag has no key")

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_by_name(self, values: Any) -> Any:
        """Variables, parameters or arguments of any spelling, ordered by name; none: empty."""
        if isinstance(values, dict):
            return dict(sorted(values.items()))
        return _named(values or (), _VARIABLE_KEYS, None, "one of them has no name")

    @functions.signature(_ANY, _ANY)  # type: ignore[untyped-decorator]
    def _func_tag(self, tags: Any, key: str) -> str | None:
        """The value of one tag."""
        found = self._func_tags(tags)
        return found if isinstance(found, Unreadable) else found.get(key)

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_flag(self, value: Any) -> bool | None:
        """A truth value that the service spells as text."""
        return value if value is None else str(value).lower() in _TRUE

    @functions.signature(_ANY, _ANY)  # type: ignore[untyped-decorator]
    def _func_is(self, value: Any, other: Any) -> bool | None:
        """Whether a value is another one."""
        return None if value is None else bool(value == other)

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_whole(self, value: Any) -> int | None:
        """A whole number that the service spells as text."""
        return None if value in (None, "") else readable(_whole, value, "it is not a whole number")

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_count(self, values: Any) -> int:
        """How many; none: 0."""
        return len(values or ())

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_present(self, value: Any) -> bool:
        """Whether there is one; a switch that is off is none."""
        return value is not False and value not in (None, "", [], {})

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_all(self, values: Any) -> list[Any]:
        """A list without nulls and repetitions, sorted where it is text; none: empty."""
        found = [value for value in values or () if value is not None]
        if all(isinstance(value, str) for value in found):
            return sorted(set(found))
        return found

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_ms(self, value: Any) -> Any:
        """A time given in milliseconds since 1970."""
        if not isinstance(value, int | float):
            return value
        return readable(lambda ms: from_epoch(ms / _MS_PER_S), value, "it is not a time")

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_seconds(self, value: Any) -> Any:
        """A time given in seconds since 1970."""
        return readable(from_epoch, value, "it is not a time") if value else None

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_latest(self, times: Any) -> Any:
        """The last of several times."""
        found = [time for time in times or () if time]
        unread = [time for time in found if isinstance(time, Unreadable)]
        return unread[0] if unread else max(found, default=None)

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_none_if_empty(self, text: Any) -> Any:
        """A text, null where the service answers an empty one for none."""
        return text or None

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_enabled_keys(self, options: Any) -> list[str]:
        """The names of a mapping whose values say that they are on."""
        found = options or {}
        return sorted(
            n for n, value in found.items() if isinstance(value, dict) and value.get("Enabled")
        )

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_parsed(self, text: Any) -> Any:
        """A document that the service gives as JSON text."""
        return readable(json.loads, text, "it is no JSON") if text else None

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_policy(self, document: Any) -> Any:
        """A policy document as a mapping."""
        return readable(parsed, document, "it is no policy document")

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_everyone(self, document: Any) -> Any:
        """Whether a statement allows everyone without a condition; no policy: false."""
        return readable(
            lambda text: allows_everyone(parsed(text)), document, "it is no policy document"
        )

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_principals(self, document: Any) -> Any:
        """Whom a policy allows."""
        return readable(
            lambda text: allowed_principals(parsed(text)), document, "it is no policy document"
        )

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_domain(self, name: Any) -> str | None:
        """A domain name that Route 53 writes with escapes: ``\\052`` is the star of a wildcard."""
        return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), name) if name else None

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_after_colon(self, text: Any) -> str | None:
        """What stands after the last colon of an ARN."""
        return text.rpartition(":")[2] if text else None

    @functions.signature(_ANY)  # type: ignore[untyped-decorator]
    def _func_after_slash(self, text: Any) -> str | None:
        """What stands after the last slash of an ARN."""
        return text.rpartition("/")[2] if text else None

    @functions.signature(_ANY, _ANY, _ANY, _ANY)  # type: ignore[untyped-decorator]
    def _func_arn(self, here: Any, service: str, kind: str, name: Any) -> str | None:
        """The ARN of something the API names without one."""
        if not name:
            return None
        return f"arn:{here['partition']}:{service}:{here['region']}:{here['account']}:{kind}/{name}"


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
            return {
                each[key]: each.get(value, empty) for each in sorted(records, key=itemgetter(key))
            }
    return Unreadable(json.dumps(records, default=str), why) if records else {}


def _whole(value: Any) -> int:
    return int(float(value))


_OPTIONS: Final = jmespath.Options(custom_functions=_Functions())


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def search(expression: str, data: Mapping[str, Any] | Any) -> Any:
    """
    Return what `expression` finds in `data`; None: nothing.

    What cannot be read, because a member has another type than the expression needs, is an
    `Unreadable`.
    """
    if isinstance(data, dict) and _PLAIN.fullmatch(expression):
        return data.get(expression)  # nearly every column: not worth an interpreter
    try:
        return _compiled(expression).search(data, options=_OPTIONS)
    except (JMESPathTypeError, AttributeError, LookupError, TypeError, ValueError) as exc:
        return Unreadable(f"{type(exc).__name__}: {exc}", "it has another form than AWS describes")


@cache
def names_in(expression: str) -> frozenset[str]:
    """Return the identifiers of an expression, its literals left out."""
    return frozenset(name for name in _NAMES.findall(expression) if name)
