"""
What in an answer is a secret: by the names of members, by what stands beside them, by the text.

Tables only; ``aws/answers/secrets.py`` goes through answers with them,
``aws/answers/secret_answers.py`` through the models. To have something else hidden, add it here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.shared.texts.redaction import is_secret_name

if TYPE_CHECKING:
    from botocore.model import Shape

NEVER: Final = (
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
BY_NAME: Final = ("user_data",)
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
_ARGUMENTS: Final = ("arguments", "airflow_configuration_options")
"""What the names of mappings end with whose values are hidden like those of environments."""
VALUES_OF_PARAMETERS: Final = ("ParameterValue", "ResolvedValue")
"""Members beside a ``ParameterKey``: the parameters of a CloudFormation stack."""
MEMBERS: Final = frozenset(
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
STAGE_VARIABLES: Final = ("Stage", "variables")
PARAMETERS: Final = frozenset({"Parameter", "ParameterHistory"})
"""Structures of Systems Manager with a Name and a Value."""
ENCRYPTED: Final = "SecureString"
BEANSTALK_ENVIRONMENT: Final = "aws:elasticbeanstalk:application:environment"
REFERENCES: Final = ("PARAMETER_STORE", "SECRETS_MANAGER")
"""Kinds of CodeBuild variables whose value is the name of a secret, not a secret."""
CARRIES_ACCESS: Final = re.compile(
    r"[?&](X-Amz-Signature|X-Amz-Security-Token|Signature)=|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


def is_hidden_text(name: str) -> bool:
    """Tell whether a text called so (in snake case) is hidden."""
    return name.endswith((*NEVER, *BY_NAME))


def is_never_shown(name: str) -> bool:
    """Tell whether what is called so is hidden whoever asks to see it."""
    return is_secret_key(name) or xform_name(name).endswith(NEVER)


def is_environment(name: str) -> bool:
    """Tell whether what is called so (in snake case) is an environment."""
    return name == "env" or name.endswith(_ENVIRONMENTS)


def is_environment_map(name: str, owner: Shape | None) -> bool:
    """Tell whether a mapping of names to texts is an environment, or as good as one."""
    return (
        is_environment(name)
        or name.endswith(_ARGUMENTS)
        or member_of(owner, name) == STAGE_VARIABLES
    )


def is_secret_key(name: str) -> bool:
    """Tell whether the value of a key called so is a secret."""
    return is_secret_name(name) or name.lower() == "authorization"


def member_of(owner: Any, member: str) -> tuple[str, str]:
    """Return the name of a structure and of one of its members."""
    return (owner.name, member) if owner is not None else ("", member)
