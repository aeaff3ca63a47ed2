"""Where a call to AWS goes, one account and one region, and who asks there."""

from dataclasses import dataclass
from typing import ClassVar, Final

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.shared.coverage import Target

GLOBAL_REGION: Final = "global"
"""The region of services that have one endpoint per partition (IAM, Organizations, …)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """
    The caller: account id (12 digits), ARN, partition.

    The `arn` of a role is without the session name that botocore or we make up; that of a session
    profile is ``session-profile/<name>``: nobody was asked for it. `rights` tells temporary keys
    apart that were handed to us: they may have fewer rights than others of the same ARN. It is a
    fingerprint of the access key id, empty where we know how the rights come about.
    """

    account: str
    arn: str
    partition: str
    rights: str = ""

    @property
    def cached_as(self) -> str:
        """What results are kept under: the ARN, and what else tells rights apart."""
        return f"{self.arn} {self.rights}" if self.rights else self.arn


def principal_of(identity: str) -> str:
    """Return the ARN in `Identity.cached_as`, that of a role without the name of its session."""
    arn = identity.partition(" ")[0]
    kind, *names = arn.split("/")
    # A role's path is not in the ARN of its sessions: role and session name are all there is.
    return "/".join((kind, *names[:1])) if kind.endswith(":assumed-role") else arn


@dataclass(frozen=True, slots=True)
class AwsTarget(Target):
    """
    One account and one region.

    `account` is the 12-digit account id, empty for one whose identity could not be resolved;
    `profile` the AWS profile or session profile it is reached by (empty: the default credential
    chain), `region` an AWS region name or ``global``, `service` the one that `endpoint` is of.
    `identity` is what `Identity.cached_as` says of the caller.
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
