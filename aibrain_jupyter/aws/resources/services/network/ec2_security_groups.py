"""
Security groups, one row per rule: what auditors sample is rules.

A group without rules has one row without a rule, so that every group is there.
Of a prefix list its entries are read: it may be the world.

Source: EC2 API reference, SecurityGroup, SecurityGroupRule and PrefixListEntry.
"""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, grouped, joined, listing
from aibrain_jupyter.aws.resources.shapes import PAGE, count, flag, tags, text

_OWN_ARN: Final = "arn(merge(here, {account: OwnerId || ''}), 'ec2', 'security-group', GroupId)"
_GROUP: Final = "rule.ReferencedGroupInfo.GroupId"
_PEER: Final = (
    "rule.CidrIpv4 || rule.CidrIpv6 || rule.PrefixListId || "
    f"{_GROUP} && join('/', rule.ReferencedGroupInfo.[UserId, GroupId][])"
)
_RANGE: Final = "rule.CidrIpv4 || rule.CidrIpv6"
_LIST: Final = "rule.PrefixListId"
_ENTRIES: Final = "GetManagedPrefixListEntries"
_ENTRIES_OF_A_PAGE: Final = {"MaxResults": 100}
_NO_RULE: Final = "the group has no rule"
_NO_PORTS: Final = "ICMP has no ports, see icmp; or the group has no rule"


SECURITY_GROUPS: Final = declared(
    "ec2",
    "security_groups",
    "Security groups, one row per rule: ports, peers, what is open to the world.",
    (
        text("group_id", "id of the security group", "GroupId"),
        text("arn", "ARN of the security group", f"SecurityGroupArn || {_OWN_ARN}"),
        text("group_name", "name of the security group", "GroupName"),
        text("description", "description of the security group", "Description"),
        text("vpc_id", "VPC", "VpcId"),
        flag("is_default", "whether it is its VPC's default group", "GroupName=='default'"),
        count(
            "attached_interfaces",
            "network interfaces that use the group",
            "count(DescribeNetworkInterfaces)",
        ),
        text(
            "rule_id",
            "id of the rule; NA: the group has no rule, or the rules were refused",
            "rule.SecurityGroupRuleId",
        ),
        text(
            "direction",
            "ingress or egress; NA: the group has no rule",
            "rule && (rule.IsEgress && 'egress' || 'ingress')",
        ),
        text(
            "protocol",
            "tcp, udp, icmp, icmpv6, all, or a protocol number",
            "protocol(rule.IpProtocol)",
        ),
        count(
            "from_port",
            "first port; 0 to 65535 is every one, as protocols by number always have",
            "first_port(rule.IpProtocol, rule.FromPort)",
            absent=_NO_PORTS,
        ),
        count(
            "to_port",
            "last port",
            "last_port(rule.IpProtocol, rule.ToPort)",
            absent=_NO_PORTS,
        ),
        text(
            "icmp",
            "type/code of ICMP such as 8/0, 8/all or all; NA: another protocol",
            "icmp(rule.IpProtocol, rule.FromPort, rule.ToPort)",
        ),
        text(
            "peer", "source of ingress, destination of egress: range, group or prefix list", _PEER
        ),
        text(
            "peer_type",
            "ipv4, ipv6, security group or prefix list",
            "rule.CidrIpv4 && 'ipv4' || rule.CidrIpv6 && 'ipv6' || "
            f"rule.PrefixListId && 'prefix list' || {_GROUP} && 'security group' || `null`",
        ),
        flag(
            "is_open_to_world",
            "whether the peer is every public address (0.0.0.0/0, ::/0, 2000::/3), in either "
            "direction",
            f"not_null(is_internet({_RANGE}), where({_GROUP}, `false`), "
            f"where({_LIST} && type({_ENTRIES})=='array', is_internet({_ENTRIES}) || `false`))",
            absent=_NO_RULE,
        ),
        flag(
            "opens_to_world",
            "whether it lets every public address in, by itself or with other rules of the group "
            "on one of its ports (0.0.0.0/1 and 128.0.0.0/1); false: egress",
            f"group_opens(rule, DescribeSecurityGroupRules, {_ENTRIES})",
            absent=_NO_RULE,
        ),
        text(
            "rule_description",
            "description of the rule; NA: none",
            "none_if_empty(rule.Description)",
        ),
        tags("Tags"),
    ),
    (
        listing("ec2:DescribeSecurityGroups", "SecurityGroups", fixed=PAGE),
        joined(
            "ec2:DescribeSecurityGroupRules",
            "SecurityGroupRules",
            key="GroupId",
            to="GroupId",
            fixed=PAGE,
            rows=(
                "sort_by(DescribeSecurityGroupRules || `[]`,"
                " &join(' ', [to_string(IsEgress), SecurityGroupRuleId || '']))"
            ),
            row_name="rule",
        ),
        joined(
            "ec2:DescribeNetworkInterfaces",
            "NetworkInterfaces",
            key="Groups[].GroupId",
            to="GroupId",
            fixed=PAGE,
        ),
        grouped(
            "ec2:GetManagedPrefixListEntries",
            "Entries",
            {"PrefixListId": _LIST},
            fixed=_ENTRIES_OF_A_PAGE,
            when=_LIST,
        ),
    ),
    key=("group_id", "rule_id?"),
)
