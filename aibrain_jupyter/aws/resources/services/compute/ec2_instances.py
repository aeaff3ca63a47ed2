"""
EC2 instances, their key pairs, and the settings of a region.

Instances that are terminated are there as long as EC2 lists them. Their volumes and Systems
Manager's view of them are each read region-wide.

Source: EC2 API reference, Instance and Volume; Systems Manager, InstanceInformation.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, joined, listing, once
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

_VOLUMES: Final = "BlockDeviceMappings[].Ebs.VolumeId"
_OFF: Final = '`["stopping", "stopped", "shutting-down", "terminated"]`'
"""States in which Systems Manager lists no instance, managed or not."""


INSTANCES: Final = declared(
    "ec2",
    "instances",
    "EC2 instances: exposure, IMDSv2, volume encryption, Systems Manager.",
    (
        text("instance_id", "id of the instance", "InstanceId"),
        text(
            "arn",
            "ARN of the instance",
            "arn(merge(here, {account: OwnerId || ''}), 'ec2', 'instance', InstanceId)",
        ),
        NAME_TAG,
        text(
            "state", "pending, running, stopping, stopped, shutting-down, terminated", "State.Name"
        ),
        text("instance_type", "such as t3.micro", "InstanceType"),
        text("image_id", "AMI it was launched from", "ImageId"),
        text("platform", "such as Linux/UNIX or Windows", "PlatformDetails || Platform"),
        time("launched", "last launch or start, UTC", "LaunchTime"),
        text("key_name", "SSH key pair; NA: none", "KeyName"),
        text("instance_profile", "ARN of the instance profile; NA: none", "IamInstanceProfile.Arn"),
        text("vpc_id", "VPC", "VpcId"),
        text("subnet_id", "subnet", "SubnetId"),
        text("availability_zone", "availability zone", "Placement.AvailabilityZone"),
        text("private_ip", "primary private IPv4 address", "PrivateIpAddress"),
        text(
            "public_ip", "public IPv4 address now; NA: none, also when stopped", "PublicIpAddress"
        ),
        nested(
            "security_groups",
            "ids of the security groups of all its interfaces",
            "all([SecurityGroups, NetworkInterfaces[].Groups[]][].GroupId)",
        ),
        flag(
            "is_imdsv2_required",
            "whether the metadata service refuses version 1 requests",
            "is(MetadataOptions.HttpTokens, 'required')",
        ),
        text(
            "imds_endpoint",
            "enabled or disabled: the instance metadata service",
            "MetadataOptions.HttpEndpoint",
        ),
        count(
            "imds_hop_limit",
            "network hops a metadata answer may take",
            "MetadataOptions.HttpPutResponseHopLimit",
        ),
        flag(
            "is_monitored",
            "whether detailed monitoring is on",
            "Monitoring.State=='enabled' || Monitoring.State=='pending'",
        ),
        nested("volumes", "ids of the attached EBS volumes", f"{_VOLUMES} || `[]`"),
        flag(
            "volumes_encrypted",
            "whether every attached EBS volume is encrypted; NA: none is attached, or unknown",
            f"each_is(map(&present(Encrypted), DescribeVolumes || `[]`), {_VOLUMES})",
        ),
        nested(
            "unencrypted_volumes",
            "ids of the attached EBS volumes without encryption",
            "DescribeVolumes[?!present(Encrypted)].VolumeId || `[]`",
        ),
        flag(
            "is_ssm_managed",
            "whether Systems Manager knows the instance; NA: it is not running, and then Systems "
            "Manager does not list it, managed or not",
            f"present(DescribeInstanceInformation) || where(!contains({_OFF}, State.Name || ''), "
            "`false`)",
        ),
        text(
            "ssm_ping",
            "Online, ConnectionLost or Inactive; NA: not managed or not running",
            "DescribeInstanceInformation[0].PingStatus",
        ),
        time(
            "ssm_last_ping",
            "when its agent last answered, UTC; NaT: not managed or not running",
            "DescribeInstanceInformation[0].LastPingDateTime",
        ),
        tags("Tags"),
    ),
    (
        listing("ec2:DescribeInstances", "inside(Reservations, 'Instances')", fixed=PAGE),
        joined("ec2:DescribeVolumes", "Volumes", key="VolumeId", to=_VOLUMES, fixed=PAGE),
        joined(
            "ssm:DescribeInstanceInformation",
            "InstanceInformationList",
            key="InstanceId",
            to="InstanceId",
            fixed={"MaxResults": 50},
        ),
    ),
    traps=("Encryption is read from the volumes: an instance's own answer does not have it.",),
)


KEY_PAIRS: Final = declared(
    "ec2",
    "key_pairs",
    "SSH key pairs and their age.",
    (
        text("key_name", "name of the key pair", "KeyName"),
        text("key_pair_id", "id of the key pair", "KeyPairId"),
        time("created", "when it was made or imported, UTC", "CreateTime", absent="not said"),
        text("kind", "rsa or ed25519", "KeyType"),
        text("fingerprint", "fingerprint of the key", "KeyFingerprint"),
        tags("Tags"),
    ),
    (listing("ec2:DescribeKeyPairs", "KeyPairs"),),
)


SETTINGS: Final = declared(
    "ec2",
    "settings",
    "EC2's settings of a region, one row: EBS encryption, IMDS, public sharing, serial console.",
    (
        text("setting_of", "region the settings are about", "here.region"),
        flag(
            "encrypts_ebs_by_default",
            "whether new EBS volumes are encrypted",
            "EbsEncryptionByDefault",
        ),
        text(
            "default_ebs_key",
            "key new volumes are encrypted with",
            "GetEbsDefaultKmsKeyId.KmsKeyId",
        ),
        text(
            "snapshot_sharing",
            "block-all-sharing, block-new-sharing or unblocked",
            "GetSnapshotBlockPublicAccessState.State",
        ),
        text(
            "image_sharing",
            "block-new-sharing or unblocked",
            "GetImageBlockPublicAccessState.ImageBlockPublicAccessState",
        ),
        text(
            "imds_tokens",
            "required or optional for new instances; NA: no preference",
            "GetInstanceMetadataDefaults.AccountLevel.HttpTokens",
            absent="no preference",
        ),
        flag(
            "serial_console",
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
