"""
A role that may not be assumed: who asked for which role, and whose policy is in the way.

Both sides have to agree: the role's trust policy names who may assume it, and who asks needs
sts:AssumeRole on it unless both are in one account. AWS tells which of them is missing, but not
always; to somebody of another account it does not even tell that there is no such role.

Source: IAM User Guide, "Troubleshoot access denied error messages" and "Cross-account policy
evaluation logic".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.accounts.assumed_roles import split_role
from aibrain_jupyter.aws.errors.denials import Denial, read_denial

if TYPE_CHECKING:
    from aibrain_jupyter.aws.errors.call_site import Where

_OF_SSO: Final = "GetRoleCredentials"
CREDENTIAL_CALLS: Final = {
    # With the IAM action each needs; signing in needs none.
    "AssumeRole": "sts:AssumeRole",
    "AssumeRoleWithSAML": "sts:AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
    "CreateOAuth2Token": "",
    "CreateToken": "",
    _OF_SSO: "",
}
"""Operations of the SDK's own that open a session: a call whose session they open fails by them."""
_TRUST: Final = ("role trust policy", "resource-based policy")
"""How AWS calls the policy of a role that says who may assume it."""
_EXTERNAL_ID: Final = (
    "If the trust policy asks for an external id: set AIBRAIN_EXTERNAL_ID, or external_id in the "
    "profile."
)


def refusal_of(where: Where, operation: str, message: str) -> tuple[str, list[str]]:
    """
    Return what to say of a role that may not be assumed, and what to do.

    Args:
        where: The call that needed the role's session.

        operation: One of `CREDENTIAL_CALLS` that opens the session of a role.

        message: AWS's words.
    """
    denial = read_denial(message)
    role = _role(where, denial)
    who = _sentence(denial.who or where.profile)
    steps = [sso_step(where)] if operation == _OF_SSO else _steps(where, denial, role)
    return f"{who} may not assume {role}: {operation} was refused.", steps


def role_steps(where: Where) -> list[str]:
    """Return what to look at when a role cannot be assumed and AWS does not say why."""
    if role := split_role(where.target.profile):
        return [
            (
                f"Check that the role {role[0]} exists in account {role[1]}, that its trust "
                f"policy lets {where.profile} in, and that the profile has sts:AssumeRole."
            ),
            _EXTERNAL_ID,
        ]
    return ["Check that the role exists and that its trust policy lets you in (sts:AssumeRole)."]


def sso_step(where: Where) -> str:
    """Return what to do when IAM Identity Center gives no session."""
    return (
        f"Run {where.sso_command}; if that works, your user has not been "
        "given this role in this account: ask your IAM Identity Center administrator."
    )


def _sentence(who: str) -> str:
    return who if who.startswith("arn:") else who[0].upper() + who[1:]


def _role(where: Where, denial: Denial) -> str:
    """Return the role in words."""
    if known := split_role(where.target.profile):
        return f"the role {known[0]} of account {known[1]}"
    return denial.resource or f"the role of {where.account}"


def _steps(where: Where, denial: Denial, role: str) -> list[str]:
    who = denial.who or where.profile
    if denial.policy in _TRUST:
        verb = "denies" if denial.is_explicit else "does not name"
        owner = f"whoever looks after {role}"
        return [
            f"The trust policy of the role {verb} {who}: ask {owner} to let it in.",
            _EXTERNAL_ID,
        ]
    if denial.is_explicit:
        return [
            (
                f"{denial.denying_policy} denies sts:AssumeRole explicitly, so a further "
                "permission does not help: ask whoever owns that policy for an exception."
            )
        ]
    if denial.policy:
        on = denial.resource or role
        return [f"{who} needs sts:AssumeRole on {on}: no {denial.policy} of it allows that."]
    return role_steps(where)
