"""
Answers that curated resources are made of, without their secrets.

They are hidden before a resource sees them: a column added later cannot let one through. Going
through every answer costs as much as parsing it, and most can hold none: the model tells which.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from aibrain_jupyter.aws.answers.secret_names import (
    MEMBERS,
    PARAMETERS,
    STAGE_VARIABLES,
    is_environment,
    is_hidden_text,
    member_of,
)
from aibrain_jupyter.aws.answers.secrets import without_secrets
from aibrain_jupyter.aws.operations.models import find_operation

if TYPE_CHECKING:
    from botocore.model import Shape

_BESIDE = frozenset({"ParameterKey", "OutputKey", "OptionName"})
"""Members that name what a member beside them holds."""


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
    if not may_hold_secrets(service, operation):
        return answer
    shape = find_operation(service, operation).output_shape
    found: dict[str, Any] = without_secrets("", answer, shape, revealed=revealed)
    return found


@cache
def may_hold_secrets(service: str, operation: str) -> bool:
    """Tell whether the model of an answer has a place where `without_secrets` hides something."""
    shape = find_operation(service, operation).output_shape
    return shape is not None and _may_hold("", shape, None, set())


def _may_hold(member: str, shape: Any, owner: Shape | None, seen: set[tuple[str, str]]) -> bool:
    name, kind = xform_name(member), shape.type_name
    if (member, shape.name) in seen:
        return False
    seen.add((member, shape.name))
    if is_environment(name) and kind != "string":
        return True
    if member_of(owner, member) in (*MEMBERS, STAGE_VARIABLES):
        return True
    if kind in ("string", "blob"):
        return is_hidden_text(name)
    if kind == "map":
        # Whoever writes the keys may write a password; tags are meant for everybody to read.
        is_free = shape.value.type_name == "string" and not name.endswith("tags")
        return is_free or _may_hold(member, shape.value, None, seen)
    if kind == "list":
        return _may_hold(member, shape.member, None, seen)
    if kind != "structure":
        return False
    if shape.name in PARAMETERS or not _BESIDE.isdisjoint(shape.members):
        return True
    return any(_may_hold(below, s, shape, seen) for below, s in shape.members.items())
