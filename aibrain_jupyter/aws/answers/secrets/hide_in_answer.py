"""
One walk over an answer that hides the secrets in it, decided once per member of its model.

A *plan* is a function ``(value, hider) -> value`` for one shape where it stands; None where
nothing can be hidden. Plans of structures make those of their members when they first meet them,
so a model that contains itself ends, and only what answers really have is decided. A value in
which nothing is hidden is handed back as the same object.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from operator import is_not
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.aws.answers.secrets.beside import hide_beside, is_told_by_name, may_tell
from aibrain_jupyter.aws.answers.secrets.documents import (
    clean,
    clean_entry,
    clean_header,
    clean_text,
    clean_words,
    hide_held,
    is_headers,
)
from aibrain_jupyter.aws.answers.secrets.environments import (
    hide_variable,
    hide_variables,
    is_environment,
    is_environment_map,
    is_user_data,
    spelled,
)
from aibrain_jupyter.aws.answers.secrets.members import Kind, kind_of, reviewed
from aibrain_jupyter.aws.answers.secrets.names import is_password_name, is_secret_name
from aibrain_jupyter.aws.answers.secrets.page_walk import Walks, plan_of_rows
from aibrain_jupyter.aws.answers.secrets.revealing import Hider
from aibrain_jupyter.aws.answers.secrets.texts import is_dull
from aibrain_jupyter.aws.operations.models import find_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import Shape

    Plan = Callable[[Any, Hider], Any]

_PARAMETERS: Final = frozenset({"Parameter", "ParameterHistory"})
"""Structures of Systems Manager with a Name and a Value."""
_ENCRYPTED: Final = "SecureString"
_STAGE_VARIABLES: Final = ("Stage", "variables")


def without_secrets(
    member: str,
    value: Any,
    shape: Shape | None = None,
    *,
    owner: str = "",
    revealed: frozenset[str] = frozenset(),
) -> Any:
    """
    Return `value`, a plain JSON-like value, with the secrets in it hidden.

    Args:
        member: The name of the member it is the value of, as the API spells it.

        value: Text, numbers, lists and mappings, or an answer as boto3 gives it; not changed.

        shape: Its botocore shape. Without one, names alone decide.

        owner: The name of the structure's shape that has the member.

        revealed: What is shown all the same, as `revealed_names` gives it.
    """
    hider = Hider(revealed)
    if shape is None:
        return clean(member, value, hider)
    plan = plan_of(member, shape, owner)
    return value if plan is None else plan(value, hider)


def clean_answer(
    service: str, operation: str, answer: dict[str, Any], revealed: frozenset[str]
) -> dict[str, Any]:
    """
    Return a page of an operation's answer as boto3 gives it, with the secrets in it hidden.

    Curated resources get no other: a column added later cannot let one through.
    """
    shape = find_operation(service, operation).output_shape
    found: dict[str, Any] = answer
    if shape is not None:
        found = without_secrets("", answer, shape, revealed=revealed)
    return found


def hidden_variables(
    variables: Mapping[str, Any], revealed: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return an environment, its names in order, its values hidden unless they are revealed."""
    hider = Hider(revealed)
    return {name: hider.configuration(name, variables[name]) for name in sorted(variables)}


@lru_cache(maxsize=512)
def plan_of(member: str, shape: Shape, owner: str = "") -> Plan | None:
    """Return the plan of a member of the structure `owner`; None: nothing to hide."""
    return _Plans().of(member, shape, owner)


