"""
Where a call was made: the words and facts that every error about it shares.

Of an exception that somebody else's code met less is known: `Somewhere` claims no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.sign_in import sign_in_command, sign_in_step
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
    def asked(self) -> str:
        """``ListUsers``: what the caller asked for, whatever the SDK asks besides."""
        return self.call.partition(":")[2]

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
    def profile_name(self) -> str:
        """The profile's name, as a command takes it; empty: the default chain."""
        return source_of(self.target.profile)

    @property
    def subject(self) -> str:
        """The account in words, to begin a sentence with."""
        return self.account[0].upper() + self.account[1:]

    @property
    def service_name(self) -> str:
        """The service in words."""
        return self.service

    @property
    def is_now(self) -> bool:
        """Whether the failure has just happened, so that clocks can be compared."""
        return True

    @property
    def sign_in(self) -> str:
        """The whole next step after a session has ended."""
        return sign_in_step(self.target.profile)

    @property
    def sso_command(self) -> str:
        """The command that signs in with IAM Identity Center."""
        return sign_in_command(self.target.profile) or "aws sso login"

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


@dataclass(frozen=True)
class Somewhere(Where):
    """A call of which only the exception is there: whatever is empty nobody knows."""

    @property
    def call(self) -> str:
        """The operation, with the service where that is known."""
        if self.operation:
            return super().call if self.service else self.operation
        return f"the request to {self.service}" if self.service else "the request"

    @property
    def asked(self) -> str:
        """The operation; empty where nobody knows it."""
        return self.operation

    @property
    def action(self) -> str:
        """The IAM action where service and operation are known; else as `call`."""
        return super().action if self.service and self.operation else self.call

    @property
    def account(self) -> str:
        """The account, or that it was one."""
        return super().account if self.target.account else "the account that was asked"

    @property
    def profile(self) -> str:
        """No profile: which one was used nobody knows."""
        return "the profile that was used"

    @property
    def profile_name(self) -> str:
        """What to put a name in place of."""
        return "PROFILE"

    @property
    def service_name(self) -> str:
        """The service, or whose it is."""
        return self.service or "AWS"

    @property
    def is_now(self) -> bool:
        """Nobody knows when it was: an exception may have been kept."""
        return False

    @property
    def sign_in(self) -> str:
        """What to do, whichever profile it was."""
        return (
            "Sign in again with the profile that was used (%aibrain aws login PROFILE; %aibrain "
            "profile lists them), or put new keys in place."
        )

    @property
    def sso_command(self) -> str:
        """The command, without a name."""
        return "aws sso login with the profile that was used"

    def facts(self, **more: str) -> dict[str, str]:
        """Return the facts; what nobody knows is none."""
        known = {name: text for name, text in more.items() if name != "action" or ":" in text}
        found = super().facts(**known)
        if not (self.service and self.operation):
            found.pop("operation", None)
        return found
