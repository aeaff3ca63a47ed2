"""Causes of a session that cannot be opened: the SDK asks for it in the middle of a call."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.errors.role_refusals import ROLE_CALLS
from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import (
    CredentialsError,
    CredentialsExpiredError,
    RoleRefusedError,
)

CREDENTIAL_CALLS: Final = {
    # With the IAM action each needs; signing in needs none.
    "AssumeRole": "sts:AssumeRole",
    "AssumeRoleWithSAML": "sts:AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
    "CreateOAuth2Token": "",
    "CreateToken": "",
    "GetRoleCredentials": "",
}
"""Operations of the SDK's own that open a session: a call whose session they open fails by them."""
_OWN_CALL: Final = frozenset({"call-of-the-sdk"})
_WHAT: Final = "No session could be opened for {account}: {asked} failed."

ROLES: Final = (
    Cause(
        name="role-refused",
        error=RoleRefusedError,
        what="{refused_role}",
        steps=("{refused_role_steps}",),
        source="IAM User Guide, Troubleshoot access denied error messages",
        asked=frozenset(ROLE_CALLS),
        traits=_OWN_CALL | {"denied"},
    ),
    Cause(
        name="session-expired",
        error=CredentialsExpiredError,
        what=_WHAT,
        steps=("{sign_in}",),
        source="IAM Identity Center OIDC API reference, CreateToken",
        traits=_OWN_CALL | {"expired"},
    ),
    Cause(
        name="sign-in-failed",
        error=CredentialsError,
        what=_WHAT,
        steps=("{sso_step}",),
        source="IAM Identity Center Portal API reference, GetRoleCredentials",
        asked=frozenset({"GetRoleCredentials", "CreateToken", "CreateOAuth2Token"}),
        traits=_OWN_CALL,
    ),
    Cause(
        name="role-not-assumed",
        error=CredentialsError,
        what=_WHAT,
        steps=("{role_steps}",),
        source="STS API reference, AssumeRole",
        traits=_OWN_CALL,
    ),
)
