"""What faces the outside: CloudFront and WAF."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import Call, Resource, declared, detail, listing
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column


def _distribution(path: str) -> str:
    return f"GetDistributionConfig.DistributionConfig.{path}"


DISTRIBUTIONS: Final = declared(
    "cloudfront",
    "distributions",
    "CloudFront distributions: TLS, WAF, logs, origins.",
    (
        Column("distribution_id", TEXT, "id of the distribution", "Id"),
        Column("arn", TEXT, "ARN of the distribution", "ARN"),
        Column("domain_name", TEXT, "its own domain name", "DomainName"),
        Column("aliases", NESTED, "further domain names", "all(Aliases.Items)"),
        Column("is_enabled", FLAG, "whether it serves requests", "Enabled"),
        Column("status", TEXT, "Deployed or InProgress", "Status"),
        Column("last_modified", TIME, "last change, UTC", "LastModifiedTime"),
        Column(
            "viewer_protocol",
            TEXT,
            "allow-all, https-only or redirect-to-https, of the default behaviour",
            "DefaultCacheBehavior.ViewerProtocolPolicy",
        ),
        Column(
            "allows_plain_http",
            FLAG,
            "whether a behaviour serves plain HTTP",
            "DefaultCacheBehavior.ViewerProtocolPolicy=='allow-all' || "
            "present(CacheBehaviors.Items[?ViewerProtocolPolicy=='allow-all'])",
        ),
        Column(
            "tls_minimum",
            TEXT,
            "least TLS version of viewers",
            "ViewerCertificate.MinimumProtocolVersion",
        ),
        Column(
            "certificate",
            TEXT,
            "ARN of its certificate, or its id where it is kept in IAM; NA: CloudFront's own",
            "not_null(ViewerCertificate.ACMCertificateArn, ViewerCertificate.IAMCertificateId)",
        ),
        Column("web_acl", TEXT, "its web ACL; NA: none", "none_if_empty(WebACLId)"),
        Column(
            "has_access_logs",
            FLAG,
            "whether standard logs go to a bucket; logs set up in CloudWatch are not seen",
            _distribution("Logging.Enabled"),
        ),
        Column(
            "access_log_bucket",
            TEXT,
            "bucket of the access logs; NA: none",
            f"none_if_empty({_distribution('Logging.Bucket')})",
        ),
        Column(
            "default_root_object",
            TEXT,
            "object served at the root; NA: none",
            f"none_if_empty({_distribution('DefaultRootObject')})",
        ),
        Column("origins", NESTED, "domain names of its origins", "all(Origins.Items[].DomainName)"),
        Column(
            "origins_without_access_control",
            NESTED,
            "S3 origins without origin access control or identity",
            "all(Origins.Items[?S3OriginConfig && !OriginAccessControlId && "
            "!(S3OriginConfig.OriginAccessIdentity)].DomainName)",
        ),
        Column(
            "geo_restriction",
            TEXT,
            "none, whitelist or blacklist",
            "Restrictions.GeoRestriction.RestrictionType",
        ),
        Column(
            "tags", NESTED, "tags as a mapping; empty: none", "tags(ListTagsForResource.Tags.Items)"
        ),
    ),
    (
        listing("cloudfront:ListDistributions", "DistributionList.Items"),
        detail("cloudfront:GetDistributionConfig", {"Id": "Id"}),
        detail("cloudfront:ListTagsForResource", {"Resource": "ARN"}),
    ),
    is_global=True,
)


_DEFAULT: Final = "keys(GetWebACL.WebACL.DefaultAction || `{}`)"
_WEB_ACL_COLUMNS: Final = (
    Column("web_acl_name", TEXT, "name of the web ACL", "Name"),
    Column("arn", TEXT, "ARN of the web ACL", "ARN"),
    Column("web_acl_id", TEXT, "id of the web ACL", "Id"),
    Column(
        "default_action",
        TEXT,
        "allow or block: what no rule decides",
        # The member that is there says it, and is empty itself, which JMESPath takes for false.
        f"contains({_DEFAULT}, 'Block') && 'block' || "
        f"contains({_DEFAULT}, 'Allow') && 'allow' || `null`",
    ),
    Column("rules", NESTED, "names of its rules", "all(GetWebACL.WebACL.Rules[].Name)"),
    Column(
        "managed_rule_groups",
        NESTED,
        "managed rule groups it uses",
        "all(GetWebACL.WebACL.Rules[].Statement.ManagedRuleGroupStatement.Name)",
    ),
    Column("capacity", COUNT, "capacity units used", "GetWebACL.WebACL.Capacity"),
    Column(
        "has_logging",
        FLAG,
        "whether requests are logged as the account set it up; logs that Security Lake or "
        "CloudWatch's telemetry rules keep are not seen",
        "present(GetLoggingConfiguration.LoggingConfiguration)",
    ),
    Column(
        "log_destinations",
        NESTED,
        "ARNs the log goes to",
        "all(GetLoggingConfiguration.LoggingConfiguration.LogDestinationConfigs)",
    ),
)


def _web_acl_calls(scope: str) -> tuple[Call, ...]:
    fixed = {"Scope": scope}
    return (
        listing("wafv2:ListWebACLs", "WebACLs", fixed=fixed),
        detail("wafv2:GetWebACL", {"Name": "Name", "Id": "Id"}, fixed=fixed),
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
        Column(
            "load_balancers",
            NESTED,
            "ARNs of the load balancers it protects",
            "all(ListResourcesForWebACL)",
        ),
        Column("apis", NESTED, "ARNs of the API Gateway stages it protects", "all(ListApis)"),
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


RESOURCES: Final[tuple[Resource, ...]] = (
    CLOUDFRONT_WEB_ACLS,
    DISTRIBUTIONS,
    WEB_ACLS,
)
