"""What the demo accounts share with everybody by mistake: an image, a disk, a database's copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.models import ec2_backends
from moto.rds.models import rds_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, seed_ids

if TYPE_CHECKING:
    from moto.ec2.models.instances import Instance

_EVERYBODY = "all"


def seed_shared(account: Account) -> None:
    """Share with the world. Machines, disks and databases must be there already."""
    seed_ids(account.account_id, "shared")
    if account is PROD:
        _share_image(account, "eu-west-1", "web-eu-1")
        _share_database(account, "eu-west-1", "orders-eu")
    if account is DEV:
        _share_disk(account, "us-east-1")


def _share_image(account: Account, region: str, machine: str) -> None:
    ec2 = ec2_backends[account.account_id][region]
    instance = next(i for i in ec2.all_instances() if name_of(i) == machine)
    with at("2022-11-15"):
        image = ec2.create_image(instance.id, "golden-2022", "before the audit", [])
        ec2.create_image(instance.id, "golden-2026", "kept inside", [])
        ec2.modify_image_attribute(image.id, [{"Group": _EVERYBODY}], [])


def _share_database(account: Account, region: str, database: str) -> None:
    rds = rds_backends[account.account_id][region]
    with at("2023-02-28"):
        rds.create_db_snapshot(database, "for-the-vendor")
        rds.modify_db_snapshot_attribute("for-the-vendor", "restore", [_EVERYBODY])


def _share_disk(account: Account, region: str) -> None:
    snapshots = ec2_backends[account.account_id][region].snapshots.values()
    forgotten = next(each for each in snapshots if each.description == "before the move")
    forgotten.create_volume_permission_groups.add(_EVERYBODY)


def name_of(instance: Instance) -> str:
    """Return the name that an instance is tagged with; empty: none."""
    return next((tag["value"] for tag in instance.get_tags() if tag["key"] == "Name"), "")
