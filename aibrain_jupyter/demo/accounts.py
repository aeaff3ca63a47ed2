"""
Who and where the demo is: accounts, identities, regions. Plain data, nothing heavy imported.

The account ids are the ones AWS uses in its documentation, so they can never be a
customer's. The keys authenticate against the embedded server only; their values are no
secret, but they are kept out of ``repr`` like every other one.
"""

from dataclasses import dataclass, field
from typing import Final

REGIONS: Final = ("us-east-1", "eu-west-1", "eu-central-1")
ROLE: Final = "AuditReadOnly"
SESSION: Final = "demo.auditor"
ORGANIZATION: Final = "o-exampleorgid"
MANAGEMENT_ACCOUNT: Final = "123456789012"
REGION_POLICY: Final = "p-examplepolicyid111"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the demo, with the identity its profile signs in as."""

    profile: str
    account_id: str
    alias: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    denied_regions: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """The ARN that ``sts:GetCallerIdentity`` answers and refusals quote."""
        return f"arn:aws:sts::{self.account_id}:assumed-role/{ROLE}/{SESSION}"

    @property
    def open_regions(self) -> tuple[str, ...]:
        """The regions that answer, which are the ones that hold data."""
        return tuple(region for region in REGIONS if region not in self.denied_regions)


PROD: Final = Account(
    profile="demo-prod",
    account_id="111122223333",
    alias="example-prod",
    access_key_id="ASIADEMOPROD00000001",
    secret_access_key="demo/prod/no-secret",  # noqa: S106
)
DEV: Final = Account(
    profile="demo-dev",
    account_id="444455556666",
    alias="example-dev",
    access_key_id="ASIADEMODEV000000001",
    secret_access_key="demo/dev/no-secret",  # noqa: S106
    denied_regions=("eu-central-1",),
)
ACCOUNTS: Final = (PROD, DEV)
