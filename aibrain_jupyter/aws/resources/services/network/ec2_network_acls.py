"""Network ACLs."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing
from aibrain_jupyter.aws.resources.shapes import NAME_TAG, PAGE, count, flag, nested, tags, text

_CIDR: Final = "not_null(entry.CidrBlock, entry.Ipv6CidrBlock)"
_NO_PORTS: Final = "ICMP has no ports, see icmp; or the ACL has no entry"


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
        text(
            "protocol",
            "tcp, udp, icmp, icmpv6, all, or a protocol number",
            "protocol(entry.Protocol)",
        ),
        count(
            "from_port",
            "first port; 0 to 65535 is every one, as protocols by number always have",
            "first_port(entry.Protocol, entry.PortRange.From)",
            absent=_NO_PORTS,
        ),
        count(
            "to_port",
            "last port",
            "last_port(entry.Protocol, entry.PortRange.To)",
            absent=_NO_PORTS,
        ),
        text(
            "icmp",
            "type/code of ICMP such as 8/0, 8/all or all; NA: another protocol",
            "icmp(entry.Protocol, entry.IcmpTypeCode.Type, entry.IcmpTypeCode.Code)",
        ),
        text("cidr", "IPv4 or IPv6 range", _CIDR),
        flag(
            "is_open_to_world",
            "whether it allows every public address (0.0.0.0/0, ::/0, 2000::/3), in either "
            "direction",
            f"is_internet({_CIDR}) && entry.RuleAction=='allow'",
            absent="the ACL has no entry",
        ),
        flag(
            "opens_to_world",
            "whether it lets every public address in, by itself or with other entries on one of "
            "its ports; false: egress, a denial, or one lower-numbered denial takes all of it",
            "acl_opens(entry, Entries)",
            absent="the ACL has no entry",
        ),
        tags("Tags"),
    ),
    (
        listing(
            "ec2:DescribeNetworkAcls", "NetworkAcls", fixed=PAGE, rows="Entries", row_name="entry"
        ),
    ),
    traps=(
        "opens_to_world counts an allow of which earlier denials take a part: read them in order.",
    ),
    key=("network_acl_id", "direction", "rule_number?"),
)
