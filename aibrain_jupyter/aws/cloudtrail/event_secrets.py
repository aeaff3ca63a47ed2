"""
Secrets in what an event says about its request: hidden as in answers (``aws/answers/secrets.py``).

CloudTrail leaves most of them out by itself. A log file has no botocore shapes, so a mapping of
variables is told by its name alone, and a token by how its name ends.
"""

from __future__ import annotations

from typing import Any, Final

from botocore import xform_name

from aibrain_jupyter.aws.answers.fingerprints import hidden
from aibrain_jupyter.aws.answers.secrets import hidden_variables, without_secrets

_VARIABLES: Final = (
    "environment_variables",
    "env_vars",
    "stage_variables",
    "stage_variable_overrides",
)
_SECRET: Final = ("token", "authorization", "passwd", "apikey")
_HARMLESS: Final = (
    "client_token",
    "client_request_token",
    "continuation_token",
    "creation_token",
    "idempotency_token",
    "next_token",
    "page_token",
    "pagination_token",
)
"""Tokens of paging and of repeated requests; they give access to nothing."""


def without_event_secrets(value: Any, revealed: frozenset[str] = frozenset()) -> Any:
    """Return the request of an event without the secrets in it, `revealed` as elsewhere."""
    return without_secrets("requestParameters", _hidden("", value, revealed), revealed=revealed)


def _hidden(name: str, value: Any, revealed: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_hidden(name, item, revealed) for item in value]
    if isinstance(value, dict):
        if name.endswith(_VARIABLES) and not any(isinstance(v, dict) for v in value.values()):
            return hidden_variables(value, revealed)
        return {k: _hidden(xform_name(k).lower(), v, revealed) for k, v in value.items()}
    if isinstance(value, str) and value and _is_secret(name):
        return hidden(value)
    return value


def _is_secret(name: str) -> bool:
    return name.endswith(_SECRET) and not name.endswith(_HARMLESS)
