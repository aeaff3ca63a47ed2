"""Security groups, one row per rule: what auditors sample is rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.ec2 import SECURITY_GROUPS
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.ec2_instances import PAGE
from aibrain_jupyter.aws.resources.values import tags_of
from aibrain_jupyter.shared.coverage import Gap, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_WORLD = ("0.0.0.0/0", "::/0")
_PEERS = (
    ("CidrIpv4", "ipv4"),
    ("CidrIpv6", "ipv6"),
    ("PrefixListId", "prefix list"),
)


def export_ec2_security_groups(ctx: CallContext) -> ToolResult:
    """
    Export the rules of the security groups of a region.

    Returns:
        One row per rule, ordered by group, direction and rule; a group without rules has one
        row without a rule, so that every group is there. ``is_open_to_world`` does not look
        into prefix lists.

    Raises:
        PermissionDeniedError: the identity lacks ``ec2:DescribeSecurityGroups``.

    Source:
        EC2 API reference, SecurityGroup and SecurityGroupRule.
    """
    details = Details(ctx)
    groups = listed(ctx, "ec2", "DescribeSecurityGroups", "SecurityGroups", PAGE)
    rules: dict[str, list[Row]] | None = None
    interfaces: Counter[str] | None = None
    if groups:
        rules = _rules_by_group(details)
        interfaces = _interfaces_by_group(details)
    rows: list[Row] = []
    for group in groups:
        row = group_columns(group, region=ctx.target.region, partition=ctx.target.partition)
        if interfaces is not None:
            row["attached_interfaces"] = interfaces[row["group_id"]]
        own = [{}] if rules is None else rules.get(row["group_id"], [{}])
        rows += [row | rule for rule in own]
    return details.result(rows, SECURITY_GROUPS)


def _rules_by_group(details: Details) -> dict[str, list[Row]] | None:
    found = details.ask_all(
        "ec2",
        "DescribeSecurityGroupRules",
        "SecurityGroupRules",
        PAGE,
        columns=details.for_rows(rule_columns({})),
    )
    if found is None:
        return None
    by_group: dict[str, list[Row]] = {}
    for rule in sorted(found, key=_order):
        by_group.setdefault(rule.get("GroupId") or "", []).append(rule_columns(rule))
    if orphans := by_group.get(""):
        details.missing(_of_no_group(orphans))
    return by_group


def _order(rule: Mapping[str, Any]) -> tuple[bool, str]:
    return bool(rule.get("IsEgress")), rule.get("SecurityGroupRuleId") or ""


def _of_no_group(rules: list[Row]) -> Gap:
    # Whose rule it is nobody can tell, so every group may have one more than its rows say.
    names = ", ".join(str(rule["rule_id"]) for rule in rules)
    why = f"Rules came without their group: {names}."
    operation = "ec2:DescribeSecurityGroupRules"
    return Gap(Outcome.FAILED, why, operation=operation, action=operation, item=names)


def _interfaces_by_group(details: Details) -> Counter[str] | None:
    found = details.ask_all(
        "ec2",
        "DescribeNetworkInterfaces",
        "NetworkInterfaces",
        PAGE,
        columns=["attached_interfaces"],
    )
    if found is None:
        return None
    return Counter(
        group.get("GroupId") or "" for each in found for group in each.get("Groups") or ()
    )


def group_columns(group: Mapping[str, Any], *, region: str, partition: str) -> Row:
    """Return the columns of a SecurityGroup."""
    group_id = group.get("GroupId")
    made = f"arn:{partition}:ec2:{region}:{group.get('OwnerId', '')}:security-group/{group_id}"
    return {
        "group_id": group_id,
        "arn": group.get("SecurityGroupArn") or made,
        "group_name": group.get("GroupName"),
        "description": group.get("Description"),
        "vpc_id": group.get("VpcId"),
        "is_default": group.get("GroupName") == "default",
        "tags": tags_of(group.get("Tags")),
    }


def rule_columns(rule: Mapping[str, Any]) -> Row:
    """Return the columns of a SecurityGroupRule."""
    peer, peer_type = _peer_of(rule)
    protocol = rule.get("IpProtocol")
    return {
        "rule_id": rule.get("SecurityGroupRuleId"),
        "direction": "egress" if rule.get("IsEgress") else "ingress",
        "protocol": "all" if protocol == "-1" else protocol,
        "from_port": _port(rule.get("FromPort")),
        "to_port": _port(rule.get("ToPort")),
        "peer": peer,
        "peer_type": peer_type,
        "is_open_to_world": peer in _WORLD,
        "rule_description": rule.get("Description") or None,
    }


def _peer_of(rule: Mapping[str, Any]) -> tuple[str | None, str | None]:
    for key, kind in _PEERS:
        if rule.get(key):
            return rule[key], kind
    group = rule.get("ReferencedGroupInfo") or {}
    if not group.get("GroupId"):
        return None, None
    owner = group.get("UserId")
    name = str(group["GroupId"])
    return (f"{owner}/{name}" if owner else name), "security group"


def _port(port: int | None) -> int | None:
    return None if port in (None, -1) else port
