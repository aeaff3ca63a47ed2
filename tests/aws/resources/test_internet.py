"""What is the whole internet, and which rules let it in."""

from __future__ import annotations

import ipaddress

import pytest

from aibrain_jupyter.aws.resources.internet import acl_opens, are_internet, group_opens
from aibrain_jupyter.shared.frames.unreadable import Unreadable

HALVES = ("0.0.0.0/1", "128.0.0.0/1")


def _rule(cidr, first=22, last=22, protocol="tcp", **more):
    kind = "CidrIpv6" if ":" in cidr else "CidrIpv4"
    return {kind: cidr, "IpProtocol": protocol, "FromPort": first, "ToPort": last, **more}


def _entry(number, action, cidr, protocol="-1", ports=None, **more):
    found = {"RuleNumber": number, "RuleAction": action, "CidrBlock": cidr, "Protocol": protocol}
    if ports:
        found["PortRange"] = {"From": ports[0], "To": ports[1]}
    return found | more


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        ("0.0.0.0/0", True),
        ("10.1.2.3/0", True),
        ("::/0", True),
        ("2000::/3", True),
        ("::/1", True),
        ("8000::/1", False),
        ("0.0.0.0/1", False),
        ("10.0.0.0/8", False),
        ("fc00::/7", False),
        ("", None),
        (None, None),
        ([], None),
        (["10.0.0.0/8", "::/0"], True),
        ([*HALVES], True),
        (["10.0.0.0/8", "192.0.2.0/24"], False),
    ],
)
def test_a_range_is_the_internet_or_not(cidr, expected):
    """Every public address, however it is written."""
    assert expected is are_internet(cidr)


def test_a_text_that_is_no_range_is_not_known():
    """It is neither open nor closed."""
    assert isinstance(are_internet("anywhere"), Unreadable)
    assert isinstance(group_opens(_rule("anywhere"), []), Unreadable)
    assert isinstance(acl_opens(_entry(1, "allow", "anywhere"), []), Unreadable)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([_rule("0.0.0.0/0")], [True], id="alone"),
        pytest.param([_rule(half) for half in HALVES], [True, True], id="two halves"),
        pytest.param([_rule(HALVES[0])], [False], id="one half"),
        pytest.param([_rule("::/1"), _rule("8000::/1")], [True, False], id="half has all of IPv6"),
        pytest.param([_rule("2000::/4"), _rule("3000::/4")], [True, True], id="two halves, IPv6"),
        pytest.param(
            [_rule("0.0.0.0/0"), _rule("10.0.0.0/8"), _rule("8.8.8.8/32")],
            [True, False, False],
            id="beside the internet",
        ),
        pytest.param(
            [*map(_rule, HALVES), _rule("10.0.0.0/8"), _rule("8.8.8.8/32")],
            [True, True, False, False],
            id="beside two halves",
        ),
        pytest.param(
            [_rule(HALVES[0]), _rule(HALVES[1], 443, 443)], [False, False], id="other ports"
        ),
        pytest.param(
            [_rule(HALVES[0], 20, 22), _rule(HALVES[1], 22, 25)], [True, True], id="one in common"
        ),
        pytest.param(
            [_rule(HALVES[0], -1, -1, "-1"), _rule(HALVES[1])], [False, True], id="with everything"
        ),
        pytest.param(
            [_rule(HALVES[0]), _rule(HALVES[1], protocol="udp")], [False, False], id="protocols"
        ),
        pytest.param(
            [_rule(HALVES[0], 8, -1, "icmp"), _rule(HALVES[1], -1, -1, "icmp")],
            [True, True],
            id="a type of ICMP and every type",
        ),
        pytest.param(
            [_rule(HALVES[0], 8, 0, "icmp"), _rule(HALVES[1], 3, 0, "icmp")],
            [False, False],
            id="two types of ICMP",
        ),
        pytest.param(
            [_rule(HALVES[0]), _rule(HALVES[1], IsEgress=True)], [False, False], id="one goes out"
        ),
        pytest.param([_rule("0.0.0.0/0", IsEgress=True)], [False], id="goes out"),
        pytest.param([{"PrefixListId": "pl-1", "IpProtocol": "-1"}], [None], id="prefix list"),
        pytest.param([{"ReferencedGroupInfo": {"GroupId": "sg-1"}}], [False], id="a group"),
        pytest.param([None], [None], id="no rule"),
    ],
)
def test_rules_of_a_group_let_the_internet_in(rules, expected):
    """By themselves or together on a port; what is not known is not "no"."""
    assert expected == [group_opens(rule, rules) for rule in rules]


