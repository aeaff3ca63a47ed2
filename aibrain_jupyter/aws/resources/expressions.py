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
from typing import TYPE_CHECKING, Any, Final, TypeVar

import jmespath  # type: ignore[import-untyped]
from jmespath import functions
from jmespath.exceptions import JMESPathTypeError  # type: ignore[import-untyped]

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
from aibrain_jupyter.aws.resources.services.logging.cloudtrail_event_selectors import (
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

_Function = TypeVar("_Function", bound="Callable[..., Any]")
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


def _takes(arguments: int) -> Callable[[_Function], _Function]:
    """Register a function of so many arguments of any type."""
    found: Callable[[_Function], _Function] = functions.signature(*[_ANY] * arguments)
    return found


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

    @_takes(1)
    def _func_tags(self, tags: Any) -> Any:
        """Tags of any spelling as a mapping ordered by key; none: empty."""
        if isinstance(tags, dict):
            return dict(sorted(tags.items()))
        return _named(tags or (), _TAG_KEYS, "", "a tag has no key")

    @_takes(1)
    def _func_by_name(self, values: Any) -> Any:
        """Variables, parameters or arguments of any spelling, ordered by name; none: empty."""
        if isinstance(values, dict):
            return dict(sorted(values.items()))
        return _named(values or (), _VARIABLE_KEYS, None, "one of them has no name")

    @_takes(2)
    def _func_tag(self, tags: Any, key: str) -> str | None:
        """The value of one tag."""
        found = self._func_tags(tags)
        return found if isinstance(found, Unreadable) else found.get(key)

    @_takes(1)
    def _func_flag(self, value: Any) -> bool | None:
        """A truth value that the service spells as text."""
        return value if value is None else str(value).lower() in _TRUE

    @_takes(2)
    def _func_is(self, value: Any, other: Any) -> bool | None:
        """Whether a value is another one."""
        return None if value is None else bool(value == other)

    @_takes(2)
    def _func_where(self, condition: Any, value: Any) -> Any:
        """A value that counts only where a condition holds, else null."""
        return value if condition else None

    @_takes(2)
    def _func_each_is(self, facts: Any, things: Any) -> bool | None:
        """
        Whether a fact holds for each of several things: false where it does not hold for one.

        Null: there is no thing, or there are fewer facts than things.
        """
        if not things:
            return None
        return every(*(facts or ()), *[None] * (len(things) - len(facts or ())))

    @_takes(1)
    def _func_whole(self, value: Any) -> Any:
        """A whole number that the service spells as text."""
        if value in (None, ""):
            return None
        return readable(lambda text: int(float(text)), value, "it is not a whole number")

    @_takes(1)
    def _func_count(self, values: Any) -> int:
        """How many; none: 0."""
        return len(values or ())

    @_takes(1)
    def _func_present(self, value: Any) -> bool:
        """Whether there is one; a switch that is off is none."""
        return value is not False and value not in (None, "", [], {})

    @_takes(1)
    def _func_all(self, values: Any) -> list[Any]:
        """A list without nulls and repetitions, sorted where it is text; none: empty."""
        found = [value for value in values or () if value is not None]
        if all(isinstance(value, str) for value in found):
            return sorted(set(found))
        return found

    @_takes(1)
    def _func_ms(self, value: Any) -> Any:
        """A time given in milliseconds since 1970."""
        if not isinstance(value, int | float):
            return value
        return readable(lambda ms: from_epoch(ms / _MS_PER_S), value, "it is not a time")

    @_takes(1)
    def _func_seconds(self, value: Any) -> Any:
        """A time given in seconds since 1970."""
        return readable(from_epoch, value, "it is not a time") if value else None

    @_takes(2)
    def _func_days(self, start: Any, end: Any) -> int | None:
        """The whole days from one time to another."""
        return days_between(start or None, end or None)

    @_takes(1)
    def _func_latest(self, times: Any) -> Any:
        """The last of several times."""
        return latest(times or ())

    @_takes(1)
    def _func_none_if_empty(self, text: Any) -> Any:
        """A text, null where the service answers an empty one for none."""
        return text or None

    @_takes(1)
    def _func_enabled_keys(self, options: Any) -> list[str]:
        """The names of a mapping whose values say that they are on."""
        return sorted(n for n, value in (options or {}).items() if (value or {}).get("Enabled"))

    @_takes(2)
    def _func_in_text(self, text: Any, name: str) -> Any:
        """A member of a document that the service gives as JSON text."""
        document = read(text)
        return document.get(name) if isinstance(document, dict) else document

    @_takes(1)
    def _func_policy(self, document: Any) -> Any:
        """A policy document as a mapping."""
        return read(document)

    @_takes(1)
    def _func_always(self, document: Any) -> Any:
        """A policy where there always is one; null: the answer leaves it out."""
        return left_out() if document is None else document

    @_takes(1)
    def _func_everything(self, document: Any) -> Any:
        """Whether its statements allow every action on every resource."""
        return allows_everything(read(document))

    @_takes(1)
    def _func_everyone(self, document: Any) -> Any:
        """Whether a statement allows everyone and no condition says whom; no policy: false."""
        return allows_everyone(read(document))

    @_takes(2)
    def _func_attaches(self, policies: Any, name: str) -> Any:
        """Whether AWS's own policy of that name is among attached policies."""
        return attaches(policies or (), name)

    @_takes(1)
    def _func_principals(self, document: Any) -> Any:
        """Whom a policy allows."""
        return allowed_principals(read(document))

    @_takes(1)
    def _func_domain(self, name: Any) -> str | None:
        """A domain name that Route 53 writes with escapes: ``\\052`` is the star of a wildcard."""
        return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), name) if name else None

    @_takes(1)
    def _func_after_colon(self, text: Any) -> str | None:
        """What stands after the last colon of an ARN."""
        return text.rpartition(":")[2] if text else None

    @_takes(1)
    def _func_after_slash(self, text: Any) -> str | None:
        """What stands after the last slash of an ARN."""
        return text.rpartition("/")[2] if text else None

    @_takes(2)
    def _func_without_end(self, text: Any, end: str) -> str | None:
        """A text without what may stand at its end."""
        return text.removesuffix(end) if text else None

    @_takes(1)
    def _func_account_of(self, arn: Any) -> str | None:
        """The account in an ARN."""
        return account_of(arn) if arn else None

    @_takes(1)
    def _func_management_events(self, selectors: Any) -> str | None:
        """Which management events a trail records."""
        return management_events(selectors or {})

    @_takes(1)
    def _func_records_data_events(self, selectors: Any) -> bool | None:
        """Whether a trail records any data event."""
        return records_data_events(selectors or {})

    @_takes(1)
    def _func_protocol(self, protocol: Any) -> str | None:
        """The name of an IP protocol, or its number."""
        return protocol_name(protocol)

    @_takes(2)
    def _func_first_port(self, protocol: Any, number: Any) -> Any:
        """The first port of a rule; every port: 0."""
        return port(protocol, number, 0)

    @_takes(2)
    def _func_last_port(self, protocol: Any, number: Any) -> Any:
        """The last port of a rule; every port: 65535."""
        return port(protocol, number, LAST_PORT)

    @_takes(3)
    def _func_icmp(self, protocol: Any, kind: Any, code: Any) -> str | None:
        """The ICMP messages of a rule."""
        return icmp_words(protocol, kind, code)

    @_takes(1)
    def _func_is_internet(self, cidrs: Any) -> Any:
        """Whether a range, or several together, are every public address."""
        return are_internet(cidrs)

    @_takes(3)
    def _func_group_opens(self, rule: Any, rules: Any, entries: Any) -> Any:
        """Whether a rule of a security group lets the whole internet in."""
        return group_opens(rule, rules, entries)

    @_takes(2)
    def _func_acl_opens(self, entry: Any, entries: Any) -> Any:
        """Whether an entry of a network ACL lets the whole internet in."""
        return acl_opens(entry, entries)

    @_takes(2)
    def _func_inside(self, parents: Any, name: str) -> list[dict[str, Any]]:
        """The records in a list of each parent, which also know what their parent knows."""
        return [{**parent, **own} for parent in parents or () for own in parent.get(name) or ()]

    @_takes(4)
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
            records.sort(key=itemgetter(key))
            return {each[key]: each.get(value, empty) for each in records}
    return Unreadable(json.dumps(records, default=str), why) if records else {}


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
    except (JMESPathTypeError, *READ_FAULTS) as exc:
        return Unreadable(f"{type(exc).__name__}: {exc}", "it has another form than AWS describes")


@cache
def names_in(expression: str) -> frozenset[str]:
    """Return the identifiers of an expression, its literals left out."""
    return frozenset(name for name in _NAMES.findall(expression) if name)
