"""``%aibrain aws_policy TOOL…``: the IAM policy that is just enough, JSON to copy and a dict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.magics.grammar.find_tool import find_tool
from aibrain_jupyter.magics.show import show
from aibrain_jupyter.magics.verbs.verb import Verb, VerbCall
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.aws.operations.policy import Policy

_MOST_TOOLS = 200
_GROUP = "aws"


def _policy(call: VerbCall) -> Policy:
    from aibrain_jupyter.aws.operations.policy import policy_for

    words = call.words or tuple(_tools())
    policy = policy_for(action for word in words for action in _actions(word))
    if notes := policy.notes:
        from aibrain_jupyter.widgets.notice import Notice

        show(Notice("About this policy", notes, "warning"))
    return policy


def _actions(word: str) -> list[str]:
    """Return the actions of a tool, or of one operation: ``kms:list_keys``."""
    from aibrain_jupyter.aws.accounts.regions import is_global
    from aibrain_jupyter.aws.clients.guard import check_access
    from aibrain_jupyter.aws.operations.models import find_operation, iam_action
    from aibrain_jupyter.aws.operations.policy import ALL_REGIONS

    service, colon, operation = word.partition(":")
    if colon:
        name = find_operation(service, operation).name
        # Asking for the policy of a sensitive read by its name is meaning it.
        check_access(service, name, allowed={f"{service}:{name}"})
        return [
            iam_action(service, name),
            *([] if is_global(service, name) else [ALL_REGIONS]),
        ]
    spec = find_tool(word)
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
    return [*spec.permissions, *([] if is_global(service, resource) else [ALL_REGIONS])]


def _tools() -> list[str]:
    specs = get_tool_registry().specs()
    return [spec.name for spec in specs if spec.group == _GROUP and spec.permissions]


def _offers(before: Sequence[str]) -> Iterable[str]:
    return [name for name in _tools() if name not in before]


AWS_POLICY = Verb(
    name="aws_policy",
    summary="the IAM policy that allows what tools or operations read, and no more: JSON, a dict",
    usage=("aws_policy", "aws_policy TOOL …", "aws_policy SERVICE:OPERATION …"),
    run=_policy,
    most_words=_MOST_TOOLS,
    offers=_offers,
)
