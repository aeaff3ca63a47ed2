"""The filters that an auditor writes first find what they are about, or the line says what not."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.frames.chosen import remarks_of
from aibrain_jupyter.tool_executors.views import check_shape, shape

NOW = dt.datetime.now(dt.UTC)
WORLD, HALVES = "0.0.0.0/0", ("0.0.0.0/1", "128.0.0.0/1")


def _rule(protocol, first, last, cidr="", *, egress=False, **more):
    kind = "cidrIpv6" if ":" in cidr else "cidrIpv4"
    peer = {kind: cidr} if cidr else {}
    ports = {"fromPort": first, "toPort": last}
    return {"ipProtocol": protocol, "isEgress": egress, **ports, **peer, **more}


GROUPS = {
    "all": [_rule("-1", -1, -1, WORLD)],
    "all-v6": [_rule("-1", -1, -1, "::/0")],
    "ssh": [_rule("tcp", 22, 22, WORLD)],
    "ssh-by-number": [_rule("6", 22, 22, WORLD)],
    "low-ports": [_rule("tcp", 0, 1024, WORLD)],
    "every-tcp": [_rule("tcp", 0, 65535, WORLD)],
    "halves": [_rule("tcp", 22, 22, half) for half in HALVES],
    "public-v6": [_rule("tcp", 22, 22, "2000::/3")],
    "udp-22": [_rule("udp", 22, 22, WORLD)],
    "rdp": [_rule("tcp", 3389, 3389, WORLD)],
    "ping": [_rule("icmp", 8, -1, WORLD)],
    "icmp-22": [_rule("icmp", 22, 22, WORLD)],
    "gre": [_rule("47", -1, -1, WORLD)],
    "out": [_rule("-1", -1, -1, WORLD, egress=True)],
    "half": [_rule("tcp", 22, 22, HALVES[0])],
    "inside": [_rule("tcp", 22, 22, "10.0.0.0/8")],
    "prefixes": [_rule("tcp", 22, 22, prefixListId="pl-world")],
    "prefixes-inside": [_rule("tcp", 22, 22, prefixListId="pl-inside")],
    "group": [_rule("tcp", 22, 22, referencedGroupInfo={"groupId": "sg-1"})],
    "none": [],
}
TCP_22 = {"every-tcp", "halves", "low-ports", "prefixes", "public-v6", "ssh", "ssh-by-number"}
OPEN_22 = {"all", "all-v6", *TCP_22}


def _entry(number, cidr, protocol="-1", first=None, last=None, action="allow", egress=False):
    ports = {"portRange": {"from": first, "to": last}} if first is not None else {}
    kind = "ipv6CidrBlock" if ":" in cidr else "cidrBlock"
    return {
        "ruleNumber": number,
        "ruleAction": action,
        "egress": egress,
        "protocol": protocol,
        kind: cidr,
        **ports,
    }


_LAST = _entry(32767, WORLD, action="deny")
ACLS = {
    "default": [_entry(100, WORLD), _LAST],
    "default-v6": [_entry(101, "::/0"), _LAST],
    "ssh": [_entry(100, WORLD, "6", 22, 22), _LAST],
    "halves": [*(_entry(n, half, "6", 0, 1024) for n, half in enumerate(HALVES)), _LAST],
    "denied-first": [_entry(90, WORLD, action="deny"), _entry(100, WORLD)],
    "ssh-denied": [_entry(90, WORLD, "6", 22, 22, action="deny"), _entry(100, WORLD, "6", 22, 22)],
    "https": [_entry(100, WORLD, "6", 443, 443), _LAST],
    "inside": [_entry(100, "10.0.0.0/8"), _LAST],
    "out": [_entry(100, WORLD, egress=True), _LAST],
}


def _xml(value):
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{_xml(each)}</item>" for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ec2(operation, **lists):
    return operation, f"<{operation}Response>{_xml(lists)}</{operation}Response>"


def _entries(request):
    cidr = WORLD if "pl-world" in request.body else "10.0.0.0/8"
    return _ec2("GetManagedPrefixListEntries", entrySet=[{"cidr": cidr}])[1]


def _log_group(name, days=None):
    return {"logGroupName": name, "arn": "a"} | ({"retentionInDays": days} if days else {})


def _secret(name, days=None):
    rules = {"RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": days}}
    return {"Name": name, "ARN": name, "CreatedDate": 1.6e9} | (rules if days else {})


ANSWERS = (
    _ec2("DescribeSecurityGroups", securityGroupInfo=[{"groupId": n} for n in GROUPS]),
    _ec2(
        "DescribeSecurityGroupRules",
        securityGroupRuleSet=[
            {"groupId": name, "securityGroupRuleId": f"{name}-{number}", **rule}
            for name, rules in GROUPS.items()
            for number, rule in enumerate(rules)
        ],
    ),
    _ec2("DescribeNetworkInterfaces", networkInterfaceSet=[]),
    ("GetManagedPrefixListEntries", _entries),
    _ec2(
        "DescribeNetworkAcls",
        networkAclSet=[{"networkAclId": name, "entrySet": rows} for name, rows in ACLS.items()],
    ),
    (
        "DescribeLogGroups",
        {"logGroups": [_log_group("ever"), _log_group("ten", 3653), _log_group("week", 7)]},
    ),
    (
        "ListSecrets",
        {"SecretList": [_secret("never"), _secret("slow", 365), _secret("good", 30)]},
    ),
    ("GetResourcePolicy", {}),
    ("ListTagsForResource", {}),
)


@pytest.fixture
def choose(ctx, aws_replies):
    """Return a function of tool and query: the names of the rows, and what is said of others."""
    for operation, body in ANSWERS:
        aws_replies.on(operation, body)

    def chosen(service, name, where):
        resource = find_resource(service, name)
        params = {"where": where, "asked_at": NOW}
        check_shape(resource.columns, params)
        whole = export_resource(resource, ctx)
        result = shape(whole, AwsTarget("1" * 12, "us-east-1"), params, resource.columns)
        assert () == whole.gaps
        label = next(n for n in ("group_id", *result.frame.columns) if n in result.frame)
        names = set(result.frame[label])
        return names, " ".join(remarks_of([result.chosen], len(result.frame)))

    return chosen


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("opens_to_world and from_port <= 22 and to_port >= 22", {*OPEN_22, "udp-22", "gre"}),
        ("opens_to_world and from_port <= 22 <= to_port", {*OPEN_22, "udp-22", "gre"}),
        (
            'direction == "ingress" and is_open_to_world and from_port <= 22 and to_port >= 22',
            {*OPEN_22, "udp-22", "gre"} - {"halves"},
        ),
        ('opens_to_world and protocol in ["tcp", "all"] and from_port <= 22 <= to_port', OPEN_22),
        ('opens_to_world and protocol == "tcp" and from_port <= 22 <= to_port', TCP_22),
        ('opens_to_world and protocol == "all"', {"all", "all-v6"}),
        (
            "opens_to_world and from_port <= 3389 and to_port >= 3389",
            {"all", "all-v6", "every-tcp", "gre", "rdp"},
        ),
        ("opens_to_world and from_port == 0 and to_port == 65535", {
            "all", "all-v6", "every-tcp", "gre",
        }),
        ("opens_to_world and to_port - from_port > 1000", {
            "all", "all-v6", "every-tcp", "gre", "low-ports",
        }),
        ("opens_to_world and not (to_port < 20 or from_port > 25)", {*OPEN_22, "udp-22", "gre"}),
        ('opens_to_world and protocol == "icmp"', {"icmp-22", "ping"}),
        ('opens_to_world and icmp in ["all", "8/all", "8/0"]', {"all", "all-v6", "ping"}),
        ('direction == "egress" and is_open_to_world and to_port == 65535', {"out"}),
        ("opens_to_world.isna()", {"none"}),
        ("opens_to_world or opens_to_world.isna()", set(GROUPS) - {
            "group", "half", "inside", "out", "prefixes-inside",
        }),
    ],
)  # fmt: skip
def test_groups_open_to_the_world_are_found(choose, where, expected):
    """Open is open, whether by port, range of ports, everything, IPv6 or two halves."""
    assert expected == choose("ec2", "security_groups", where)[0]


def test_a_group_without_rules_is_said_to_have_none(choose):
    """A row of which nothing is open is not silently closed."""
    _, said = choose("ec2", "security_groups", "opens_to_world")

    assert "1 row has no opens_to_world (the group has no rule)" in said
    assert "add `or opens_to_world.isna()` to see them" in said


def test_icmp_is_said_to_have_no_ports(choose):
    """A type 8 or 22 is no port, and the line says that such rows are not looked at."""
    found, said = choose("ec2", "security_groups", "from_port <= 22 and to_port >= 22")

    assert {"icmp-22", "ping"}.isdisjoint(found)
    assert "no from_port (ICMP has no ports, see icmp; or the group has no rule)" in said


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (
            "opens_to_world and from_port <= 22 and to_port >= 22",
            {"default", "default-v6", "halves", "ssh"},
        ),
        (
            'direction == "ingress" and is_open_to_world and from_port <= 22 <= to_port',
            {"default", "default-v6", "denied-first", "ssh", "ssh-denied"},
        ),
        ('opens_to_world and protocol == "all"', {"default", "default-v6"}),
        ("opens_to_world and from_port <= 443 <= to_port", {
            "default", "default-v6", "halves", "https",
        }),
        ('is_open_to_world and direction == "egress"', {"out"}),
        ('protocol == "tcp" and action == "deny"', {"ssh-denied"}),
    ],
)  # fmt: skip
def test_acls_open_to_the_world_are_found(choose, where, expected):
    """The default ACL allows everything, and so every port."""
    assert expected == choose("ec2", "network_acls", where)[0]


@pytest.mark.parametrize(
    ("service", "name", "where", "expected", "said"),
    [
        ("logs", "groups", "retention_days > 365", {"ten"}, "no retention_days (for ever)"),
        ("logs", "groups", "retention_days > 365 or retention_days.isna()", {"ever", "ten"}, ""),
        ("logs", "groups", "not retention_days <= 365", {"ten"}, "(for ever)"),
        ("logs", "groups", "retention_days < 90", {"week"}, "(for ever)"),
        ("secretsmanager", "secrets", "rotation_days > 90", {"slow"}, "1 row has no rotation_days"),
        ("secretsmanager", "secrets", "not rotation_enabled", {"never"}, ""),
        ("secretsmanager", "secrets", "days_since_rotation > 90", {"good", "never", "slow"}, ""),
        ("secretsmanager", "secrets", 'last_rotated < "90 days ago"', set(), "(never rotated)"),
        ("secretsmanager", "secrets", 'last_accessed < "2020-01-01"', set(), "(not on record)"),
    ],
)  # fmt: skip
def test_never_and_for_ever_are_found_or_said(choose, service, name, where, expected, said):
    """What has no number of days is a value, or is counted under the rows."""
    found, remarks = choose(service, name, where)

    assert expected == found
    assert said in remarks
    assert bool(said) == bool(remarks)
