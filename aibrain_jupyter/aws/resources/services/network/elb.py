"""Classic load balancers."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

_LB: Final = "elasticloadbalancing"


CLASSIC_LOAD_BALANCERS: Final = declared(
    "elb",
    "load_balancers",
    "Classic load balancers: exposure, logs, listeners.",
    (
        text("load_balancer_name", "name of the load balancer", "LoadBalancerName"),
        text(
            "arn",
            "ARN of the load balancer",
            "arn(here, 'elasticloadbalancing', 'loadbalancer', LoadBalancerName)",
        ),
        text("scheme", "internet-facing or internal", "Scheme"),
        time("created", "when it was made, UTC", "CreatedTime"),
        text("dns_name", "its name in the DNS", "DNSName"),
        text("vpc_id", "VPC", "VPCId"),
        nested(
            "protocols",
            "protocols of its listeners",
            "all(ListenerDescriptions[].Listener.Protocol)",
        ),
        nested(
            "tls_policies",
            "names of its listeners' policies",
            "all(ListenerDescriptions[].PolicyNames[])",
        ),
        nested("security_groups", "ids of its security groups", "all(SecurityGroups)"),
        flag(
            "access_logs",
            "whether access logs are kept",
            "DescribeLoadBalancerAttributes.AccessLog.Enabled",
        ),
        text(
            "access_log_bucket",
            "bucket of the access logs; NA: none",
            "DescribeLoadBalancerAttributes.AccessLog.S3BucketName",
        ),
        flag(
            "cross_zone",
            "whether it balances across zones",
            "DescribeLoadBalancerAttributes.CrossZoneLoadBalancing.Enabled",
        ),
        flag(
            "drains_connections",
            "whether connections are drained",
            "DescribeLoadBalancerAttributes.ConnectionDraining.Enabled",
        ),
        tags("DescribeTags.Tags"),
    ),
    (
        listing(
            "elb:DescribeLoadBalancers",
            "LoadBalancerDescriptions",
            fixed={"PageSize": 400},
            action=f"{_LB}:DescribeLoadBalancers",
        ),
        detail(
            "elb:DescribeLoadBalancerAttributes",
            {"LoadBalancerName": "LoadBalancerName"},
            member="LoadBalancerAttributes",
            action=f"{_LB}:DescribeLoadBalancerAttributes",
        ),
        batch(
            "elb:DescribeTags",
            "TagDescriptions",
            {"LoadBalancerNames": "LoadBalancerName"},
            key="LoadBalancerName",
            size=20,
            action=f"{_LB}:DescribeTags",
        ),
    ),
)
