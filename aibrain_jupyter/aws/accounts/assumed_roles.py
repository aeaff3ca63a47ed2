"""
Roles assumed from a profile: credentials that renew themselves.

botocore's own refreshable credentials do the work: every signature asks whether the session is
about to end, and then one thread renews it. So clients stay valid for as long as the run takes,
although a session lasts an hour. The role is assumed when the first request is signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.credentials import Credentials

SESSION_NAME: Final = "aibrain_jupyter"
"""What CloudTrail of the account shows behind the role's name."""

_NAME: Final = re.compile(r"role:(?P<role>\S+)@(?P<account>\d{12})(?: from (?P<source>.+))?")


@dataclass(frozen=True, slots=True)
class AssumedRole:
    """
    A role that is reached from a profile.

    `arn` is the role's ARN, `source` the profile that assumes it (empty: the default chain),
    `external_id` what the role's trust policy asks for (empty: nothing).
    """

    arn: str
    source: str = ""
    external_id: str = field(default="", repr=False)

    @property
    def account(self) -> str:
        """The account the role is in."""
        return self.arn.split(":")[4]

    @property
    def role(self) -> str:
        """The role's name, with its path."""
        return self.arn.partition(":role/")[2]

    @property
    def profile(self) -> str:
        """
        The name clients are asked for by: ``role:Audit@111122223333 from corp``.

        Two profiles that assume one role have two names.
        """
        name = f"role:{self.role}@{self.account}"
        return f"{name} from {self.source}" if self.source else name


def split_role(profile: str) -> tuple[str, str, str] | None:
    """Return role, account and source of the name of an assumed role, None for other profiles."""
    found = _NAME.fullmatch(profile)
    return (found["role"], found["account"], found["source"] or "") if found else None


@lru_cache(maxsize=4096)
def source_of(profile: str) -> str:
    """Return the profile whose credentials are behind `profile`: itself, unless it is a role."""
    found = split_role(profile)
    return found[2] if found else profile


def role_credentials(role: AssumedRole, sts: Callable[[], Any]) -> Credentials:
    """
    Return credentials that assume the role when they are needed, and again before they end.

    `sts` gives the STS client of the profile that assumes it.
    """
    from botocore.credentials import DeferredRefreshableCredentials

    request = {"RoleArn": role.arn, "RoleSessionName": SESSION_NAME}
    if role.external_id:
        request["ExternalId"] = role.external_id

    def assume() -> dict[str, str]:
        found = sts().assume_role(**request)["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
            "account_id": role.account,
        }

    return DeferredRefreshableCredentials(refresh_using=assume, method="assume-role")
