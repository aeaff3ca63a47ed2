"""Networks of EC2: VPCs, subnets, routes, network ACLs, flow logs, endpoints, peerings."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.aws.resources.declaration import Resource, declared, joined, listing
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGGED, TEXT, TIME, Column

_PAGE: Final = {"MaxResults": 1000}
_NAME: Final = Column("name", TEXT, "value of the tag Name; NA: not tagged so", "tag(Tags, 'Name')")
_VPC: Final = Column("vpc_id", TEXT, "VPC", "VpcId")

VPCS: Final = declared(
    "ec2",
    "vpcs",
    "VPCs: flow logs and where they go, default VPC, gateways, peerings.",
    (
        Column("vpc_id", TEXT, "id of the VPC", "VpcId"),
        Column("arn", TEXT, "ARN of the VPC", "arn(here, 'ec2', 'vpc', VpcId)"),
        _NAME,
        Column("owner", TEXT, "account that owns it, which may share it", "OwnerId"),
        Column("state", TEXT, "pending or available", "State"),
        Column("is_default", FLAG, "whether it is the region's default VPC", "IsDefault"),
        Column("cidr", TEXT, "primary IPv4 range", "CidrBlock"),
        Column("cidrs", NESTED, "all IPv4 ranges", "all(CidrBlockAssociationSet[].CidrBlock)"),
        Column("tenancy", TEXT, "default, dedicated or host", "InstanceTenancy"),
        Column(
            "has_flow_logs",
            FLAG,
            "whether a flow log of the VPC itself is active; those of subnets do not count",
            "present(DescribeFlowLogs[?FlowLogStatus=='ACTIVE'])",
        ),
        Column(
            "flow_log_traffic",
            NESTED,
            "what its flow logs record: ACCEPT, REJECT, ALL",
            "all(DescribeFlowLogs[].TrafficType)",
        ),
        Column(
            "flow_log_destinations",
            NESTED,
            "ARNs or log groups its flow logs go to",
            "all(DescribeFlowLogs[].not_null(LogDestination, LogGroupName))",
        ),
        Column("subnets", NESTED, "ids of its subnets", "all(DescribeSubnets[].SubnetId)"),
        Column(
            "internet_gateways",
            NESTED,
            "ids of its internet gateways",
            "all(DescribeInternetGateways[].InternetGatewayId)",
        ),
        Column(
            "nat_gateways",
            NESTED,
            "ids of its NAT gateways, those that failed or are deleted left out",
            "all(DescribeNatGateways[?State!='deleted' && State!='failed'].NatGatewayId)",
        ),
        Column(
            "endpoints",
            NESTED,
            "services it reaches by an endpoint that is available",
            # The API's own model spells the states with a capital, EC2 answers them without.
            "all(DescribeVpcEndpoints[?State=='available' || State=='Available'].ServiceName)",
        ),
        Column(
            "routes_to_internet",
            FLAG,
            "whether one of its route tables leads to an internet gateway",
            "present(DescribeRouteTables[].Routes[].GatewayId | [?starts_with(@, 'igw-')])",
        ),
        TAGGED,
    ),
    (
        listing("ec2:DescribeVpcs", "Vpcs", fixed=_PAGE),
        joined("ec2:DescribeFlowLogs", "FlowLogs", key="ResourceId", to="VpcId", fixed=_PAGE),
        joined("ec2:DescribeSubnets", "Subnets", key="VpcId", to="VpcId", fixed=_PAGE),
        joined(
            "ec2:DescribeRouteTables",
            "RouteTables",
            key="VpcId",
            to="VpcId",
            fixed={"MaxResults": 100},
        ),
        joined(
            "ec2:DescribeInternetGateways",
            "InternetGateways",
            key="Attachments[].VpcId",
            to="VpcId",
            fixed=_PAGE,
        ),
        joined("ec2:DescribeNatGateways", "NatGateways", key="VpcId", to="VpcId", fixed=_PAGE),
        joined("ec2:DescribeVpcEndpoints", "VpcEndpoints", key="VpcId", to="VpcId", fixed=_PAGE),
    ),
    traps=(
        "A VPC that another account shares is listed as well: look at owner.",
        "Flow logs can also be set on subnets and interfaces: see ec2_flow_logs.",
    ),
)

SUBNETS: Final = declared(
    "ec2",
    "subnets",
    "Subnets: public addresses, route table, network ACL, flow logs.",
    (
        Column("subnet_id", TEXT, "id of the subnet", "SubnetId"),
        Column("arn", TEXT, "ARN of the subnet", "SubnetArn"),
        _NAME,
        _VPC,
        Column("availability_zone", TEXT, "availability zone", "AvailabilityZone"),
        Column("cidr", TEXT, "IPv4 range", "CidrBlock"),
        Column(
            "assigns_public_ip",
            FLAG,
            "whether new interfaces get a public IPv4 address",
            "MapPublicIpOnLaunch",
        ),
        Column("is_default", FLAG, "whether it is a default subnet", "DefaultForAz"),
        Column("free_addresses", COUNT, "IPv4 addresses left", "AvailableIpAddressCount"),
        Column(
            "route_table",
            TEXT,
            "route table set for it; NA: it uses the main one of its VPC",
            "DescribeRouteTables[0].RouteTableId",
        ),
        Column(
            "network_acl",
            TEXT,
            "network ACL in force",
            "DescribeNetworkAcls[0].NetworkAclId",
        ),
        Column(
            "has_flow_logs",
            FLAG,
            "whether a flow log of the subnet itself is active; its VPC may have one",
            "present(DescribeFlowLogs[?FlowLogStatus=='ACTIVE'])",
        ),
        TAGGED,
    ),
    (
        listing("ec2:DescribeSubnets", "Subnets", fixed=_PAGE),
        joined(
            "ec2:DescribeRouteTables",
            "RouteTables",
            key="Associations[].SubnetId",
            to="SubnetId",
            fixed={"MaxResults": 100},
        ),
        joined(
            "ec2:DescribeNetworkAcls",
            "NetworkAcls",
            key="Associations[].SubnetId",
            to="SubnetId",
            fixed=_PAGE,
        ),
        joined("ec2:DescribeFlowLogs", "FlowLogs", key="ResourceId", to="SubnetId", fixed=_PAGE),
    ),
)

ROUTE_TABLES: Final = declared(
    "ec2",
    "route_tables",
    "Route tables, one row per route: where traffic goes.",
    (
        Column("route_table_id", TEXT, "id of the route table", "RouteTableId"),
        Column(
            "arn",
            TEXT,
            "ARN of the route table",
            "arn(here, 'ec2', 'route-table', RouteTableId)",
        ),
        _NAME,
        _VPC,
        Column(
            "is_main",
            FLAG,
            "whether it serves the subnets of its VPC that have none of their own",
            "present(Associations[?Main])",
        ),
        Column("subnets", NESTED, "ids of its subnets", "all(Associations[].SubnetId)"),
        Column(
            "destination",
            TEXT,
            "IPv4 or IPv6 range, or prefix list",
            "not_null(route.DestinationCidrBlock, route.DestinationIpv6CidrBlock, "
            "route.DestinationPrefixListId)",
        ),
        Column(
            "target",
            TEXT,
            "gateway, interface, peering or instance it goes to",
            "not_null(route.GatewayId, route.NatGatewayId, route.TransitGatewayId, "
            "route.VpcPeeringConnectionId, route.EgressOnlyInternetGatewayId, "
            "route.NetworkInterfaceId, route.InstanceId, route.LocalGatewayId, "
            "route.CarrierGatewayId, route.CoreNetworkArn)",
        ),
        Column("state", TEXT, "active, or blackhole: its target is gone", "route.State"),
        Column("origin", TEXT, "how it came to be, such as CreateRoute", "route.Origin"),
        Column(
            "is_to_internet",
            FLAG,
            "whether it leads to an internet gateway",
            "starts_with(route.GatewayId || '', 'igw-')",
        ),
        TAGGED,
    ),
    (
        listing(
            "ec2:DescribeRouteTables",
            "RouteTables",
            fixed={"MaxResults": 100},
            rows="Routes",
            row_name="route",
        ),
    ),
)

NETWORK_ACLS: Final = declared(
    "ec2",
    "network_acls",
    "Network ACLs, one row per entry: order, ports, ranges, allow or deny.",
    (
        Column("network_acl_id", TEXT, "id of the network ACL", "NetworkAclId"),
        Column(
            "arn",
            TEXT,
            "ARN of the network ACL",
            "arn(here, 'ec2', 'network-acl', NetworkAclId)",
        ),
        _NAME,
        _VPC,
        Column("is_default", FLAG, "whether it is its VPC's default", "IsDefault"),
        Column("subnets", NESTED, "ids of its subnets", "all(Associations[].SubnetId)"),
        Column("direction", TEXT, "ingress or egress", "entry.Egress && 'egress' || 'ingress'"),
        Column(
            "rule_number",
            COUNT,
            "order of evaluation, lowest first; 32767: the closing deny",
            "entry.RuleNumber",
        ),
        Column("action", TEXT, "allow or deny", "entry.RuleAction"),
        Column("protocol", TEXT, "protocol number; -1: every one", "entry.Protocol"),
        Column("from_port", COUNT, "first port; NA: every one", "entry.PortRange.From"),
        Column("to_port", COUNT, "last port; NA: every one", "entry.PortRange.To"),
        Column(
            "cidr", TEXT, "IPv4 or IPv6 range", "not_null(entry.CidrBlock, entry.Ipv6CidrBlock)"
        ),
        Column(
            "is_open_to_world",
            FLAG,
            "whether it allows 0.0.0.0/0 or ::/0, in either direction",
            "entry.RuleAction=='allow' && "
            "(entry.CidrBlock=='0.0.0.0/0' || entry.Ipv6CidrBlock=='::/0')",
        ),
        TAGGED,
    ),
    (
        listing(
            "ec2:DescribeNetworkAcls", "NetworkAcls", fixed=_PAGE, rows="Entries", row_name="entry"
        ),
    ),
    traps=("An allow that a lower-numbered deny precedes is not in force: read entries in order.",),
)

FLOW_LOGS: Final = declared(
    "ec2",
    "flow_logs",
    "Flow logs of VPCs, subnets and interfaces: traffic, destination, delivery.",
    (
        Column("flow_log_id", TEXT, "id of the flow log", "FlowLogId"),
        Column("arn", TEXT, "ARN of the flow log", "arn(here, 'ec2', 'vpc-flow-log', FlowLogId)"),
        Column("resource_id", TEXT, "VPC, subnet or interface it watches", "ResourceId"),
        Column("status", TEXT, "ACTIVE", "FlowLogStatus"),
        Column("created", TIME, "when it was made, UTC", "CreationTime"),
        Column("traffic", TEXT, "ACCEPT, REJECT or ALL", "TrafficType"),
        Column(
            "destination_type",
            TEXT,
            "cloud-watch-logs, s3 or kinesis-data-firehose",
            "LogDestinationType",
        ),
        Column("destination", TEXT, "ARN it is delivered to", "LogDestination"),
        Column("log_group", TEXT, "CloudWatch log group; NA: delivered elsewhere", "LogGroupName"),
        Column("delivery_status", TEXT, "SUCCESS or FAILED", "DeliverLogsStatus"),
        Column(
            "delivery_error", TEXT, "why delivery failed; NA: it did not", "DeliverLogsErrorMessage"
        ),
        Column("interval_s", COUNT, "longest aggregation, seconds", "MaxAggregationInterval"),
        Column("format", TEXT, "fields of a record", "LogFormat"),
        TAGGED,
    ),
    (listing("ec2:DescribeFlowLogs", "FlowLogs", fixed=_PAGE),),
)

VPC_ENDPOINTS: Final = declared(
    "ec2",
    "vpc_endpoints",
    "VPC endpoints: service, policy, private DNS.",
    (
        Column("endpoint_id", TEXT, "id of the endpoint", "VpcEndpointId"),
        Column(
            "arn", TEXT, "ARN of the endpoint", "arn(here, 'ec2', 'vpc-endpoint', VpcEndpointId)"
        ),
        _VPC,
        Column("service_name", TEXT, "service it leads to", "ServiceName"),
        Column("kind", TEXT, "Interface, Gateway or GatewayLoadBalancer", "VpcEndpointType"),
        Column("state", TEXT, "such as available", "State"),
        Column("created", TIME, "when it was made, UTC", "CreationTimestamp"),
        Column("owner", TEXT, "account that owns it", "OwnerId"),
        Column(
            "has_private_dns", FLAG, "whether it answers to the service's name", "PrivateDnsEnabled"
        ),
        Column("security_groups", NESTED, "ids of its security groups", "all(Groups[].GroupId)"),
        Column(
            "policy_allows_everyone",
            FLAG,
            f"{ALLOWS_EVERYONE}; the default does",
            "everyone(PolicyDocument)",
        ),
        Column("policy", NESTED, "policy of the endpoint; NA: none", "policy(PolicyDocument)"),
        TAGGED,
    ),
    (listing("ec2:DescribeVpcEndpoints", "VpcEndpoints", fixed=_PAGE),),
)

VPC_PEERINGS: Final = declared(
    "ec2",
    "vpc_peerings",
    "VPC peering connections: both sides, state.",
    (
        Column("peering_id", TEXT, "id of the peering connection", "VpcPeeringConnectionId"),
        Column("status", TEXT, "such as active or pending-acceptance", "Status.Code"),
        Column("requester_account", TEXT, "account that asked", "RequesterVpcInfo.OwnerId"),
        Column("requester_vpc", TEXT, "VPC that asked", "RequesterVpcInfo.VpcId"),
        Column("requester_region", TEXT, "region that asked", "RequesterVpcInfo.Region"),
        Column("accepter_account", TEXT, "account that was asked", "AccepterVpcInfo.OwnerId"),
        Column("accepter_vpc", TEXT, "VPC that was asked", "AccepterVpcInfo.VpcId"),
        Column("accepter_region", TEXT, "region that was asked", "AccepterVpcInfo.Region"),
        Column(
            "is_with_other_account",
            FLAG,
            "whether the two VPCs belong to different accounts",
            "RequesterVpcInfo.OwnerId != AccepterVpcInfo.OwnerId",
        ),
        TAGGED,
    ),
    (listing("ec2:DescribeVpcPeeringConnections", "VpcPeeringConnections", fixed=_PAGE),),
)

ADDRESSES: Final = declared(
    "ec2",
    "addresses",
    "Elastic IP addresses and what uses them.",
    (
        Column("public_ip", TEXT, "the address", "PublicIp"),
        Column("allocation_id", TEXT, "id of the allocation", "AllocationId"),
        _NAME,
        Column("instance_id", TEXT, "instance that uses it; NA: none", "InstanceId"),
        Column(
            "network_interface", TEXT, "interface that uses it; NA: unused", "NetworkInterfaceId"
        ),
        Column("is_used", FLAG, "whether something uses it", "present(AssociationId)"),
        TAGGED,
    ),
    (listing("ec2:DescribeAddresses", "Addresses"),),
)

RESOURCES: Final[tuple[Resource, ...]] = (
    ADDRESSES,
    FLOW_LOGS,
    NETWORK_ACLS,
    ROUTE_TABLES,
    SUBNETS,
    VPCS,
    VPC_ENDPOINTS,
    VPC_PEERINGS,
)
