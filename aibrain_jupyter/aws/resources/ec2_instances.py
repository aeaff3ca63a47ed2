"""EC2 instances, with their volumes and Systems Manager's view of them, each read region-wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.ec2 import INSTANCES
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.values import every, tag_value, tags_of, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_OFF = frozenset({"stopping", "stopped", "shutting-down", "terminated"})
PAGE = {"MaxResults": 1000}
"""EC2 answers without MaxResults in one page, which times out in large accounts."""


def export_ec2_instances(ctx: CallContext) -> ToolResult:
    """
    Export the EC2 instances of a region, terminated ones included as long as EC2 lists them.

    Returns:
        One row per instance, ordered by instance id. `volumes_encrypted` comes from the volumes:
        an instance does not say whether its volumes are encrypted.

    Raises:
        PermissionDeniedError: the identity lacks ``ec2:DescribeInstances``.

    Source:
        EC2 API reference, Instance and Volume; Systems Manager, InstanceInformation.
    """
    details = Details(ctx)
    reservations = listed(ctx, "ec2", "DescribeInstances", "Reservations", PAGE)
    instances = [
        (reservation.get("OwnerId", ""), instance)
        for reservation in reservations
        for instance in reservation.get("Instances") or ()
    ]
    volumes: dict[str, bool] | None = None
    managed: dict[str, Row] | None = None
    if instances:
        volumes = _encryption_of_volumes(details)
        managed = _managed_by_ssm(details)
    rows = []
    for owner, instance in instances:
        instance_id = instance.get("InstanceId")
        arn = f"arn:{ctx.target.partition}:ec2:{ctx.target.region}:{owner}:instance/{instance_id}"
        row = instance_columns(instance) | {"arn": arn}
        row |= volume_columns(row["volumes"], volumes)
        if managed is not None:
            row |= ssm_columns(managed.get(instance_id), is_off=row["state"] in _OFF)
        rows.append(row)
    return details.result(rows, INSTANCES)


def _encryption_of_volumes(details: Details) -> dict[str, bool] | None:
    found = details.ask_all(
        "ec2", "DescribeVolumes", "Volumes", PAGE, columns=volume_columns([], {})
    )
    return None if found is None else {v.get("VolumeId"): v.get("Encrypted") for v in found}


def _managed_by_ssm(details: Details) -> dict[str, Row] | None:
    found = details.ask_all(
        "ssm",
        "DescribeInstanceInformation",
        "InstanceInformationList",
        {"MaxResults": 50},
        columns=ssm_columns(None),
    )
    return None if found is None else {known.get("InstanceId"): known for known in found}


def instance_columns(instance: Mapping[str, Any]) -> Row:
    """Return the columns one Instance gives by itself."""
    tags = tags_of(instance.get("Tags"))
    metadata = instance.get("MetadataOptions") or {}
    tokens = metadata.get("HttpTokens")
    groups = {g.get("GroupId") for g in instance.get("SecurityGroups") or ()}
    for interface in instance.get("NetworkInterfaces") or ():
        groups |= {g.get("GroupId") for g in interface.get("Groups") or ()}
    return {
        "instance_id": instance.get("InstanceId"),
        "name": tag_value(tags, "Name"),
        "state": (instance.get("State") or {}).get("Name"),
        "instance_type": instance.get("InstanceType"),
        "image_id": instance.get("ImageId"),
        "platform": instance.get("PlatformDetails") or instance.get("Platform"),
        "launched": instance.get("LaunchTime"),
        "key_name": instance.get("KeyName"),
        "instance_profile": (instance.get("IamInstanceProfile") or {}).get("Arn"),
        "vpc_id": instance.get("VpcId"),
        "subnet_id": instance.get("SubnetId"),
        "availability_zone": (instance.get("Placement") or {}).get("AvailabilityZone"),
        "private_ip": instance.get("PrivateIpAddress"),
        "public_ip": instance.get("PublicIpAddress"),
        "security_groups": texts(groups),
        "is_imdsv2_required": None if tokens is None else tokens == "required",
        "imds_endpoint": metadata.get("HttpEndpoint"),
        "imds_hop_limit": metadata.get("HttpPutResponseHopLimit"),
        "is_monitored": (instance.get("Monitoring") or {}).get("State") in ("enabled", "pending"),
        "volumes": [
            mapping["Ebs"]["VolumeId"]
            for mapping in instance.get("BlockDeviceMappings") or ()
            if "VolumeId" in (mapping.get("Ebs") or {})
        ],
        "tags": tags,
    }


def volume_columns(attached: list[str], is_encrypted: Mapping[str, bool] | None) -> Row:
    """Return the encryption columns of an instance; `is_encrypted` by volume id, None: unknown."""
    if is_encrypted is None:
        return {}
    facts = [is_encrypted.get(volume) for volume in attached]
    return {
        "volumes_encrypted": every(*facts) if facts else None,
        "unencrypted_volumes": [
            v for v, fact in zip(attached, facts, strict=True) if fact is False
        ],
    }


def ssm_columns(known: Mapping[str, Any] | None, *, is_off: bool = False) -> Row:
    """
    Return the columns of Systems Manager's InstanceInformation; None: it knows none.

    Systems Manager lists no instance that `is_off`, managed or not.
    """
    known_facts = known or {}
    return {
        "is_ssm_managed": None if known is None and is_off else known is not None,
        "ssm_ping": known_facts.get("PingStatus"),
        "ssm_last_ping": known_facts.get("LastPingDateTime"),
    }
