"""Route tables."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing
from aibrain_jupyter.aws.resources.shapes import NAME_TAG, flag, nested, tags, text

ROUTE_TABLES: Final = declared(
    "ec2",
    "route_tables",
    "Route tables, one row per route: where traffic goes.",
    (
        text("route_table_id", "id of the route table", "RouteTableId"),
        text("arn", "ARN of the route table", "arn(here, 'ec2', 'route-table', RouteTableId)"),
        NAME_TAG,
        text("vpc_id", "VPC", "VpcId"),
        flag(
            "is_main",
            "whether it serves the subnets of its VPC that have none of their own",
            "present(Associations[?Main])",
        ),
        nested("subnets", "ids of its subnets", "all(Associations[].SubnetId)"),
        text(
            "destination",
            "IPv4 or IPv6 range, or prefix list",
            "not_null(route.DestinationCidrBlock, route.DestinationIpv6CidrBlock, "
            "route.DestinationPrefixListId)",
        ),
        text(
            "target",
            "gateway, interface, peering or instance it goes to",
            "not_null(route.GatewayId, route.NatGatewayId, route.TransitGatewayId, "
            "route.VpcPeeringConnectionId, route.EgressOnlyInternetGatewayId, "
            "route.NetworkInterfaceId, route.InstanceId, route.LocalGatewayId, "
            "route.CarrierGatewayId, route.CoreNetworkArn)",
        ),
        text("state", "active, or blackhole: its target is gone", "route.State"),
        text("origin", "how it came to be, such as CreateRoute", "route.Origin"),
        flag(
            "is_to_internet",
            "whether it leads to an internet gateway",
            "starts_with(route.GatewayId || '', 'igw-')",
        ),
        tags("Tags"),
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
    key=("route_table_id", "destination?"),
)
