"""
Coverage: what was asked, what came back, and what is missing.

The rule of the house: a refusal, a throttle or a time-out is never an empty
table, it is a `Gap` that names account, region, operation and IAM action.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

GLOBAL_REGION = "global"
"""The region column of services that have one endpoint per partition (IAM, Organizations, …)."""


class Outcome(enum.StrEnum):
    """How one call ended. Every call ends in exactly one of these."""

    OK = "ok"
    EMPTY = "empty"
    DENIED = "denied"
    THROTTLED = "throttled"
    TIMED_OUT = "timed out"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_OFFERED = "not offered in region"
    NOT_ENABLED = "not enabled"

    @property
    def is_gap(self) -> bool:
        """Whether rows may be missing because of it."""
        return self not in (Outcome.OK, Outcome.EMPTY, Outcome.NOT_OFFERED)


@dataclass(frozen=True, slots=True)
class Target:
    """
    Where a call goes: one account, one region.

    `account` is the 12-digit account id (empty for a target whose identity could not be
    resolved, and for tools without accounts), `profile` the AWS profile or session profile it is
    reached by (empty: the default credential chain), `region` an AWS region name or ``global``,
    `identity` the ARN of the caller, `endpoint` the endpoint URL when it is not AWS's own.
    """

    account: str = ""
    region: str = ""
    profile: str = ""
    partition: str = "aws"
    identity: str = ""
    endpoint: str = ""
    is_demo: bool = False

    @property
    def label(self) -> str:
        """``account/region``, with the profile standing in for an unknown account."""
        return "/".join(part for part in (self.account or self.profile, self.region) if part) or "-"


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Something that is missing from a frame, and why.

    `operation` is ``service:Operation`` as the API spells it, `action` the IAM action that was
    refused (mostly the same), `item` the resource whose detail is missing (empty: the whole
    call), `columns` the columns that are unknown because of it (empty: all).
    """

    outcome: Outcome
    why: str
    account: str = ""
    region: str = ""
    operation: str = ""
    action: str = ""
    item: str = ""
    columns: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """One line: where, what, outcome."""
        where = "/".join(part for part in (self.account, self.region) if part) or "-"
        parts = [where, self.action or self.operation, self.item]
        return f"{' '.join(part for part in parts if part)}: {self.outcome}"
