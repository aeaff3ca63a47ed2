"""Application, network and gateway load balancers."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

_LB: Final = "elasticloadbalancing"


def _attribute(key: str) -> str:
    return f"DescribeLoadBalancerAttributes[?Key=='{key}'].Value | [0]"


def _redirect(protocol: str) -> str:
    return f"DefaultActions[?Type=='redirect' && RedirectConfig.Protocol=='{protocol}']"


LOAD_BALANCERS: Final = declared(
    "elbv2",
    "load_balancers",
    "Application, network and gateway load balancers: exposure, logs, TLS, WAF.",
    (
        text("load_balancer_name", "name of the load balancer", "LoadBalancerName"),
        text("arn", "ARN of the load balancer", "LoadBalancerArn"),
        text("kind", "application, network or gateway", "Type"),
        text("scheme", "internet-facing or internal", "Scheme"),
        text("state", "such as active", "State.Code"),
        time("created", "when it was made, UTC", "CreatedTime"),
        text("dns_name", "its name in the DNS", "DNSName"),
        text("vpc_id", "VPC", "VpcId"),
        nested("security_groups", "ids of its security groups", "all(SecurityGroups)"),
        flag(
            "access_logs",
            "whether access logs are kept",
            f"flag({_attribute('access_logs.s3.enabled')})",
            absent="a kind without access logs",
        ),
        text(
            "access_log_bucket",
            "bucket of the access logs; NA: none",
            f"none_if_empty({_attribute('access_logs.s3.bucket')})",
        ),
        flag(
            "deletion_protection",
            "whether deletion is refused",
            f"flag({_attribute('deletion_protection.enabled')})",
        ),
        flag(
            "drops_invalid_headers",
            "whether invalid headers are dropped; NA: not an application load balancer",
            f"flag({_attribute('routing.http.drop_invalid_header_fields.enabled')})",
        ),
        text(
            "desync_mode",
            "monitor, defensive or strictest; NA: not an application load balancer",
            _attribute("routing.http.desync_mitigation_mode"),
            absent="not an application load balancer",
        ),
        nested("protocols", "protocols of its listeners", "all(DescribeListeners[].Protocol)"),
        nested(
            "tls_policies",
            "TLS policies of its listeners",
            "all(DescribeListeners[].SslPolicy)",
        ),
        flag(
            "has_plain_http",
            "whether a listener speaks HTTP and does not redirect to HTTPS by default, or "
            "redirects to HTTP; its further rules are not looked at",
            # Without a protocol, and with #{protocol}, a redirect keeps that of the request.
            f"present(DescribeListeners[?(Protocol=='HTTP' && !({_redirect('HTTPS')}))"
            f" || {_redirect('HTTP')}])",
        ),
        text(
            "web_acl",
            "ARN of its web ACL; NA: none, or no application load balancer",
            "GetWebACLForResource.WebACL.ARN",
        ),
        tags("DescribeTags.Tags"),
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
