"""EBS volumes, with the region's default for new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.ec2 import VOLUMES
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.ec2_instances import PAGE
from aibrain_jupyter.aws.resources.values import tag_value, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_ec2_volumes(ctx: CallContext) -> ToolResult:
    """
    Export the EBS volumes of a region.

    Returns:
        One row per volume, ordered by volume id.

    Raises:
        PermissionDeniedError: the identity lacks ``ec2:DescribeVolumes``.

    Source:
        EC2 API reference, Volume and GetEbsEncryptionByDefault.
    """
    details = Details(ctx)
    volumes = listed(ctx, "ec2", "DescribeVolumes", "Volumes", PAGE)
    of_region: Row = {}
    if volumes:
        of_region = details.read(
            default_columns, "ec2", "GetEbsEncryptionByDefault", {}, item=ctx.target.region
        )
    target = ctx.target
    prefix = f"arn:{target.partition}:ec2:{target.region}:{target.account}:volume/"
    rows = [
        volume_columns(volume) | {"arn": prefix + (volume.get("VolumeId") or "?")} | of_region
        for volume in volumes
    ]
    return details.result(rows, VOLUMES)


def default_columns(answer: Mapping[str, Any]) -> Row:
    """Return the columns of GetEbsEncryptionByDefault."""
    return {"is_region_encrypted_by_default": answer.get("EbsEncryptionByDefault")}


def volume_columns(volume: Mapping[str, Any]) -> Row:
    """Return the columns of a Volume."""
    tags = tags_of(volume.get("Tags"))
    attachments = volume.get("Attachments") or []
    return {
        "volume_id": volume.get("VolumeId"),
        "name": tag_value(tags, "Name"),
        "state": volume.get("State"),
        "is_encrypted": volume.get("Encrypted"),
        "kms_key": volume.get("KmsKeyId"),
        "volume_type": volume.get("VolumeType"),
        "size_gib": volume.get("Size"),
        "snapshot_id": volume.get("SnapshotId") or None,
        "availability_zone": volume.get("AvailabilityZone"),
        "created": volume.get("CreateTime"),
        "attached_to": [a["InstanceId"] for a in attachments if a.get("InstanceId")],
        "deletes_on_termination": (
            all(a.get("DeleteOnTermination") for a in attachments) if attachments else None
        ),
        "tags": tags,
    }
