"""
Secrets in answers of AWS: hidden before they reach a frame, the cache or a notebook.

Some reads hand out secrets besides what they are asked for: the environment of
Lambda functions, ECS containers and CodeBuild projects, stage variables, user
data, values of parameters, client secrets, pre-shared keys, presigned links.
Names stay, values become what ``aws/answers/fingerprints.py`` makes of them. The SDK's
own `sensitive` marks are no help: they also cover the names and e-mail
addresses of accounts, and none of the environment of ECS.

What somebody wrote down as configuration (a variable, user data, a parameter)
can be shown by its name. What is called a password, a secret, a token or a key
is never shown, whoever asks.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from aibrain_jupyter.aws.answers.fingerprints import hidden
from aibrain_jupyter.aws.answers.secret_names import (
    BEANSTALK_ENVIRONMENT,
    CARRIES_ACCESS,
    ENCRYPTED,
    MEMBERS,
    PARAMETERS,
    REFERENCES,
    VALUES_OF_PARAMETERS,
    is_environment,
    is_environment_map,
    is_hidden_text,
    is_never_shown,
    is_secret_key,
    member_of,
)
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from botocore.model import Shape


def without_secrets(
    member: str,
    value: Any,
    shape: Shape | None = None,
    *,
    revealed: frozenset[str] = frozenset(),
) -> Any:
    """
    Return `value`, a plain JSON-like value, with the secrets in it hidden.

    Args:
        member: The name of the member it is the value of, as the API spells it.

        value: Text, numbers, lists and mappings, or an answer as boto3 gives it; not changed.

        shape: Its botocore shape. Only that tells an environment that is a mapping of names to
            values from a description of one, ``{"Name": "production"}``.

        revealed: What is shown all the same, as `revealed_names` gives it.
    """
    return _Redaction(revealed).of(member, value, shape, None)


def hidden_variables(
    variables: Mapping[str, Any], revealed: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return an environment, its names in order, its values hidden unless they are revealed."""
    redaction = _Redaction(revealed)
    return {name: redaction.hide(name, variables[name]) for name in sorted(variables)}


def revealed_names(names: Iterable[str]) -> frozenset[str]:
    """
    Return the names a user wants to see the values of, as they are compared here.

    Args:
        names: Names of variables, parameters or members: ``LOG_LEVEL``, ``UserData``.

    Raises:
        ParameterError: it is the name of a secret.
    """
    for name in names:
        if is_never_shown(name):
            raise ParameterError(
                f"{name} is never shown.",
                why="Passwords, secrets, tokens and keys stay where they are.",
                next_steps=["Leave it out of reveal: its name and a salted hash are in the rows."],
            )
    # Members are known as the API spells them and in snake case.
    return frozenset(known.lower() for name in names for known in (name, xform_name(name)))


@dataclass(frozen=True, slots=True)
class _Redaction:
    """Hides secrets, but for the values of names in `revealed`."""

    revealed: frozenset[str]

    def of(self, member: str, value: Any, shape: Any, owner: Shape | None) -> Any:
        """Return a value without its secrets; see `without_secrets`."""
        name = xform_name(member)
        if isinstance(value, str):
            return self._text(member, name, value, owner)
        if isinstance(value, list):
            if is_environment(name):
                return [self._variable(item) for item in value]
            item_shape = getattr(shape, "member", None)
            return [self.of(member, item, item_shape, None) for item in value]
        if isinstance(value, dict):
            return self._mapping(name, value, shape, owner)
        if isinstance(value, bytes) and is_hidden_text(name):
            return self.hide(member, base64.b64encode(value).decode("ascii"))
        return value

    def hide(self, name: str, value: Any) -> Any:
        """Return what is shown of the value of `name`."""
        if not value or (isinstance(value, str) and value.startswith("arn:")):
            return value  # an ARN names a secret and is none
        if name.lower() in self.revealed and not is_never_shown(name):
            return redact(value) if isinstance(value, str) else value
        return hidden(value)

    def _text(self, member: str, name: str, value: str, owner: Shape | None) -> Any:
        if is_hidden_text(name):
            return self.hide(member, value)
        if CARRIES_ACCESS.search(value) or member_of(owner, member) in MEMBERS:
            return hidden(value)
        return value

    def _mapping(self, name: str, value: dict[str, Any], shape: Any, owner: Shape | None) -> Any:
        is_map = shape is not None and shape.type_name == "map"
        if is_map and is_environment_map(name, owner):
            return {k: self.hide(k, v) for k, v in value.items()}
        if is_environment(name):
            if key := _spelled(value, "variables"):
                variables = {k: self.hide(k, v) for k, v in (value[key] or {}).items()}
                value = {**value, key: variables}
        elif is_hidden_text(name) and set(value) == {"Value"}:
            return {"Value": self.hide(name, value["Value"])}  # EC2 wraps single attributes so
        elif "ParameterKey" in value:
            return self._stack_parameter(value)
        elif value.get("Namespace") == BEANSTALK_ENVIRONMENT:
            return self._variable(value, str(value.get("OptionName")))
        elif "OutputKey" in value and is_secret_key(str(value["OutputKey"])):
            return {**value, "OutputValue": self.hide("secret", value.get("OutputValue"))}
        elif shape is not None and shape.name in PARAMETERS and "Name" in value:
            name = "" if value.get("Type") == ENCRYPTED else value["Name"]
            return self._variable(value, name)
        if is_map and not name.endswith("tags"):
            return {k: self._entry(k, v, shape.value) for k, v in value.items()}
        members = getattr(shape, "members", {})
        return {k: self.of(k, v, members.get(k), shape) for k, v in value.items()}

    def _entry(self, key: str, value: Any, shape: Shape) -> Any:
        """Return the value of a key that the user chose."""
        if isinstance(value, str) and is_secret_key(key):
            return self.hide(key, value)
        if isinstance(value, str) and is_environment(xform_name(key)):
            return self._environment_text(value)
        return self.of(key, value, shape, None)

    def _environment_text(self, text: str) -> str:
        """Return an environment that is written as JSON, as CodePipeline keeps CodeBuild's."""
        try:
            variables = json.loads(text)
        except ValueError:
            return text
        found = [self._variable(v) for v in variables] if isinstance(variables, list) else []
        return json.dumps(found) if found else text

    def _stack_parameter(self, value: dict[str, Any]) -> dict[str, Any]:
        name = str(value["ParameterKey"])
        return {k: self.hide(name, v) if k in VALUES_OF_PARAMETERS else v for k, v in value.items()}

    def _variable(self, item: Any, name: str | None = None) -> Any:
        """Hide the value of one ``{name, value}`` of an environment."""
        if not isinstance(item, dict) or item.get("type") in REFERENCES:
            return item
        key = _spelled(item, "value")
        if not key:
            return item
        if name is None:
            name = str(item.get(_spelled(item, "name"), ""))
        return {**item, key: self.hide(name, item[key])}


def _spelled(mapping: dict[str, Any], name: str) -> str:
    return next((key for key in mapping if key.lower() == name), "")
