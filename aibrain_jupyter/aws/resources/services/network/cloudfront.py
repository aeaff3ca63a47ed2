"""CloudFront distributions."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

DISTRIBUTIONS: Final = declared(
    "cloudfront",
    "distributions",
    "CloudFront distributions: TLS, WAF, logs, origins.",
    (
        text("distribution_id", "id of the distribution", "Id"),
        text("arn", "ARN of the distribution", "ARN"),
        text("domain_name", "its own domain name", "DomainName"),
        nested("aliases", "further domain names", "all(Aliases.Items)"),
        flag("is_enabled", "whether it serves requests", "Enabled"),
        text("status", "Deployed or InProgress", "Status"),
        time("last_modified", "last change, UTC", "LastModifiedTime"),
        text(
            "viewer_protocol",
            "allow-all, https-only or redirect-to-https, of the default behaviour",
            "DefaultCacheBehavior.ViewerProtocolPolicy",
        ),
        flag(
            "allows_plain_http",
            "whether a behaviour serves plain HTTP",
            "DefaultCacheBehavior.ViewerProtocolPolicy=='allow-all' || "
            "present(CacheBehaviors.Items[?ViewerProtocolPolicy=='allow-all'])",
        ),
        text(
            "tls_minimum",
            "least TLS version of viewers",
            "ViewerCertificate.MinimumProtocolVersion",
        ),
        text(
            "certificate",
            "ARN of its certificate, or its id where it is kept in IAM; NA: CloudFront's own",
            "not_null(ViewerCertificate.ACMCertificateArn, ViewerCertificate.IAMCertificateId)",
        ),
        text("web_acl", "its web ACL; NA: none", "none_if_empty(WebACLId)"),
        flag(
            "has_access_logs",
            "whether standard logs go to a bucket; logs set up in CloudWatch are not seen",
            "GetDistributionConfig.Logging.Enabled",
        ),
        text(
            "access_log_bucket",
            "bucket of the access logs; NA: none",
            "none_if_empty(GetDistributionConfig.Logging.Bucket)",
        ),
        text(
            "default_root_object",
            "object served at the root; NA: none",
            "none_if_empty(GetDistributionConfig.DefaultRootObject)",
        ),
        nested("origins", "domain names of its origins", "all(Origins.Items[].DomainName)"),
        nested(
            "origins_without_access_control",
            "S3 origins without origin access control or identity",
            "all(Origins.Items[?S3OriginConfig && !OriginAccessControlId && "
            "!(S3OriginConfig.OriginAccessIdentity)].DomainName)",
        ),
        text(
            "geo_restriction",
            "none, whitelist or blacklist",
            "Restrictions.GeoRestriction.RestrictionType",
        ),
        tags("ListTagsForResource.Tags.Items"),
    ),
    (
        listing("cloudfront:ListDistributions", "DistributionList.Items"),
        detail("cloudfront:GetDistributionConfig", {"Id": "Id"}, member="DistributionConfig"),
        detail("cloudfront:ListTagsForResource", {"Resource": "ARN"}),
    ),
    is_global=True,
)
