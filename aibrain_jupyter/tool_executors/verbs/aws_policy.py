"""``%aibrain aws_policy TOOL…``: the IAM policy that is just enough, JSON to copy and a dict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.aws.accounts.regions import is_global
from aibrain_jupyter.aws.clients.guard import check_access
from aibrain_jupyter.aws.operations.models import find_operation, iam_action
from aibrain_jupyter.aws.operations.policy import ALL_REGIONS, policy_for
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbAnswer, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_GROUP = "aws"


def aws_policy(call: VerbCall) -> VerbAnswer:
    """Return the policy of the tools or operations named, of all tools where none is."""
    words = call.words or tuple(_tools())
    is_with_totals = "totals" in call.options
    policy = policy_for(action for word in words for action in _actions(word, is_with_totals))
    notes = tuple(policy.notes)
    said = (Message("About this policy", notes, is_warning=True),) if notes else ()
    return VerbAnswer(policy, said)


def _actions(word: str, is_with_totals: bool) -> list[str]:
    """Return the actions of a tool, or of one operation: ``kms:list_keys``."""
    service, colon, operation = word.partition(":")
    if colon:
        name = find_operation(service, operation).name
        # Asking for the policy of a sensitive read by its name is meaning it.
        check_access(service, name, allowed={f"{service}:{name}"})
        return [iam_action(service, name), *([] if is_global(service, name) else [ALL_REGIONS])]
    spec = get_tool_registry().spec(word)
    if spec.group != _GROUP:
        raise unknown_name("AWS tool", word, _tools(), next_steps=["%aibrain tools aws"])
    if not spec.permissions:
        raise ParameterError(
            f"What {word} needs depends on what it is asked for.",
            next_steps=[
                "Name operations: %aibrain aws_policy kms:list_keys",
                f"Or write the cell and add --dry-run: %aibrain {word} … --dry-run",
            ],
        )
    service, resource = (str(spec.preset.get(key, "")) for key in ("service", "resource"))
    found = [*spec.permissions, *([] if is_global(service, resource) else [ALL_REGIONS])]
    if is_with_totals:
        found += get_tool_registry().handler_of(spec).total_permissions(spec.preset)
    return found


def _tools() -> list[str]:
    specs = get_tool_registry().specs()
    return [spec.name for spec in specs if spec.group == _GROUP and spec.permissions]


def offers(before: Sequence[str]) -> Iterable[str]:
    """Return the tools that are not named yet."""
    return [name for name in _tools() if name not in before]
