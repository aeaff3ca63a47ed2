"""EC2 instances, security groups and volumes."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.shared.frames.unreadable import Unreadable

IMAGE = "ami-12c6146b"


def test_encryption_comes_from_the_volumes(aws, row):
    """An instance with an encrypted and a plain volume names the plain one."""
    ec2 = aws("ec2")
    [instance] = ec2.run_instances(
        ImageId=IMAGE,
        MinCount=1,
        MaxCount=1,
        MetadataOptions={"HttpTokens": "required"},
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": False}},
            {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8, "Encrypted": True}},
        ],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
    )["Instances"]

    found = row("ec2", "instances")

    plain = [v["VolumeId"] for v in ec2.describe_volumes()["Volumes"] if not v["Encrypted"]]
    assert instance["InstanceId"] == found["instance_id"]
    assert found["arn"].endswith(f":123456789012:instance/{instance['InstanceId']}")
    assert ("web", False, plain) == (
        found["name"],
        found["volumes_encrypted"],
        found["unencrypted_volumes"],
    )
    assert (False, 2) == (found["is_ssm_managed"], len(found["volumes"]))


def test_refused_volumes_are_not_unencrypted(aws, export, answers):
    """Without DescribeVolumes the encryption is unknown, for all instances in one gap."""
    aws("ec2").run_instances(ImageId=IMAGE, MinCount=2, MaxCount=2)
    answers.refuse("DescribeVolumes")

    result = export("ec2", "instances")

    assert result.frame["volumes_encrypted"].isna().all()
    assert [("ec2:DescribeVolumes", "")] == [(gap.action, gap.item) for gap in result.gaps]


def test_a_stopped_instance_is_not_unmanaged(aws, export, answers):
    """Systems Manager lists running instances only: of a stopped one it says nothing."""
    answers.give("DescribeInstanceInformation", {"InstanceInformationList": []})
    ec2 = aws("ec2")
    ids = [
        i["InstanceId"]
        for i in ec2.run_instances(ImageId=IMAGE, MinCount=2, MaxCount=2)["Instances"]
    ]
    ec2.stop_instances(InstanceIds=ids[:1])

    frame = export("ec2", "instances").frame.set_index("instance_id")

    assert frame["is_ssm_managed"].isna().loc[ids[0]]
    assert not frame.loc[ids[1], "is_ssm_managed"]


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        pytest.param(["v1"], True, id="encrypted"),
        pytest.param(["v1", "v2"], False, id="one plain"),
        pytest.param(["v1", "gone"], None, id="one unknown"),
        pytest.param(["v2", "gone"], False, id="one plain, one unknown"),
        pytest.param([], None, id="no volume"),
    ],
)
def test_encryption_has_three_values(attached, expected, read):
    """A volume we did not see is neither encrypted nor plain."""
    seen = [{"VolumeId": "v1", "Encrypted": True}, {"VolumeId": "v2", "Encrypted": False}]
    instance = {
        "BlockDeviceMappings": [{"Ebs": {"VolumeId": volume}} for volume in attached],
        "DescribeVolumes": [volume for volume in seen if volume["VolumeId"] in attached],
    }

    assert expected is read("ec2", "instances", instance)["volumes_encrypted"]


def test_groups_of_every_interface_count(read):
    """Security groups of a second interface are not overlooked."""
    columns = read(
        "ec2",
        "instances",
        {
            "InstanceId": "i-1",
            "SecurityGroups": [{"GroupId": "sg-1"}],
            "NetworkInterfaces": [{"Groups": [{"GroupId": "sg-2"}]}],
        },
    )

    assert ["sg-1", "sg-2"] == columns["security_groups"]
    assert columns["is_imdsv2_required"] is None


def test_management_is_read_from_systems_manager(read):
    """An instance that Systems Manager knows is managed, with its last sign of life."""
    known = {"InstanceId": "i-1", "PingStatus": "Online"}

    columns = read("ec2", "instances", {"DescribeInstanceInformation": [known]})

    expected = {"is_ssm_managed": True, "ssm_ping": "Online", "ssm_last_ping": None}
    assert expected == {name: columns[name] for name in expected}


def test_one_row_per_rule_and_none_is_lost(aws, export):
    """Every rule is a row; a group without rules is a row too."""
    ec2 = aws("ec2")
    [vpc] = ec2.describe_vpcs()["Vpcs"]
    web = ec2.create_security_group(GroupName="web", Description="w", VpcId=vpc["VpcId"])["GroupId"]
    bare = ec2.create_security_group(GroupName="bare", Description="b", VpcId=vpc["VpcId"])
    every = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=bare["GroupId"], IpPermissions=every)
    ec2.authorize_security_group_ingress(
        GroupId=web,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "ssh"}],
            },
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "UserIdGroupPairs": [{"GroupId": bare["GroupId"]}],
            },
        ],
    )
    ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, SecurityGroupIds=[web])

    frame = export("ec2", "security_groups").frame

    rules = frame[frame["group_id"] == web]
    assert ["ingress", "ingress", "egress"] == rules["direction"].tolist()
    assert [1, 1, 1] == rules["attached_interfaces"].tolist()
    [ssh] = rules[rules["from_port"] == 22].to_dict("records")
    assert ("tcp", "0.0.0.0/0", "ipv4", True, "ssh") == (
        ssh["protocol"],
        ssh["peer"],
        ssh["peer_type"],
        ssh["is_open_to_world"],
        ssh["rule_description"],
    )
    [https] = rules[rules["from_port"] == 443].to_dict("records")
    assert ("security group", False) == (https["peer_type"], https["is_open_to_world"])
    [empty] = frame[frame["group_id"] == bare["GroupId"]].to_dict("records")
    assert [True, True] == [pd.isna(empty[name]) for name in ("rule_id", "is_open_to_world")]


def test_refused_rules_are_not_no_rules(aws, export, answers):
    """Without the rules every group is there, and the gap says that its rules are not."""
    answers.refuse("DescribeSecurityGroupRules")

    result = export("ec2", "security_groups")

    assert len(result.frame) > 0
    [gap] = result.gaps
    assert {"rule_id", "is_open_to_world"} < set(gap.columns)


@pytest.fixture
def listed_group(aws):
    """A group that lets in two prefix lists: the world on two ports, a private range on one."""
    ec2 = aws("ec2")
    [vpc] = ec2.describe_vpcs()["Vpcs"]
    group = ec2.create_security_group(GroupName="l", Description="l", VpcId=vpc["VpcId"])["GroupId"]
    for cidr, ports in {"0.0.0.0/0": (22, 443), "10.0.0.0/8": (80,)}.items():
        made = ec2.create_managed_prefix_list(
            PrefixListName=cidr,
            Entries=[{"Cidr": cidr}],
            MaxEntries=5,
            AddressFamily="IPv4",
        )["PrefixList"]["PrefixListId"]
        for port in ports:
            asked = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
            asked["PrefixListIds"] = [{"PrefixListId": made}]
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[asked])
    return group


def _open_by_port(result, group):
    rules = result.frame[
        result.frame["group_id"].eq(group) & result.frame["direction"].eq("ingress")
    ]
    columns = rules[["is_open_to_world", "opens_to_world"]].astype(object)
    return dict(zip(rules["from_port"], columns.itertuples(index=False, name=None), strict=True))


def test_a_prefix_list_that_is_the_world_opens_its_rules(listed_group, export):
    """Its entries are read, once for all rules that name it."""
    result = export("ec2", "security_groups")

    yes, no = (True, True), (False, False)
    assert {22: yes, 443: yes, 80: no} == _open_by_port(result, listed_group)
    assert 2 == result.operations["ec2:GetManagedPrefixListEntries"]


def test_a_prefix_list_nobody_may_read_is_not_known(listed_group, export, answers):
    """Not "no": the rules that name it say so and so does a gap; the others are known."""
    answers.refuse("GetManagedPrefixListEntries")

    result = export("ec2", "security_groups")

    frame = result.frame
    assert {(pd.NA, pd.NA)} == set(_open_by_port(result, listed_group).values())
    unknown = frame[frame["peer_type"] == "prefix list"]
    assert {"is_open_to_world, opens_to_world: denied"} == set(unknown["not_known"])
    assert frame[frame["peer_type"] != "prefix list"]["not_known"].isna().all()
    assert ["ec2:GetManagedPrefixListEntries"] == [gap.action for gap in result.gaps]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param({"CidrIpv6": "::/0"}, ("::/0", "ipv6", True), id="the world, IPv6"),
        pytest.param({"CidrIpv4": "10.0.0.0/8"}, ("10.0.0.0/8", "ipv4", False), id="a range"),
        pytest.param({"PrefixListId": "pl-1"}, ("pl-1", "prefix list", None), id="prefix list"),
        pytest.param(
            {"ReferencedGroupInfo": {"GroupId": "sg-1", "UserId": "1"}},
            ("1/sg-1", "security group", False),
            id="a group",
        ),
    ],
)
def test_peers_are_told_by_kind(rule, expected, read):
    """Each kind of peer is named; a prefix list without its entries is not said to be closed."""
    columns = read("ec2", "security_groups", {"rule": rule})

    assert expected == (columns["peer"], columns["peer_type"], columns["is_open_to_world"])


@pytest.mark.parametrize(
    ("protocol", "first", "last", "expected"),
    [
        pytest.param("-1", -1, -1, ("all", 0, 65535, "all"), id="everything"),
        pytest.param("-1", None, None, ("all", 0, 65535, "all"), id="everything, no ports said"),
        pytest.param("tcp", 22, 22, ("tcp", 22, 22, None), id="a port"),
        pytest.param("6", 0, 65535, ("tcp", 0, 65535, None), id="a protocol by its number"),
        pytest.param("17", -1, -1, ("udp", 0, 65535, None), id="every port of a protocol"),
        pytest.param("50", -1, -1, ("50", 0, 65535, None), id="a protocol without a name here"),
        pytest.param("icmp", 8, -1, ("icmp", None, None, "8/all"), id="a type is no port"),
        pytest.param("1", 3, 4, ("icmp", None, None, "3/4"), id="a type and a code"),
        pytest.param("icmp", -1, -1, ("icmp", None, None, "all"), id="every type"),
        pytest.param("58", None, None, ("icmpv6", None, None, "all"), id="every type of IPv6"),
    ],
)
def test_protocols_and_ports_are_spelled_one_way(protocol, first, last, expected, read):
    """Every port is 0 to 65535 in groups and ACLs alike; types of ICMP are never ports."""
    names = ("protocol", "from_port", "to_port", "icmp")
    rule = {"IpProtocol": protocol, "FromPort": first, "ToPort": last}
    entry = {"Protocol": protocol}
    if expected[3] and expected[0] != "all":
        entry["IcmpTypeCode"] = {"Type": first, "Code": last}
    else:
        entry["PortRange"] = {"From": first, "To": last}

    of_group = read("ec2", "security_groups", {"rule": rule})
    of_acl = read("ec2", "network_acls", {"entry": entry})

    assert expected == tuple(of_group[name] for name in names)
    assert expected == tuple(of_acl[name] for name in names)


def test_a_tcp_rule_without_ports_is_not_known(read):
    """AWS always says the ports of TCP: what was left out is neither every port nor none."""
    columns = read("ec2", "security_groups", {"rule": {"IpProtocol": "tcp"}})

    assert isinstance(columns["from_port"], Unreadable)
    assert isinstance(columns["to_port"], Unreadable)


def test_volumes_and_the_regions_default(aws, row):
    """A volume says whether it is encrypted, and whether the next one would be."""
    ec2 = aws("ec2")
    ec2.enable_ebs_encryption_by_default()
    ec2.create_volume(AvailabilityZone="us-east-1a", Size=8, Encrypted=False)

    found = row("ec2", "volumes")

    assert (8, True, []) == (
        found["size_gib"],
        found["is_region_encrypted_by_default"],
        found["attached_to"],
    )
