"""Network ACLs."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing
from aibrain_jupyter.aws.resources.shapes import NAME_TAG, PAGE, count, flag, nested, tags, text

NETWORK_ACLS: Final = declared(
    "ec2",
    "network_acls",
    "Network ACLs, one row per entry: order, ports, ranges, allow or deny.",
    (
        text("network_acl_id", "id of the network ACL", "NetworkAclId"),
        text("arn", "ARN of the network ACL", "arn(here, 'ec2', 'network-acl', NetworkAclId)"),
        NAME_TAG,
        text("vpc_id", "VPC", "VpcId"),
        flag("is_default", "whether it is its VPC's default", "IsDefault"),
        nested("subnets", "ids of its subnets", "all(Associations[].SubnetId)"),
        text("direction", "ingress or egress", "entry.Egress && 'egress' || 'ingress'"),
        count(
            "rule_number",
            "order of evaluation, lowest first; 32767: the closing deny",
            "entry.RuleNumber",
        ),
        text("action", "allow or deny", "entry.RuleAction"),
        text("protocol", "protocol number; -1: every one", "entry.Protocol"),
        count("from_port", "first port; NA: every one", "entry.PortRange.From"),
        count("to_port", "last port; NA: every one", "entry.PortRange.To"),
        text("cidr", "IPv4 or IPv6 range", "not_null(entry.CidrBlock, entry.Ipv6CidrBlock)"),
        flag(
            "is_open_to_world",
            "whether it allows 0.0.0.0/0 or ::/0, in either direction",
            "entry.RuleAction=='allow' && "
            "(entry.CidrBlock=='0.0.0.0/0' || entry.Ipv6CidrBlock=='::/0')",
        ),
        tags("Tags"),
    ),
    (
        listing(
            "ec2:DescribeNetworkAcls", "NetworkAcls", fixed=PAGE, rows="Entries", row_name="entry"
        ),
    ),
    traps=("An allow that a lower-numbered deny precedes is not in force: read entries in order.",),
)
