"""
A policy document as typed statements.

Services give documents as JSON text, as a mapping, percent-encoded (IAM), with escaped quotes
(API Gateway) or as JSON within JSON. All of them are read; what is none of them is
`Unreadable`, which is neither "there is none" nor an empty policy.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from aibrain_jupyter.aws.policies.conditions import Condition, condition_of
from aibrain_jupyter.aws.policies.words import NoPolicyError
from aibrain_jupyter.shared.frames.unreadable import Unreadable

Policy = dict[str, Any]

_WITH_VARIABLES: Final = "2012-10-17"
"""Only this version of the language has policy variables; without a version it is 2008-10-17."""
_LAYERS: Final = 3
_BYTE_ORDER_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One statement; an element that may be one value or a list is a tuple.

    `actions` or `resources` are what it names, with `is_not_action` or `is_not_resource` what it
    leaves out (``NotAction``, ``NotResource``). `principal` is the element as it stands, None
    where there is none. A statement without resources is about what it is attached to.
    """

    allows: bool
    principal: Any
    is_not_principal: bool
    actions: tuple[str, ...]
    is_not_action: bool
    resources: tuple[str, ...]
    is_not_resource: bool
    condition: Condition
    has_variables: bool


def read(document: str | Mapping[str, Any] | None) -> Policy | Unreadable | None:
    """Return a policy document as a mapping, None when there is none."""
    if isinstance(document, Unreadable):
        return document
    if document is None or document in ("", []):
        return None
    found: Any = document
    for _ in range(_LAYERS):
        if isinstance(found, Unreadable) or not isinstance(found, str):
            break
        found = _decoded(found)
    if isinstance(found, Unreadable):
        return found
    if not isinstance(found, Mapping):
        return Unreadable(document, f"it is no JSON object but {_kind(found)}")
    return dict(found)


def statements(document: Mapping[str, Any] | Unreadable | None) -> tuple[Statement, ...]:
    """
    Return the statements of a document; none of no document.

    Raises:
        NoPolicyError: it is no policy.
    """
    if document is None:
        return ()
    if isinstance(document, Unreadable):
        raise NoPolicyError(document.why)
    has_variables = document.get("Version") == _WITH_VARIABLES
    return tuple(_statement(s, has_variables=has_variables) for s in _listed(document))


def _listed(document: Mapping[str, Any]) -> tuple[Any, ...]:
    found = document.get("Statement")
    # One statement may stand without a list.
    return () if found is None else tuple(found) if isinstance(found, list | tuple) else (found,)


def _statement(statement: Any, *, has_variables: bool) -> Statement:
    if not isinstance(statement, Mapping):
        raise NoPolicyError(f"a statement is no object but {_kind(statement)}")
    effect = str(statement.get("Effect")).lower()
    if effect not in ("allow", "deny"):
        raise NoPolicyError("a statement has neither the effect Allow nor Deny")
    actions, is_not_action = _element(statement, "Action")
    resources, is_not_resource = _element(statement, "Resource")
    if not resources and not is_not_resource:
        resources = ("*",)
    is_not_principal = "NotPrincipal" in statement
    return Statement(
        allows=effect == "allow",
        principal=statement.get("NotPrincipal" if is_not_principal else "Principal"),
        is_not_principal=is_not_principal,
        actions=actions,
        is_not_action=is_not_action,
        resources=resources,
        is_not_resource=is_not_resource,
        condition=condition_of(statement.get("Condition"), has_variables=has_variables),
        has_variables=has_variables,
    )


def _element(statement: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], bool]:
    """Return the texts of an element and whether it is the one that leaves out."""
    is_not = f"Not{name}" in statement
    found = statement.get(f"Not{name}" if is_not else name)
    if found is None:
        return (), is_not
    texts = tuple(found) if isinstance(found, list | tuple) else (found,)
    if not all(isinstance(text, str) for text in texts):
        raise NoPolicyError(f"the {name} of a statement is no text")
    return texts, is_not


def _decoded(text: str) -> Any:
    """Return what a text holds: JSON, percent-encoded JSON, or JSON with escaped quotes."""
    text = text.lstrip(_BYTE_ORDER_MARK)
    for candidate in (text, unquote(text), f'"{text}"'):
        try:
            return json.loads(candidate, strict=False)
        except ValueError:
            continue
        except RecursionError:
            break
    return Unreadable(text, "it is no JSON")


def _kind(value: Any) -> str:
    names = {str: "a text", bool: "a truth value", list: "a list", type(None): "null"}
    return names.get(type(value), "a number")
