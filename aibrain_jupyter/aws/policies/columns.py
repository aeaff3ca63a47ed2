"""The columns that policies of resources and trust policies of roles come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.policies.documents import read
from aibrain_jupyter.aws.policies.questions import (
    allowed_principals,
    allows_everyone,
    allows_everything,
    requires_external_id,
    trusted_accounts,
)
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    Text = str | Mapping[str, Any] | None

Row = dict[str, Any]


def left_out() -> Unreadable:
    """Return what stands for a policy that there always is and that did not come."""
    return Unreadable("", "the answer leaves it out, and there always is one")


def resource_policy(text: Text) -> Row:
    """Return ``has_policy``, ``policy_allows_everyone`` and ``policy``; None: there is none."""
    policy = read(text)
    return {
        "has_policy": policy is not None,
        "policy_allows_everyone": allows_everyone(policy),
        "policy": policy,
    }


def topic_policy(text: Text) -> Row:
    """Return the columns of an SNS topic's policy; every topic has one."""
    policy = left_out() if text is None else read(text)
    return {"policy_allows_everyone": allows_everyone(policy), "policy": policy}


def managed_policy(text: Text) -> Row:
    """Return the columns of the document in force of an IAM policy; every policy has one."""
    document = left_out() if text is None else read(text)
    return {"allows_everything": allows_everything(document), "document": document}


def trust_policy(text: Text, *, account: str) -> Row:
    """Return the columns of a role's trust policy, seen from its own account."""
    policy = left_out() if text is None else read(text)
    others = trusted_accounts(policy, account)
    return {
        "trust_principals": allowed_principals(policy),
        "trusted_accounts": others,
        "is_cross_account": others if isinstance(others, Unreadable) else bool(others),
        "requires_external_id": requires_external_id(policy, account),
        "trust_policy": policy,
    }
