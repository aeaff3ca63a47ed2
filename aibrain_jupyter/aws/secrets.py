"""
Secrets in answers of AWS: hidden before they reach a frame, the cache or a notebook.

Some reads hand out secrets besides what they are asked for: the environment of
Lambda functions, ECS containers and CodeBuild projects, user data, client
secrets, pre-shared keys. Names stay, values become ``[hidden]``. The SDK's own
`sensitive` marks are no help: they also cover the names and e-mail addresses of
accounts, and none of the environment of ECS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.shared.redaction import HIDDEN

if TYPE_CHECKING:
    from botocore.model import Shape

_ENDINGS: Final = (
    "password",
    "secret",
    "secret_string",
    "secret_binary",
    "secret_access_key",
    "private_key",
    "shared_key",
    "auth_key",
    "auth_token",
    "access_token",
    "refresh_token",
    "session_token",
    "user_data",
    "api_key_value",
    "customer_gateway_configuration",  # the pre-shared keys of a VPN stand in it
)
_ENVIRONMENTS: Final = ("environment", "environment_variables")
"""What the names of environments end with (``RuntimeEnvironmentVariables``)."""
_BEANSTALK_ENVIRONMENT: Final = "aws:elasticbeanstalk:application:environment"
_KEYS_BY_VALUE: Final = ("ApiKey", "UsagePlanKey")
"""Shapes of API Gateway that are a key, in their member ``value``."""
_REFERENCES: Final = ("PARAMETER_STORE", "SECRETS_MANAGER")
"""Kinds of CodeBuild variables whose value is the name of a secret, not a secret."""


def without_secrets(member: str, value: Any, shape: Shape | None = None) -> Any:
    """
    Return `value`, a plain JSON-like value, with the secrets in it hidden.

    Args:
        member: The name of the member it is the value of, as the API spells it.

        value: Text, numbers, lists and mappings; not changed.

        shape: Its botocore shape. Only that tells an environment that is a mapping of names to
            values from a description of one, ``{"Name": "production"}``.
    """
    name = xform_name(member)
    if isinstance(value, str):
        return HIDDEN if value and name.endswith(_ENDINGS) else value
    if isinstance(value, list):
        if name.endswith(_ENVIRONMENTS):
            return [_variable(item) for item in value]
        return [without_secrets(member, item, getattr(shape, "member", None)) for item in value]
    if isinstance(value, dict):
        return _mapping_without_secrets(name, value, shape)
    return value


def _mapping_without_secrets(
    name: str, value: dict[str, Any], shape: Shape | None
) -> dict[str, Any]:
    is_map = shape is not None and shape.type_name == "map"
    if name.endswith(_ENVIRONMENTS):
        if is_map:
            return dict.fromkeys(value, HIDDEN)
        if key := _key(value, "variables"):
            value = {**value, key: dict.fromkeys(value[key] or (), HIDDEN)}
    elif name.endswith(_ENDINGS) and set(value) == {"Value"}:
        return _variable(value)  # type: ignore[no-any-return]  # EC2 wraps single attributes so
    elif value.get("Namespace") == _BEANSTALK_ENVIRONMENT:
        return _variable(value)  # type: ignore[no-any-return]
    item = getattr(shape, "value", None) if is_map else None
    members = getattr(shape, "members", {})
    return {
        k: HIDDEN
        if shape is not None and is_secret(k, shape) and v
        else without_secrets(k, v, members.get(k, item))
        for k, v in value.items()
    }


def is_secret(member: str, owner: Shape) -> bool:
    """Tell whether that member of a structure is a secret as a whole, by what the structure is."""
    return owner.name in _KEYS_BY_VALUE and member == "value"


def _variable(item: Any) -> Any:
    """Hide the value of one ``{name, value}`` of an environment."""
    if not isinstance(item, dict) or item.get("type") in _REFERENCES:
        return item
    key = _key(item, "value")
    return {**item, key: HIDDEN} if key and item[key] else item


def _key(mapping: dict[str, Any], name: str) -> str:
    return next((key for key in mapping if key.lower() == name), "")