class _Plans:
    """The plans of one answer, each made once, by where it stands."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, str], Plan | None] = {}
        self._walks = Walks(self.of, _is_special, _variables_of)

    def of(self, member: str, shape: Shape, owner: str) -> Plan | None:
        """Return the plan of a member of the structure `owner`."""
        key = (member, shape.name, owner)
        if key not in self._made:
            self._made[key] = self._make(member, shape, owner)
        return self._made[key]

    def _make(self, member: str, shape: Any, owner: str) -> Plan | None:
        kind = shape.type_name
        if kind == "structure":
            return self._structure(member, shape)
        if kind == "list":
            return self._list(member, shape, owner)
        if kind == "map":
            return self._map(member, shape, owner)
        return _text(member, shape, owner)

    def _structure(self, member: str, shape: Any) -> Plan:
        name = xform_name(member)
        tells = may_tell(shape.members)
        is_tag = "tag" in shape.name.lower()
        is_parameter = shape.name in _PARAMETERS and "Value" in shape.members
        variables = is_environment(name) and spelled(shape.members, "variables")
        is_secret = is_secret_name(member)
        members = shape.members
        names = spelled(members, "name") or spelled(members, "key")
        holds = spelled(members, "value")
        has_header = is_headers(name) and names and holds
        wraps = is_user_data(name)
        plans = _Members(lambda key: self._member(members, key, shape.name))

        def plan(value: Any, hider: Hider) -> Any:
            if not isinstance(value, dict):
                return clean(member, value, hider)
            if wraps and set(value) == {"Value"}:  # EC2 wraps single attributes so
                return {"Value": hider.configuration(name, value["Value"])}
            found = hide_beside(value, hider, is_tag=is_tag) if tells else {}
            if is_parameter and "Name" in value:
                given = "" if value.get("Type") == _ENCRYPTED else str(value["Name"])
                found["Value"] = hider.configuration(given, value.get("Value"))
            if is_secret:  # the key itself is in a structure, `{SigningAlg, Value}`
                found |= hide_held(value, hider)
            if has_header and isinstance(value.get(holds), str):
                found[holds] = clean_header(str(value.get(names)), value[holds], hider)
            if variables and value.get(variables):
                found[variables] = hide_variables(value[variables], hider)
            for key, item in value.items():
                below = plans[key]
                if below is not None and item is not None and key not in found:
                    cleaned = below(item, hider)
                    if cleaned is not item:
                        found[key] = cleaned
            return {**value, **found} if found else value

        return plan

    def _member(self, members: Mapping[str, Shape], key: str, owner: str) -> Plan | None:
        shape = members.get(key)
        return _unknown(key) if shape is None else self.of(key, shape, owner)

    def _list(self, member: str, shape: Any, owner: str) -> Plan | None:
        item = shape.member
        if is_environment(xform_name(member)) and item.type_name == "structure":
            return lambda value, hider: [hide_variable(one, hider) for one in value or ()]
        if item.type_name == "string" and kind_of(owner, member, item) is Kind.TEXT:
            return _words
        below = self.of(member, item, owner)
        if below is None:
            return None
        walk = self._walks.of(member, item, owner) if item.type_name == "structure" else None
        walk_all = self._walks.of_all(member, item, owner) if walk else None
        rows = plan_of_rows(below, walk, walk_all) if walk else None

        def plan(value: Any, hider: Hider) -> Any:
            if isinstance(value, dict):
                return clean("tags", value, hider)  # a list of tags that became a mapping
            new = rows(value, hider) if rows else [below(one, hider) for one in value]
            return new if any(map(is_not, new, value)) else value

        return plan

    def _map(self, member: str, shape: Any, owner: str) -> Plan | None:
        name, item = xform_name(member), shape.value
        kind = reviewed(owner, member)
        if kind is Kind.NEVER and item.type_name == "string":
            return None
        is_variables = is_environment_map(name) or (owner, member) == _STAGE_VARIABLES
        if is_variables and item.type_name == "string":
            return lambda value, hider: hide_variables(value or {}, hider)
        if is_headers(name) or kind is Kind.ALWAYS:
            return lambda value, hider: {k: clean_header(k, v, hider) for k, v in value.items()}
        is_tags = name.endswith("tags")
        below = None if item.type_name == "string" else self.of(member, item, "")
        is_text = item.type_name == "string" and not getattr(item, "enum", None)

        def plan(value: Any, hider: Hider) -> Any:
            new = {}
            for key, one in value.items():
                if isinstance(one, str) and is_text:
                    is_open = is_tags and not is_password_name(key)
                    new[key] = clean_text(one, hider) if is_open else clean_entry(key, one, hider)
                elif one is not None and is_secret_name(key):
                    new[key] = clean(key, one, hider)  # a list of values, a structure with them
                else:
                    new[key] = one if below is None else below(one, hider)
            return new if any(map(is_not, new.values(), value.values())) else value

        return plan if is_text or below is not None else None


def _is_special(member: str, shape: Any, owner: str) -> bool:
    """Tell whether of a member more decides than what its texts say: its name, what is beside."""
    name, kind = xform_name(member), shape.type_name
    if kind == "structure":
        members = shape.members
        holds_headers = is_headers(name) and spelled(members, "value")
        return bool(
            holds_headers
            or is_user_data(name)
            or is_environment(name)
            or is_secret_name(member)
            or shape.name in _PARAMETERS
            or (may_tell(members) and not is_told_by_name(members))
        )
    if kind == "list":
        return is_environment(name)
    if kind == "map":
        item = shape.value
        return bool(
            item.type_name != "string"
            or getattr(item, "enum", None)
            or is_environment_map(name)
            or (owner, member) == _STAGE_VARIABLES
            or is_headers(name)
            or reviewed(owner, member) is Kind.ALWAYS
        )
    return False


def _variables_of(member: str, shape: Any) -> str:
    """Return the environment in a structure of which nothing else decides; empty: more does."""
    name = xform_name(member)
    if shape.type_name != "structure" or not is_environment(name):
        return ""
    by_more = (
        is_headers(name)
        or is_user_data(name)
        or is_secret_name(member)
        or shape.name in _PARAMETERS
        or may_tell(shape.members)
    )
    return "" if by_more else spelled(shape.members, "variables")


class _Members(dict[str, "Plan | None"]):
    """The plans of a structure's members, each made when it is first asked for."""

    def __init__(self, make: Callable[[str], Plan | None]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: str) -> Plan | None:
        self[key] = self._make(key)
        return self[key]


def _words(value: Any, hider: Hider) -> Any:
    return clean_words(value, hider) if isinstance(value, list) else value


def _unknown(member: str) -> Plan:
    """Return the plan of a member the model does not have."""
    return lambda value, hider: clean(member, value, hider)


def _blob(value: Any, hider: Hider) -> Any:
    """Hide bytes whole if there is a secret in the text they are."""
    try:
        data = value if isinstance(value, bytes) else base64.b64decode(value, validate=True)
        text = data.decode()
    except (ValueError, TypeError):
        return value  # no text
    return value if clean_text(text, hider) == text else hider.secret(value)


def _as_text(value: Any) -> Any:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _text(member: str, shape: Shape, owner: str) -> Plan | None:
    if shape.type_name not in ("string", "character", "blob"):
        return None
    if is_user_data(xform_name(member)):
        return lambda value, hider: hider.configuration(member, _as_text(value))
    kind = kind_of(owner, member, shape)
    if kind is Kind.ALWAYS:
        return lambda value, hider: hider.secret(value)
    if kind is Kind.NEVER:
        return None
    if shape.type_name == "blob":
        return _blob

    def plan(value: Any, hider: Hider) -> Any:
        if isinstance(value, str):
            if len(value) < _SHORTEST or is_dull(value):
                return value
            return clean_text(value, hider, member)
        return clean(member, value, hider)  # botocore decodes some texts: policies, templates

    return plan


_SHORTEST: Final = 8
"""A shorter text has no room for a name and a value, and no key of a known shape is so short."""
