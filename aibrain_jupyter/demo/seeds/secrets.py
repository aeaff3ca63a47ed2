"""
Secrets Manager of the demo accounts: rotated, never rotated, forgotten.

The values are made up; nothing of this package ever asks for them.
"""

from dataclasses import dataclass
from typing import Final

from moto.moto_api._internal import mock_random
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import epoch, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn

_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret; `key` is a key alias, or empty: that of the service."""

    name: str
    created: str
    description: str = ""
    key: str = ""
    rotated: str = ""
    next_rotation: str = ""


_SECRETS: Final = {
    PROD.profile: (
        Secret(
            "prod/orders/database",
            "2021-03-15",
            "Owner of the orders database",
            "alias/data",
            "2026-10-17",
            "2026-11-16",
        ),
        Secret("prod/smtp", "2021-11-30", "Mail relay"),
        Secret("prod/partner/sftp", "2022-03-16"),
    ),
    DEV.profile: (Secret("dev/orders/database", "2021-10-12"),),
}


def seed_secrets(account: Account) -> None:
    """Fill Secrets Manager of one account in its first region. KMS must be there already."""
    seed_ids(account.account_id, "secretsmanager")
    for secret in _SECRETS[account.profile]:
        add_secret(account, _REGION, secret)


def add_secret(account: Account, region: str, secret: Secret) -> None:
    """Add a secret; one that was rotated is rotated every 30 days."""
    backend = secretsmanager_backends[account.account_id][region]
    backend.create_secret(
        name=secret.name,
        secret_string=mock_random.get_random_string(24),
        secret_binary=None,
        description=secret.description or None,
        tags=[{"Key": "owner", "Value": "platform"}],
        kms_key_id=key_arn(account, region, secret.key) if secret.key else None,
        client_request_token=str(mock_random.uuid4()),
        replica_regions=[],
        force_overwrite=False,
    )
    made = backend.secrets[secret.name]
    assert isinstance(made, FakeSecret)
    # moto stamps secrets with the time of the operating system, not with its own.
    made.created_date = made.last_changed_date = epoch(secret.created)
    if secret.rotated:
        made.rotation_requested = made.rotation_enabled = True
        made.rotation_lambda_arn = (
            f"arn:aws:lambda:{region}:{account.account_id}:function:rotate-database"
        )
        made.auto_rotate_after_days = 30
        made.last_rotation_date = made.last_changed_date = epoch(secret.rotated)
        made.next_rotation_date = epoch(secret.next_rotation)
