"""
EC2 of the demo accounts: networks, firewalls, machines and their disks.

Each open region has the machines of its table; the security groups are the same everywhere
in an account, the good ones and the ones that let the world in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from moto.ec2.models import ec2_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, epoch, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.instances import Instance

WORLD: Final = "0.0.0.0/0"
OFFICE: Final = "203.0.113.0/24"
INSIDE: Final = "10.20.0.0/16"
_IMAGES: Final = {
    "us-east-1": "ami-0c1f44f8e1a2b3c4d",
    "eu-west-1": "ami-0e9f55a7d6c5b4a3f",
    "eu-central-1": "ami-0b7d66c5e4f3a2b1c",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """An instance; `disk` is a key alias, or empty: not encrypted."""

    name: str
    launched: str
    group: str
    kind: str = "t3.medium"
    is_public: bool = False
    needs_token: bool = True
    disk: str = "alias/data"
    is_stopped: bool = False
    has_profile: bool = True
    owner: str = "platform"


_old = partial(Machine, needs_token=False, disk="", has_profile=False)
_stopped = partial(_old, is_stopped=True)
# Protocol, first port, last port, source.
_Rule = tuple[str, int, int, str]


def _tcp(port: int, source: str, to: int = 0) -> _Rule:
    return "tcp", port, to or port, source


# Security groups by name: their description and what they let in.
_GOOD: Final[dict[str, tuple[str, tuple[_Rule, ...]]]] = {
    "web": ("HTTPS from anywhere", (_tcp(443, WORLD), _tcp(80, WORLD))),
    "app": ("From inside only", (_tcp(8080, INSIDE), _tcp(22, OFFICE))),
    "database": ("PostgreSQL from inside", (_tcp(5432, INSIDE),)),
}
_BAD: Final[dict[str, dict[str, tuple[str, tuple[_Rule, ...]]]]] = {
    PROD.profile: {
        "legacy-bastion": ("Temporary, see ticket 4711", (_tcp(22, WORLD),)),
        "windows-admin": ("Remote desktop", (_tcp(3389, WORLD), _tcp(3389, "::/0"))),
        "unused-2019": ("none", (_tcp(1, OFFICE, 65535),)),
    },
    DEV.profile: {
        "open-everything": ("test", (("-1", -1, -1, WORLD),)),
        "ssh-anywhere": ("created by launch wizard", (_tcp(22, WORLD),)),
        "database-public": ("none", (_tcp(5432, WORLD), _tcp(3306, WORLD))),
    },
}
_MACHINES: Final[dict[tuple[str, str], tuple[Machine, ...]]] = {
    (PROD.profile, "us-east-1"): (
        Machine("web-1", "2026-03-18", "web", is_public=True),
        Machine("web-2", "2026-03-18", "web", is_public=True),
        Machine("orders-1", "2025-11-05", "app", "m6i.large", owner="orders"),
        _old("bastion", "2021-02-08", "legacy-bastion", "t2.micro", is_public=True),
        _stopped("report-server", "2019-06-27", "windows-admin", "m5.xlarge", owner="finance"),
    ),
    (PROD.profile, "eu-west-1"): (
        Machine("web-eu-1", "2026-04-22", "web", is_public=True),
        Machine("orders-eu-1", "2025-12-09", "app", "m6i.large", owner="orders"),
        Machine("etl-eu", "2022-10-13", "app", "r5.large", needs_token=False, owner="data"),
    ),
    (PROD.profile, "eu-central-1"): (
        Machine("reports-fra", "2024-02-07", "app", disk="alias/aws/ebs", owner=""),
    ),
    (DEV.profile, "us-east-1"): (
        Machine("sandbox", "2021-09-28", "open-everything", is_public=True, needs_token=False),
        _old("george-test", "2025-05-14", "ssh-anywhere", is_public=True, owner=""),
        Machine("build-1", "2026-01-29", "app", "c6i.xlarge", disk=""),
    ),
    (DEV.profile, "eu-west-1"): (
        _stopped("load-test", "2023-01-10", "ssh-anywhere", "c5.4xlarge", is_public=True),
    ),
}


def seed_compute(account: Account) -> None:
    """Fill EC2 of one account in its open regions. KMS and IAM must be there already."""
    for region in account.open_regions:
        seed_ids(account.account_id, "ec2", region)
        with at("2018-04-12"):
            ec2 = ec2_backends[account.account_id][region]
        _seed_region(ec2, account, region)


def _seed_region(ec2: EC2Backend, account: Account, region: str) -> None:
    with at("2020-02-10"):
        vpc = ec2.create_vpc("10.20.0.0/16")
        vpc.add_tags({"Name": "main"})
        subnet = ec2.create_subnet(vpc.id, "10.20.1.0/24", availability_zone=f"{region}a")
        subnet.add_tags({"Name": "main-a"})
    groups = {}
    for name, (description, rules) in (_GOOD | _BAD[account.profile]).items():
        groups[name] = ec2.create_security_group(name, description, vpc.id).id
        for protocol, first, last, source in rules:
            cidr = {"CidrIpv6" if ":" in source else "CidrIp": source}
            ec2.authorize_security_group_ingress(
                groups[name], protocol, str(first), str(last), [cidr]
            )
    for machine in _MACHINES[account.profile, region]:
        add_machine(ec2, account, machine, subnet.id, groups[machine.group])
    _add_network(ec2, account, vpc.id)
    if region == "us-east-1":
        with at("2022-05-19"):
            forgotten = ec2.create_volume(500, f"{region}a", volume_type="gp2")
            forgotten.add_tags({"Name": "old-database-disk"})


def _add_network(ec2: EC2Backend, account: Account, vpc: str) -> None:
    """Add a gateway, flow logs in the good account, and a snapshot that nobody encrypted."""
    seed_ids(account.account_id, "network", ec2.region_name)
    with at("2020-02-11"):
        gateway = ec2.create_internet_gateway([{"Key": "Name", "Value": "main"}])
        ec2.attach_internet_gateway(gateway.id, vpc)
        table = next(t for t in ec2.describe_route_tables() if t.vpc_id == vpc)
        ec2.create_route(table.id, WORLD, gateway_id=gateway.id)
    volume = min(ec2.volumes.values(), key=lambda volume: volume.encrypted)
    with at("2023-11-07"):
        ec2.create_snapshot(volume.id, "before the move")
    if account is PROD:
        with at("2020-02-13"):
            bucket = "arn:aws:s3:::example-prod-audit-trail"
            nothing: Any = None  # moto tells by it that there is no log group
            ec2.create_flow_logs("VPC", [vpc], "ALL", "", "s3", bucket, nothing, nothing, 600)
        ec2.enable_ebs_encryption_by_default()


def add_machine(
    ec2: EC2Backend, account: Account, machine: Machine, subnet: str, group: str
) -> None:
    """Launch an instance with its disk."""
    disk: dict[str, Any] = {"VolumeSize": 40, "VolumeType": "gp3", "DeleteOnTermination": True}
    if machine.disk:
        key = key_arn(account, ec2.region_name, machine.disk)
        disk |= {"Encrypted": True, "KmsKeyId": key}
    names = {"Name": machine.name, **({"owner": machine.owner} if machine.owner else {})}
    with at(machine.launched):
        reservation = ec2.run_instances(
            _IMAGES[ec2.region_name],
            1,
            None,
            [],
            instance_type=machine.kind,
            is_instance_type_default=False,
            region_name=ec2.region_name,
            subnet_id=subnet,
            security_group_ids=[group],
            associate_public_ip=machine.is_public,
            metadata_options={"HttpTokens": "required" if machine.needs_token else "optional"},
            block_device_mappings=[{"DeviceName": "/dev/sda1", "Ebs": disk}],
            tags={"instance": names, "volume": names},
        )
        made: Instance = reservation.instances[0]
        made.virtualization_type = "hvm"
        if machine.has_profile:
            ec2.associate_iam_instance_profile(made.id, "web-server")
    if machine.is_stopped:
        with at("2024-09-30"):
            ec2.stop_instances([made.id])


def managed_machines(account: Account, region: str) -> list[dict[str, Any]]:
    """Return what SSM knows of the machines with its agent: running ones with a role."""
    ec2 = ec2_backends[account.account_id][region]
    profiles = {a.instance.id for a in ec2.iam_instance_profile_associations.values()}
    return [
        {
            "InstanceId": instance.id,
            "PingStatus": "Online",
            "LastPingDateTime": epoch("2026-10-31"),
            "AgentVersion": "3.3.987.0",
            "IsLatestVersion": index % 2 == 0,
            "PlatformType": "Linux",
            "PlatformName": "Amazon Linux",
            "PlatformVersion": "2023",
            "ResourceType": "EC2Instance",
            "IPAddress": instance.private_ip,
        }
        for index, instance in enumerate(ec2.all_instances())
        if instance.id in profiles and instance.state == "running"
    ]
