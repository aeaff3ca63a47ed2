"""Where a call was made: the words and facts that every error about it shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.operations.models import find_operation, iam_action
from aibrain_jupyter.shared.error_handler import UnknownNameError

if TYPE_CHECKING:
    from aibrain_jupyter.aws.target import AwsTarget


@dataclass(frozen=True, slots=True)
class Where:
    """One operation on one target. `operation` may be empty: the client could not be made."""

    service: str
    operation: str
    target: AwsTarget

    @property
    def call(self) -> str:
        """``iam:ListUsers``, as the API spells it."""
        if not self.operation:
            return self.service
        try:
            return f"{self.service}:{find_operation(self.service, self.operation).name}"
        except UnknownNameError:
            return f"{self.service}:{self.operation}"

    @property
    def action(self) -> str:
        """The IAM action the operation needs; the operation's own name where none is known."""
        try:
            return iam_action(self.service, self.operation)
        except UnknownNameError:
            return self.call

    @property
    def account(self) -> str:
        """The account in words, or the profile that stands for it."""
        if self.target.account:
            return f"account {self.target.account}"
        return self.profile

    @property
    def profile(self) -> str:
        """The profile in words; of a role the profile that assumes it."""
        profile = source_of(self.target.profile)
        return f"profile {profile}" if profile else "the default profile"

    @property
    def subject(self) -> str:
        """The account in words, to begin a sentence with."""
        return self.account[0].upper() + self.account[1:]

    @property
    def place(self) -> str:
        """``account 123456789012, us-east-1``."""
        return ", ".join(part for part in (self.account, self.target.region) if part)

    def facts(self, **more: str) -> dict[str, str]:
        """Return the machine-readable facts of an error here; empty ones are left out."""
        found = {
            "account": self.target.account,
            "profile": self.target.profile,
            "region": self.target.region,
            "operation": self.call,
            **more,
        }
        return {name: value for name, value in found.items() if value}
