"""Compute besides instances: snapshots, images, EC2's settings, key pairs, Auto Scaling."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    declared,
    detail,
    each,
    joined,
    listing,
    once,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGGED, TEXT, TIME, Column

_NAME: Final = Column("name", TEXT, "value of the tag Name; NA: not tagged so", "tag(Tags, 'Name')")


SNAPSHOTS: Final = declared(
    "ec2",
    "snapshots",
    "EBS snapshots of the account: encryption, age, who they are shared with.",
    (
        Column("snapshot_id", TEXT, "id of the snapshot", "SnapshotId"),
        Column("arn", TEXT, "ARN of the snapshot", "arn(here, 'ec2', 'snapshot', SnapshotId)"),
        _NAME,
        Column("description", TEXT, "description; NA: none", "Description"),
        Column("state", TEXT, "pending, completed, error", "State"),
        Column("created", TIME, "when it was begun, UTC", "StartTime"),
        Column("volume_id", TEXT, "volume it was made of", "VolumeId"),
        Column("size_gib", COUNT, "size of the volume, GiB", "VolumeSize"),
        Column("is_encrypted", FLAG, "whether it is encrypted", "Encrypted"),
        Column("kms_key", TEXT, "ARN of its key; NA: not encrypted", "KmsKeyId"),
        Column("storage_tier", TEXT, "standard or archive", "StorageTier"),
        Column(
            "is_public",
            FLAG,
            "whether everyone may create volumes from it",
            "present(DescribeSnapshotAttribute.CreateVolumePermissions[?Group=='all'])",
        ),
        Column(
            "shared_with",
            NESTED,
            "accounts that may create volumes from it",
            "all(DescribeSnapshotAttribute.CreateVolumePermissions[].UserId)",
        ),
        Column(
            "public_access_block",
            TEXT,
            "what the region blocks: block-all-sharing, block-new-sharing, unblocked",
            "GetSnapshotBlockPublicAccessState.State",
        ),
        TAGGED,
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


IMAGES: Final = declared(
    "ec2",
    "images",
    "AMIs of the account: public, encrypted, age, last use.",
    (
        Column("image_id", TEXT, "id of the AMI", "ImageId"),
        Column("arn", TEXT, "ARN of the AMI", "arn(here, 'ec2', 'image', ImageId)"),
        Column("name", TEXT, "name of the AMI", "Name"),
        Column("description", TEXT, "description; NA: none", "Description"),
        Column("state", TEXT, "such as available or disabled", "State"),
        Column("created", TIME, "when it was made, UTC", "CreationDate"),
        Column("deprecated", TIME, "when it is deprecated, UTC; NaT: not set", "DeprecationTime"),
        Column(
            "last_launched",
            TIME,
            "last launch, UTC, a day late; NaT: none on record",
            "LastLaunchedTime",
        ),
        Column("is_public", FLAG, "whether everyone may launch it", "Public"),
        Column(
            "is_encrypted",
            FLAG,
            "whether each of its EBS snapshots is encrypted; NA: it has none",
            "(BlockDeviceMappings[?Ebs] || `null`)"
            " && !present(BlockDeviceMappings[?Ebs && Ebs.Encrypted != `true`])",
        ),
        Column(
            "snapshots", NESTED, "ids of its snapshots", "all(BlockDeviceMappings[].Ebs.SnapshotId)"
        ),
        Column("platform", TEXT, "such as Linux/UNIX or Windows", "PlatformDetails"),
        Column("architecture", TEXT, "such as x86_64", "Architecture"),
        Column(
            "imds_support", TEXT, "v2.0: its instances require IMDSv2; NA: not set", "ImdsSupport"
        ),
        Column(
            "public_access_block",
            TEXT,
            "what the region blocks: block-new-sharing or unblocked",
            "GetImageBlockPublicAccessState.ImageBlockPublicAccessState",
        ),
        TAGGED,
    ),
    (
        listing(
            "ec2:DescribeImages", "Images", fixed={"Owners": ["self"], "IncludeDisabled": True}
        ),
        once("ec2:GetImageBlockPublicAccessState"),
    ),
    traps=("Only AMIs the account owns: instances may run others.",),
)


SETTINGS: Final = declared(
    "ec2",
    "settings",
    "EC2's settings of a region, one row: EBS encryption, IMDS, public sharing, serial console.",
    (
        Column("setting_of", TEXT, "region the settings are about", "here.region"),
        Column(
            "encrypts_ebs_by_default",
            FLAG,
            "whether new EBS volumes are encrypted",
            "EbsEncryptionByDefault",
        ),
        Column(
            "default_ebs_key",
            TEXT,
            "key new volumes are encrypted with",
            "GetEbsDefaultKmsKeyId.KmsKeyId",
        ),
        Column(
            "snapshot_sharing",
            TEXT,
            "block-all-sharing, block-new-sharing or unblocked",
            "GetSnapshotBlockPublicAccessState.State",
        ),
        Column(
            "image_sharing",
            TEXT,
            "block-new-sharing or unblocked",
            "GetImageBlockPublicAccessState.ImageBlockPublicAccessState",
        ),
        Column(
            "imds_tokens",
            TEXT,
            "required or optional for new instances; NA: no preference",
            "GetInstanceMetadataDefaults.AccountLevel.HttpTokens",
        ),
        Column(
            "serial_console",
            FLAG,
            "whether the serial console may be used",
            "GetSerialConsoleAccessStatus.SerialConsoleAccessEnabled",
        ),
    ),
    (
        listing("ec2:GetEbsEncryptionByDefault", "[@]"),
        once("ec2:GetEbsDefaultKmsKeyId"),
        once("ec2:GetSnapshotBlockPublicAccessState"),
        once("ec2:GetImageBlockPublicAccessState"),
        once("ec2:GetInstanceMetadataDefaults"),
        once("ec2:GetSerialConsoleAccessStatus"),
    ),
)


KEY_PAIRS: Final = declared(
    "ec2",
    "key_pairs",
    "SSH key pairs and their age.",
    (
        Column("key_name", TEXT, "name of the key pair", "KeyName"),
        Column("key_pair_id", TEXT, "id of the key pair", "KeyPairId"),
        Column("created", TIME, "when it was made or imported, UTC", "CreateTime"),
        Column("kind", TEXT, "rsa or ed25519", "KeyType"),
        Column("fingerprint", TEXT, "fingerprint of the key", "KeyFingerprint"),
        TAGGED,
    ),
    (listing("ec2:DescribeKeyPairs", "KeyPairs"),),
)


LAUNCH_TEMPLATES: Final = declared(
    "ec2",
    "launch_templates",
    "EC2 launch templates, the default and the latest version: image, role, IMDS, user data.",
    (
        Column("template_id", TEXT, "id of the launch template", "LaunchTemplateId"),
        Column("template_name", TEXT, "name of the launch template", "LaunchTemplateName"),
        Column("version", COUNT, "number of the version", "VersionNumber"),
        Column("is_default", FLAG, "whether it is the default version", "DefaultVersion"),
        Column("created", TIME, "when the version was made, UTC", "CreateTime"),
        Column("created_by", TEXT, "ARN of who made the version", "CreatedBy"),
        Column("image", TEXT, "id of the AMI; NA: not set", "LaunchTemplateData.ImageId"),
        Column(
            "instance_profile",
            TEXT,
            "ARN or name of the instance profile; NA: none",
            "not_null(LaunchTemplateData.IamInstanceProfile.Arn, "
            "LaunchTemplateData.IamInstanceProfile.Name)",
        ),
        Column(
            "imds_tokens",
            TEXT,
            "required (IMDSv2) or optional; NA: the region's or the AMI's default",
            "LaunchTemplateData.MetadataOptions.HttpTokens",
        ),
        Column(
            "assigns_public_ip",
            FLAG,
            "whether its first interface gets a public address; NA: the subnet decides",
            "LaunchTemplateData.NetworkInterfaces[0].AssociatePublicIpAddress",
        ),
        Column(
            "security_groups",
            NESTED,
            "ids of its security groups, those of interfaces left out",
            "all(LaunchTemplateData.SecurityGroupIds)",
        ),
        Column(
            "encrypted_devices",
            NESTED,
            "devices it encrypts; for others the region's default decides",
            "all(LaunchTemplateData.BlockDeviceMappings[?Ebs.Encrypted].DeviceName)",
        ),
        Column("key_pair", TEXT, "name of its key pair; NA: none", "LaunchTemplateData.KeyName"),
        Column(
            "user_data",
            TEXT,
            "user data, hidden unless revealed; NA: none",
            "none_if_empty(LaunchTemplateData.UserData)",
        ),
        Column(
            "tags",
            NESTED,
            "tags as a mapping; empty: none",
            "tags(DescribeLaunchTemplates.Tags)",
        ),
    ),
    (
        listing("ec2:DescribeLaunchTemplates", "LaunchTemplates"),
        each(
            "ec2:DescribeLaunchTemplateVersions",
            "LaunchTemplateVersions",
            {"LaunchTemplateId": "LaunchTemplateId"},
            fixed={"Versions": ["$Default", "$Latest"]},
        ),
    ),
    traps=("Older versions are not listed; a group may still use one.",),
)


AUTOSCALING_GROUPS: Final = declared(
    "autoscaling",
    "groups",
    "Auto Scaling groups: health checks, zones, launch template.",
    (
        Column("group_name", TEXT, "name of the group", "AutoScalingGroupName"),
        Column("arn", TEXT, "ARN of the group", "AutoScalingGroupARN"),
        Column("created", TIME, "when it was made, UTC", "CreatedTime"),
        Column("health_check", TEXT, "EC2, ELB, …, comma-separated", "HealthCheckType"),
        Column("load_balancers", NESTED, "classic load balancers", "all(LoadBalancerNames)"),
        Column("target_groups", NESTED, "ARNs of target groups", "all(TargetGroupARNs)"),
        Column("availability_zones", NESTED, "availability zones", "all(AvailabilityZones)"),
        Column("min_size", COUNT, "least instances", "MinSize"),
        Column("max_size", COUNT, "most instances", "MaxSize"),
        Column("instances", COUNT, "instances now", "count(Instances)"),
        Column(
            "launch_template",
            TEXT,
            "launch template; NA: a launch configuration",
            "not_null(LaunchTemplate.LaunchTemplateName, "
            "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName)",
        ),
        Column(
            "launch_configuration",
            TEXT,
            "launch configuration; NA: a launch template",
            "LaunchConfigurationName",
        ),
        Column(
            "assigns_public_ip",
            FLAG,
            "whether its launch configuration gives public addresses; NA: the subnet decides, or a "
            "launch template",
            "DescribeLaunchConfigurations[0].AssociatePublicIpAddress",
        ),
        Column(
            "imds_tokens",
            TEXT,
            "required or optional in its launch configuration; NA: a launch template, or not set",
            "DescribeLaunchConfigurations[0].MetadataOptions.HttpTokens",
        ),
        Column(
            "user_data",
            TEXT,
            "user data of its launch configuration, hidden unless revealed; NA: none, or a launch "
            "template",
            "none_if_empty(DescribeLaunchConfigurations[0].UserData)",
        ),
        TAGGED,
    ),
    (
        listing(
            "autoscaling:DescribeAutoScalingGroups", "AutoScalingGroups", fixed={"MaxRecords": 100}
        ),
        joined(
            "autoscaling:DescribeLaunchConfigurations",
            "LaunchConfigurations",
            key="LaunchConfigurationName",
            to="LaunchConfigurationName",
            fixed={"MaxRecords": 100},
        ),
    ),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    AUTOSCALING_GROUPS,
    IMAGES,
    KEY_PAIRS,
    LAUNCH_TEMPLATES,
    SETTINGS,
    SNAPSHOTS,
)
