"""EFS file systems."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, policy, tags, text, time

EFS_FILE_SYSTEMS: Final = declared(
    "efs",
    "file_systems",
    "EFS file systems: encryption, policy, backup, mount targets.",
    (
        text("file_system_id", "id of the file system", "FileSystemId"),
        text("arn", "ARN of the file system", "FileSystemArn"),
        text("name", "name; NA: none", "Name"),
        text("state", "such as available", "LifeCycleState"),
        time("created", "when it was made, UTC", "CreationTime"),
        flag("is_encrypted", "whether it is encrypted", "Encrypted"),
        text("kms_key", "ARN of its key; NA: not encrypted", "KmsKeyId"),
        text(
            "backup",
            "ENABLED, ENABLING, DISABLED, DISABLING",
            "DescribeBackupPolicy.BackupPolicy.Status || 'DISABLED'",
        ),
        *policy(
            "DescribeFileSystemPolicy.Policy",
            "policy of the file system; NA: none, which lets every client in its network mount it",
            has="whether it has a policy",
        ),
        nested(
            "mount_targets",
            "ids of its mount targets",
            "all(DescribeMountTargets[].MountTargetId)",
        ),
        nested("subnets", "subnets it can be mounted in", "all(DescribeMountTargets[].SubnetId)"),
        count("size_bytes", "size, bytes, as last metered", "SizeInBytes.Value"),
        tags("Tags"),
    ),
    (
        listing(
            "efs:DescribeFileSystems", "FileSystems", action="elasticfilesystem:DescribeFileSystems"
        ),
        detail(
            "efs:DescribeFileSystemPolicy",
            {"FileSystemId": "FileSystemId"},
            absent=("PolicyNotFound",),
            action="elasticfilesystem:DescribeFileSystemPolicy",
        ),
        detail(
            "efs:DescribeBackupPolicy",
            {"FileSystemId": "FileSystemId"},
            absent=("PolicyNotFound",),
            action="elasticfilesystem:DescribeBackupPolicy",
        ),
        detail(
            "efs:DescribeMountTargets",
            {"FileSystemId": "FileSystemId"},
            records="MountTargets",
            action="elasticfilesystem:DescribeMountTargets",
        ),
    ),
)
