"""
The expressions by which declared columns are read: JMESPath with a few functions of audit work.

A function given null (the service has no such member) answers null, unless its purpose is to
count or to tell presence: what is not there must not read as false by accident.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import jmespath  # type: ignore[import-untyped]
from jmespath import functions

from aibrain_jupyter.aws.resources.policy_documents import (
    allowed_principals,
    allows_everyone,
    allows_everything,
    parsed,
)
from aibrain_jupyter.aws.resources.services.logging.cloudtrail_event_selectors import (
    management_events,
    records_data_events,
)
from aibrain_jupyter.aws.resources.values import account_of, days_between, every, from_epoch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Function = TypeVar("_Function", bound="Callable[..., Any]")
_PLAIN: Final = re.compile(r"[A-Za-z_]\w*")
_NAMES: Final = re.compile(r"'[^']*'|`[^`]*`|([A-Za-z_]\w*)")
_TAG_KEYS: Final = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))
_VARIABLE_KEYS: Final = (("name", "value"), ("ParameterKey", "ParameterValue"))
_ANY: Final[Mapping[str, list[str]]] = {"types": []}
_TRUE: Final = frozenset({"true", "enabled", "yes", "on", "1"})
_MS_PER_S: Final = 1000


def _takes(arguments: int) -> Callable[[_Function], _Function]:
    """Register a function of so many arguments of any type."""
    found: Callable[[_Function], _Function] = functions.signature(*[_ANY] * arguments)
    return found


class _Functions(functions.Functions):  # type: ignore[misc]
    """What expressions may call besides JMESPath's own functions."""

    @_takes(1)
    def _func_tags(self, tags: Any) -> dict[str, str]:
        """Tags of any spelling as a mapping ordered by key; none: empty."""
        if isinstance(tags, dict):
            return dict(sorted(tags.items()))
        for key, value in _TAG_KEYS:
            if tags and key in tags[0]:
                return {t[key]: t.get(value, "") for t in sorted(tags, key=lambda t: t[key])}
        return {}

    @_takes(1)
    def _func_by_name(self, values: Any) -> dict[str, Any]:
        """Variables, parameters or arguments of any spelling, ordered by name; none: empty."""
        if isinstance(values, dict):
            return dict(sorted(values.items()))
        for key, value in _VARIABLE_KEYS:
            if values and key in values[0]:
                return {v[key]: v.get(value) for v in sorted(values, key=lambda v: v[key])}
        return {}

    @_takes(2)
    def _func_tag(self, tags: Any, key: str) -> str | None:
        """The value of one tag."""
        found: dict[str, str] = self._func_tags(tags)
        return found.get(key)

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
    def _func_whole(self, value: Any) -> int | None:
        """A whole number that the service spells as text."""
        return None if value in (None, "") else int(float(value))

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
        return from_epoch(value / _MS_PER_S) if isinstance(value, int | float) else value

    @_takes(1)
    def _func_seconds(self, value: Any) -> Any:
        """A time given in seconds since 1970."""
        return from_epoch(value) if value else None

    @_takes(2)
    def _func_days(self, start: Any, end: Any) -> int | None:
        """The whole days from one time to another."""
        return days_between(start or None, end or None)

    @_takes(1)
    def _func_latest(self, times: Any) -> Any:
        """The last of several times."""
        return max((time for time in times or () if time), default=None)

    @_takes(1)
    def _func_none_if_empty(self, text: Any) -> Any:
        """A text, null where the service answers an empty one for none."""
        return text or None

    @_takes(1)
    def _func_enabled_keys(self, options: Any) -> list[str]:
        """The names of a mapping whose values say that they are on."""
        return sorted(name for name, value in (options or {}).items() if value.get("Enabled"))

    @_takes(1)
    def _func_parsed(self, text: Any) -> Any:
        """A document that the service gives as JSON text."""
        return json.loads(text) if text else None

    @_takes(1)
    def _func_policy(self, document: Any) -> Any:
        """A policy document as a mapping."""
        return parsed(document)

    @_takes(1)
    def _func_everything(self, document: Any) -> bool | None:
        """Whether a statement allows every action on everything without a condition."""
        policy = parsed(document)
        return None if policy is None else allows_everything(policy)

    @_takes(1)
    def _func_everyone(self, document: Any) -> bool:
        """Whether a statement allows everyone without a condition; no policy: false."""
        return allows_everyone(parsed(document))

    @_takes(1)
    def _func_principals(self, document: Any) -> list[str]:
        """Whom a policy allows."""
        return allowed_principals(parsed(document))

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


_OPTIONS: Final = jmespath.Options(custom_functions=_Functions())


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def search(expression: str, data: Mapping[str, Any] | Any) -> Any:
    """Return what `expression` finds in `data`; None: nothing."""
    if isinstance(data, dict) and _PLAIN.fullmatch(expression):
        return data.get(expression)  # nearly every column: not worth an interpreter
    return _compiled(expression).search(data, options=_OPTIONS)


@cache
def names_in(expression: str) -> frozenset[str]:
    """Return the identifiers of an expression, its literals left out."""
    return frozenset(name for name in _NAMES.findall(expression) if name)
