"""Load balancers, version 2 and classic."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import Resource, batch, declared, detail, listing
from aibrain_jupyter.shared.frames.columns import FLAG, NESTED, TEXT, TIME, Column

_LB: Final = "elasticloadbalancing"


def _attribute(key: str) -> str:
    return f"DescribeLoadBalancerAttributes[?Key=='{key}'].Value | [0]"


LOAD_BALANCERS: Final = declared(
    "elbv2",
    "load_balancers",
    "Application, network and gateway load balancers: exposure, logs, TLS, WAF.",
    (
        Column("load_balancer_name", TEXT, "name of the load balancer", "LoadBalancerName"),
        Column("arn", TEXT, "ARN of the load balancer", "LoadBalancerArn"),
        Column("kind", TEXT, "application, network or gateway", "Type"),
        Column("scheme", TEXT, "internet-facing or internal", "Scheme"),
        Column("state", TEXT, "such as active", "State.Code"),
        Column("created", TIME, "when it was made, UTC", "CreatedTime"),
        Column("dns_name", TEXT, "its name in the DNS", "DNSName"),
        Column("vpc_id", TEXT, "VPC", "VpcId"),
        Column("security_groups", NESTED, "ids of its security groups", "all(SecurityGroups)"),
        Column(
            "access_logs",
            FLAG,
            "whether access logs are kept",
            f"flag({_attribute('access_logs.s3.enabled')})",
        ),
        Column(
            "access_log_bucket",
            TEXT,
            "bucket of the access logs; NA: none",
            f"none_if_empty({_attribute('access_logs.s3.bucket')})",
        ),
        Column(
            "deletion_protection",
            FLAG,
            "whether deletion is refused",
            f"flag({_attribute('deletion_protection.enabled')})",
        ),
        Column(
            "drops_invalid_headers",
            FLAG,
            "whether invalid headers are dropped; NA: not an application load balancer",
            f"flag({_attribute('routing.http.drop_invalid_header_fields.enabled')})",
        ),
        Column(
            "desync_mode",
            TEXT,
            "monitor, defensive or strictest; NA: not an application load balancer",
            _attribute("routing.http.desync_mitigation_mode"),
        ),
        Column(
            "protocols", NESTED, "protocols of its listeners", "all(DescribeListeners[].Protocol)"
        ),
        Column(
            "tls_policies",
            NESTED,
            "TLS policies of its listeners",
            "all(DescribeListeners[].SslPolicy)",
        ),
        Column(
            "has_plain_http",
            FLAG,
            "whether a listener speaks HTTP and does not redirect to HTTPS by default; its further "
            "rules are not looked at",
            "present(DescribeListeners[?Protocol=='HTTP' && "
            "DefaultActions[?Type!='redirect' || RedirectConfig.Protocol!='HTTPS']])",
        ),
        Column(
            "web_acl",
            TEXT,
            "ARN of its web ACL; NA: none, or no application load balancer",
            "GetWebACLForResource.WebACL.ARN",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(DescribeTags.Tags)"),
    ),
    (
        listing(
            "elbv2:DescribeLoadBalancers",
            "LoadBalancers",
            fixed={"PageSize": 400},
            action=f"{_LB}:DescribeLoadBalancers",
        ),
        detail(
            "elbv2:DescribeLoadBalancerAttributes",
            {"LoadBalancerArn": "LoadBalancerArn"},
            records="Attributes",
            action=f"{_LB}:DescribeLoadBalancerAttributes",
        ),
        detail(
            "elbv2:DescribeListeners",
            {"LoadBalancerArn": "LoadBalancerArn"},
            records="Listeners",
            action=f"{_LB}:DescribeListeners",
        ),
        detail(
            "wafv2:GetWebACLForResource",
            {"ResourceArn": "LoadBalancerArn"},
            when="Type=='application'",
        ),
        batch(
            "elbv2:DescribeTags",
            "TagDescriptions",
            {"ResourceArns": "LoadBalancerArn"},
            key="ResourceArn",
            size=20,
            action=f"{_LB}:DescribeTags",
        ),
    ),
    traps=("A web ACL of the retired AWS WAF Classic is not seen.",),
)


def _classic(path: str) -> str:
    return f"DescribeLoadBalancerAttributes.LoadBalancerAttributes.{path}"


CLASSIC_LOAD_BALANCERS: Final = declared(
    "elb",
    "load_balancers",
    "Classic load balancers: exposure, logs, listeners.",
    (
        Column("load_balancer_name", TEXT, "name of the load balancer", "LoadBalancerName"),
        Column(
            "arn",
            TEXT,
            "ARN of the load balancer",
            "arn(here, 'elasticloadbalancing', 'loadbalancer', LoadBalancerName)",
        ),
        Column("scheme", TEXT, "internet-facing or internal", "Scheme"),
        Column("created", TIME, "when it was made, UTC", "CreatedTime"),
        Column("dns_name", TEXT, "its name in the DNS", "DNSName"),
        Column("vpc_id", TEXT, "VPC", "VPCId"),
        Column(
            "protocols",
            NESTED,
            "protocols of its listeners",
            "all(ListenerDescriptions[].Listener.Protocol)",
        ),
        Column(
            "tls_policies",
            NESTED,
            "names of its listeners' policies",
            "all(ListenerDescriptions[].PolicyNames[])",
        ),
        Column("security_groups", NESTED, "ids of its security groups", "all(SecurityGroups)"),
        Column("access_logs", FLAG, "whether access logs are kept", _classic("AccessLog.Enabled")),
        Column(
            "access_log_bucket",
            TEXT,
            "bucket of the access logs; NA: none",
            _classic("AccessLog.S3BucketName"),
        ),
        Column(
            "cross_zone",
            FLAG,
            "whether it balances across zones",
            _classic("CrossZoneLoadBalancing.Enabled"),
        ),
        Column(
            "drains_connections",
            FLAG,
            "whether connections are drained",
            _classic("ConnectionDraining.Enabled"),
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(DescribeTags.Tags)"),
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


RESOURCES: Final[tuple[Resource, ...]] = (
    CLASSIC_LOAD_BALANCERS,
    LOAD_BALANCERS,
)
