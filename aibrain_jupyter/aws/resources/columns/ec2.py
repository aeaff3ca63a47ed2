"""Columns of the EC2 resources."""

from __future__ import annotations

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

INSTANCES: tuple[Column, ...] = (
    Column("instance_id", TEXT, "id of the instance"),
    Column("arn", TEXT, "ARN of the instance"),
    Column("name", TEXT, "value of the tag Name; NA: not tagged so"),
    Column("state", TEXT, "pending, running, stopping, stopped, shutting-down, terminated"),
    Column("instance_type", TEXT, "such as t3.micro"),
    Column("image_id", TEXT, "AMI it was launched from"),
    Column("platform", TEXT, "such as Linux/UNIX or Windows"),
    Column("launched", TIME, "last launch or start, UTC"),
    Column("key_name", TEXT, "SSH key pair; NA: none"),
    Column("instance_profile", TEXT, "ARN of the instance profile; NA: none"),
    Column("vpc_id", TEXT, "VPC"),
    Column("subnet_id", TEXT, "subnet"),
    Column("availability_zone", TEXT, "availability zone"),
    Column("private_ip", TEXT, "primary private IPv4 address"),
    Column("public_ip", TEXT, "public IPv4 address now; NA: none, also when stopped"),
    Column("security_groups", NESTED, "ids of the security groups of all its interfaces"),
    Column("is_imdsv2_required", FLAG, "whether the metadata service refuses version 1 requests"),
    Column("imds_endpoint", TEXT, "enabled or disabled: the instance metadata service"),
    Column("imds_hop_limit", COUNT, "network hops a metadata answer may take"),
    Column("is_monitored", FLAG, "whether detailed monitoring is on"),
    Column("volumes", NESTED, "ids of the attached EBS volumes"),
    Column(
        "volumes_encrypted",
        FLAG,
        "whether every attached EBS volume is encrypted; NA: none is attached, or unknown",
    ),
    Column("unencrypted_volumes", NESTED, "ids of the attached EBS volumes without encryption"),
    Column(
        "is_ssm_managed",
        FLAG,
        "whether Systems Manager knows the instance; NA: it is not running, and then Systems "
        "Manager does not list it, managed or not",
    ),
    Column("ssm_ping", TEXT, "Online, ConnectionLost or Inactive; NA: not managed or not running"),
    Column(
        "ssm_last_ping",
        TIME,
        "when its agent last answered, UTC; NaT: not managed or not running",
    ),
    TAGS,
)

SECURITY_GROUPS: tuple[Column, ...] = (
    Column("group_id", TEXT, "id of the security group"),
    Column("arn", TEXT, "ARN of the security group"),
    Column("group_name", TEXT, "name of the security group"),
    Column("description", TEXT, "description of the security group"),
    Column("vpc_id", TEXT, "VPC"),
    Column("is_default", FLAG, "whether it is its VPC's default group"),
    Column("attached_interfaces", COUNT, "network interfaces that use the group"),
    Column("rule_id", TEXT, "id of the rule; NA: the group has no rule, or the rules were refused"),
    Column("direction", TEXT, "ingress or egress; NA: the group has no rule"),
    Column("protocol", TEXT, "tcp, udp, icmp, icmpv6, all, or a protocol number"),
    Column("from_port", COUNT, "first port, or ICMP type; NA: every one"),
    Column("to_port", COUNT, "last port, or ICMP code; NA: every one"),
    Column("peer", TEXT, "source of ingress, destination of egress: range, group or prefix list"),
    Column("peer_type", TEXT, "ipv4, ipv6, security group or prefix list"),
    Column("is_open_to_world", FLAG, "whether the peer is 0.0.0.0/0 or ::/0, in either direction"),
    Column("rule_description", TEXT, "description of the rule; NA: none"),
    TAGS,
)

VOLUMES: tuple[Column, ...] = (
    Column("volume_id", TEXT, "id of the volume"),
    Column("arn", TEXT, "ARN of the volume"),
    Column("name", TEXT, "value of the tag Name; NA: not tagged so"),
    Column("state", TEXT, "creating, available, in-use, deleting, deleted, error"),
    Column("is_encrypted", FLAG, "whether the volume is encrypted"),
    Column("kms_key", TEXT, "ARN of its key; NA: not encrypted"),
    Column("is_region_encrypted_by_default", FLAG, "whether new volumes of the region will be"),
    Column("volume_type", TEXT, "such as gp3"),
    Column("size_gib", COUNT, "size, GiB"),
    Column("snapshot_id", TEXT, "snapshot it was made from; NA: none"),
    Column("availability_zone", TEXT, "availability zone"),
    Column("created", TIME, "when the volume was made, UTC"),
    Column("attached_to", NESTED, "ids of the instances it is attached to"),
    Column("deletes_on_termination", FLAG, "whether it goes with its instance; NA: not attached"),
    TAGS,
)
