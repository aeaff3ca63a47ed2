"""
Secrets in answers of AWS: hidden before they reach a frame, the cache or a notebook.

Some reads hand out secrets besides what they are asked for: the environment of
Lambda functions, ECS containers and CodeBuild projects, stage variables, user
data, values of parameters, client secrets, pre-shared keys, presigned links.
Names stay, values become what ``aws/fingerprints.py`` makes of them. The SDK's
own `sensitive` marks are no help: they also cover the names and e-mail
addresses of accounts, and none of the environment of ECS.

What somebody wrote down as configuration (a variable, user data, a parameter)
can be shown by its name. What is called a password, a secret, a token or a key
is never shown, whoever asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.aws.fingerprints import hidden
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.redaction import is_secret_name, redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from botocore.model import Shape

_NEVER: Final = (
    "password",
    "passphrase",
    "secret",
    "secret_string",
    "secret_binary",
    "secret_value",
    "secret_access_key",
    "secret_key",
    "secret_token",
    "private_key",
    "shared_key",
    "auth_key",
    "auth_token",
    "access_token",
    "refresh_token",
    "session_token",
    "security_token",
    "id_token",
    "join_token",
    "device_token",
    "gateway_token",
    "registration_token",
    "callback_token",
    "grafana_token",
    "hec_token",
    "credentials",
    "api_key",
    "api_key_value",
    "customer_gateway_configuration",  # the pre-shared keys of a VPN stand in it
)
"""What the names of texts end with that are secrets whatever they hold."""
_BY_NAME: Final = ("user_data",)
"""What the names of texts end with that often hold secrets, and can be shown by name."""
_ENVIRONMENTS: Final = (
    "environment",
    "environment_override",
    "environment_variables",
    "env_vars",
    "stage_variables",
    "stage_variable_overrides",
)
"""What the names of environments end with (``RuntimeEnvironmentVariables``)."""
_MEMBERS: Final = frozenset(
    {
        ("ApiKey", "value"),
        ("BaiduChannelResponse", "Credential"),
        ("GCMChannelResponse", "Credential"),
        ("License", "token"),
        ("SalesforceAction", "token"),
        ("UsagePlanKey", "value"),
    }
)
"""Structures and their members that are a secret, whatever the member is called."""
_STAGE_VARIABLES: Final = ("Stage", "variables")
_PARAMETERS: Final = frozenset({"Parameter", "ParameterHistory"})
"""Structures of Systems Manager with a Name and a Value."""
_ENCRYPTED: Final = "SecureString"
_BEANSTALK_ENVIRONMENT: Final = "aws:elasticbeanstalk:application:environment"
_REFERENCES: Final = ("PARAMETER_STORE", "SECRETS_MANAGER")
"""Kinds of CodeBuild variables whose value is the name of a secret, not a secret."""
_CARRIES_ACCESS: Final = re.compile(
    r"[?&](X-Amz-Signature|X-Amz-Security-Token|Signature)=|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


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

        value: Text, numbers, lists and mappings; not changed.

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
        if _is_never_shown(name):
            raise ParameterError(
                f"{name} is never shown.",
                why="Passwords, secrets, tokens and keys stay where they are.",
                next_steps=["Leave it out of reveal: its name and a salted hash are in the rows."],
            )
    # Members are known as the API spells them and in snake case.
    return frozenset(known.lower() for name in names for known in (name, xform_name(name)))


def _is_never_shown(name: str) -> bool:
    return _is_secret_key(name) or xform_name(name).endswith(_NEVER)


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
            if _is_environment(name):
                return [self._variable(item) for item in value]
            item_shape = getattr(shape, "member", None)
            return [self.of(member, item, item_shape, None) for item in value]
        if isinstance(value, dict):
            return self._mapping(name, value, shape, owner)
        return value

    def hide(self, name: str, value: Any) -> Any:
        """Return what is shown of the value of `name`."""
        if not value or (isinstance(value, str) and value.startswith("arn:")):
            return value  # an ARN names a secret and is none
        if name.lower() in self.revealed and not _is_never_shown(name):
            return redact(value) if isinstance(value, str) else value
        return hidden(value)

    def _text(self, member: str, name: str, value: str, owner: Shape | None) -> Any:
        if name.endswith((*_NEVER, *_BY_NAME)):
            return self.hide(member, value)
        if _CARRIES_ACCESS.search(value) or _key(owner, member) in _MEMBERS:
            return hidden(value)
        return value

    def _mapping(self, name: str, value: dict[str, Any], shape: Any, owner: Shape | None) -> Any:
        is_map = shape is not None and shape.type_name == "map"
        if is_map and (_is_environment(name) or _key(owner, name) == _STAGE_VARIABLES):
            return {k: self.hide(k, v) for k, v in value.items()}
        if _is_environment(name):
            if key := _spelled(value, "variables"):
                variables = {k: self.hide(k, v) for k, v in (value[key] or {}).items()}
                value = {**value, key: variables}
        elif name.endswith((*_NEVER, *_BY_NAME)) and set(value) == {"Value"}:
            return {"Value": self.hide(name, value["Value"])}  # EC2 wraps single attributes so
        elif value.get("Namespace") == _BEANSTALK_ENVIRONMENT:
            return self._variable(value, str(value.get("OptionName")))
        elif shape is not None and shape.name in _PARAMETERS and "Name" in value:
            name = "" if value.get("Type") == _ENCRYPTED else value["Name"]
            return self._variable(value, name)
        if is_map and not name.endswith("tags"):
            return {
                k: self.hide(k, v)
                if isinstance(v, str) and _is_secret_key(k)
                else self.of(k, v, shape.value, None)
                for k, v in value.items()
            }
        members = getattr(shape, "members", {})
        return {k: self.of(k, v, members.get(k), shape) for k, v in value.items()}

    def _variable(self, item: Any, name: str | None = None) -> Any:
        """Hide the value of one ``{name, value}`` of an environment."""
        if not isinstance(item, dict) or item.get("type") in _REFERENCES:
            return item
        key = _spelled(item, "value")
        if not key:
            return item
        if name is None:
            name = str(item.get(_spelled(item, "name"), ""))
        return {**item, key: self.hide(name, item[key])}


def _is_environment(name: str) -> bool:
    return name == "env" or name.endswith(_ENVIRONMENTS)


def _is_secret_key(name: str) -> bool:
    return is_secret_name(name) or name.lower() == "authorization"


def _key(owner: Any, member: str) -> tuple[str, str]:
    return (owner.name, member) if owner is not None else ("", member)


def _spelled(mapping: dict[str, Any], name: str) -> str:
    return next((key for key in mapping if key.lower() == name), "")
