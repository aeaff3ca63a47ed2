"""AMIs and launch templates."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, each, listing, once
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, tags, text, time

IMAGES: Final = declared(
    "ec2",
    "images",
    "AMIs of the account: public, encrypted, age, last use.",
    (
        text("image_id", "id of the AMI", "ImageId"),
        text("arn", "ARN of the AMI", "arn(here, 'ec2', 'image', ImageId)"),
        text("name", "name of the AMI", "Name"),
        text("description", "description; NA: none", "Description"),
        text("state", "such as available or disabled", "State"),
        time("created", "when it was made, UTC", "CreationDate"),
        time("deprecated", "when it is deprecated, UTC; NaT: not set", "DeprecationTime"),
        time(
            "last_launched",
            "last launch, UTC, a day late; NaT: none on record",
            "LastLaunchedTime",
        ),
        flag("is_public", "whether everyone may launch it", "Public"),
        flag(
            "is_encrypted",
            "whether each of its EBS snapshots is encrypted; NA: it has none",
            "(BlockDeviceMappings[?Ebs] || `null`)"
            " && !present(BlockDeviceMappings[?Ebs && Ebs.Encrypted != `true`])",
        ),
        nested("snapshots", "ids of its snapshots", "all(BlockDeviceMappings[].Ebs.SnapshotId)"),
        text("platform", "such as Linux/UNIX or Windows", "PlatformDetails"),
        text("architecture", "such as x86_64", "Architecture"),
        text(
            "imds_support",
            "v2.0: its instances require IMDSv2; NA: not set",
            "ImdsSupport",
            absent="not set: its instances may use IMDSv1",
        ),
        text(
            "public_access_block",
            "what the region blocks: block-new-sharing or unblocked",
            "GetImageBlockPublicAccessState.ImageBlockPublicAccessState",
        ),
        tags("Tags"),
    ),
    (
        listing(
            "ec2:DescribeImages", "Images", fixed={"Owners": ["self"], "IncludeDisabled": True}
        ),
        once("ec2:GetImageBlockPublicAccessState"),
    ),
    traps=("Only AMIs the account owns: instances may run others.",),
)


LAUNCH_TEMPLATES: Final = declared(
    "ec2",
    "launch_templates",
    "EC2 launch templates, the default and the latest version: image, role, IMDS, user data.",
    (
        text("template_id", "id of the launch template", "LaunchTemplateId"),
        text("template_name", "name of the launch template", "LaunchTemplateName"),
        count("version", "number of the version", "VersionNumber"),
        flag("is_default", "whether it is the default version", "DefaultVersion"),
        time("created", "when the version was made, UTC", "CreateTime"),
        text("created_by", "ARN of who made the version", "CreatedBy"),
        text("image", "id of the AMI; NA: not set", "LaunchTemplateData.ImageId"),
        text(
            "instance_profile",
            "ARN or name of the instance profile; NA: none",
            "not_null(LaunchTemplateData.IamInstanceProfile.Arn, "
            "LaunchTemplateData.IamInstanceProfile.Name)",
        ),
        text(
            "imds_tokens",
            "required (IMDSv2) or optional; NA: the region's or the AMI's default",
            "LaunchTemplateData.MetadataOptions.HttpTokens",
            absent="the region's or the AMI's default",
        ),
        flag(
            "assigns_public_ip",
            "whether its first interface gets a public address; NA: the subnet decides",
            "LaunchTemplateData.NetworkInterfaces[0].AssociatePublicIpAddress",
        ),
        nested(
            "security_groups",
            "ids of its security groups, those of interfaces left out",
            "all(LaunchTemplateData.SecurityGroupIds)",
        ),
        nested(
            "encrypted_devices",
            "devices it encrypts; for others the region's default decides",
            "all(LaunchTemplateData.BlockDeviceMappings[?Ebs.Encrypted].DeviceName)",
        ),
        text("key_pair", "name of its key pair; NA: none", "LaunchTemplateData.KeyName"),
        text(
            "user_data",
            "user data, hidden unless revealed; NA: none",
            "none_if_empty(LaunchTemplateData.UserData)",
        ),
        tags("DescribeLaunchTemplates.Tags"),
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
    key=("template_id", "version"),
)
