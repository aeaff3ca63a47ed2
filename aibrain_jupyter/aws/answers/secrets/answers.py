"""
Answers that curated resources are made of, without their secrets.

They are hidden before a resource sees them: a column added later cannot let one through.
"""

from __future__ import annotations

from typing import Any

from aibrain_jupyter.aws.answers.secrets.hiding import Hider
from aibrain_jupyter.aws.answers.secrets.plans import plan_of
from aibrain_jupyter.aws.operations.models import find_operation


def clean_answer(
    service: str, operation: str, answer: dict[str, Any], revealed: frozenset[str]
) -> dict[str, Any]:
    """
    Return an answer as boto3 gives it with the secrets in it hidden.

    Args:
        service: The service's name.

        operation: ``ListFunctions`` or ``list_functions``.

        answer: One page; not changed.

        revealed: What is shown all the same, as `revealed_names` gives it.
    """
    shape = find_operation(service, operation).output_shape
    plan = None if shape is None else plan_of("", shape)
    if plan is None:
        return answer
    found: dict[str, Any] = plan(answer, Hider(revealed))
    return found
