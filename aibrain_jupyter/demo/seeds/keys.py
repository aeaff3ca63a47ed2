"""
KMS keys of the demo accounts: rotated and not, disabled, pending deletion, open to others.

An alias is the stable name of a key: `key_arn` finds the key other parts encrypt with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from moto.kms.models import kms_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, moment, seed_ids
from aibrain_jupyter.demo.seeds.statements import ANYONE, allow, document

if TYPE_CHECKING:
    from moto.kms.models import Key, KmsBackend

# A date that stays in the future for the life of a release: the rows must not change.
_DELETION: Final = "2035-01-15"


@dataclass(frozen=True, slots=True)
class _Key:
    alias: str
    description: str
    created: str
    is_rotated: bool = False
    state: str = "Enabled"
    is_open: bool = False
    owner: str = "platform"


_KEYS: Final = {
    PROD.profile: (
        _Key("alias/data", "Customer data at rest", "2020-02-10", True, owner="data"),
        _Key("alias/logs", "Audit logs", "2020-02-11"),
        _Key("alias/database", "RDS storage", "2021-03-15", True, owner="data"),
        _Key("alias/legacy-etl", "Old ETL exports", "2018-05-04", state="PendingDeletion"),
        _Key("alias/partner", "Shared with a partner", "2022-03-16", is_open=True, owner="sales"),
    ),
    DEV.profile: (
        _Key("alias/data", "Test data", "2021-10-12"),
        _Key("alias/workshop", "Workshop 2021", "2021-09-28", state="Disabled", owner="training"),
    ),
}
_AWS_MANAGED: Final = _Key(
    "alias/aws/ebs", "Default key that protects EBS volumes", "2020-01-16", True, owner=""
)


def seed_keys(account: Account) -> None:
    """Fill KMS of one account: the keys of its table at home, a part of them elsewhere."""
    keys = _KEYS[account.profile]
    for number, region in enumerate(account.open_regions):
        seed_ids(account.account_id, "kms", region)
        kms = kms_backends[account.account_id][region]
        for key in keys if number == 0 else keys[:1]:
            _add_key(kms, key)
        _add_key(kms, _AWS_MANAGED).key_manager = "AWS"


def key_arn(account: Account, region: str, alias: str) -> str:
    """Return the ARN of the key behind an alias."""
    kms = kms_backends[account.account_id][region]
    return str(kms.describe_key(alias).arn)


def _add_key(kms: KmsBackend, key: _Key) -> Key:
    tags = [{"TagKey": "owner", "TagValue": key.owner}] if key.owner else []
    with at(key.created):
        # An elliptic key is made at once; for each symmetric one moto makes an RSA pair
        # (about 50 ms) that nothing reads.
        made = kms.create_key("", "ENCRYPT_DECRYPT", "ECC_NIST_P256", key.description, tags)
        made.key_spec = "SYMMETRIC_DEFAULT"
        kms.create_alias(made.id, key.alias)
        if key.is_rotated:
            kms.enable_key_rotation(made.id)
    if key.is_open:
        own = allow("kms:*", to={"AWS": f"arn:aws:iam::{kms.account_id}:root"})
        uses = ["kms:Decrypt", "kms:GenerateDataKey"]
        made.policy = document(own, allow(uses, to=ANYONE, sid="AnyoneMayDecrypt"))
    if key.state != "Enabled":
        made.enabled = False
        made.key_state = key.state
    if key.state == "PendingDeletion":
        made.deletion_date = moment(_DELETION)
    return made
