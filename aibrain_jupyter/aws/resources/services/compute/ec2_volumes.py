"""EBS volumes, with the region's default for new ones, and snapshots."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing, once
from aibrain_jupyter.aws.resources.shapes import (
    NAME_TAG,
    PAGE,
    count,
    flag,
    nested,
    tags,
    text,
    time,
)

VOLUMES: Final = declared(
    "ec2",
    "volumes",
    "EBS volumes: encryption, key, attachment, the region's default.",
    (
        text("volume_id", "id of the volume", "VolumeId"),
        text("arn", "ARN of the volume", "arn(here, 'ec2', 'volume', VolumeId)"),
        NAME_TAG,
        text("state", "creating, available, in-use, deleting, deleted, error", "State"),
        flag("is_encrypted", "whether the volume is encrypted", "Encrypted"),
        text("kms_key", "ARN of its key; NA: not encrypted", "KmsKeyId"),
        flag(
            "is_region_encrypted_by_default",
            "whether new volumes of the region will be",
            "GetEbsEncryptionByDefault.EbsEncryptionByDefault",
        ),
        text("volume_type", "such as gp3", "VolumeType"),
        count("size_gib", "size, GiB", "Size"),
        text("snapshot_id", "snapshot it was made from; NA: none", "none_if_empty(SnapshotId)"),
        text("availability_zone", "availability zone", "AvailabilityZone"),
        time("created", "when the volume was made, UTC", "CreateTime"),
        nested(
            "attached_to",
            "ids of the instances it is attached to",
            "Attachments[].InstanceId || `[]`",
        ),
        flag(
            "deletes_on_termination",
            "whether it goes with its instance; NA: not attached",
            "where(Attachments, !present(Attachments[?!present(DeleteOnTermination)]))",
        ),
        tags("Tags"),
    ),
    (
        listing("ec2:DescribeVolumes", "Volumes", fixed=PAGE),
        once("ec2:GetEbsEncryptionByDefault"),
    ),
)


SNAPSHOTS: Final = declared(
    "ec2",
    "snapshots",
    "EBS snapshots of the account: encryption, age, who they are shared with.",
    (
        text("snapshot_id", "id of the snapshot", "SnapshotId"),
        text("arn", "ARN of the snapshot", "arn(here, 'ec2', 'snapshot', SnapshotId)"),
        NAME_TAG,
        text("description", "description; NA: none", "Description"),
        text("state", "pending, completed, error", "State"),
        time("created", "when it was begun, UTC", "StartTime"),
        text("volume_id", "volume it was made of", "VolumeId"),
        count("size_gib", "size of the volume, GiB", "VolumeSize"),
        flag("is_encrypted", "whether it is encrypted", "Encrypted"),
        text("kms_key", "ARN of its key; NA: not encrypted", "KmsKeyId"),
        text("storage_tier", "standard or archive", "StorageTier"),
        flag(
            "is_public",
            "whether everyone may create volumes from it",
            "present(DescribeSnapshotAttribute.CreateVolumePermissions[?Group=='all'])",
        ),
        nested(
            "shared_with",
            "accounts that may create volumes from it",
            "all(DescribeSnapshotAttribute.CreateVolumePermissions[].UserId)",
        ),
        text(
            "public_access_block",
            "what the region blocks: block-all-sharing, block-new-sharing, unblocked",
            "GetSnapshotBlockPublicAccessState.State",
        ),
        tags("Tags"),
    ),
    (
        listing(
            "ec2:DescribeSnapshots", "Snapshots", fixed={"OwnerIds": ["self"], "MaxResults": 1000}
        ),
        once("ec2:GetSnapshotBlockPublicAccessState"),
        detail(
            "ec2:DescribeSnapshotAttribute",
            {"SnapshotId": "SnapshotId"},
            fixed={"Attribute": "createVolumePermission"},
        ),
    ),
    traps=("Only snapshots the account owns; those shared with it are not listed.",),
)
