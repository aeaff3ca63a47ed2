"""Where a call to AWS goes: one account, one region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.shared.coverage import Target

GLOBAL_REGION: Final = "global"
"""The region of services that have one endpoint per partition (IAM, Organizations, …)."""


@dataclass(frozen=True, slots=True)
class AwsTarget(Target):
    """
    One account and one region.

    `account` is the 12-digit account id, empty for one whose identity could not be resolved;
    `profile` the AWS profile or session profile it is reached by (empty: the default credential
    chain), `region` an AWS region name or ``global``, `service` the one that `endpoint` is of.
    `identity` is the caller's ARN, followed by a fingerprint where temporary keys were handed to us
    (``aws/accounts/callers.py``).
    """

    PARTS: ClassVar = {"account_id": "account", "region": "region"}

    account: str = ""
    region: str = ""
    partition: str = "aws"
    service: str = ""

    @property
    def signs_in_as(self) -> str | None:
        """The profile whose session has to last; None for an account that is not known."""
        return source_of(self.profile) if self.account else None
