"""
Secrets in what an event says about its request: hidden as in answers (``aws/answers/secrets``).

CloudTrail leaves most of them out by itself. A log file has no botocore shapes, so names and
texts decide, as they do in any JSON.
"""

from typing import Any

from aibrain_jupyter.aws.answers.secrets import without_secrets


def without_event_secrets(value: Any, revealed: frozenset[str] = frozenset()) -> Any:
    """Return the request of an event without the secrets in it, `revealed` as elsewhere."""
    return without_secrets("requestParameters", value, revealed=revealed)
