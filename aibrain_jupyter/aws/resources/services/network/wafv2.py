"""Web ACLs of AWS WAF."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import Call, declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text

_DEFAULT: Final = "keys(GetWebACL.DefaultAction || `{}`)"


_WEB_ACL_COLUMNS: Final = (
    text("web_acl_name", "name of the web ACL", "Name"),
    text("arn", "ARN of the web ACL", "ARN"),
    text("web_acl_id", "id of the web ACL", "Id"),
    text(
        "default_action",
        "allow or block: what no rule decides",
        # The member that is there says it, and is empty itself, which JMESPath takes for false.
        f"contains({_DEFAULT}, 'Block') && 'block' || "
        f"contains({_DEFAULT}, 'Allow') && 'allow' || `null`",
    ),
    nested("rules", "names of its rules", "all(GetWebACL.Rules[].Name)"),
    nested(
        "managed_rule_groups",
        "managed rule groups it uses",
        "all(GetWebACL.Rules[].Statement.ManagedRuleGroupStatement.Name)",
    ),
    count("capacity", "capacity units used", "GetWebACL.Capacity"),
    flag(
        "has_logging",
        "whether requests are logged as the account set it up; logs that Security Lake or "
        "CloudWatch's telemetry rules keep are not seen",
        "present(GetLoggingConfiguration.LoggingConfiguration)",
    ),
    nested(
        "log_destinations",
        "ARNs the log goes to",
        "all(GetLoggingConfiguration.LoggingConfiguration.LogDestinationConfigs)",
    ),
)


def _web_acl_calls(scope: str) -> tuple[Call, ...]:
    fixed = {"Scope": scope}
    return (
        listing("wafv2:ListWebACLs", "WebACLs", fixed=fixed),
        detail("wafv2:GetWebACL", {"Name": "Name", "Id": "Id"}, fixed=fixed, member="WebACL"),
        detail(
            "wafv2:GetLoggingConfiguration",
            {"ResourceArn": "ARN"},
            absent=("WAFNonexistentItemException",),
        ),
    )


WEB_ACLS: Final = declared(
    "wafv2",
    "web_acls",
    "Web ACLs of a region: rules, logging, what they protect.",
    (
        *_WEB_ACL_COLUMNS,
        nested(
            "load_balancers",
            "ARNs of the load balancers it protects",
            "all(ListResourcesForWebACL)",
        ),
        nested("apis", "ARNs of the API Gateway stages it protects", "all(ListApis)"),
    ),
    (
        *_web_acl_calls("REGIONAL"),
        detail(
            "wafv2:ListResourcesForWebACL",
            {"WebACLArn": "ARN"},
            records="ResourceArns",
            fixed={"ResourceType": "APPLICATION_LOAD_BALANCER"},
        ),
        detail(
            "wafv2:ListResourcesForWebACL",
            {"WebACLArn": "ARN"},
            records="ResourceArns",
            fixed={"ResourceType": "API_GATEWAY"},
            name="ListApis",
        ),
    ),
    traps=(
        "Web ACLs of CloudFront are global: wafv2_cloudfront_web_acls.",
        (
            "Cognito user pools, AppSync, App Runner, Amplify, Verified Access and AgentCore that "
            "it protects are not looked for: no ARN is not proof that it is unused."
        ),
        "Rule groups that Firewall Manager puts before and after its rules are not in rules.",
    ),
)


CLOUDFRONT_WEB_ACLS: Final = declared(
    "wafv2",
    "cloudfront_web_acls",
    "Web ACLs for CloudFront: rules, logging.",
    _WEB_ACL_COLUMNS,
    _web_acl_calls("CLOUDFRONT"),
    is_global=True,
    traps=("cloudfront_distributions tells what they protect.",),
)