@pytest.mark.parametrize(
    ("entries", "beside", "expected"),
    [
        pytest.param(None, [], None, id="not read"),
        pytest.param([], [], False, id="empty"),
        pytest.param(["10.0.0.0/8", "0.0.0.0/0"], [], True, id="the internet in it"),
        pytest.param(list(HALVES), [], True, id="two halves in it"),
        pytest.param(["::/0"], [], True, id="IPv6"),
        pytest.param([HALVES[0]], [_rule(HALVES[1])], True, id="a half, the other beside it"),
        pytest.param([HALVES[0]], [_rule(HALVES[1], 443, 443)], False, id="on another port"),
        pytest.param(["8.8.8.8/32"], [_rule("0.0.0.0/0")], False, id="beside the internet"),
        pytest.param(["8.8.8.8/32", None], [], "no range", id="an entry without a range"),
    ],
)
def test_a_prefix_list_is_its_entries(entries, beside, expected):
    """It is open where one of its ranges is; what nobody told is not "no"."""
    rule = {"PrefixListId": "pl-1", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    read = None if entries is None else [{"Cidr": cidr} for cidr in entries]

    assert expected == group_opens(rule, [rule, *beside], read)
    assert group_opens({**rule, "IsEgress": True}, [], read) is False


def test_everything_but_the_private_ranges_is_the_internet():
    """Who leaves out 10.0.0.0/8 has not closed anything to the internet."""
    private = [ipaddress.ip_network(r) for r in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
    ranges = [ipaddress.ip_network("0.0.0.0/0")]
    for hole in private:
        ranges = [
            part
            for each in ranges
            for part in (each.address_exclude(hole) if hole.subnet_of(each) else [each])
        ]
    rules = {str(each): _rule(str(each)) for each in ranges}
    gap = [rule for cidr, rule in rules.items() if cidr != "11.0.0.0/8"]

    found = {cidr: group_opens(rule, list(rules.values())) for cidr, rule in rules.items()}
    assert {"224.0.0.0/3"} == {cidr for cidr, opens in found.items() if not opens}
    assert {False} == {group_opens(rule, gap) for rule in gap}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param(
            [_entry(100, "allow", "0.0.0.0/0"), _entry(32767, "deny", "0.0.0.0/0")],
            [True, False],
            id="the default",
        ),
        pytest.param(
            [_entry(90, "deny", "0.0.0.0/0"), _entry(100, "allow", "0.0.0.0/0")],
            [False, False],
            id="denied before",
        ),
        pytest.param(
            [_entry(90, "deny", "0.0.0.0/0", "6", (22, 22)), _entry(100, "allow", "0.0.0.0/0")],
            [False, True],
            id="a part denied before",
        ),
        pytest.param(
            [
                _entry(90, "deny", "0.0.0.0/0", "6", (0, 1024)),
                _entry(100, "allow", "0.0.0.0/0", "6", (22, 22)),
            ],
            [False, False],
            id="its port denied before",
        ),
        pytest.param(
            [
                _entry(90, "deny", "10.0.0.0/8", "6", (22, 22)),
                _entry(100, "allow", "0.0.0.0/0", "6", (22, 22)),
            ],
            [False, True],
            id="a range denied before",
        ),
        pytest.param(
            [_entry(100, "allow", half, "6", (22, 22)) for half in HALVES],
            [True, True],
            id="two halves",
        ),
        pytest.param(
            [
                _entry(90, "deny", HALVES[1]),
                _entry(100, "allow", HALVES[0]),
                _entry(110, "allow", HALVES[1]),
            ],
            [False, False, False],
            id="one of two halves denied",
        ),
        pytest.param([_entry(100, "allow", "0.0.0.0/0", Egress=True)], [False], id="goes out"),
        pytest.param(
            [
                {
                    "RuleNumber": 101,
                    "RuleAction": "allow",
                    "Ipv6CidrBlock": "::/0",
                    "Protocol": "-1",
                },
                _entry(90, "deny", "0.0.0.0/0"),
            ],
            [True, False],
            id="IPv4 denied, IPv6 not",
        ),
        pytest.param([None], [None], id="no entry"),
    ],
)
def test_entries_of_an_acl_let_the_internet_in(entries, expected):
    """An allow counts unless it goes out, or one denial before it takes all of it."""
    assert expected == [acl_opens(entry, entries) for entry in entries]
