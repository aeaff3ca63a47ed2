"""VPCs, their subnets, endpoints, peerings and addresses."""

from typing import Final

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.aws.resources.declaration import declared, joined, listing
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

_VPC: Final = text("vpc_id", "VPC", "VpcId")


VPCS: Final = declared(
    "ec2",
    "vpcs",
    "VPCs: flow logs and where they go, default VPC, gateways, peerings.",
    (
        text("vpc_id", "id of the VPC", "VpcId"),
        text("arn", "ARN of the VPC", "arn(here, 'ec2', 'vpc', VpcId)"),
        NAME_TAG,
        text("owner", "account that owns it, which may share it", "OwnerId"),
        text("state", "pending or available", "State"),
        flag("is_default", "whether it is the region's default VPC", "IsDefault"),
        text("cidr", "primary IPv4 range", "CidrBlock"),
        nested("cidrs", "all IPv4 ranges", "all(CidrBlockAssociationSet[].CidrBlock)"),
        text("tenancy", "default, dedicated or host", "InstanceTenancy"),
        flag(
            "has_flow_logs",
            "whether a flow log of the VPC itself is active; those of subnets do not count",
            "present(DescribeFlowLogs[?FlowLogStatus=='ACTIVE'])",
        ),
        nested(
            "flow_log_traffic",
            "what its flow logs record: ACCEPT, REJECT, ALL",
            "all(DescribeFlowLogs[].TrafficType)",
        ),
        nested(
            "flow_log_destinations",
            "ARNs or log groups its flow logs go to",
            "all(DescribeFlowLogs[].not_null(LogDestination, LogGroupName))",
        ),
        nested("subnets", "ids of its subnets", "all(DescribeSubnets[].SubnetId)"),
        nested(
            "internet_gateways",
            "ids of its internet gateways",
            "all(DescribeInternetGateways[].InternetGatewayId)",
        ),
        nested(
            "nat_gateways",
            "ids of its NAT gateways, those that failed or are deleted left out",
            "all(DescribeNatGateways[?State!='deleted' && State!='failed'].NatGatewayId)",
        ),
        nested(
            "endpoints",
            "services it reaches by an endpoint that is available",
            # The API's own model spells the states with a capital, EC2 answers them without.
            "all(DescribeVpcEndpoints[?State=='available' || State=='Available'].ServiceName)",
        ),
        flag(
            "routes_to_internet",
            "whether one of its route tables leads to an internet gateway",
            "present(DescribeRouteTables[].Routes[].GatewayId | [?starts_with(@, 'igw-')])",
        ),
        tags("Tags"),
    ),
    (
        listing("ec2:DescribeVpcs", "Vpcs", fixed=PAGE),
        joined("ec2:DescribeFlowLogs", "FlowLogs", key="ResourceId", to="VpcId", fixed=PAGE),
        joined("ec2:DescribeSubnets", "Subnets", key="VpcId", to="VpcId", fixed=PAGE),
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
            fixed=PAGE,
        ),
        joined("ec2:DescribeNatGateways", "NatGateways", key="VpcId", to="VpcId", fixed=PAGE),
        joined("ec2:DescribeVpcEndpoints", "VpcEndpoints", key="VpcId", to="VpcId", fixed=PAGE),
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
        text("subnet_id", "id of the subnet", "SubnetId"),
        text("arn", "ARN of the subnet", "SubnetArn"),
        NAME_TAG,
        _VPC,
        text("availability_zone", "availability zone", "AvailabilityZone"),
        text("cidr", "IPv4 range", "CidrBlock"),
        flag(
            "assigns_public_ip",
            "whether new interfaces get a public IPv4 address",
            "MapPublicIpOnLaunch",
        ),
        flag("is_default", "whether it is a default subnet", "DefaultForAz"),
        count("free_addresses", "IPv4 addresses left", "AvailableIpAddressCount"),
        text(
            "route_table",
            "route table set for it; NA: it uses the main one of its VPC",
            "DescribeRouteTables[0].RouteTableId",
        ),
        text("network_acl", "network ACL in force", "DescribeNetworkAcls[0].NetworkAclId"),
        flag(
            "has_flow_logs",
            "whether a flow log of the subnet itself is active; its VPC may have one",
            "present(DescribeFlowLogs[?FlowLogStatus=='ACTIVE'])",
        ),
        tags("Tags"),
    ),
    (
        listing("ec2:DescribeSubnets", "Subnets", fixed=PAGE),
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
            fixed=PAGE,
        ),
        joined("ec2:DescribeFlowLogs", "FlowLogs", key="ResourceId", to="SubnetId", fixed=PAGE),
    ),
)


VPC_ENDPOINTS: Final = declared(
    "ec2",
    "vpc_endpoints",
    "VPC endpoints: service, policy, private DNS.",
    (
        text("endpoint_id", "id of the endpoint", "VpcEndpointId"),
        text("arn", "ARN of the endpoint", "arn(here, 'ec2', 'vpc-endpoint', VpcEndpointId)"),
        _VPC,
        text("service_name", "service it leads to", "ServiceName"),
        text("kind", "Interface, Gateway or GatewayLoadBalancer", "VpcEndpointType"),
        text("state", "such as available", "State"),
        time("created", "when it was made, UTC", "CreationTimestamp"),
        text("owner", "account that owns it", "OwnerId"),
        flag("has_private_dns", "whether it answers to the service's name", "PrivateDnsEnabled"),
        nested("security_groups", "ids of its security groups", "all(Groups[].GroupId)"),
        flag(
            "policy_allows_everyone",
            f"{ALLOWS_EVERYONE}; the default does",
            "everyone(PolicyDocument)",
        ),
        nested("policy", "policy of the endpoint; NA: none", "policy(PolicyDocument)"),
        tags("Tags"),
    ),
    (listing("ec2:DescribeVpcEndpoints", "VpcEndpoints", fixed=PAGE),),
)


VPC_PEERINGS: Final = declared(
    "ec2",
    "vpc_peerings",
    "VPC peering connections: both sides, state.",
    (
        text("peering_id", "id of the peering connection", "VpcPeeringConnectionId"),
        text("status", "such as active or pending-acceptance", "Status.Code"),
        text("requester_account", "account that asked", "RequesterVpcInfo.OwnerId"),
        text("requester_vpc", "VPC that asked", "RequesterVpcInfo.VpcId"),
        text("requester_region", "region that asked", "RequesterVpcInfo.Region"),
        text("accepter_account", "account that was asked", "AccepterVpcInfo.OwnerId"),
        text("accepter_vpc", "VPC that was asked", "AccepterVpcInfo.VpcId"),
        text("accepter_region", "region that was asked", "AccepterVpcInfo.Region"),
        flag(
            "is_with_other_account",
            "whether the two VPCs belong to different accounts",
            "RequesterVpcInfo.OwnerId != AccepterVpcInfo.OwnerId",
        ),
        tags("Tags"),
    ),
    (listing("ec2:DescribeVpcPeeringConnections", "VpcPeeringConnections", fixed=PAGE),),
)


ADDRESSES: Final = declared(
    "ec2",
    "addresses",
    "Elastic IP addresses and what uses them.",
    (
        text("public_ip", "the address", "PublicIp"),
        text("allocation_id", "id of the allocation", "AllocationId"),
        NAME_TAG,
        text("instance_id", "instance that uses it; NA: none", "InstanceId"),
        text("network_interface", "interface that uses it; NA: unused", "NetworkInterfaceId"),
        flag("is_used", "whether something uses it", "present(AssociationId)"),
        tags("Tags"),
    ),
    (listing("ec2:DescribeAddresses", "Addresses"),),
)
